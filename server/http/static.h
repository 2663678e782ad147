/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/http/request.h"

G_BEGIN_DECLS

void mns_static_answer (const char *path, SoupMessageHeaders *asked, MnsHttpAnswer *answer);

G_END_DECLS
