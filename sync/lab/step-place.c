/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Placement: outputs into wells, out of them, and the containers a run uses. A move deletes and
 * inserts, so that any exchange of wells is one command.
 */

#include "config.h"

#include "sync/lab/drift.h"
#include "sync/lab/runs.h"

typedef struct
{
  MnsId id;
  gboolean take_out;
  MnsId container_id;
  MnsContainer *container;
  const char *well;
  gint64 y, x;
} Place;

typedef struct
{
  MnsCall *call;
  MnsRun *run;
  GHashTable *types;
  GHashTable *containers; /* of the run, by id */
  GArray *places;         /* Place */
  GHashTable *by_id;      /* artifact → index + 1 */
  GHashTable *old;        /* containers that are left: MnsId (owned by rows) */
  MnsRows *rows;          /* what is there now, see load_artifacts() */
} Placing;

static void
placing_clear (Placing *self)
{
  g_clear_pointer (&self->run, mns_run_free);
  g_clear_pointer (&self->containers, g_hash_table_unref);
  g_clear_pointer (&self->types, g_hash_table_unref);
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->old, g_hash_table_unref);
  g_clear_pointer (&self->rows, mns_rows_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Placing, placing_clear)

static void
read_well (Placing *self, Place *place, guint i)
{
  g_autofree char *at = g_strdup_printf ("/places/%u/well", i);
  gboolean one_well =
      place->container->type->axes.x_size * place->container->type->axes.y_size == 1;

  if (place->well == NULL && one_well)
    return;
  if (place->well == NULL)
    mns_call_fault (self->call, at, "missing", "a well of %s is needed", place->container->name);
  else if (!mns_well_parse (&place->container->type->axes, place->well, &place->y, &place->x))
    mns_call_fault (self->call,
                    at,
                    "no_such_well",
                    "container %s of type %s has no well %s",
                    place->container->name,
                    place->container->type->name,
                    place->well);
  else if (!mns_container_type_has (place->container->type, place->y, place->x))
    mns_call_fault (self->call,
                    at,
                    "unavailable",
                    "well %s of %s is not available",
                    place->well,
                    place->container->name);
}

static void
read_place (Placing *self, JsonObject *item, guint i)
{
  g_autofree char *at = g_strdup_printf ("/places/%u/container", i);
  Place place = { .well = mns_object_get_text (item, "well") };

  mns_object_get_id (item, "artifact", &place.id);
  place.take_out = !mns_object_get_id (item, "container", &place.container_id);
  if (!place.take_out)
    {
      place.container = g_hash_table_lookup (self->containers, &place.container_id);
      if (place.container == NULL)
        mns_call_fault (self->call,
                        at,
                        "not_in_run",
                        "the container is not one of step run %s",
                        self->run->lims_id);
      else if (g_str_equal (place.container->state, "DISCARDED"))
        mns_call_fault (
            self->call, at, "not_usable", "container %s is discarded", place.container->name);
      else
        read_well (self, &place, i);
    }
  g_array_append_val (self->places, place);
}

static gpointer
well_key (const Place *place)
{
  return GINT_TO_POINTER ((int) (place->y * 1000 + place->x + 1));
}

/* Two of the command's samples in one well, or one sample in two. */
static void
check_doubles (Placing *self)
{
  g_autoptr (GHashTable) wells =
      g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, (GDestroyNotify) g_hash_table_unref);

  for (guint i = 0; i < self->places->len; i++)
    {
      Place *place = &g_array_index (self->places, Place, i);
      g_autofree char *at = g_strdup_printf ("/places/%u", i);
      GHashTable *taken;

      if (g_hash_table_contains (self->by_id, &place->id))
        mns_call_fault (self->call, at, "double", "an artifact is placed twice");
      g_hash_table_insert (self->by_id, &place->id, GUINT_TO_POINTER (i + 1));
      if (place->container == NULL)
        continue;
      taken = g_hash_table_lookup (wells, &place->container_id);
      if (taken == NULL)
        {
          taken = g_hash_table_new (NULL, NULL);
          g_hash_table_insert (wells, &place->container_id, taken);
        }
      if (!g_hash_table_add (taken, well_key (place)))
        mns_call_fault (self->call,
                        at,
                        "well_taken",
                        "well %s of %s is given to two artifacts",
                        place->well,
                        place->container->name);
    }
}

