/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Changing the values of artifacts: three statements for any number of them. */

#include "config.h"

#include "sync/lab/artifacts.h"
#include "sync/model/packed.h"
#include "sync/model/sort-key.h"

static void
free_artifact (gpointer data)
{
  MnsArtifact *self = data;

  g_free (self->lims_id);
  g_free (self->name);
  g_free (self->kind);
  g_free (self->qc_flag);
  mns_field_values_free (self->values);
  g_free (self);
}

/**
 * mns_artifacts_load:
 * @ids: a row set with a column id
 *
 * Returns: (transfer full): the artifacts that are there, by id, or %NULL with @error set
 */
GHashTable *
mns_artifacts_load (MnsCall *call, MnsRowSet *ids, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT a.id, a.lims_id, a.name, a.kind, a.run_id, a.content_id, a.scope_id, a.state,"
      " a.qc_flag, a.fields, a.phi_fields, CASE WHEN EXISTS (SELECT 1 FROM step_input i"
      " WHERE i.artifact_id = a.id AND (i.state_before = a.state OR i.state_after = a.state))"
      " THEN 1 ELSE 0 END AS referred FROM {v} JOIN artifact a ON a.id = v.id",
      MNS_ARGS (MNS_ARG_SET ("v", ids)),
      error);
  GHashTable *artifacts;

  if (rows == NULL)
    return NULL;
  artifacts = g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, free_artifact);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsArtifact *self = g_new0 (MnsArtifact, 1);

      self->id = *mns_rows_get_id (rows, i, 0);
      self->lims_id = g_strdup (mns_rows_get_text (rows, i, 1));
      self->name = g_strdup (mns_rows_get_text (rows, i, 2));
      self->kind = g_strdup (mns_rows_get_text (rows, i, 3));
      self->has_run = !mns_rows_is_null (rows, i, 4);
      if (self->has_run)
        self->run = *mns_rows_get_id (rows, i, 4);
      self->content = *mns_rows_get_id (rows, i, 5);
      self->scope = *mns_rows_get_id (rows, i, 6);
      self->state = mns_rows_get_int (rows, i, 7);
      self->qc_flag = g_strdup (mns_rows_get_text (rows, i, 8));
      self->values =
          mns_field_values_new (mns_rows_get_text (rows, i, 9), mns_rows_get_text (rows, i, 10));
      self->referred = mns_rows_get_int (rows, i, 11) != 0;
      if (!g_hash_table_contains (artifacts, &self->id))
        g_hash_table_insert (artifacts, &self->id, self);
      else
        free_artifact (self);
    }
  return artifacts;
}

void
mns_artifact_rename (MnsArtifact *self, const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
  self->changed = TRUE;
}

/**
 * mns_artifact_get_object:
 *
 * Returns: the object whose custom fields it has
 */
const char *
mns_artifact_get_object (const MnsArtifact *self)
{
  static const char *const measurements[] = { "MEASUREMENT", "DEMUX", "FILE", NULL };

  return g_strv_contains (measurements, self->kind) ? "MEASUREMENT" : "DERIVED";
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return mns_id_compare (a, b);
}

static gboolean
keep_states (MnsCall *call, MnsRowSet *kept, GError **error)
{
  return mns_row_set_get_n_rows (kept) == 0 ||
         mns_transaction_run (
             call->tx,
             "INSERT INTO artifact_state (artifact_id, state, name, qc_flag, container_id, y, x,"
             " fields, phi_fields, until_at) SELECT a.id, a.state, a.name, a.qc_flag,"
             " p.container_id, p.y, p.x, a.fields, a.phi_fields, $now FROM {k}"
             " JOIN artifact a ON a.id = k.id LEFT JOIN placement p ON p.artifact_id = a.id",
             MNS_ARGS (MNS_ARG_SET ("k", kept), MNS_ARG_INT ("now", call->now)),
             error);
}

/**
 * mns_artifacts_write:
 * @artifacts: some of which have changed
 *
 * Keeps the state that a run refers to, then writes the changed rows, in the order of their ids.
 */
gboolean
mns_artifacts_write (MnsCall *call, GHashTable *artifacts, GError **error)
{
  g_autoptr (MnsRowSet) kept = mns_row_set_new ("id id");
  g_autoptr (MnsRowSet) set =
      mns_row_set_new ("id id, name text, key text, flag text, fields json, phi json, state int");
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (artifacts), compare_ids);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      MnsArtifact *self = g_hash_table_lookup (artifacts, l->data);
      g_autofree char *key = NULL;
      g_autofree char *fields = NULL;
      g_autofree char *phi = NULL;

      if (!self->changed)
        continue;
      key = mns_sort_key (self->name);
      fields = mns_packed_print (self->values->plain);
      phi = mns_packed_print (self->values->phi);
      if (self->referred)
        mns_row_set_add (kept, mns_value_id (&self->id));
      mns_row_set_add (set,
                       mns_value_id (&self->id),
                       mns_value_text (self->name),
                       mns_value_text (key),
                       mns_value_text (self->qc_flag),
                       mns_value_json (fields),
                       mns_value_json (phi),
                       mns_value_int (self->referred ? self->state + 1 : self->state));
    }
  return mns_row_set_get_n_rows (set) == 0 ||
         (keep_states (call, kept, error) &&
          mns_transaction_run (
              call->tx,
              "UPDATE artifact SET name = v.name, name_key = v.key, qc_flag = v.flag,"
              " fields = v.fields, phi_fields = v.phi, state = v.state, changed_at = $now FROM {v}"
              " WHERE artifact.id = v.id",
              MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("now", call->now)),
              error));
}
