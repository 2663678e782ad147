/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The draft of a step's placements: a plate model filled from the lab's views, and what in it
 * differs from the lab since.
 */

#define G_LOG_DOMAIN "mns-placement-draft"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/placement-draft.h"

struct _MnsPlacementDraft
{
  MnsPlateModel *model;
  GHashTable *stored; /* artifact id → position in the model, as the lab has it; absent: nowhere */
};

static void
fill_containers (MnsPlacementDraft *self, const MnsRows *rows)
{
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsAxis down = { (guint) mns_cell_int (rows, i, "y_size"),
                             mns_cell_int (rows, i, "y_alpha") != 0,
                             (guint) mns_cell_int (rows, i, "y_offset") };
      const MnsAxis across = { (guint) mns_cell_int (rows, i, "x_size"),
                               mns_cell_int (rows, i, "x_alpha") != 0,
                               (guint) mns_cell_int (rows, i, "x_offset") };
      g_autofree char *id = mns_cell_dup_id (rows, i, "container_id");
      g_autoptr (JsonNode) missing = mns_cell_parse_json (rows, i, "unavailable");
      guint container = mns_plate_model_add_container (
          self->model, id, mns_cell_text (rows, i, "name"), &down, &across);
      JsonArray *wells =
          missing != NULL && JSON_NODE_HOLDS_ARRAY (missing) ? json_node_get_array (missing) : NULL;

      for (guint w = 0; wells != NULL && w < json_array_get_length (wells); w++)
        {
          JsonArray *well = json_array_get_array_element (wells, w);

          mns_plate_model_set_unavailable (
              self->model,
              mns_plate_model_at (self->model,
                                  container,
                                  (guint) json_array_get_int_element (well, 0),
                                  (guint) json_array_get_int_element (well, 1)),
              _ ("This container holds nothing here"));
        }
    }
}

/* Colours by project, in the order in which the projects appear. */
static int
get_group (GHashTable *groups, const char *project)
{
  gpointer known;

  if (project == NULL)
    return -1;
  if (!g_hash_table_lookup_extended (groups, project, NULL, &known))
    {
      known = GINT_TO_POINTER (g_hash_table_size (groups));
      g_hash_table_insert (groups, g_strdup (project), known);
    }
  return GPOINTER_TO_INT (known);
}

static void
fill_samples (MnsPlacementDraft *self, const MnsRows *rows)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (rows, i, "output_id");
      g_autofree char *source = mns_cell_dup_id (rows, i, "in_container_id");
      const char *project = mns_cell_text (rows, i, "project");
      const char *from = mns_cell_text (rows, i, "in_container");
      const char *well = mns_cell_text (rows, i, "in_well");
      g_autofree char *detail = NULL;
      MnsPlateSample sample = { 0 };

      if (id == NULL)
        continue;
      detail = from != NULL ? g_strdup_printf (_ ("%s, from %s %s"),
                                               project != NULL ? project : "",
                                               from,
                                               well != NULL ? well : "")
                            : g_strdup (project);
      sample.id = id;
      sample.name = mns_cell_text (rows, i, "output");
      sample.detail = detail;
      sample.note = mns_cell_text (rows, i, "label");
      sample.group = get_group (groups, project);
      sample.control = mns_cell_int (rows, i, "is_control") != 0;
      sample.source = source;
      sample.source_row = (guint) mns_cell_int (rows, i, "in_y");
      sample.source_column = (guint) mns_cell_int (rows, i, "in_x");
      mns_plate_model_set_sample (self->model, &sample);
    }
}

static guint
find_container (MnsPlacementDraft *self, const char *id)
{
  for (guint i = 0; i < mns_plate_model_get_n_containers (self->model); i++)
    if (g_str_equal (mns_plate_model_get_container_id (self->model, i), id))
      return i;
  return G_MAXUINT;
}

static void
fill_wells (MnsPlacementDraft *self, const MnsRows *rows)
{
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *container = mns_cell_dup_id (rows, i, "container_id");
      g_autofree char *artifact = mns_cell_dup_id (rows, i, "artifact_id");
      const char *name = mns_cell_text (rows, i, "name");
      guint at = find_container (self, container);
      guint pos;

      if (at == G_MAXUINT)
        continue;
      pos = mns_plate_model_at (self->model,
                                at,
                                (guint) mns_cell_int (rows, i, "y"),
                                (guint) mns_cell_int (rows, i, "x"));
      if (mns_cell_int (rows, i, "own") != 0 && mns_plate_model_load (self->model, pos, artifact))
        g_hash_table_insert (self->stored, g_strdup (artifact), GUINT_TO_POINTER (pos));
      else
        mns_plate_model_set_foreign (self->model,
                                     pos,
                                     name != NULL ? name : _ ("Other sample"),
                                     _ ("A sample of other work is in this well"));
    }
}

/**
 * mns_placement_draft_agrees:
 * @containers: rows of the view "run_containers"
 * @rows: rows of the view "run_placements"
 *
 * Returns: %TRUE if the lab has what the draft has: then a refresh changes nothing and undo stays
 */
