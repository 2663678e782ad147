/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/lab/step-actions.h"

/* In the order in which screens offer them. */
static const MnsStepAction actions[] = {
  { "NEXTSTEP", TRUE, FALSE, NULL, FALSE },
  { "LEAVE", FALSE, FALSE, NULL, TRUE },
  { "COMPLETE", FALSE, FALSE, NULL, FALSE },
  { "REPEAT", FALSE, FALSE, NULL, FALSE },
  { "COMPLETEREPEAT", TRUE, FALSE, NULL, FALSE },
  { "REWORK", FALSE, TRUE, "SampleRework", FALSE },
  { "STORE", FALSE, FALSE, NULL, FALSE },
  { "REMOVE", FALSE, FALSE, "RemoveSampleFromWorkflow", FALSE },
};

/**
 * mns_step_actions_get:
 *
 * Returns: (transfer none) (array length=n_actions): all actions that can be carried out
 */
const MnsStepAction *
mns_step_actions_get (guint *n_actions)
{
  *n_actions = G_N_ELEMENTS (actions);
  return actions;
}

/**
 * mns_step_action_find:
 *
 * Returns: (nullable): the action of that word; %NULL for one that cannot be carried out
 */
const MnsStepAction *
mns_step_action_find (const char *action)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (actions[i].action, action) == 0)
      return &actions[i];
  return NULL;
}

/**
 * mns_step_action_default:
 * @n_next: how many steps may follow
 *
 * Returns: what a sample gets before anybody chooses: the first next step, or the protocol's end
 */
const char *
mns_step_action_default (guint n_next)
{
  return n_next > 0 ? "NEXTSTEP" : "COMPLETE";
}

/**
 * mns_step_load_next:
 *
 * Returns: (transfer full): rows id, name; a step that was archived since is none of them
 */
MnsRows *
mns_step_load_next (MnsTransaction *tx, const MnsId *step, GError **error)
{
  return mns_transaction_query (tx,
                                "SELECT s.id, s.name FROM step_transition t"
                                " JOIN step s ON s.id = t.next_step_id"
                                " WHERE t.step_id = $step AND s.archived = 0 ORDER BY t.position",
                                MNS_ARGS (MNS_ARG_ID ("step", step)),
                                error);
}
