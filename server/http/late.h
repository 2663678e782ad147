/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/http/listener.h"

G_BEGIN_DECLS

/**
 * mns_late_say:
 * @self: a connection whose request has not come in time
 *
 * Answers 408, past libsoup: that writes nothing before it has read the whole request. To be called
 * only while a head or a body is read, when nothing else is being written, and followed by
 * mns_connection_shut().
 */
void mns_late_say (MnsConnection *self);

G_END_DECLS
