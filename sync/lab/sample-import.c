/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A sample list becomes samples, each with its root artifact in a well: all or nothing, and all
 * faults at once. The number of statements does not depend on the length of the list.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/containers.h"
#include "sync/lab/fields.h"
#include "sync/lab/project.h"
#include "sync/lab/sample.h"
#include "sync/model/packed.h"
#include "sync/model/sentence.h"
#include "sync/model/sort-key.h"

/* Labels that a list brings along belong to a group of this name: a label has a group, and a list
 * names none (configuration.md 7.1). */
#define LABEL_GROUP "Sample lists"

/* A container that the list names, or that is made for one sample. */
typedef struct
{
  MnsId id;
  char *name; /* NULL: its LIMS id */
  const MnsContainerType *type;
  gboolean is_new;
  char *state;
  GHashTable *taken; /* y * 1000 + x + 1 → 1 + index of the sample; -1: there already */
} Place;

typedef struct
{
  const char *name;
  Place *place;
  gint64 y, x;
  MnsId label;
  gboolean has_label;
  char *fields;
  char *phi_fields;
} Sample;

typedef struct
{
  MnsCall *call;
  MnsProject *project;
  JsonArray *list;
  GHashTable *types;
  GHashTable *by_name; /* container name → GPtrArray of Place */
  GPtrArray *places;   /* all Place, in the order of their first use */
  GArray *samples;     /* Sample */
  GHashTable *labels;  /* name → MnsId */
  GPtrArray *made;     /* names of labels that are not there yet; borrowed keys of @labels */
} Import;

static void
free_place (gpointer data)
{
  Place *self = data;

  g_free (self->name);
  g_free (self->state);
  g_hash_table_unref (self->taken);
  g_free (self);
}

static void
clear_sample (gpointer data)
{
  Sample *self = data;

  g_free (self->fields);
  g_free (self->phi_fields);
}

static Place *
add_place (Import *self, const char *name, const MnsContainerType *type)
{
  Place *place = g_new0 (Place, 1);

  place->name = g_strdup (name);
  place->type = type;
  place->taken = g_hash_table_new (NULL, NULL);
  g_ptr_array_add (self->places, place);
  if (name != NULL)
    {
      GPtrArray *same = g_hash_table_lookup (self->by_name, name);

      if (same == NULL)
        {
          same = g_ptr_array_new ();
          g_hash_table_insert (self->by_name, g_strdup (name), same);
        }
      g_ptr_array_add (same, place);
    }
  return place;
}

static gpointer
well_key (gint64 y, gint64 x)
{
  return GINT_TO_POINTER ((int) (y * 1000 + x + 1));
}

/* The containers that the list names and that are there, with their wells. */
static gboolean
load_containers (Import *self, GError **error)
{
  g_autoptr (MnsRowSet) names = mns_row_set_new ("name text");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) by_id = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (MnsRows) wells = NULL;

  for (guint i = 0; i < json_array_get_length (self->list); i++)
    {
      const char *name =
          mns_object_get_text (json_array_get_object_element (self->list, i), "container");

      if (name != NULL && g_hash_table_add (seen, (gpointer) name))
        mns_row_set_add (names, mns_value_text (name));
    }
  if (mns_row_set_get_n_rows (names) == 0)
    return TRUE;
  rows = mns_transaction_query (self->call->tx,
                                "SELECT c.id, c.name, c.container_type_id, c.state FROM {v}"
                                " JOIN container c ON c.name = v.name ORDER BY c.name, c.id",
                                MNS_ARGS (MNS_ARG_SET ("v", names)),
                                error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      Place *place = add_place (self,
                                mns_rows_get_text (rows, i, 1),
                                g_hash_table_lookup (self->types, mns_rows_get_id (rows, i, 2)));

      place->id = *mns_rows_get_id (rows, i, 0);
      place->state = g_strdup (mns_rows_get_text (rows, i, 3));
      g_hash_table_insert (by_id, &place->id, place);
      mns_row_set_add (ids, mns_value_id (&place->id));
    }
  wells = mns_transaction_query (
      self->call->tx,
      "SELECT p.container_id, p.y, p.x FROM {v} JOIN placement p ON p.container_id = v.id",
      MNS_ARGS (MNS_ARG_SET ("v", ids)),
      error);
  for (guint i = 0; wells != NULL && i < mns_rows_get_n_rows (wells); i++)
    {
      Place *place = g_hash_table_lookup (by_id, mns_rows_get_id (wells, i, 0));

      g_hash_table_insert (
          place->taken,
          well_key (mns_rows_get_int (wells, i, 1), mns_rows_get_int (wells, i, 2)),
          GINT_TO_POINTER (-1));
    }
  return wells != NULL;
}