/* Statement 1: that they are outputs of the run, and where they are. */
static gboolean
load_artifacts (Placing *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");

  for (guint i = 0; i < self->places->len; i++)
    mns_row_set_add (set, mns_value_id (&g_array_index (self->places, Place, i).id));
  self->rows = mns_transaction_query (
      self->call->tx,
      "SELECT a.id, a.lims_id, a.run_id, a.kind, p.container_id, p.y, p.x FROM {v}"
      " JOIN artifact a ON a.id = v.id LEFT JOIN placement p ON p.artifact_id = a.id",
      MNS_ARGS (MNS_ARG_SET ("v", set)),
      error);
  return self->rows != NULL;
}

static void
check_output (Placing *self, guint row)
{
  guint i =
      GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, mns_rows_get_id (self->rows, row, 0))) -
      1;
  g_autofree char *at = g_strdup_printf ("/places/%u/artifact", i);
  const char *kind = mns_rows_get_text (self->rows, row, 3);

  if (mns_rows_is_null (self->rows, row, 2) ||
      !mns_id_equal (mns_rows_get_id (self->rows, row, 2), &self->run->id) ||
      g_str_equal (kind, "FILE"))
    mns_call_fault (self->call,
                    at,
                    "not_in_run",
                    "%s is no output of step run %s",
                    mns_rows_get_text (self->rows, row, 1),
                    self->run->lims_id);
}

/* Where an output is now, in the words of expect. */
static void
check_seen (Placing *self, MnsDrift *drift, guint row)
{
  const MnsId *id = mns_rows_get_id (self->rows, row, 0);
  guint i = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, id)) - 1;
  const Place *place = &g_array_index (self->places, Place, i);
  const char *shown = mns_rows_get_text (self->rows, row, 1);
  g_autoptr (JsonNode) container = NULL;
  g_autoptr (JsonNode) well = NULL;
  g_autoptr (JsonNode) wanted_container = NULL;
  g_autoptr (JsonNode) wanted_well = NULL;
  g_autofree char *container_text = NULL;
  g_autofree char *wanted_text = NULL;
  char name[MNS_WELL_TEXT_SIZE] = "";
  char wanted_name[MNS_WELL_TEXT_SIZE] = "";
  MnsContainer *there = NULL;

  if (!mns_rows_is_null (self->rows, row, 4))
    {
      container_text = mns_id_to_string (mns_rows_get_id (self->rows, row, 4));
      there = g_hash_table_lookup (self->containers, mns_rows_get_id (self->rows, row, 4));
      if (there != NULL)
        mns_well_print (&there->type->axes,
                        mns_rows_get_int (self->rows, row, 5),
                        mns_rows_get_int (self->rows, row, 6),
                        name);
      g_hash_table_add (self->old, (gpointer) mns_rows_get_id (self->rows, row, 4));
    }
  if (place->container != NULL)
    {
      wanted_text = mns_id_to_string (&place->container_id);
      mns_well_print (&place->container->type->axes, place->y, place->x, wanted_name);
    }
  container = mns_text_node (container_text);
  well = mns_text_node (name[0] != '\0' ? name : NULL);
  wanted_container = mns_text_node (wanted_text);
  wanted_well = mns_text_node (wanted_name[0] != '\0' ? wanted_name : NULL);
  mns_drift_check (drift, "artifact", id, shown, "container", NULL, container, wanted_container);
  mns_drift_check (drift, "artifact", id, shown, "well", NULL, well, wanted_well);
}

static gboolean
check_artifacts (Placing *self, GError **error)
{
  g_auto (MnsDrift) drift = { 0 };

  if (!load_artifacts (self, error))
    return FALSE;
  mns_drift_init (&drift, self->call);
  if (mns_rows_get_n_rows (self->rows) < self->places->len && !mns_call_has_faults (self->call))
    mns_call_missing (self->call, "/places", "artifact", NULL);
  for (guint i = 0; i < mns_rows_get_n_rows (self->rows); i++)
    {
      check_output (self, i);
      check_seen (self, &drift, i);
    }
  mns_drift_tell (&drift, "moved_on");
  return TRUE;
}

