/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

/* What hangs on a sequencing run: reads, lanes, figures, its history, the file of its plots. */

GBytes *mns_sequencing_parse_sha256 (const char *text);
void mns_sequencing_check_parts (MnsCall *call);
gboolean
mns_sequencing_write_parts (MnsCall *call, const MnsId *run, gboolean *is_changed, GError **error);
gboolean mns_sequencing_add_status (MnsCall *call,
                                    const MnsId *run,
                                    const char *status,
                                    const char *evidence,
                                    gint64 at,
                                    GError **error);
gboolean mns_sequencing_add_person_status (
    MnsCall *call, const MnsId *run, const char *status, const char *reason, GError **error);

G_END_DECLS
