/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/lab/step-states.h"

/* Columns of the table below, in the order in which a run goes through them. */
static const char *const states[] = {
  "STARTED",     "STEP_SETUP",     "POOLING",           "PLACEMENT",
  "ADD_REAGENT", "RECORD_DETAILS", "ASSIGN_NEXT_STEPS", "COMPLETED",
};

/* x always, o if configured, a unless switched off, - never; one letter a state. */
static const struct
{
  const char *type;
  const char *uses;
  gboolean makes_samples;
} types[] = {
  { "STANDARD", "xo-a-xxx", TRUE },        { "QC", "xo-o-xxx", FALSE },
  { "AGGREGATE_QC", "xo---xxx", FALSE },   { "ADD_LABELS", "xo-axxxx", TRUE },
  { "POOLING", "xoxo-xxx", TRUE },         { "ANALYSIS", "xo---xxx", FALSE },
  { "DEMULTIPLEXING", "xo---xxx", FALSE }, { "NO_OUTPUTS", "xo---xxx", FALSE },
};

/* Which property of the settings switches a configurable state. */
static const struct
{
  const char *state, *property;
} switches[] = {
  { "STEP_SETUP", "setup" },
  { "PLACEMENT", "qcWithPlacement" },
};

static int
find_type (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (types[i].type, type) == 0)
      return (int) i;
  return -1;
}

/**
 * mns_step_state_order:
 *
 * Returns: place of a state in the order of all states, or -1 for a word that is none. A run under
 *   review stands where its next steps are assigned.
 */
int
mns_step_state_order (const char *state)
{
  if (g_strcmp0 (state, "UNDER_REVIEW") == 0)
    state = "ASSIGN_NEXT_STEPS";
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (states[i], state) == 0)
      return (int) i;
  return -1;
}

/* A value that means yes, as a member of the settings or of their properties. */
static gboolean
is_set (JsonObject *settings, const char *name, gboolean otherwise)
{
  JsonNode *properties = json_object_get_member (settings, "properties");
  JsonNode *node = json_object_get_member (settings, name);

  if (node == NULL && properties != NULL && JSON_NODE_HOLDS_OBJECT (properties))
    node = json_object_get_member (json_node_get_object (properties), name);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return otherwise;
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  return g_strcmp0 (json_node_get_string (node), "true") == 0;
}

/**
 * mns_step_uses_state:
 * @type: of the master step
 * @settings: of the step version the run started with
 * @state: a state
 *
 * Returns: whether a run of this step stops in the state
 */
gboolean
mns_step_uses_state (const char *type, JsonObject *settings, const char *state)
{
  int row = find_type (type);
  int column = mns_step_state_order (state);

  if (row < 0 || column < 0)
    return FALSE;
  switch (types[row].uses[column])
    {
    case 'x':
      return TRUE;
    case 'a':
      return is_set (settings, "placement", TRUE);
    case 'o':
      for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
        if (g_str_equal (switches[i].state, state))
          return is_set (settings, switches[i].property, FALSE);
      return FALSE;
    default:
      return FALSE;
    }
}

/**
 * mns_step_state_after:
 *
 * Returns: (nullable): the state that follows, those not used left out; %NULL after the last
 */
const char *
mns_step_state_after (const char *type, JsonObject *settings, const char *state)
{
  int at = mns_step_state_order (state);

  for (guint i = (guint) at + 1; at >= 0 && i < G_N_ELEMENTS (states); i++)
    if (mns_step_uses_state (type, settings, states[i]))
      return states[i];
  return NULL;
}

/**
 * mns_step_state_nth:
 *
 * Returns: (nullable): a state by its place in the order of all states
 */
const char *
mns_step_state_nth (guint n)
{
  return n < G_N_ELEMENTS (states) ? states[n] : NULL;
}

/**
 * mns_step_makes_samples:
 *
 * Returns: whether the outputs of such a step move on; otherwise its inputs do
 */
gboolean
mns_step_makes_samples (const char *type)
{
  int row = find_type (type);

  return row >= 0 && types[row].makes_samples;
}