static JsonObject *
describe_well (Placing *self, MnsRows *rows, guint i)
{
  JsonObject *object = json_object_new ();
  MnsContainer *container = g_hash_table_lookup (self->containers, mns_rows_get_id (rows, i, 0));
  char id[MNS_ID_TEXT_SIZE];
  char well[MNS_WELL_TEXT_SIZE];

  mns_id_print (mns_rows_get_id (rows, i, 0), id);
  json_object_set_string_member (object, "container", id);
  json_object_set_string_member (object, "container_name", container->name);
  mns_well_print (
      &container->type->axes, mns_rows_get_int (rows, i, 1), mns_rows_get_int (rows, i, 2), well);
  json_object_set_string_member (object, "well", well);
  mns_id_print (mns_rows_get_id (rows, i, 3), id);
  json_object_set_string_member (object, "artifact", id);
  if (!mns_rows_is_null (rows, i, 4))
    {
      json_object_set_string_member (object, "lims_id", mns_rows_get_text (rows, i, 4));
      json_object_set_string_member (object, "name", mns_rows_get_text (rows, i, 5));
    }
  mns_id_print (mns_rows_get_id (rows, i, 6), id);
  json_object_set_string_member (object, "wanted_by", id);
  return object;
}

static void
tell_taken (Placing *self, JsonNode *there, JsonObject *first, guint n)
{
  const char *well = json_object_get_string_member (first, "well");
  const char *plate = json_object_get_string_member (first, "container_name");
  const char *name = mns_object_get_text (first, "name");

  if (n > 1)
    mns_call_conflict (self->call,
                       "well_taken",
                       NULL,
                       there,
                       "%u wells are taken, among them %s of %s",
                       n,
                       well,
                       plate);
  else if (name != NULL)
    mns_call_conflict (
        self->call, "well_taken", NULL, there, "well %s of %s is taken by %s", well, plate, name);
  else
    mns_call_conflict (self->call,
                       "well_taken",
                       NULL,
                       there,
                       "well %s of %s is taken by another sample",
                       well,
                       plate);
}

/* Any row is another artifact in a well that this command fills. */
static gboolean
check_free (Placing *self, MnsRowSet *set, GError **error)
{
  g_autoptr (JsonArray) there = json_array_new ();
  g_autoptr (MnsRows) rows = mns_transaction_query (
      self->call->tx,
      "SELECT p.container_id, p.y, p.x, p.artifact_id, a.lims_id, a.name, v.artifact FROM {v}"
      " JOIN placement p ON p.container_id = v.container AND p.y = v.y AND p.x = v.x"
      " LEFT JOIN artifact a ON a.id = p.artifact_id ORDER BY p.container_id, p.x, p.y",
      MNS_ARGS (MNS_ARG_SET ("v", set)),
      error);
  JsonObject *first;
  JsonNode *node;

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    return TRUE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    json_array_add_object_element (there, describe_well (self, rows, i));
  first = json_array_get_object_element (there, 0);
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, there);
  tell_taken (self, node, first, mns_rows_get_n_rows (rows));
  return TRUE;
}

