/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What hangs on a sequencing run. Each part is read once by the run's key and compared here; only
 * rows that differ are written, each kind in one statement.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/sequencing-parts.h"

#define PLOT_FILE "plots.json"

/* ---- figures ---- */

static char *
figure_key (gint64 lane, gint64 n, const char *figure)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "/%s", lane, n, figure);
}

static double
get_number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL ? json_node_get_double (node) : 0;
}

static gboolean
has_number (JsonObject *object, const char *name)
{
  return json_object_has_member (object, name) && !json_object_get_null_member (object, name);
}

static char *
figure_key_of (JsonObject *figure)
{
  return figure_key (mns_object_get_int (figure, "lane", 0),
                     mns_object_get_int (figure, "n", 0),
                     mns_object_get_text (figure, "figure"));
}

static gboolean
is_same_figure (const MnsRows *rows, guint row, JsonObject *figure)
{
  gboolean has_deviation = has_number (figure, "deviation");

  return mns_rows_get_real (rows, row, 3) == get_number (figure, "value") &&
         has_deviation != mns_rows_is_null (rows, row, 4) &&
         (!has_deviation || mns_rows_get_real (rows, row, 4) == get_number (figure, "deviation"));
}

static gboolean
write_figure_sets (
    MnsCall *call, const MnsId *run, MnsRowSet *told, MnsRowSet *gone, GError **error)
{
  if (mns_row_set_get_n_rows (told) > 0 &&
      !mns_transaction_run (
          call->tx,
          "INSERT INTO run_figure (sequencing_run_id, lane, n, figure, value, deviation)"
          " SELECT $run, v.lane, v.n, v.figure, v.value, v.deviation FROM {v} WHERE true"
          " ON CONFLICT (sequencing_run_id, lane, n, figure) DO UPDATE SET value = excluded.value,"
          " deviation = excluded.deviation",
          MNS_ARGS (MNS_ARG_SET ("v", told), MNS_ARG_ID ("run", run)),
          error))
    return FALSE;
  return mns_row_set_get_n_rows (gone) == 0 ||
         mns_transaction_run (
             call->tx,
             "DELETE FROM run_figure WHERE sequencing_run_id = $run AND EXISTS (SELECT 1 FROM {v}"
             " WHERE v.lane = run_figure.lane AND v.n = run_figure.n"
             " AND v.figure = run_figure.figure)",
             MNS_ARGS (MNS_ARG_SET ("v", gone), MNS_ARG_ID ("run", run)),
             error);
}

static void
add_figure (MnsRowSet *set, JsonObject *figure)
{
  mns_row_set_add (set,
                   mns_value_int (mns_object_get_int (figure, "lane", 0)),
                   mns_value_int (mns_object_get_int (figure, "n", 0)),
                   mns_value_text (mns_object_get_text (figure, "figure")),
                   mns_value_real (get_number (figure, "value")),
                   has_number (figure, "deviation")
                       ? mns_value_real (get_number (figure, "deviation"))
                       : mns_value_null (MNS_KIND_REAL));
}

static GHashTable *
index_figures (const MnsRows *rows)
{
  GHashTable *at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_insert (at,
                         figure_key (mns_rows_get_int (rows, i, 0),
                                     mns_rows_get_int (rows, i, 1),
                                     mns_rows_get_text (rows, i, 2)),
                         GUINT_TO_POINTER (i + 1));
  return at;
}

