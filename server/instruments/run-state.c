/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What state a run is in, judged from evidence alone: no file is opened and no clock read here, so
 * every case can be tested. The order of the questions is that of interop-formats, section 7.
 */

#include "config.h"

#include <string.h>

#include "server/instruments/run-state.h"
#include "server/instruments/text-file.h"
#include "sync/model/error.h"

/* A service copies the data of MiSeq software 4 after the basecalling flag: wait for quiet. */
#define MISEQ_QUIET (10 * G_TIME_SPAN_MINUTE)

/* Which file says that all data are there, and how long its absence is believed. 0: for ever; a
 * CBCL file of a NovaSeq was missing minutes after RTAComplete.txt, and the copy takes 1.5 hours.
 */
typedef struct
{
  MnsModelFamily family;
  const char *all_there;
  gint64 patience;
} Ending;

static const Ending endings[] = {
  { MNS_MODEL_FAMILY_MISEQ, "rtacomplete.txt", 0 },
  { MNS_MODEL_FAMILY_HISEQ_2000, "rtacomplete.txt", 0 },
  { MNS_MODEL_FAMILY_HISEQ_4000, "rtacomplete.txt", 0 },
  { MNS_MODEL_FAMILY_NEXTSEQ_500, "runcompletionstatus.xml", 6 * G_TIME_SPAN_HOUR },
  { MNS_MODEL_FAMILY_MINISEQ, "runcompletionstatus.xml", 6 * G_TIME_SPAN_HOUR },
  { MNS_MODEL_FAMILY_ISEQ, "copycomplete.txt", 6 * G_TIME_SPAN_HOUR },
  { MNS_MODEL_FAMILY_NEXTSEQ_2000, "copycomplete.txt", 0 },
  { MNS_MODEL_FAMILY_NOVASEQ_6000, "copycomplete.txt", 0 },
  { MNS_MODEL_FAMILY_NOVASEQ_X, "copycomplete.txt", 0 },
  { MNS_MODEL_FAMILY_UNKNOWN, "copycomplete.txt", 0 },
};

/* Values of CompletionStatus (NextSeq 500/550) and RunStatus (NovaSeq X). */
static const struct
{
  const char *status;
  MnsRunState state;
  const char *reason;
} statuses[] = {
  { "CompletedAsPlanned",
    MNS_RUN_STATE_COMPLETED,
    "RunCompletionStatus.xml: completed as planned" },
  { "RunCompleted", MNS_RUN_STATE_COMPLETED, "RunCompletionStatus.xml: run completed" },
  { "ExceptionEndedEarly",
    MNS_RUN_STATE_FAILED,
    "RunCompletionStatus.xml: an error ended the run" },
  { "RunErrored", MNS_RUN_STATE_FAILED, "RunCompletionStatus.xml: the run had an error" },
  { "UserEndedEarly",
    MNS_RUN_STATE_ENDED_EARLY,
    "RunCompletionStatus.xml: a person ended the run" },
  { "RunAborted", MNS_RUN_STATE_ABORTED, "RunCompletionStatus.xml: the run was aborted" },
  { "Aborted", MNS_RUN_STATE_ABORTED, "RunCompletionStatus.xml: the run was aborted" },
};

static const char *const state_names[] = {
  [MNS_RUN_STATE_UNKNOWN] = "unknown",
  [MNS_RUN_STATE_PLANNED] = "planned",
  [MNS_RUN_STATE_RUNNING] = "running",
  [MNS_RUN_STATE_COPYING] = "copying",
  [MNS_RUN_STATE_COMPLETED] = "completed",
  [MNS_RUN_STATE_ENDED_EARLY] = "ended_early",
  [MNS_RUN_STATE_FAILED] = "failed",
  [MNS_RUN_STATE_ABORTED] = "aborted",
  [MNS_RUN_STATE_DEMULTIPLEXING] = "demultiplexing",
  [MNS_RUN_STATE_DEMULTIPLEXED] = "demultiplexed",
  [MNS_RUN_STATE_STALLED] = "stalled",
};