static gboolean
load_labels (Import *self, GError **error)
{
  g_autoptr (MnsRowSet) names = mns_row_set_new ("name text");
  g_autoptr (MnsRows) rows = NULL;

  for (guint i = 0; i < json_array_get_length (self->list); i++)
    {
      const char *name =
          mns_object_get_text (json_array_get_object_element (self->list, i), "label");

      if (name != NULL)
        mns_row_set_add (names, mns_value_text (name));
    }
  if (mns_row_set_get_n_rows (names) == 0)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT l.id, l.name FROM {v} JOIN label l ON l.name = v.name WHERE l.archived = 0"
      " ORDER BY l.name, l.id",
      MNS_ARGS (MNS_ARG_SET ("v", names)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    if (!g_hash_table_contains (self->labels, mns_rows_get_text (rows, i, 1)))
      g_hash_table_insert (self->labels,
                           g_strdup (mns_rows_get_text (rows, i, 1)),
                           mns_id_dup (mns_rows_get_id (rows, i, 0)));
  return rows != NULL;
}

/* The type called Tube, else the first one for tubes. */
static const MnsContainerType *
find_tube (Import *self)
{
  const MnsContainerType *found = NULL;
  const MnsContainerType *type;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->types);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &type))
    {
      if (!type->is_tube || type->archived)
        continue;
      if (g_str_equal (type->name, "Tube"))
        return type;
      if (found == NULL || mns_id_compare (&type->id, &found->id) < 0)
        found = type;
    }
  return found;
}

static void
refuse_line (Import *self, guint i, const char *member, const char *code, const char *format, ...)
    G_GNUC_PRINTF (5, 6);

static void
refuse_line (Import *self, guint i, const char *member, const char *code, const char *format, ...)
{
  g_autofree char *at = g_strdup_printf ("/samples/%u/%s", i, member);
  JsonObject *values = json_object_new ();
  JsonObject *inner = json_object_new ();
  g_autofree char *rule = NULL;
  g_autofree char *shown = NULL;
  const char *name = mns_object_get_text (json_array_get_object_element (self->list, i), "name");
  va_list list;

  va_start (list, format);
  mns_sentence_record (inner, format, list);
  rule = g_strdup_vprintf (format, list);
  va_end (list);
  json_object_set_object_member (values, "inner", inner);
  mns_call_fault_values (self->call, at, code, values, "sample %s: %s", name, rule);
}

/* The container of a sample: one of that name (and type) that is there or was made for an earlier
 * line, else a new one. Returns NULL if something is wrong, which was said.
 */
static Place *
find_place (Import *self, guint i, const char *name, const MnsContainerType *type)
{
  GPtrArray *same = g_hash_table_lookup (self->by_name, name);
  Place *found = NULL;

  for (guint k = 0; same != NULL && k < same->len; k++)
    {
      Place *place = g_ptr_array_index (same, k);

      if (type != NULL && place->type != type)
        continue;
      if (found != NULL)
        {
          refuse_line (
              self, i, "container", "ambiguous", "there are several containers “%s”", name);
          return NULL;
        }
      found = place;
    }
  if (found == NULL && type == NULL)
    {
      refuse_line (self,
                   i,
                   "container_type",
                   "missing",
                   "there is no container “%s”; to make it, its type is needed",
                   name);
      return NULL;
    }
  if (found != NULL && found->state != NULL && g_str_equal (found->state, "DISCARDED"))
    {
      refuse_line (self, i, "container", "discarded", "container %s is discarded", name);
      return NULL;
    }
  if (found == NULL)
    {
      found = add_place (self, name, type);
      found->is_new = TRUE;
    }
  return found;
}

