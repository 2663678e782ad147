/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/model.h"
#include "server/instruments/run-listing.h"

G_BEGIN_DECLS

typedef enum
{
  MNS_RUN_STATE_UNKNOWN,
  MNS_RUN_STATE_PLANNED,
  MNS_RUN_STATE_RUNNING,
  MNS_RUN_STATE_COPYING,
  MNS_RUN_STATE_COMPLETED,
  MNS_RUN_STATE_ENDED_EARLY,
  MNS_RUN_STATE_FAILED,
  MNS_RUN_STATE_ABORTED,
  MNS_RUN_STATE_DEMULTIPLEXING,
  MNS_RUN_STATE_DEMULTIPLEXED,
  MNS_RUN_STATE_STALLED,
} MnsRunState;

#define MNS_RUN_STALLED_AFTER (24 * G_TIME_SPAN_HOUR)

/**
 * MnsRunCompletion:
 * @status: CompletionStatus or RunStatus, as written
 * @explanation: what the instrument says about an error
 * @ended: RunEndTime as written
 * @planned: cycles planned, -1 if not said
 * @completed: cycles done, -1 if not said
 *
 * RunCompletionStatus.xml in both its forms.
 */
typedef struct
{
  char *status;
  char *explanation;
  char *ended;
  int planned;
  int completed;
} MnsRunCompletion;

MnsRunCompletion *
mns_run_completion_parse (const char *data, gsize length, const char *name, GError **error);
void mns_run_completion_free (MnsRunCompletion *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRunCompletion, mns_run_completion_free)

/**
 * MnsRunEvidence:
 * @listing: names in the folder
 * @family: kind of instrument
 * @software_major: first number of the control software's version, 0 if not known
 * @cycles: cycles of all reads, 0 if not known
 * @cycle: last cycle that any metric was written for, 0 if not known
 * @extracted: last cycle extracted, 0 if not known: only this can show that a run was cut short,
 *   for phasing and error end before the last cycle of a read
 * @completion: (nullable): RunCompletionStatus.xml
 * @log_says_exited: an RTA log says "Application exited before completion"
 * @stalled_after: microseconds without a change after which a run is stalled; 0 for
 *   %MNS_RUN_STALLED_AFTER
 *
 * All that a run's state is judged by, but the clock.
 */
typedef struct
{
  const MnsRunListing *listing;
  MnsModelFamily family;
  guint software_major;
  guint cycles;
  guint cycle;
  guint extracted;
  const MnsRunCompletion *completion;
  gboolean log_says_exited;
  gint64 stalled_after;
} MnsRunEvidence;

/**
 * MnsRunVerdict:
 * @state: the state
 * @cycle: last cycle done
 * @cycles: cycles of the run
 * @reason: (not nullable): the evidence that decided, one English sentence without a full stop
 */
typedef struct
{
  MnsRunState state;
  guint cycle;
  guint cycles;
  const char *reason;
} MnsRunVerdict;

MnsRunVerdict mns_run_state_judge (const MnsRunEvidence *evidence, gint64 now);

const char *mns_run_state_name (MnsRunState state);
gboolean mns_run_state_from_name (const char *name, MnsRunState *state);
gboolean mns_run_state_is_final (MnsRunState state);
gboolean mns_run_state_may_follow (MnsRunState before, gboolean set_by_person, MnsRunState after);

G_END_DECLS
