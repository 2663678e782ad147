/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* How often a run under way is read: its figures are worth a look after each cycle of a short run
 * and each hundredth of a long one, but never more than a fiftieth of the machine's time.
 */

#define G_LOG_DOMAIN "mns-ingest"

#include "config.h"

#include <string.h>

#include "server/instruments/ingest-reader.h"
#include "server/instruments/plot-document.h"

#define MOST_LIVE 16
#define REST_FACTOR 50
#define STEPS 100

typedef struct
{
  MnsRunInfo *info;
  MnsInteropState *state;
  MnsRunState said;
  guint cycle;   /* of the last reading */
  gint64 due;    /* monotonic; earlier readings are not worth it */
  guint64 bytes; /* read so far */
} Live;

struct _MnsIngestReader
{
  MnsFileStore *files;
  GHashTable *live; /* run id: Live */
  guint readings;
  guint64 bytes;
};

static void
free_live (gpointer data)
{
  Live *live = data;

  g_clear_pointer (&live->state, mns_interop_state_free);
  g_clear_pointer (&live->info, mns_run_info_free);
  g_free (live);
}

MnsIngestReader *
mns_ingest_reader_new (MnsFileStore *files)
{
  MnsIngestReader *self = g_new0 (MnsIngestReader, 1);

  self->files = files;
  self->live = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_live);
  return self;
}

void
mns_ingest_reader_free (MnsIngestReader *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->live);
  g_free (self);
}

/**
 * mns_ingest_reader_is_due:
 *
 * Returns: whether the metrics of the run should be read now; else its state and cycle will do
 */
gboolean
mns_ingest_reader_is_due (MnsIngestReader *self, const MnsRunLook *look)
{
  const Live *live = g_hash_table_lookup (self->live, look->run_id);

  if (live == NULL || live->said != look->verdict.state)
    return TRUE;
  return look->verdict.cycle >= live->cycle + MAX (1, look->verdict.cycles / STEPS) &&
         g_get_monotonic_time () >= live->due;
}

/* The state of a run that is read again and again; a few at once, the others begin anew. */
static Live *
take_live (MnsIngestReader *self, const MnsRunLook *look, GError **error)
{
  Live *live = g_hash_table_lookup (self->live, look->run_id);
  MnsRunInfo *info;

  if (live != NULL)
    return live;
  info = mns_run_info_read (look->folder, error);
  if (info == NULL)
    return NULL;
  if (g_hash_table_size (self->live) >= MOST_LIVE)
    g_hash_table_remove_all (self->live);
  live = g_new0 (Live, 1);
  live->info = info;
  live->state = mns_interop_state_new (look->folder, info, MNS_INTEROP_BY_CYCLE);
  g_hash_table_insert (self->live, g_strdup (look->run_id), live);
  return live;
}

static gboolean
keep_plot (MnsIngestReader *self,
           const Live *live,
           const MnsRunLook *look,
           const MnsId *person,
           JsonObject *args,
           GError **error)
{
  g_autoptr (MnsPlotDocument) document = mns_plot_document_fill (live->state, look->model.name);
  char *json = mns_plot_document_to_json (document);
  g_autoptr (GBytes) bytes = g_bytes_new_take (json, strlen (json));
  g_autofree char *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  gint64 size = (gint64) g_bytes_get_size (bytes);
  gint64 there = 0;
  gint64 offset = 0;
  MnsAppendEnd end = MNS_APPEND_DONE;

  if (!mns_file_store_has (self->files, sha256, &there))
    {
      g_autoptr (GBytes) rest = NULL;

      offset = MIN (mns_file_store_get_offset (self->files, sha256, person), size);
      rest = g_bytes_new_from_bytes (bytes, (gsize) offset, (gsize) (size - offset));
      if (!mns_file_store_append (self->files, sha256, person, size, &offset, rest, &end, error))
        return FALSE;
    }
  if (end == MNS_APPEND_DONE)
    mns_observation_add_plot (args, sha256, (gsize) size);
  return TRUE;
}

/**
 * mns_ingest_reader_read:
 * @look: the run
 * @person: who stores the plot document
 * @args: arguments of run.observe@1, which get all that the files show
 * @error: return location for an error of the file store; a run folder that is not whole is none
 *
 * Reads what was added to the run's metrics since the last time.
 */
gboolean
mns_ingest_reader_read (MnsIngestReader *self,
                        const MnsRunLook *look,
                        const MnsId *person,
                        JsonObject *args,
                        GError **error)
{
  g_autoptr (GError) unreadable = NULL;
  gint64 start = g_get_monotonic_time ();
  Live *live = take_live (self, look, &unreadable);
  gboolean done = TRUE;
  guint64 bytes;

  if (live == NULL)
    return TRUE;
  self->readings++;
  mns_observation_add_run (args, look->folder, live->info);
  if (mns_interop_state_look (live->state, &unreadable))
    {
      mns_observation_add_figures (args, live->state);
      done = keep_plot (self, live, look, person, args, error);
    }
  bytes = mns_interop_state_bytes_read (live->state);
  self->bytes += bytes - live->bytes;
  live->bytes = bytes;
  live->said = look->verdict.state;
  live->cycle = look->verdict.cycle;
  live->due = g_get_monotonic_time () + REST_FACTOR * (g_get_monotonic_time () - start);
  if (mns_run_state_is_final (look->verdict.state))
    mns_ingest_reader_forget (self, look->run_id);
  return done;
}

void
mns_ingest_reader_forget (MnsIngestReader *self, const char *run_id)
{
  g_hash_table_remove (self->live, run_id);
}

void
mns_ingest_reader_get_counts (MnsIngestReader *self, guint *readings, guint64 *bytes)
{
  *readings = self->readings;
  *bytes = self->bytes;
}