static void
take_well (Import *self, guint i, Sample *sample, const char *well)
{
  const MnsWellAxes *axes = &sample->place->type->axes;
  const char *shown = sample->place->name != NULL ? sample->place->name : "the new container";
  int taken;

  if (well == NULL && sample->place->type->axes.x_size * sample->place->type->axes.y_size == 1)
    sample->y = sample->x = 0;
  else if (well == NULL)
    {
      refuse_line (self, i, "well", "missing", "a well of %s is needed", shown);
      return;
    }
  else if (!mns_well_parse (axes, well, &sample->y, &sample->x))
    {
      refuse_line (self,
                   i,
                   "well",
                   "no_such_well",
                   "container %s of type %s has no well %s",
                   shown,
                   sample->place->type->name,
                   well);
      return;
    }
  if (!mns_container_type_has (sample->place->type, sample->y, sample->x))
    refuse_line (self, i, "well", "unavailable", "well %s of %s is not available", well, shown);
  taken =
      GPOINTER_TO_INT (g_hash_table_lookup (sample->place->taken, well_key (sample->y, sample->x)));
  if (taken < 0)
    refuse_line (self, i, "well", "well_taken", "well %s of %s is taken already", well, shown);
  else if (taken > 0)
    refuse_line (self,
                 i,
                 "well",
                 "well_taken",
                 "well %s of %s is already given to sample %s of this list",
                 well != NULL ? well : "1",
                 shown,
                 g_array_index (self->samples, Sample, taken - 1).name);
  else
    g_hash_table_insert (
        sample->place->taken, well_key (sample->y, sample->x), GINT_TO_POINTER ((int) i + 1));
}

static void
place_sample (Import *self, guint i, JsonObject *item, Sample *sample)
{
  const char *name = mns_object_get_text (item, "container");
  const char *well = mns_object_get_text (item, "well");
  const MnsContainerType *type = NULL;
  MnsId type_id;

  if (mns_object_get_id (item, "container_type", &type_id))
    type = g_hash_table_lookup (self->types, &type_id);
  if (name == NULL && type == NULL && well == NULL)
    type = find_tube (self);
  if (type != NULL && type->archived)
    {
      refuse_line (
          self, i, "container_type", "archived", "container type %s is archived", type->name);
      return;
    }
  if (name == NULL && (type == NULL || !type->is_tube))
    {
      refuse_line (self, i, "container", "missing", "the name of the container is needed");
      return;
    }
  if (name != NULL)
    sample->place = find_place (self, i, name, type);
  else
    {
      sample->place = add_place (self, NULL, type);
      sample->place->is_new = TRUE;
    }
  if (sample->place != NULL)
    take_well (self, i, sample, well);
}

/* An unknown label is made, once for the whole list. */
static const MnsId *
find_or_make_label (Import *self, const char *name)
{
  MnsId *id = g_hash_table_lookup (self->labels, name);
  char *key;

  if (id != NULL)
    return id;
  id = g_new (MnsId, 1);
  mns_call_derive_id (self->call, "label", self->made->len, id);
  key = g_strdup (name);
  g_hash_table_insert (self->labels, key, id);
  g_ptr_array_add (self->made, key);
  return id;
}

