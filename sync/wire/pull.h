/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/entity.h"
#include "sync/wire/rows.h"

G_BEGIN_DECLS

/*
 * The stream that a pull answers (sync-protocol.md section 7): lines, of which the first is the
 * head and the last the end. Between them, per table: what is deleted or leaves the device's
 * scopes, the columns, the rows.
 *
 *   {"t":"head","base":"...","cursor":"...","last_n":1,"durable_n":1,"schema":1,"scopes_rev":1,
 *    "now":1}
 *   {"t":"del","name":"sample","ids":["..."]}
 *   {"t":"out","name":"sample","ids":["..."]}
 *   {"t":"table","name":"sample","cols":["id","name"]}
 *   ["...","LIB-0007"]
 *   {"t":"end","rows":1,"sha256":"..."}
 *
 * The rows of an owner (first key column) come whole: what a device holds of that owner in that
 * table is replaced. In "del" and "out" the ids of a child table are those of the owners. The hash
 * is over every byte before the line of the end, "rows" counts the rows.
 */

typedef struct
{
  char *base;   /* the cursor that was sent; NULL: this is everything */
  char *cursor; /* the new one */
  gint64 last_n;
  gint64 durable_n;
  gint64 schema;
  gint64 scopes_rev;
  gint64 now;
} MnsPullHead;

void mns_pull_head_clear (MnsPullHead *self);
void mns_pull_head_copy (const MnsPullHead *self, MnsPullHead *copy);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsPullHead, mns_pull_head_clear)

/* ---- writing ---- */

/* Takes @length bytes; %FALSE with @error set stops the writer. */
typedef gboolean (*MnsPullSink) (const char *bytes, gsize length, gpointer data, GError **error);

typedef struct _MnsPullWriter MnsPullWriter;

MnsPullWriter *mns_pull_writer_new (MnsPullSink sink, gpointer data);
void mns_pull_writer_free (MnsPullWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsPullWriter, mns_pull_writer_free)

gboolean mns_pull_writer_head (MnsPullWriter *self, const MnsPullHead *head, GError **error);
gboolean mns_pull_writer_table (MnsPullWriter *self,
                                const char *table,
                                const char *const *columns,
                                GError **error);
gboolean
mns_pull_writer_row (MnsPullWriter *self, const MnsValue *values, guint n_values, GError **error);
gboolean mns_pull_writer_line (MnsPullWriter *self, const char *line, gsize length, GError **error);
gboolean mns_pull_writer_deleted (
    MnsPullWriter *self, const char *table, const MnsId *ids, guint n_ids, GError **error);
gboolean mns_pull_writer_out (
    MnsPullWriter *self, const char *table, const MnsId *ids, guint n_ids, GError **error);
gboolean mns_pull_writer_end (MnsPullWriter *self, GError **error);
guint64 mns_pull_writer_get_n_rows (MnsPullWriter *self);

/* ---- reading ---- */

typedef enum
{
  MNS_PULL_HEAD,
  MNS_PULL_TABLE,
  MNS_PULL_ROW,
  MNS_PULL_DELETED,
  MNS_PULL_OUT,
  MNS_PULL_END, /* only if count and hash are right */
} MnsPullPart;

typedef struct _MnsPullReader MnsPullReader;

/* Called once a part, in the order of the stream; %FALSE with @error set stops the reader. */
typedef gboolean (*MnsPullFunc) (MnsPullReader *reader,
                                 MnsPullPart part,
                                 gpointer data,
                                 GError **error);

MnsPullReader *mns_pull_reader_new (MnsPullFunc func, gpointer data);
void mns_pull_reader_free (MnsPullReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsPullReader, mns_pull_reader_free)

gboolean
mns_pull_reader_feed (MnsPullReader *self, const char *bytes, gsize length, GError **error);
gboolean mns_pull_reader_finish (MnsPullReader *self, GError **error);

/* What the function may ask; the answers live until it returns, the head as long as the reader. */
const MnsPullHead *mns_pull_reader_get_head (MnsPullReader *self);
const MnsEntity *mns_pull_reader_get_entity (MnsPullReader *self); /* TABLE ROW DELETED OUT */
const MnsField *const *mns_pull_reader_get_fields (MnsPullReader *self, guint *n_fields);
const MnsValue *mns_pull_reader_get_values (MnsPullReader *self); /* ROW: in the fields' order */
const MnsId *mns_pull_reader_get_ids (MnsPullReader *self, guint *n_ids); /* DELETED OUT */
guint64 mns_pull_reader_get_n_rows (MnsPullReader *self);

G_END_DECLS