static gboolean
write_places (Placing *self, GError **error)
{
  g_autoptr (MnsRowSet) out = mns_row_set_new ("artifact id");
  g_autoptr (MnsRowSet) in = mns_row_set_new ("artifact id, container id, y int, x int");
  g_autoptr (MnsRowSet) touched = mns_row_set_new ("id id");
  GHashTableIter iter;
  const MnsId *id;

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = &g_array_index (self->places, Place, i);

      mns_row_set_add (out, mns_value_id (&place->id));
      if (place->container == NULL)
        continue;
      mns_row_set_add (in,
                       mns_value_id (&place->id),
                       mns_value_id (&place->container_id),
                       mns_value_int (place->y),
                       mns_value_int (place->x));
      g_hash_table_add (self->old, &place->container->id);
    }
  g_hash_table_iter_init (&iter, self->old);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    mns_row_set_add (touched, mns_value_id (id));
  if (!mns_transaction_run (
          self->call->tx,
          "DELETE FROM placement WHERE artifact_id IN (SELECT v.artifact FROM {v})",
          MNS_ARGS (MNS_ARG_SET ("v", out)),
          error))
    return FALSE;
  if (mns_row_set_get_n_rows (in) > 0 && !check_free (self, in, error))
    return FALSE;
  if (mns_call_failed (self->call))
    return TRUE;
  return (mns_row_set_get_n_rows (in) == 0 ||
          mns_transaction_run (self->call->tx,
                               "INSERT INTO placement (container_id, y, x, artifact_id)"
                               " SELECT v.container, v.y, v.x, v.artifact FROM {v}",
                               MNS_ARGS (MNS_ARG_SET ("v", in)),
                               error)) &&
         mns_containers_settle (self->call, touched, error) &&
         mns_run_touch (self->call, self->run, error);
}

gboolean
mns_step_place (MnsCall *call, GError **error)
{
  g_auto (Placing) self = { .call = call };
  JsonArray *list = mns_call_get_list (call, "places");

  self.run = mns_run_load (call, error);
  if (self.run == NULL)
    return FALSE;
  if (!mns_run_check (call, self.run, "PLACEMENT"))
    return TRUE;
  if (!mns_step_type_has_placement (self.run->type, self.run->settings))
    {
      mns_call_fault (
          call, "/run", "no_placement", "step %s has no placement", self.run->step_name);
      return TRUE;
    }
  self.types = mns_container_types_load (call, error);
  if (self.types == NULL)
    return FALSE;
  self.containers = mns_run_containers_load (call, &self.run->id, self.types, error);
  if (self.containers == NULL)
    return FALSE;
  self.places = g_array_new (FALSE, TRUE, sizeof (Place));
  self.by_id = g_hash_table_new (mns_id_hash, mns_id_equal);
  self.old = g_hash_table_new (mns_id_hash, mns_id_equal);
  for (guint i = 0; i < json_array_get_length (list); i++)
    read_place (&self, json_array_get_object_element (list, i), i);
  check_doubles (&self);
  if (!check_artifacts (&self, error))
    return FALSE;
  return mns_call_failed (call) || write_places (&self, error);
}

