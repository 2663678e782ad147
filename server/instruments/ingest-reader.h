/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/files/store.h"
#include "server/instruments/observation.h"

G_BEGIN_DECLS

/**
 * MnsIngestReader:
 *
 * Reads the metrics of runs, keeping for each run under way what has been read of it, so that the
 * next reading costs what was added. One thread.
 */
typedef struct _MnsIngestReader MnsIngestReader;

MnsIngestReader *mns_ingest_reader_new (MnsFileStore *files);
void mns_ingest_reader_free (MnsIngestReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsIngestReader, mns_ingest_reader_free)

gboolean mns_ingest_reader_is_due (MnsIngestReader *self, const MnsRunLook *look);
gboolean mns_ingest_reader_read (MnsIngestReader *self,
                                 const MnsRunLook *look,
                                 const MnsId *person,
                                 JsonObject *args,
                                 GError **error);
void mns_ingest_reader_forget (MnsIngestReader *self, const char *run_id);
void mns_ingest_reader_get_counts (MnsIngestReader *self, guint *readings, guint64 *bytes);

G_END_DECLS