static gboolean
write_figures (MnsCall *call, const MnsId *run, gboolean *is_changed, GError **error)
{
  JsonArray *list = mns_call_get_list (call, "figures");
  g_autoptr (MnsRowSet) told =
      mns_row_set_new ("lane int, n int, figure text, value real, deviation real");
  g_autoptr (MnsRowSet) gone = mns_row_set_new ("lane int, n int, figure text");
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (GHashTable) there = NULL;
  GHashTableIter iter;
  gpointer place;

  if (list == NULL)
    return TRUE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT lane, n, figure, value, deviation FROM run_figure WHERE sequencing_run_id = $run",
      MNS_ARGS (MNS_ARG_ID ("run", run)),
      error);
  if (rows == NULL)
    return FALSE;
  there = index_figures (rows);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *figure = json_array_get_object_element (list, i);
      g_autofree char *key = figure_key_of (figure);
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (there, key));

      if (at == 0 || !is_same_figure (rows, at - 1, figure))
        add_figure (told, figure);
      g_hash_table_remove (there, key);
    }
  g_hash_table_iter_init (&iter, there);
  while (g_hash_table_iter_next (&iter, NULL, &place))
    mns_row_set_add (gone,
                     *mns_rows_get (rows, GPOINTER_TO_UINT (place) - 1, 0),
                     *mns_rows_get (rows, GPOINTER_TO_UINT (place) - 1, 1),
                     *mns_rows_get (rows, GPOINTER_TO_UINT (place) - 1, 2));
  if (mns_row_set_get_n_rows (told) + mns_row_set_get_n_rows (gone) > 0)
    *is_changed = TRUE;
  return write_figure_sets (call, run, told, gone, error);
}

/* ---- reads and lanes ---- */

static gboolean
is_same_read (const MnsRows *rows, guint row, JsonObject *read)
{
  return mns_rows_get_int (rows, row, 0) == mns_object_get_int (read, "n", 0) &&
         mns_rows_get_int (rows, row, 1) == mns_object_get_int (read, "cycles", 0) &&
         (mns_rows_get_int (rows, row, 2) != 0) == mns_object_get_bool (read, "is_index");
}

static gboolean
write_reads (MnsCall *call, const MnsId *run, gboolean *is_changed, GError **error)
{
  JsonArray *list = mns_call_get_list (call, "reads");
  g_autoptr (MnsRowSet) set = mns_row_set_new ("n int, cycles int, is_index int");
  g_autoptr (MnsRows) rows = NULL;
  gboolean is_same;
  guint n;

  if (list == NULL)
    return TRUE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT n, cycles, is_index FROM run_read WHERE sequencing_run_id = $run ORDER BY n",
      MNS_ARGS (MNS_ARG_ID ("run", run)),
      error);
  if (rows == NULL)
    return FALSE;
  n = json_array_get_length (list);
  is_same = n == mns_rows_get_n_rows (rows);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *read = json_array_get_object_element (list, i);

      is_same = is_same && is_same_read (rows, i, read);
      mns_row_set_add (set,
                       mns_value_int (mns_object_get_int (read, "n", 0)),
                       mns_value_int (mns_object_get_int (read, "cycles", 0)),
                       mns_value_int (mns_object_get_bool (read, "is_index")));
    }
  if (is_same)
    return TRUE;
  *is_changed = TRUE;
  return mns_transaction_run (call->tx,
                              "DELETE FROM run_read WHERE sequencing_run_id = $run",
                              MNS_ARGS (MNS_ARG_ID ("run", run)),
                              error) &&
         mns_transaction_run (call->tx,
                              "INSERT INTO run_read (sequencing_run_id, n, cycles, is_index)"
                              " SELECT $run, v.n, v.cycles, v.is_index FROM {v}",
                              MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", run)),
                              error);
}

