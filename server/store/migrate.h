/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mns_migrate (const char *conninfo, const char *application_role, GError **error);

/* The triggers of the change log and what reads them, made from the descriptors. */
char *mns_change_log_sql (void);

/* A number that changes whenever a new database would turn out otherwise: for cached templates. */
char *mns_migrate_fingerprint (void);

G_END_DECLS
