/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What follows from a changed configuration: new versions of steps whose merged settings differ
 * from their last version, and the stages of all workflows.
 */

#include "config.h"

#include "sync/lab/config-import.h"
#include "sync/model/canonical.h"

/* What a run must know of its master step, beside the settings. */
static const char *const master_columns[] = {
  "type", "variability", "output_name", "file_output_name", "naming",
};

static JsonObject *
parse_object (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_object_ref (json_node_get_object (node))
             : json_object_new ();
}

/* Columns: 0 step, 1 its settings, 2 settings of the master step, 3 its id, 4 its name, 5 outputs
 * per input, 6 the columns above.
 */
static char *
write_version (MnsRows *rows, guint i)
{
  g_autoptr (JsonObject) own = parse_object (mns_rows_get_text (rows, i, 1));
  g_autoptr (JsonObject) master = parse_object (mns_rows_get_text (rows, i, 2));
  g_autoptr (JsonObject) merged = mns_settings_merge (master, own);
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (mns_rows_get_id (rows, i, 3), id);
  json_object_set_string_member (merged, "master_step", id);
  json_object_set_string_member (merged, "master_step_name", mns_rows_get_text (rows, i, 4));
  json_object_set_int_member (merged, "outputs_per_input", mns_rows_get_int (rows, i, 5));
  for (guint k = 0; k < G_N_ELEMENTS (master_columns); k++)
    json_object_set_string_member (merged, master_columns[k], mns_rows_get_text (rows, i, 6 + k));
  return mns_canonical_print_object (merged);
}

static MnsRows *
load_last_versions (MnsImport *import, GError **error)
{
  return mns_transaction_query (
      import->call->tx,
      "SELECT v.step_id, v.number, v.settings FROM step_version v WHERE NOT EXISTS"
      " (SELECT 1 FROM step_version w WHERE w.step_id = v.step_id AND w.number > v.number)",
      NULL,
      error);
}

static gboolean
insert_versions (MnsImport *import, MnsRowSet *set, GError **error)
{
  return mns_row_set_get_n_rows (set) == 0 ||
         mns_transaction_run (
             import->call->tx,
             "INSERT INTO step_version (id, step_id, number, config_version_id, settings)"
             " SELECT v.id, v.step, v.number, $version, v.settings FROM {v}",
             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("version", &import->version)),
             error);
}

/**
 * mns_import_settle_versions:
 *
 * Adds a version to each step whose merged settings are not those of its last one.
 */
gboolean
mns_import_settle_versions (MnsImport *import, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, step id, number int, settings json");
  g_autoptr (GHashTable) last = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRows) versions = load_last_versions (import, error);
  g_autoptr (MnsRows) rows = NULL;

  if (versions == NULL)
    return FALSE;
  rows = mns_transaction_query (
      import->call->tx,
      "SELECT s.id, s.settings, m.settings AS master, m.id AS master_id, m.name,"
      " m.outputs_per_input, m.type, m.variability, m.output_name, m.file_output_name, m.naming"
      " FROM step s JOIN master_step m ON m.id = s.master_step_id WHERE s.archived = 0"
      " ORDER BY s.id",
      NULL,
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (versions); i++)
    g_hash_table_insert (
        last, (gpointer) mns_rows_get_id (versions, i, 0), GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (last, mns_rows_get_id (rows, i, 0)));
      g_autofree char *text = write_version (rows, i);
      gint64 number = at > 0 ? mns_rows_get_int (versions, at - 1, 1) : 0;
      MnsId id;

      if (at > 0 && g_str_equal (text, mns_rows_get_text (versions, at - 1, 2)))
        continue;
      mns_call_derive_id (import->call, "step_version", i, &id);
      mns_row_set_add (set,
                       mns_value_id (&id),
                       mns_value_id (mns_rows_get_id (rows, i, 0)),
                       mns_value_int (number + 1),
                       mns_value_json (text));
    }
  return insert_versions (import, set, error);
}

static char *
stage_key (const MnsId *workflow, const MnsId *protocol, const MnsId *step)
{
  char texts[3][MNS_ID_TEXT_SIZE] = { "", "", "" };

  mns_id_print (workflow, texts[0]);
  mns_id_print (protocol, texts[1]);
  if (step != NULL)
    mns_id_print (step, texts[2]);
  return g_strdup_printf ("%s/%s/%s", texts[0], texts[1], texts[2]);
}

typedef struct
{
  MnsRowSet *made;
  MnsRowSet *kept;
  GHashTable *old; /* key of a stage → id (owned by the rows) */
  GHashTable *wanted;
  guint n;
} Stages;

