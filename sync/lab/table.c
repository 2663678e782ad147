/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The command table: everything one may do. */

#include "config.h"

#include "sync/lab/rules.h"

static const MnsCommandSpec *const groups[] = {
  mns_people_commands,   mns_config_commands, mns_project_commands,        mns_sample_commands,
  mns_workflow_commands, mns_queue_commands,  mns_step_commands,           mns_container_commands,
  mns_conflict_commands, mns_note_commands,   mns_sequencing_run_commands,
};

#define MAX_COMMANDS 128

static const MnsCommandSpec *all[MAX_COMMANDS];
static guint n_all;

static void
collect (void)
{
  static gsize done;

  if (!g_once_init_enter (&done))
    return;
  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    for (const MnsCommandSpec *spec = groups[g]; spec->name != NULL; spec++)
      {
        g_assert (n_all < MAX_COMMANDS);
        all[n_all++] = spec;
      }
  g_once_init_leave (&done, 1);
}

const MnsCommandSpec *const *
mns_commands_get_all (guint *n_commands)
{
  collect ();
  if (n_commands != NULL)
    *n_commands = n_all;
  return all;
}

/**
 * mns_command_find:
 * @name: "step.place"
 * @version: its version; 0 is the newest
 *
 * Returns: (nullable): the command
 */
const MnsCommandSpec *
mns_command_find (const char *name, int version)
{
  const MnsCommandSpec *found = NULL;

  collect ();
  for (guint i = 0; i < n_all; i++)
    if (g_str_equal (all[i]->name, name) && (version == 0 || all[i]->version == version) &&
        (found == NULL || found->version < all[i]->version))
      found = all[i];
  return found;
}