const char *
mns_run_state_name (MnsRunState state)
{
  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (state_names), state_names[0]);

  return state_names[state];
}

gboolean
mns_run_state_from_name (const char *name, MnsRunState *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (name, state_names[i]) == 0)
      {
        *state = (MnsRunState) i;
        return TRUE;
      }
  return FALSE;
}

/* Whether the instrument will add nothing more to the run. */
gboolean
mns_run_state_is_final (MnsRunState state)
{
  switch (state)
    {
    case MNS_RUN_STATE_COMPLETED:
    case MNS_RUN_STATE_ENDED_EARLY:
    case MNS_RUN_STATE_FAILED:
    case MNS_RUN_STATE_ABORTED:
    case MNS_RUN_STATE_DEMULTIPLEXED:
      return TRUE;
    case MNS_RUN_STATE_UNKNOWN:
    case MNS_RUN_STATE_PLANNED:
    case MNS_RUN_STATE_RUNNING:
    case MNS_RUN_STATE_COPYING:
    case MNS_RUN_STATE_DEMULTIPLEXING:
    case MNS_RUN_STATE_STALLED:
      return FALSE;
    }
  return FALSE;
}

/**
 * mns_run_state_may_follow:
 * @before: the state that is recorded
 * @set_by_person: whether a person chose it
 * @after: the state that the folder shows
 *
 * Returns: whether the record may be changed without asking: never a final state of a person
 */
gboolean
mns_run_state_may_follow (MnsRunState before, gboolean set_by_person, MnsRunState after)
{
  if (before == after)
    return FALSE;
  return !set_by_person || !mns_run_state_is_final (before);
}

static int
cycles_of_attribute (xmlNode *root)
{
  xmlNode *list = mns_xml_find (root, "CompletedReads");
  int sum = 0;

  if (list == NULL)
    return -1;
  for (xmlNode *read = list->children; read != NULL; read = read->next)
    {
      g_autofree char *text =
          read->type == XML_ELEMENT_NODE ? mns_xml_attribute (read, "Cycles") : NULL;
      guint64 cycles;

      if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, 100000, &cycles, NULL))
        sum += (int) cycles;
    }
  return sum;
}

/* Sum of the children named @beginning...Cycles, -1 if there is none. */
static int
cycles_of_children (xmlNode *root, const char *beginning)
{
  int sum = -1;

  for (xmlNode *child = root->children; child != NULL; child = child->next)
    {
      const char *name = (const char *) child->name;
      g_autofree char *text = NULL;
      guint64 cycles;

      if (child->type != XML_ELEMENT_NODE || !g_str_has_prefix (name, beginning) ||
          !g_str_has_suffix (name, "Cycles"))
        continue;
      text = mns_xml_text (child, "");
      if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, 100000, &cycles, NULL))
        sum = MAX (sum, 0) + (int) cycles;
    }
  return sum;
}

/**
 * mns_run_completion_parse:
 * @data: text of RunCompletionStatus.xml
 * @length: its length
 * @name: what messages call it
 * @error: why not
 *
 * Returns: (transfer full) (nullable): what it says
 */
MnsRunCompletion *
mns_run_completion_parse (const char *data, gsize length, const char *name, GError **error)
{
  g_autoptr (xmlDoc) doc = mns_xml_parse (data, length, name, error);
  MnsRunCompletion *self;
  xmlNode *root;

  if (doc == NULL)
    return NULL;
  root = xmlDocGetRootElement (doc);
  self = g_new0 (MnsRunCompletion, 1);
  self->status = mns_xml_text (root, "CompletionStatus");
  if (self->status == NULL)
    self->status = mns_xml_text (root, "RunStatus");
  self->explanation = mns_xml_text (root, "ErrorDescription");
  self->ended = mns_xml_text (root, "RunEndTime");
  self->planned = cycles_of_children (root, "Planned");
  self->completed = cycles_of_children (root, "Completed");
  if (self->completed < 0)
    self->completed = cycles_of_attribute (root);
  return self;
}

