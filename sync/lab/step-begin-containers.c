/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Begin Work: where the outputs go. */

#include "config.h"

#include "sync/lab/step-begin-private.h"
#include "sync/model/sort-key.h"

static const MnsContainerType *
get_default_type (MnsBegin *self)
{
  JsonArray *list = mns_object_get_list (self->settings, "containers");
  MnsId id;

  if (list == NULL || json_array_get_length (list) == 0 ||
      !mns_object_get_id (json_array_get_object_element (list, 0), "id", &id))
    return NULL;
  return g_hash_table_lookup (self->types, &id);
}

static gboolean
load_existing (MnsBegin *self, const MnsId *id, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  guint free_wells;

  self->existing = mns_container_load (self->call, id, self->types, "/container", error);
  if (self->existing == NULL)
    return mns_call_failed (self->call);
  self->container_type = self->existing->type;
  rows = mns_transaction_query (self->call->tx,
                                "SELECT count(*) FROM placement WHERE container_id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", id)),
                                error);
  if (rows == NULL)
    return FALSE;
  free_wells =
      mns_container_type_count (self->existing->type) - (guint) mns_rows_get_int (rows, 0, 0);
  if (free_wells == 0)
    mns_call_fault (
        self->call, "/container", "full", "container %s has no free well", self->existing->name);
  if (g_str_equal (self->existing->state, "DISCARDED") ||
      g_str_equal (self->existing->state, "DEPLETED"))
    mns_call_fault (self->call,
                    "/container",
                    "not_usable",
                    "container %s is %s",
                    self->existing->name,
                    self->existing->state);
  return TRUE;
}

/* The destination: what kind of container, and whether there is one already. */
gboolean
mns_begin_choose_container (MnsBegin *self, GError **error)
{
  MnsCall *call = self->call;
  MnsId id;

  self->types = mns_container_types_load (call, error);
  if (self->types == NULL)
    return FALSE;
  if (mns_call_get_id (call, "container", &id))
    {
      if (!load_existing (self, &id, error))
        return FALSE;
    }
  else if (mns_call_get_id (call, "container_type", &id))
    self->container_type = g_hash_table_lookup (self->types, &id);
  else
    self->container_type = get_default_type (self);
  if (mns_call_failed (call))
    return TRUE;
  if (self->container_type == NULL)
    mns_call_fault (call, "/container_type", "missing", "a destination container type is needed");
  else if (!mns_settings_permit (self->settings, "containers", &self->container_type->id) ||
           self->container_type->archived)
    mns_call_fault (call,
                    "/container_type",
                    "not_permitted",
                    "container type %s is not permitted in step %s",
                    self->container_type->name,
                    self->step_name);
  self->same_wells = self->container_type != NULL && !self->container_type->is_tube &&
                     !mns_run_state_is_used (self->settings, FALSE, "PLACEMENT");
  return TRUE;
}

/* Every output in a tube of its own. */
static gboolean
make_tubes (MnsBegin *self, MnsRowSet *containers, GError **error)
{
  if (!mns_call_reserve_lims_ids (self->call, "27-", NULL, self->outputs->len, error))
    return FALSE;
  for (guint i = 0; i < self->outputs->len; i++)
    {
      MnsBeginOutput *output = &g_array_index (self->outputs, MnsBeginOutput, i);
      g_autofree char *lims_id = mns_call_take_lims_id (self->call, "27-", NULL, error);

      if (lims_id == NULL)
        return FALSE;
      mns_call_derive_id (self->call, "container", i, &output->container);
      output->is_placed = TRUE;
      mns_containers_add (
          containers, &output->container, lims_id, &self->container_type->id, NULL, TRUE);
      g_array_append_val (self->containers, output->container);
    }
  return TRUE;
}

static gboolean
add_plate (MnsBegin *self, MnsRowSet *containers, gboolean populated, MnsId *id, GError **error)
{
  g_autofree char *lims_id = mns_call_take_lims_id (self->call, "27-", NULL, error);

  if (lims_id == NULL)
    return FALSE;
  mns_call_derive_id (self->call, "container", self->containers->len, id);
  mns_containers_add (containers, id, lims_id, &self->container_type->id, NULL, populated);
  g_array_append_val (self->containers, *id);
  return TRUE;
}

/* Without a placement screen each output lies where its input lies: a plate for each plate. */
static gboolean
make_same_plates (MnsBegin *self, MnsRowSet *containers, GError **error)
{
  g_autoptr (GHashTable) plates = g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, g_free);

  for (guint i = 0; i < self->outputs->len; i++)
    {
      MnsBeginOutput *output = &g_array_index (self->outputs, MnsBeginOutput, i);
      const MnsBeginInput *input = output->input;
      MnsId *plate;

      if (!input->is_placed || input->is_control || output->number > 1 ||
          !mns_container_type_has (self->container_type, input->y, input->x))
        {
          mns_call_fault (self->call,
                          "/inputs",
                          "no_well",
                          "%s has no well in a container of type %s; step %s has no placement",
                          input->name,
                          self->container_type->name,
                          self->step_name);
          continue;
        }
      plate = g_hash_table_lookup (plates, &input->container);
      if (plate == NULL)
        {
          MnsId id;

          if (!add_plate (self, containers, TRUE, &id, error))
            return FALSE;
          plate = mns_id_dup (&id);
          g_hash_table_insert (plates, (gpointer) &input->container, plate);
        }
      output->is_placed = TRUE;
      output->container = *plate;
      output->y = input->y;
      output->x = input->x;
    }
  return TRUE;
}

/* A tube that is there already takes the only output; with more there would be no telling which. */
static void
use_tube (MnsBegin *self)
{
  MnsBeginOutput *output;

  if (self->outputs->len != 1)
    {
      mns_call_fault (self->call,
                      "/container",
                      "too_small",
                      "container %s is a tube and takes one sample; step %s would make %u",
                      self->existing->name,
                      self->step_name,
                      self->outputs->len);
      return;
    }
  output = &g_array_index (self->outputs, MnsBeginOutput, 0);
  output->is_placed = TRUE;
  output->container = self->existing->id;
}

gboolean
mns_begin_make_containers (MnsBegin *self, MnsRowSet *containers, GError **error)
{
  MnsId id;

  if (self->container_type == NULL)
    return TRUE;
  if (self->existing != NULL && self->same_wells)
    {
      mns_call_fault (self->call,
                      "/container",
                      "not_permitted",
                      "step %s has no placement and makes its own containers",
                      self->step_name);
      return TRUE;
    }
  if (self->existing != NULL)
    {
      if (self->container_type->is_tube)
        use_tube (self);
      g_array_append_val (self->containers, self->existing->id);
      return TRUE;
    }
  if (self->container_type->is_tube)
    return make_tubes (self, containers, error);
  if (self->same_wells)
    return make_same_plates (self, containers, error);
  return add_plate (self, containers, FALSE, &id, error);
}
