/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a person has set on this computer; NULL where the schema is not installed. */
GSettings *mns_settings_open (void);

G_END_DECLS