/* One stage that should be there. */
static gboolean
want_stage (MnsImport *import,
            Stages *stages,
            const MnsId *workflow,
            const MnsId *protocol,
            const MnsId *step,
            const char *name,
            gint64 position,
            GError **error)
{
  char *key = stage_key (workflow, protocol, step);
  const MnsId *old = g_hash_table_lookup (stages->old, key);
  g_autofree char *lims_id = NULL;
  MnsId id;

  g_hash_table_add (stages->wanted, key);
  if (old != NULL)
    {
      mns_row_set_add (stages->kept,
                       mns_value_id (old),
                       mns_value_int (position),
                       mns_value_text (name),
                       mns_value_int (0));
      return TRUE;
    }
  lims_id = mns_call_take_lims_id (import->call, "stage", NULL, error);
  if (lims_id == NULL)
    return FALSE;
  mns_call_derive_id (import->call, "stage", stages->n++, &id);
  mns_row_set_add (stages->made,
                   mns_value_id (&id),
                   mns_value_text (lims_id),
                   mns_value_id (workflow),
                   mns_value_int (position),
                   mns_value_id (protocol),
                   mns_value_id (step),
                   mns_value_id (step != NULL ? step : protocol),
                   mns_value_text (name));
  return TRUE;
}

/* Columns: 0 workflow, 1 protocol, 2 is_qc, 3 name of the protocol, 4 step, 5 name of the step. */
static gboolean
want_stages (MnsImport *import, Stages *stages, MnsRows *rows, GError **error)
{
  gint64 position = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsId *workflow = mns_rows_get_id (rows, i, 0);
      const MnsId *protocol = mns_rows_get_id (rows, i, 1);
      gboolean first = i == 0 || !mns_id_equal (workflow, mns_rows_get_id (rows, i - 1, 0));
      gboolean same = !first && mns_id_equal (protocol, mns_rows_get_id (rows, i - 1, 1));
      gboolean is_qc = mns_rows_get_int (rows, i, 2) != 0;

      if (first)
        position = 0;
      if (is_qc && same)
        continue;
      if (!want_stage (import,
                       stages,
                       workflow,
                       protocol,
                       is_qc ? NULL : mns_rows_get_id (rows, i, 4),
                       mns_rows_get_text (rows, i, is_qc ? 3 : 5),
                       position++,
                       error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_stages (MnsImport *import, Stages *stages, GError **error)
{
  return (mns_row_set_get_n_rows (stages->kept) == 0 ||
          mns_transaction_run (import->call->tx,
                               "UPDATE stage SET position = v.position,"
                               " name = COALESCE (v.name, stage.name), archived = v.archived"
                               " FROM {v} WHERE stage.id = v.id",
                               MNS_ARGS (MNS_ARG_SET ("v", stages->kept)),
                               error)) &&
         (mns_row_set_get_n_rows (stages->made) == 0 ||
          mns_transaction_run (
              import->call->tx,
              "INSERT INTO stage (id, lims_id, workflow_id, position, protocol_id, step_id,"
              " queue_id, name, archived) SELECT v.id, v.lims_id, v.workflow, v.position,"
              " v.protocol, v.step, v.queue, v.name, 0 FROM {v}",
              MNS_ARGS (MNS_ARG_SET ("v", stages->made)),
              error));
}

/**
 * mns_import_settle_stages:
 *
 * Makes the stages of all workflows what their protocols say: one a step, one a QC protocol. A
 * stage whose step has gone is archived; a stage that was there keeps its id.
 */
gboolean
mns_import_settle_stages (MnsImport *import, GError **error)
{
  g_autoptr (MnsRowSet) made = mns_row_set_new (
      "id id, lims_id text, workflow id, position int, protocol id, step id, queue id, name text");
  g_autoptr (MnsRowSet) kept = mns_row_set_new ("id id, position int, name text, archived int");
  g_autoptr (GHashTable) old = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Stages stages = { made, kept, old, wanted, 0 };
  g_autoptr (MnsRows) there = mns_transaction_query (
      import->call->tx,
      "SELECT id, workflow_id, protocol_id, step_id, position, archived FROM stage ORDER BY id",
      NULL,
      error);
  g_autoptr (MnsRows) rows = NULL;

  if (there == NULL)
    return FALSE;
  rows = mns_transaction_query (
      import->call->tx,
      "SELECT x.workflow_id, p.id, p.is_qc, p.name, s.id AS step, s.name AS step_name"
      " FROM workflow_protocol x JOIN protocol p ON p.id = x.protocol_id"
      " JOIN step s ON s.protocol_id = p.id AND s.archived = 0"
      " ORDER BY x.workflow_id, x.position, s.position, s.id",
      NULL,
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (there); i++)
    g_hash_table_insert (
        old,
        stage_key (mns_rows_get_id (there, i, 1),
                   mns_rows_get_id (there, i, 2),
                   mns_rows_is_null (there, i, 3) ? NULL : mns_rows_get_id (there, i, 3)),
        (gpointer) mns_rows_get_id (there, i, 0));
  if (!want_stages (import, &stages, rows, error))
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (there); i++)
    {
      g_autofree char *key =
          stage_key (mns_rows_get_id (there, i, 1),
                     mns_rows_get_id (there, i, 2),
                     mns_rows_is_null (there, i, 3) ? NULL : mns_rows_get_id (there, i, 3));

      if (!g_hash_table_contains (wanted, key) && mns_rows_get_int (there, i, 5) == 0)
        mns_row_set_add (kept,
                         mns_value_id (mns_rows_get_id (there, i, 0)),
                         mns_value_int (mns_rows_get_int (there, i, 4)),
                         mns_value_text (NULL),
                         mns_value_int (1));
    }
  return write_stages (import, &stages, error);
}