/* Lanes are only added: a lane may know already what was loaded on it. */
static gboolean
write_lanes (MnsCall *call, const MnsId *run, gboolean *is_changed, GError **error)
{
  gint64 n = mns_call_get_int (call, "lanes", 0);
  g_autoptr (MnsRowSet) set = mns_row_set_new ("lane int");
  g_autoptr (MnsRows) rows = NULL;
  guint64 there = 0;

  if (n == 0)
    return TRUE;
  rows = mns_transaction_query (call->tx,
                                "SELECT lane FROM run_lane WHERE sequencing_run_id = $run",
                                MNS_ARGS (MNS_ARG_ID ("run", run)),
                                error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    there |= G_GUINT64_CONSTANT (1) << ((mns_rows_get_int (rows, i, 0) - 1) & 63);
  for (gint64 lane = 1; lane <= n; lane++)
    if ((there >> (lane - 1) & 1) == 0)
      mns_row_set_add (set, mns_value_int (lane));
  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  *is_changed = TRUE;
  return mns_transaction_run (
      call->tx,
      "INSERT INTO run_lane (sequencing_run_id, lane) SELECT $run, v.lane FROM {v}",
      MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", run)),
      error);
}

/* ---- the plot document ---- */

static char *
print_hex (GBytes *bytes)
{
  GString *text = g_string_new (NULL);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

static gboolean
insert_plot (MnsCall *call, const MnsId *run, GBytes *sha256, gint64 size, GError **error)
{
  g_autofree char *lims_id = mns_call_take_lims_id (call, "40-", NULL, error);
  MnsId id;

  mns_call_derive_id (call, "file", 0, &id);
  return lims_id != NULL &&
         mns_transaction_run (
             call->tx,
             "INSERT INTO file (id, lims_id, scope_id, owner, owner_id, name, sha256, size, phi,"
             " published, created_at, created_by) VALUES ($id, $lims_id, $run, 'SEQUENCING_RUN',"
             " $run, $name, $sha256, $size, 0, 0, $now, $by)",
             MNS_ARGS (MNS_ARG_ID ("id", &id),
                       MNS_ARG_TEXT ("lims_id", lims_id),
                       MNS_ARG_ID ("run", run),
                       MNS_ARG_TEXT ("name", PLOT_FILE),
                       MNS_ARG_VALUE ("sha256", mns_value_bytes (sha256)),
                       MNS_ARG_INT ("size", size),
                       MNS_ARG_INT ("now", call->now),
                       MNS_ARG_ID ("by", &call->lab->person)),
             error);
}

/* One row a run, whose bytes are replaced; the answer tells which are not needed any more. */
static gboolean
write_plot (MnsCall *call, const MnsId *run, gboolean *is_changed, GError **error)
{
  JsonObject *plot = mns_call_get_object (call, "plot");
  g_autoptr (GBytes) sha256 = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (MnsRows) rows = NULL;
  g_autofree char *replaced = NULL;
  gint64 size;

  if (plot == NULL)
    return TRUE;
  sha256 = mns_sequencing_parse_sha256 (mns_object_get_text (plot, "sha256"));
  size = mns_object_get_int (plot, "size", 0);
  rows = mns_transaction_query (
      call->tx,
      "SELECT id, sha256 FROM file WHERE owner_id = $run AND owner = 'SEQUENCING_RUN'"
      " AND name = $name",
      MNS_ARGS (MNS_ARG_ID ("run", run), MNS_ARG_TEXT ("name", PLOT_FILE)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      *is_changed = TRUE;
      return insert_plot (call, run, sha256, size, error);
    }
  before = g_bytes_ref (mns_rows_get_bytes (rows, 0, 1));
  if (g_bytes_equal (before, sha256))
    return TRUE;
  *is_changed = TRUE;
  replaced = print_hex (before);
  mns_call_put_text (call, "replaced", replaced);
  return mns_transaction_run (
      call->tx,
      "UPDATE file SET sha256 = $sha256, size = $size, created_at = $now WHERE id = $id",
      MNS_ARGS (MNS_ARG_VALUE ("sha256", mns_value_bytes (sha256)),
                MNS_ARG_INT ("size", size),
                MNS_ARG_INT ("now", call->now),
                MNS_ARG_ID ("id", mns_rows_get_id (rows, 0, 0))),
      error);
}

/* ---- history ---- */

static gboolean
find_next_status (MnsCall *call, const MnsId *run, gint64 *n, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT coalesce (max (n), 0) + 1 FROM run_status WHERE sequencing_run_id = $run",
      MNS_ARGS (MNS_ARG_ID ("run", run)),
      error);

  if (rows == NULL)
    return FALSE;
  *n = mns_rows_get_int (rows, 0, 0);
  return TRUE;
}

/**
 * mns_sequencing_add_status:
 * @evidence: (nullable): the file or event that proved it, or who said so
 *
 * Adds a line to the history of a run.
 */
gboolean
mns_sequencing_add_status (MnsCall *call,
                           const MnsId *run,
                           const char *status,
                           const char *evidence,
                           gint64 at,
                           GError **error)
{
  gint64 n = 0;

  return find_next_status (call, run, &n, error) &&
         mns_transaction_run (call->tx,
                              "INSERT INTO run_status (sequencing_run_id, n, status, evidence, at)"
                              " VALUES ($run, $n, $status, $evidence, $at)",
                              MNS_ARGS (MNS_ARG_ID ("run", run),
                                        MNS_ARG_INT ("n", n),
                                        MNS_ARG_TEXT ("status", status),
                                        MNS_ARG_TEXT ("evidence", evidence),
                                        MNS_ARG_INT ("at", at)),
                              error);
}

/* A person's word: the history names the person and the reason. */
gboolean
mns_sequencing_add_person_status (
    MnsCall *call, const MnsId *run, const char *status, const char *reason, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (call->tx,
                             "SELECT first_name || ' ' || last_name FROM person WHERE id = $person",
                             MNS_ARGS (MNS_ARG_ID ("person", &call->lab->person)),
                             error);
  g_autofree char *evidence = NULL;
  const char *name;

  if (rows == NULL)
    return FALSE;
  name = mns_rows_get_n_rows (rows) > 0 ? mns_rows_get_text (rows, 0, 0) : "a person";
  evidence = reason != NULL ? g_strdup_printf ("%s: %s", name, reason) : g_strdup (name);
  return mns_sequencing_add_status (call, run, status, evidence, call->now, error);
}

/* ---- checks ---- */

/**
 * mns_sequencing_parse_sha256:
 * @text: (nullable): 64 hexadecimal digits
 *
 * Returns: (nullable): its 32 bytes
 */
GBytes *
mns_sequencing_parse_sha256 (const char *text)
{
  guint8 bytes[32];

  if (text == NULL || strlen (text) != 64 || text[strspn (text, "0123456789abcdefABCDEF")] != '\0')
    return NULL;
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] =
        (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
  return g_bytes_new (bytes, sizeof bytes);
}

static void
check_twice (MnsCall *call, const char *list_name)
{
  JsonArray *list = mns_call_get_list (call, list_name);
  gboolean is_read = g_str_equal (list_name, "reads");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      char *key = is_read ? figure_key (0, mns_object_get_int (item, "n", 0), "read")
                          : figure_key_of (item);
      g_autofree char *shown = g_strdup (key);
      g_autofree char *at = g_strdup_printf ("/%s/%u", list_name, i);

      if (!g_hash_table_add (seen, key))
        mns_call_fault (
            call, at, "twice", "%s %s is told twice", is_read ? "read" : "figure", shown);
    }
}

/* All faults of the lists and the plot, said; nothing is read for it. */
void
mns_sequencing_check_parts (MnsCall *call)
{
  JsonObject *plot = mns_call_get_object (call, "plot");
  g_autoptr (GBytes) sha256 = NULL;

  check_twice (call, "reads");
  check_twice (call, "figures");
  if (plot == NULL)
    return;
  sha256 = mns_sequencing_parse_sha256 (mns_object_get_text (plot, "sha256"));
  if (sha256 == NULL)
    mns_call_fault (call,
                    "/plot/sha256",
                    "bad_sha256",
                    "the SHA-256 of a file is 64 hexadecimal digits, not “%s”",
                    mns_object_get_text (plot, "sha256"));
}

/**
 * mns_sequencing_write_parts:
 * @is_changed: becomes %TRUE if any row was written
 *
 * Makes the parts that were told as they were told.
 */
gboolean
mns_sequencing_write_parts (MnsCall *call, const MnsId *run, gboolean *is_changed, GError **error)
{
  return write_reads (call, run, is_changed, error) && write_lanes (call, run, is_changed, error) &&
         write_figures (call, run, is_changed, error) && write_plot (call, run, is_changed, error);
}
