/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/store/store.h"

G_BEGIN_DECLS

/* What may happen to a sample when its step is finished (domain/step-run.md section 6), as a table.
 * The rules that check a choice, the default that a run gets and the view that offers choices all
 * ask here.
 */
typedef struct
{
  const char *action;
  gboolean needs_step; /* one of the steps that may follow */
  gboolean needs_run;  /* an earlier run of the sample */
  const char *right;   /* permission it takes beyond the bench, or NULL */
  gboolean only_qc;    /* only in QC protocols */
} MnsStepAction;

const MnsStepAction *mns_step_actions_get (guint *n_actions);
const MnsStepAction *mns_step_action_find (const char *action);
const char *mns_step_action_default (guint n_next);

/* Steps that may follow, in the configured order: 0 id, 1 name. The first is the default. */
MnsRows *mns_step_load_next (MnsTransaction *tx, const MnsId *step, GError **error);

G_END_DECLS