static void
read_sample (Import *self, const MnsCustomFields *fields, guint i)
{
  JsonObject *item = json_array_get_object_element (self->list, i);
  g_autoptr (MnsFieldValues) values = mns_field_values_new (NULL, NULL);
  g_autofree char *at = g_strdup_printf ("/samples/%u/fields", i);
  g_autofree char *owner = NULL;
  const char *label = mns_object_get_text (item, "label");
  Sample sample = { .name = mns_object_get_text (item, "name") };

  owner = g_strdup_printf ("sample %s", sample.name);
  place_sample (self, i, item, &sample);
  mns_custom_fields_fill (
      self->call, fields, "SAMPLE", mns_object_get_object (item, "fields"), at, owner, values);
  sample.fields = mns_packed_print (values->plain);
  sample.phi_fields = mns_packed_print (values->phi);
  if (label != NULL)
    {
      sample.label = *find_or_make_label (self, label);
      sample.has_label = TRUE;
    }
  g_array_append_val (self->samples, sample);
}

/* With the site setting, a name only once in a project. */
static gboolean
check_names (Import *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (MnsRowSet) names = mns_row_set_new ("n int, name text");
  g_autoptr (MnsRows) rows = NULL;
  gboolean unique = FALSE;

  if (!mns_setting_is_on (self->call, "sample.names_unique_in_project", &unique, error))
    return FALSE;
  if (!unique)
    return TRUE;
  for (guint i = 0; i < self->samples->len; i++)
    {
      const char *name = g_array_index (self->samples, Sample, i).name;

      if (!g_hash_table_add (seen, (gpointer) name))
        refuse_line (self, i, "name", "double", "the name is in the list twice");
      mns_row_set_add (names, mns_value_int (i), mns_value_text (name));
    }
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT v.n, s.lims_id FROM {v} JOIN sample s ON s.project_id = $project AND s.name = v.name"
      " ORDER BY v.n, s.lims_id",
      MNS_ARGS (MNS_ARG_SET ("v", names), MNS_ARG_ID ("project", &self->project->id)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    refuse_line (self,
                 mns_rows_get_int (rows, i, 0),
                 "name",
                 "name_taken",
                 "the project has a sample of this name: %s",
                 mns_rows_get_text (rows, i, 1));
  return rows != NULL;
}

/* A new container of a name that another one has. */
static gboolean
check_container_names (Import *self, GError **error)
{
  g_autoptr (MnsRowSet) names = mns_row_set_new ("at text, name text");

  for (guint i = 0; i < self->samples->len; i++)
    {
      Place *place = g_array_index (self->samples, Sample, i).place;
      g_autofree char *at = g_strdup_printf ("/samples/%u/container", i);

      if (place != NULL && place->is_new && place->name != NULL &&
          ((GPtrArray *) g_hash_table_lookup (self->by_name, place->name))->len > 1)
        mns_row_set_add (names, mns_value_text (at), mns_value_text (place->name));
    }
  return mns_containers_check_names (self->call, names, error);
}

static gboolean
write_containers (Import *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_containers_new_set ();
  g_autoptr (MnsRowSet) members = mns_row_set_new ("inner_id id");
  guint n_new = 0;

  for (guint i = 0; i < self->places->len; i++)
    n_new += ((Place *) g_ptr_array_index (self->places, i))->is_new;
  if (!mns_call_reserve_lims_ids (self->call, "27-", NULL, n_new, error))
    return FALSE;
  for (guint i = 0; i < self->places->len; i++)
    {
      Place *place = g_ptr_array_index (self->places, i);

      if (place->is_new)
        {
          g_autofree char *lims_id = mns_call_take_lims_id (self->call, "27-", NULL, error);

          if (lims_id == NULL)
            return FALSE;
          mns_call_derive_id (self->call, "container", i, &place->id);
          mns_containers_add (set, &place->id, lims_id, &place->type->id, place->name, TRUE);
        }
      mns_call_add_id (self->call, "containers", &place->id);
      mns_row_set_add (members, mns_value_id (&place->id));
    }
  return mns_containers_insert (self->call, set, error) &&
         mns_transaction_run (
             self->call->tx,
             "INSERT INTO scope_member (inner_id, scope_id) SELECT v.inner_id, $project FROM {v}"
             " WHERE true ON CONFLICT (inner_id, scope_id) DO NOTHING",
             MNS_ARGS (MNS_ARG_SET ("v", members), MNS_ARG_ID ("project", &self->project->id)),
             error);
}

/* The group of labels that came with lists; the first such list makes it. */
static gboolean
ensure_label_group (Import *self, MnsId *group, GError **error)
{
  g_autofree char *lims_id = NULL;
  g_autoptr (MnsRows) rows =
      mns_transaction_query (self->call->tx,
                             "SELECT id FROM label_group WHERE name = $name AND archived = 0",
                             MNS_ARGS (MNS_ARG_TEXT ("name", LABEL_GROUP)),
                             error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0)
    {
      *group = *mns_rows_get_id (rows, 0, 0);
      return TRUE;
    }
  lims_id = mns_call_take_lims_id (self->call, "label_group", NULL, error);
  if (lims_id == NULL)
    return FALSE;
  mns_call_derive_id (self->call, "label_group", 0, group);
  return mns_transaction_run (self->call->tx,
                              "INSERT INTO label_group (id, lims_id, name, archived)"
                              " VALUES ($id, $lims_id, $name, 0)",
                              MNS_ARGS (MNS_ARG_ID ("id", group),
                                        MNS_ARG_TEXT ("lims_id", lims_id),
                                        MNS_ARG_TEXT ("name", LABEL_GROUP)),
                              error);
}

static gboolean
write_labels (Import *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, lims_id text, name text");
  MnsId group;

  if (self->made->len == 0)
    return TRUE;
  if (!ensure_label_group (self, &group, error) ||
      !mns_call_reserve_lims_ids (self->call, "label", NULL, self->made->len, error))
    return FALSE;
  for (guint i = 0; i < self->made->len; i++)
    {
      const char *name = g_ptr_array_index (self->made, i);
      g_autofree char *lims_id = mns_call_take_lims_id (self->call, "label", NULL, error);

      if (lims_id == NULL)
        return FALSE;
      mns_row_set_add (set,
                       mns_value_id (g_hash_table_lookup (self->labels, name)),
                       mns_value_text (lims_id),
                       mns_value_text (name));
    }
  return mns_transaction_run (self->call->tx,
                              "INSERT INTO label (id, lims_id, label_group_id, name, archived)"
                              " SELECT v.id, v.lims_id, $group, v.name, 0 FROM {v}",
                              MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("group", &group)),
                              error);
}

