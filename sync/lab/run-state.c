/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/lab/run-state.h"
#include "sync/lab/step-states.h"

typedef enum
{
  PLACED_NEVER,
  PLACED_ALWAYS,
  PLACED_IF_QC, /* if qcWithPlacement is switched on */
} Placed;

static const struct
{
  MnsStepType type;
  Placed placed;
} types[] = {
  { { "STANDARD", "DERIVED", "24-", TRUE, FALSE, TRUE }, PLACED_ALWAYS },
  { { "QC", "MEASUREMENT", "24-", FALSE, TRUE, TRUE }, PLACED_IF_QC },
  { { "AGGREGATE_QC", "MEASUREMENT", "24-", FALSE, TRUE, FALSE }, PLACED_NEVER },
  { { "ADD_LABELS", "DERIVED", "151-", TRUE, FALSE, FALSE }, PLACED_ALWAYS },
  { { "POOLING", "POOL", "122-", TRUE, FALSE, FALSE }, PLACED_ALWAYS },
  { { "ANALYSIS", "MEASUREMENT", "24-", FALSE, FALSE, TRUE }, PLACED_NEVER },
  { { "DEMULTIPLEXING", "DEMUX", "24-", FALSE, FALSE, FALSE }, PLACED_NEVER },
  { { "NO_OUTPUTS", NULL, "24-", FALSE, FALSE, TRUE }, PLACED_NEVER },
};

static const char *
get_type (JsonObject *settings)
{
  JsonNode *node = json_object_get_member (settings, "type");

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : "";
}

gboolean
mns_run_state_is_used (JsonObject *settings, gboolean places_itself, const char *state)
{
  return !(places_itself && g_str_equal (state, "PLACEMENT")) &&
         mns_step_uses_state (get_type (settings), settings, state);
}

/**
 * mns_run_state_get_next:
 *
 * Returns: (nullable): the state that follows; %NULL behind Completed
 */
const char *
mns_run_state_get_next (JsonObject *settings, gboolean places_itself, const char *state)
{
  const char *type = get_type (settings);
  const char *next = mns_step_state_after (type, settings, state);

  while (next != NULL && !mns_run_state_is_used (settings, places_itself, next))
    next = mns_step_state_after (type, settings, next);
  return next;
}

/**
 * mns_run_list_milestones:
 *
 * Returns: (transfer full): the states of a run that have a screen, in order, separated by spaces:
 *   those that the run goes through between its start and its end
 */
char *
mns_run_list_milestones (JsonObject *settings, gboolean places_itself)
{
  GString *list = g_string_new (NULL);
  const char *state = mns_run_state_get_next (settings, places_itself, mns_step_state_nth (0));

  for (; state != NULL && !g_str_equal (state, "COMPLETED");
       state = mns_run_state_get_next (settings, places_itself, state))
    g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", state);
  return g_string_free (list, FALSE);
}

/**
 * mns_run_state_reaches:
 *
 * Returns: %TRUE if @state is @wanted or behind it
 */
gboolean
mns_run_state_reaches (const char *state, const char *wanted)
{
  return mns_step_state_order (state) >= mns_step_state_order (wanted);
}

const MnsStepType *
mns_step_type_find (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (types[i].type.type, type) == 0)
      return &types[i].type;
  return NULL;
}

/**
 * mns_step_type_has_placement:
 *
 * Returns: %TRUE if the outputs of such a step lie in containers
 */
gboolean
mns_step_type_has_placement (const MnsStepType *self, JsonObject *settings)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (&types[i].type == self)
      return types[i].placed == PLACED_ALWAYS ||
             (types[i].placed == PLACED_IF_QC &&
              mns_step_uses_state (self->type, settings, "PLACEMENT"));
  return FALSE;
}