gboolean
mns_placement_draft_agrees (MnsPlacementDraft *self, const MnsRows *containers, const MnsRows *rows)
{
  guint n_known = 0;

  if (mns_plate_model_get_n_containers (self->model) != mns_rows_get_n_rows (containers))
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (containers); i++)
    if (g_strcmp0 (mns_plate_model_get_container_name (self->model, i),
                   mns_cell_text (containers, i, "name")) != 0)
      return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *container = mns_cell_dup_id (rows, i, "container_id");
      g_autofree char *artifact = mns_cell_dup_id (rows, i, "artifact_id");
      guint at = find_container (self, container);
      guint pos = at == G_MAXUINT ? MNS_PLATE_NOWHERE
                                  : mns_plate_model_at (self->model,
                                                        at,
                                                        (guint) mns_cell_int (rows, i, "y"),
                                                        (guint) mns_cell_int (rows, i, "x"));

      if (mns_cell_int (rows, i, "own") == 0)
        {
          if (pos == MNS_PLATE_NOWHERE ||
              mns_plate_model_get_state (self->model, pos) != MNS_WELL_FOREIGN)
            return FALSE;
          continue;
        }
      n_known++;
      if (mns_plate_model_find_sample (self->model, artifact) != pos)
        return FALSE;
    }
  return n_known == mns_plate_model_get_n_placed (self->model);
}

static void
add_place (MnsPlacementDraft *self, JsonObject *place, guint pos)
{
  guint container, row, column;
  g_autofree char *well = NULL;

  if (pos == MNS_PLATE_NOWHERE)
    {
      json_object_set_null_member (place, "container");
      json_object_set_null_member (place, "well");
      return;
    }
  mns_plate_model_locate (self->model, pos, &container, &row, &column);
  well = mns_plate_model_dup_well_name (self->model, pos);
  json_object_set_string_member (
      place, "container", mns_plate_model_get_container_id (self->model, container));
  json_object_set_string_member (place, "well", well);
}

static guint
get_stored (MnsPlacementDraft *self, const char *artifact)
{
  gpointer pos;

  return g_hash_table_lookup_extended (self->stored, artifact, NULL, &pos) ? GPOINTER_TO_UINT (pos)
                                                                           : MNS_PLATE_NOWHERE;
}

/**
 * mns_placement_draft_list_changes:
 * @expect: where the user saw each sample before is put in here
 *
 * Returns: (transfer full): what differs from the lab, as the argument places of step.place
 */
JsonArray *
mns_placement_draft_list_changes (MnsPlacementDraft *self, JsonObject *expect)
{
  JsonArray *places = json_array_new ();

  for (guint i = 0; i < mns_plate_model_get_n_samples (self->model); i++)
    {
      const MnsPlateSample *sample = mns_plate_model_get_nth_sample (self->model, i);
      guint now = mns_plate_model_find_sample (self->model, sample->id);
      guint before = get_stored (self, sample->id);
      g_autofree char *key = g_strconcat ("artifact:", sample->id, NULL);
      JsonObject *place, *seen;

      if (now == before)
        continue;
      place = mns_args_new ("artifact", sample->id, NULL);
      add_place (self, place, now);
      json_array_add_object_element (places, place);
      seen = json_object_new ();
      add_place (self, seen, before);
      json_object_set_object_member (expect, key, seen);
    }
  return places;
}

/* The draft becomes what the lab has. */
void
mns_placement_draft_note_stored (MnsPlacementDraft *self)
{
  g_hash_table_remove_all (self->stored);
  for (guint i = 0; i < mns_plate_model_get_n_samples (self->model); i++)
    {
      const MnsPlateSample *sample = mns_plate_model_get_nth_sample (self->model, i);
      guint pos = mns_plate_model_find_sample (self->model, sample->id);

      if (pos != MNS_PLATE_NOWHERE)
        g_hash_table_insert (self->stored, g_strdup (sample->id), GUINT_TO_POINTER (pos));
    }
}

/**
 * mns_placement_draft_new:
 * @containers: rows of the view "run_containers"
 * @pairs: rows of the view "run_pairs"
 * @placements: rows of the view "run_placements"
 *
 * Returns: (transfer full): a draft that has what the lab has
 */
MnsPlacementDraft *
mns_placement_draft_new (const MnsRows *containers, const MnsRows *pairs, const MnsRows *placements)
{
  MnsPlacementDraft *self = g_new0 (MnsPlacementDraft, 1);

  self->stored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->model = mns_plate_model_new ();
  mns_plate_model_freeze (self->model);
  fill_containers (self, containers);
  fill_samples (self, pairs);
  fill_wells (self, placements);
  mns_plate_model_thaw (self->model);
  return self;
}

void
mns_placement_draft_free (MnsPlacementDraft *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->model);
  g_hash_table_unref (self->stored);
  g_free (self);
}

MnsPlateModel *
mns_placement_draft_get_model (MnsPlacementDraft *self)
{
  return self->model;
}