static MnsRowSet *
make_rows (Import *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new (
      "sample id, artifact id, lims_id text, artifact_lims_id text, name text, key text, label id,"
      " received text, fields json, phi json, container id, y int, x int");

  if (!mns_call_reserve_lims_ids (self->call, "A", &self->project->id, self->samples->len, error))
    return NULL;
  for (guint i = 0; i < self->samples->len; i++)
    {
      const Sample *sample = &g_array_index (self->samples, Sample, i);
      JsonObject *item = json_array_get_object_element (self->list, i);
      g_autofree char *number = mns_call_take_lims_id (self->call, "A", &self->project->id, error);
      g_autofree char *lims_id = NULL;
      g_autofree char *root_id = NULL;
      g_autofree char *key = mns_sort_key (sample->name);
      MnsId id, artifact;

      if (number == NULL)
        return NULL;
      lims_id = g_str_has_prefix (number, "t-")
                    ? g_strdup (number)
                    : g_strconcat (self->project->lims_id, "A", number, NULL);
      root_id = g_strconcat (lims_id, "PA1", NULL);
      mns_call_derive_id (self->call, "sample", i, &id);
      mns_call_derive_id (self->call, "artifact", i, &artifact);
      mns_call_add_id (self->call, "samples", &id);
      mns_row_set_add (set,
                       mns_value_id (&id),
                       mns_value_id (&artifact),
                       mns_value_text (lims_id),
                       mns_value_text (root_id),
                       mns_value_text (sample->name),
                       mns_value_text (key),
                       mns_value_id (sample->has_label ? &sample->label : NULL),
                       mns_value_text (mns_object_get_text (item, "received_date")),
                       mns_value_json (sample->fields),
                       mns_value_json (sample->phi_fields),
                       mns_value_id (&sample->place->id),
                       mns_value_int (sample->y),
                       mns_value_int (sample->x));
    }
  return g_steal_pointer (&set);
}