void
mns_run_completion_free (MnsRunCompletion *self)
{
  if (self == NULL)
    return;
  g_free (self->status);
  g_free (self->explanation);
  g_free (self->ended);
  g_free (self);
}

static const Ending *
find_ending (MnsModelFamily family)
{
  const Ending *ending = endings;

  while (ending->family != family && ending->family != MNS_MODEL_FAMILY_UNKNOWN)
    ending++;
  return ending;
}

static gboolean
is_short (const MnsRunEvidence *evidence)
{
  const MnsRunCompletion *completion = evidence->completion;
  guint planned = evidence->cycles;
  guint done = evidence->extracted;

  if (completion != NULL && completion->completed > 0)
    {
      done = (guint) completion->completed;
      planned = completion->planned > 0 ? (guint) completion->planned : planned;
    }
  return done > 0 && planned > 0 && done < planned;
}

static gboolean
is_at_end (MnsRunState state)
{
  return state == MNS_RUN_STATE_COMPLETED || state == MNS_RUN_STATE_COPYING ||
         state == MNS_RUN_STATE_DEMULTIPLEXING || state == MNS_RUN_STATE_DEMULTIPLEXED;
}

static MnsRunVerdict
verdict (const MnsRunEvidence *evidence, MnsRunState state, const char *reason)
{
  const MnsRunCompletion *completion = evidence->completion;
  guint cycle = evidence->cycle;

  if (completion != NULL && completion->completed > 0)
    cycle = (guint) completion->completed;
  else if (is_at_end (state) && !is_short (evidence))
    cycle = evidence->cycles; /* the instrument says so, if no metric was kept to show it */
  return (MnsRunVerdict){ state, cycle, evidence->cycles, reason };
}

static gint64
stalled_after (const MnsRunEvidence *evidence)
{
  return evidence->stalled_after > 0 ? evidence->stalled_after : MNS_RUN_STALLED_AFTER;
}

/* Statistics of a demultiplexing, on or off the instrument: %NULL, or a sentence that says which.
 */
static const char *
find_statistics (const MnsRunListing *listing)
{
  g_autofree char *csv = mns_run_listing_find_ending (listing, "", "/demultiplex_stats.csv");
  g_autofree char *json = mns_run_listing_find_ending (listing, "data/", "/stats/stats.json");

  if (csv != NULL)
    return "Demultiplex_Stats.csv is there";
  return json != NULL ? "Stats.json is there" : NULL;
}

/* The data are all there: what became of them? */
static MnsRunVerdict
judge_finished (const MnsRunEvidence *evidence, const char *reason)
{
  const MnsRunListing *listing = evidence->listing;
  const char *statistics = find_statistics (listing);
  g_autofree char *analysis = mns_run_listing_find_ending (listing, "analysis/", "");
  g_autofree char *analysis_end =
      mns_run_listing_find_ending (listing, "analysis/", "/secondary_analysis_complete.txt");

  if (is_short (evidence))
    return verdict (evidence,
                    MNS_RUN_STATE_ENDED_EARLY,
                    "the run is complete, yet fewer cycles were done than planned");
  if (statistics != NULL)
    return verdict (evidence, MNS_RUN_STATE_DEMULTIPLEXED, statistics);
  if (analysis != NULL && analysis_end == NULL)
    return verdict (
        evidence, MNS_RUN_STATE_DEMULTIPLEXING, "the analysis on the instrument is not complete");
  return verdict (evidence, MNS_RUN_STATE_COMPLETED, reason);
}

/* Basecalling is done, the file that says "all there" is missing. */
static MnsRunVerdict
judge_copying (const MnsRunEvidence *evidence, const Ending *ending, gint64 quiet)
{
  if (ending->patience > 0 && quiet > ending->patience)
    return judge_finished (evidence,
                           "basecalling is complete and nothing changed for hours, but the "
                           "file that ends a copy never came");
  if (quiet > stalled_after (evidence))
    return verdict (evidence,
                    MNS_RUN_STATE_STALLED,
                    "basecalling is complete, the copy is not, and nothing changes any more");
  return verdict (evidence, MNS_RUN_STATE_COPYING, "basecalling is complete, the copy is not");
}