/* Puts a container on the run's list, and shows it to whoever sees the run. */
static gboolean
join_container (MnsCall *call, const MnsRun *run, const MnsId *id, gboolean made, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("inner_id id");

  mns_row_set_add (set, mns_value_id (id));
  mns_call_put_id (call, "container", id);
  return mns_transaction_run (
             call->tx,
             "INSERT INTO step_container (run_id, container_id, n, on_the_fly)"
             " SELECT $run, v.inner_id, COALESCE ((SELECT max(s.n) + 1 FROM step_container s"
             " WHERE s.run_id = $run), 0), $made FROM {v} WHERE true"
             " ON CONFLICT (run_id, container_id) DO NOTHING",
             MNS_ARGS (
                 MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", &run->id), MNS_ARG_INT ("made", made)),
             error) &&
         mns_scopes_copy (call, &run->id, set, error) && mns_run_touch (call, run, error);
}

static gboolean
check_permitted (MnsCall *call, const MnsRun *run, const MnsContainerType *type, const char *at)
{
  if (type != NULL && !type->archived &&
      mns_settings_permit (run->settings, "containers", &type->id))
    return TRUE;
  mns_call_fault (call,
                  at,
                  "not_permitted",
                  "container type %s is not permitted in step %s",
                  type != NULL ? type->name : "(none)",
                  run->step_name);
  return FALSE;
}

gboolean
mns_step_add_container (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  g_autoptr (GHashTable) types = NULL;
  g_autoptr (MnsRowSet) set = mns_containers_new_set ();
  g_autoptr (MnsRowSet) names = mns_row_set_new ("at text, name text");
  g_autofree char *lims_id = NULL;
  const char *name = mns_call_get_text (call, "name");
  MnsId type, id;

  if (run == NULL)
    return FALSE;
  if (!mns_run_check (call, run, NULL))
    return TRUE;
  types = mns_container_types_load (call, error);
  if (types == NULL)
    return FALSE;
  if (!mns_call_get_id (call, "container_type", &type))
    type = run->container_type;
  check_permitted (call, run, g_hash_table_lookup (types, &type), "/container_type");
  if (name != NULL)
    mns_row_set_add (names, mns_value_text ("/name"), mns_value_text (name));
  if (!mns_containers_check_names (call, names, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  lims_id = mns_call_take_lims_id (call, "27-", NULL, error);
  if (lims_id == NULL)
    return FALSE;
  mns_call_derive_id (call, "container", 0, &id);
  mns_containers_add (set, &id, lims_id, &type, name, FALSE);
  mns_call_put_text (call, "lims_id", lims_id);
  return mns_containers_insert (call, set, error) && join_container (call, run, &id, TRUE, error);
}

gboolean
mns_step_use_container (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  g_autoptr (GHashTable) types = NULL;
  g_autoptr (MnsContainer) container = NULL;
  MnsId id;

  if (run == NULL)
    return FALSE;
  if (!mns_run_check (call, run, NULL))
    return TRUE;
  types = mns_container_types_load (call, error);
  if (types == NULL)
    return FALSE;
  mns_call_get_id (call, "container", &id);
  container = mns_container_load (call, &id, types, "/container", error);
  if (container == NULL)
    return mns_call_failed (call);
  check_permitted (call, run, container->type, "/container");
  if (g_str_equal (container->state, "DISCARDED") || g_str_equal (container->state, "DEPLETED"))
    mns_call_fault (
        call, "/container", "not_usable", "container %s is %s", container->name, container->state);
  return mns_call_failed (call) || join_container (call, run, &id, FALSE, error);
}

gboolean
mns_step_remove_container (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  g_autoptr (MnsRows) rows = NULL;
  MnsId id;

  if (run == NULL)
    return FALSE;
  if (!mns_run_check (call, run, NULL))
    return TRUE;
  mns_call_get_id (call, "container", &id);
  rows = mns_transaction_query (
      call->tx,
      "SELECT c.name, s.on_the_fly, (SELECT count(*) FROM placement p JOIN artifact a"
      " ON a.id = p.artifact_id WHERE p.container_id = c.id AND a.run_id = $run) AS own,"
      " (SELECT count(*) FROM placement p WHERE p.container_id = c.id) AS filled,"
      " (SELECT count(*) FROM step_container o WHERE o.container_id = c.id) AS runs"
      " FROM step_container s JOIN container c ON c.id = s.container_id"
      " WHERE s.run_id = $run AND s.container_id = $id",
      MNS_ARGS (MNS_ARG_ID ("run", &run->id), MNS_ARG_ID ("id", &id)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    return TRUE; /* it is not there: what was wanted */
  if (mns_rows_get_int (rows, 0, 2) > 0)
    {
      mns_call_fault (call,
                      "/container",
                      "not_empty",
                      "container %s holds outputs of step run %s; take them out first",
                      mns_rows_get_text (rows, 0, 0),
                      run->lims_id);
      return TRUE;
    }
  if (!mns_transaction_run (call->tx,
                            "DELETE FROM step_container WHERE run_id = $run AND container_id = $id",
                            MNS_ARGS (MNS_ARG_ID ("run", &run->id), MNS_ARG_ID ("id", &id)),
                            error))
    return FALSE;
  /* one that the run has made, and nobody uses, goes with it */
  if (mns_rows_get_int (rows, 0, 1) != 0 && mns_rows_get_int (rows, 0, 3) == 0 &&
      mns_rows_get_int (rows, 0, 4) == 1 &&
      (!mns_transaction_run (call->tx,
                             "DELETE FROM scope_member WHERE inner_id = $id",
                             MNS_ARGS (MNS_ARG_ID ("id", &id)),
                             error) ||
       !mns_transaction_run (call->tx,
                             "DELETE FROM container WHERE id = $id",
                             MNS_ARGS (MNS_ARG_ID ("id", &id)),
                             error)))
    return FALSE;
  return mns_run_touch (call, run, error);
}