static const char *const insertions[] = {
  "INSERT INTO artifact (id, lims_id, scope_id, kind, output_no, content_id, name, name_key,"
  " qc_flag, working_flag, state, created_at, changed_at) SELECT v.artifact, v.artifact_lims_id,"
  " $project, 'ROOT', 0, v.artifact, v.name, v.key, 'UNKNOWN', 1, 0, $now, $now FROM {v}",
  "INSERT INTO sample (id, lims_id, scope_id, project_id, artifact_id, name, name_key,"
  " submitter_id, received_date, fields, phi_fields, created_at, created_by, changed_at)"
  " SELECT v.sample, v.lims_id, $project, $project, v.artifact, v.name, v.key, $by, v.received,"
  " v.fields, v.phi, $now, $by, $now FROM {v}",
  "INSERT INTO content (artifact_id, n, sample_id, label_id)"
  " SELECT v.artifact, 0, v.sample, v.label FROM {v}",
  "INSERT INTO placement (container_id, y, x, artifact_id)"
  " SELECT v.container, v.y, v.x, v.artifact FROM {v}",
  "UPDATE container SET state = 'POPULATED', changed_at = $now WHERE state = 'EMPTY'"
  " AND id IN (SELECT v.container FROM {v})",
};

static gboolean
write_samples (Import *self, GError **error)
{
  g_autoptr (MnsRowSet) set = NULL;

  if (!write_containers (self, error) || !write_labels (self, error))
    return FALSE;
  set = make_rows (self, error);
  if (set == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (insertions); i++)
    if (!mns_transaction_run (self->call->tx,
                              insertions[i],
                              MNS_ARGS (MNS_ARG_SET ("v", set),
                                        MNS_ARG_ID ("project", &self->project->id),
                                        MNS_ARG_ID ("by", &self->call->lab->person),
                                        MNS_ARG_INT ("now", self->call->now)),
                              error))
      return FALSE;
  return TRUE;
}

static gboolean
import_list (Import *self, GError **error)
{
  g_autoptr (MnsCustomFields) fields = mns_custom_fields_load (self->call, "SAMPLE", NULL, error);

  self->types = mns_container_types_load (self->call, error);
  if (fields == NULL || self->types == NULL || !load_containers (self, error) ||
      !load_labels (self, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (self->list); i++)
    read_sample (self, fields, i);
  return check_names (self, error) && check_container_names (self, error) &&
         (mns_call_failed (self->call) || write_samples (self, error));
}

/**
 * mns_sample_import:
 *
 * Handler of sample.import.
 */
gboolean
mns_sample_import (MnsCall *call, GError **error)
{
  Import self = { .call = call, .list = mns_call_get_list (call, "samples") };
  g_autoptr (MnsProject) project = NULL;
  gboolean done;
  MnsId id;

  mns_call_get_id (call, "project", &id);
  project = mns_project_load (call, &id, "/project", error);
  if (project == NULL || mns_call_failed (call))
    return project != NULL;
  if (project->close_date != NULL)
    mns_call_fault (call, "/project", "closed", "project %s is closed", project->lims_id);
  self.project = project;
  self.by_name =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self.places = g_ptr_array_new_with_free_func (free_place);
  self.samples = g_array_new (FALSE, FALSE, sizeof (Sample));
  g_array_set_clear_func (self.samples, clear_sample);
  self.labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self.made = g_ptr_array_new ();
  done = import_list (&self, error);
  g_hash_table_unref (self.by_name);
  g_ptr_array_unref (self.places);
  g_array_unref (self.samples);
  g_hash_table_unref (self.labels);
  g_ptr_array_unref (self.made);
  g_clear_pointer (&self.types, g_hash_table_unref);
  return done;
}