static MnsRunVerdict
judge_status (const MnsRunEvidence *evidence, MnsRunVerdict otherwise)
{
  const char *status = evidence->completion != NULL ? evidence->completion->status : NULL;

  if (status == NULL)
    return otherwise;
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (g_str_equal (status, statuses[i].status))
      {
        if (statuses[i].state == MNS_RUN_STATE_COMPLETED)
          return otherwise;
        return verdict (evidence, statuses[i].state, statuses[i].reason);
      }
  return verdict (evidence,
                  MNS_RUN_STATE_UNKNOWN,
                  "RunCompletionStatus.xml has a value that is not known: look at the run");
}

static gboolean
is_basecalled (const MnsRunEvidence *evidence)
{
  const char *status = evidence->completion != NULL ? evidence->completion->status : NULL;

  return mns_run_listing_has (evidence->listing, "rtacomplete.txt") ||
         mns_run_listing_has (evidence->listing, "rtacomplete.xml") ||
         g_strcmp0 (status, "RunCompleted") == 0;
}

static MnsRunVerdict
judge_files (const MnsRunEvidence *evidence, gint64 now)
{
  const MnsRunListing *listing = evidence->listing;
  const Ending *ending = find_ending (evidence->family);
  gint64 quiet = now - mns_run_listing_get_newest (listing);
  gboolean is_quiet = quiet > stalled_after (evidence);

  if (mns_run_listing_has (listing, ending->all_there))
    {
      if (evidence->family == MNS_MODEL_FAMILY_MISEQ && evidence->software_major >= 4 &&
          quiet < MISEQ_QUIET)
        return verdict (evidence, MNS_RUN_STATE_COPYING, "files are still being copied");
      return judge_finished (evidence, "the file that ends a run is there");
    }
  /* A lab that keeps a run without its flag files: whoever demultiplexed it had all the data. */
  if (is_quiet && find_statistics (listing) != NULL)
    return verdict (evidence, MNS_RUN_STATE_DEMULTIPLEXED, find_statistics (listing));
  /* An instrument that no table knows: without CopyComplete.txt its basecalling flag has to do,
   * once the folder is quiet.
   */
  if (evidence->family == MNS_MODEL_FAMILY_UNKNOWN && is_quiet && is_basecalled (evidence))
    return judge_finished (evidence, "RTAComplete.txt is there");
  if (is_basecalled (evidence))
    return judge_copying (evidence, ending, quiet);
  if (is_quiet)
    return verdict (evidence,
                    MNS_RUN_STATE_STALLED,
                    "no file says that the run ended, and nothing changes any more");
  return verdict (evidence, MNS_RUN_STATE_RUNNING, "files changed lately");
}

/**
 * mns_run_state_judge:
 * @evidence: what was seen
 * @now: microseconds UTC
 *
 * Judges a run. It depends on its arguments alone.
 *
 * Returns: the state with the evidence that decided
 */
MnsRunVerdict
mns_run_state_judge (const MnsRunEvidence *evidence, gint64 now)
{
  MnsRunVerdict by_files;

  g_return_val_if_fail (evidence != NULL && evidence->listing != NULL,
                        ((MnsRunVerdict){ MNS_RUN_STATE_UNKNOWN, 0, 0, "" }));

  if (!mns_run_listing_has (evidence->listing, "runinfo.xml"))
    return verdict (evidence, MNS_RUN_STATE_PLANNED, "RunInfo.xml is not there yet");
  by_files = judge_files (evidence, now);
  if (evidence->log_says_exited && !mns_run_state_is_final (by_files.state) &&
      by_files.state != MNS_RUN_STATE_DEMULTIPLEXING)
    return verdict (evidence,
                    MNS_RUN_STATE_FAILED,
                    "the RTA log says that the program exited before completion");
  return judge_status (evidence, by_files);
}
