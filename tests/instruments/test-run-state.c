/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The state of a run, one row a case: what lies in the folder, how long it has been quiet. */

#include "config.h"

#include <string.h>

#include "server/instruments/run-state.h"

#define NOW (1000 * G_TIME_SPAN_DAY)
#define HOUR G_TIME_SPAN_HOUR

typedef struct
{
  const char *title;
  MnsModelFamily family;
  guint software_major;
  const char *names; /* parted by blanks; RunInfo.xml is added unless this begins with ! */
  gint64 quiet;
  guint extracted; /* of 100 cycles */
  const char *completion;
  gboolean exited;
  MnsRunState state;
} Case;

#define STATUS(name) "<R><RunStatus>" name "</RunStatus></R>"
#define OLD_STATUS(name, done)                                                                     \
  "<R><CompletionStatus>" name                                                                     \
  "</CompletionStatus><PlannedRead1Cycles>100</PlannedRead1Cycles>"                                \
  "<CompletedRead1Cycles>" done "</CompletedRead1Cycles></R>"

#define FAMILY(name) MNS_MODEL_FAMILY_##name
#define STATE(name) MNS_RUN_STATE_##name

static const Case cases[] = {
  { "nothing yet", FAMILY (NOVASEQ_X), 0, "!SampleSheet.csv", 0, 0, NULL, FALSE, STATE (PLANNED) },
  { "first minute", FAMILY (MISEQ), 2, "runParameters.xml", 0, 0, NULL, FALSE, STATE (RUNNING) },
  { "running", FAMILY (MISEQ), 2, "InterOp", HOUR, 40, NULL, FALSE, STATE (RUNNING) },
  { "quiet for a day", FAMILY (MISEQ), 2, "InterOp", 25 * HOUR, 40, NULL, FALSE, STATE (STALLED) },
  { "MiSeq", FAMILY (MISEQ), 2, "RTAComplete.txt", 0, 100, NULL, FALSE, STATE (COMPLETED) },
  { "MiSeq, cut short",
    FAMILY (MISEQ),
    2,
    "RTAComplete.txt",
    0,
    60,
    NULL,
    FALSE,
    STATE (ENDED_EARLY) },
  { "MiSeq 4 copies", FAMILY (MISEQ), 4, "RTAComplete.txt", 0, 100, NULL, FALSE, STATE (COPYING) },
  { "MiSeq 4 quiet",
    FAMILY (MISEQ),
    4,
    "RTAComplete.txt",
    HOUR,
    100,
    NULL,
    FALSE,
    STATE (COMPLETED) },
  { "HiSeq, odd case",
    FAMILY (HISEQ_2000),
    2,
    "rtacomplete.TXT",
    0,
    100,
    NULL,
    FALSE,
    STATE (COMPLETED) },
  { "HiSeq read flags",
    FAMILY (HISEQ_4000),
    3,
    "RTARead1Complete.txt",
    0,
    60,
    NULL,
    FALSE,
    STATE (RUNNING) },
  { "NextSeq copies",
    FAMILY (NEXTSEQ_500),
    2,
    "RTAComplete.txt",
    HOUR,
    100,
    NULL,
    FALSE,
    STATE (COPYING) },
  { "NextSeq forgot",
    FAMILY (NEXTSEQ_500),
    2,
    "RTAComplete.txt",
    7 * HOUR,
    100,
    NULL,
    FALSE,
    STATE (COMPLETED) },
  { "NextSeq",
    FAMILY (NEXTSEQ_500),
    2,
    "RTAComplete.txt RunCompletionStatus.xml",
    0,
    100,
    OLD_STATUS ("CompletedAsPlanned", "100"),
    FALSE,
    STATE (COMPLETED) },
  { "NextSeq error",
    FAMILY (NEXTSEQ_500),
    2,
    "RunCompletionStatus.xml",
    0,
    60,
    OLD_STATUS ("ExceptionEndedEarly", "60"),
    FALSE,
    STATE (FAILED) },
  { "NextSeq by hand",
    FAMILY (NEXTSEQ_500),
    2,
    "RunCompletionStatus.xml",
    0,
    60,
    OLD_STATUS ("UserEndedEarly", "60"),
    FALSE,
    STATE (ENDED_EARLY) },
  { "NextSeq short",
    FAMILY (NEXTSEQ_500),
    2,
    "RunCompletionStatus.xml",
    0,
    0,
    OLD_STATUS ("CompletedAsPlanned", "60"),
    FALSE,
    STATE (ENDED_EARLY) },
  { "NextSeq, new word",
    FAMILY (NEXTSEQ_500),
    2,
    "RunCompletionStatus.xml",
    0,
    100,
    OLD_STATUS ("Hiccup", "100"),
    FALSE,
    STATE (UNKNOWN) },
  { "NovaSeq copies",
    FAMILY (NOVASEQ_6000),
    1,
    "RTAComplete.txt SequenceComplete.txt",
    7 * HOUR,
    100,
    NULL,
    FALSE,
    STATE (COPYING) },
  { "NovaSeq never copied",
    FAMILY (NOVASEQ_6000),
    1,
    "RTAComplete.txt",
    90 * 24 * HOUR,
    100,
    NULL,
    FALSE,
    STATE (STALLED) },
  { "NovaSeq",
    FAMILY (NOVASEQ_6000),
    1,
    "RTAComplete.txt CopyComplete.txt",
    0,
    100,
    NULL,
    FALSE,
    STATE (COMPLETED) },
  { "NovaSeq X, status only",
    FAMILY (NOVASEQ_X),
    1,
    "RunCompletionStatus.xml",
    0,
    100,
    STATUS ("RunCompleted"),
    FALSE,
    STATE (COPYING) },
  { "NovaSeq X error",
    FAMILY (NOVASEQ_X),
    1,
    "RunCompletionStatus.xml",
    0,
    50,
    STATUS ("RunErrored"),
    FALSE,
    STATE (FAILED) },
  { "NovaSeq X aborted",
    FAMILY (NOVASEQ_X),
    1,
    "RunCompletionStatus.xml",
    0,
    50,
    STATUS ("RunAborted"),
    FALSE,
    STATE (ABORTED) },
  { "NovaSeq X analyses",
    FAMILY (NOVASEQ_X),
    1,
    "CopyComplete.txt Analysis Analysis/1",
    0,
    100,
    NULL,
    FALSE,
    STATE (DEMULTIPLEXING) },
  { "NovaSeq X analysed",
    FAMILY (NOVASEQ_X),
    1,
    "CopyComplete.txt Analysis/2 Analysis/2/Data/BCLConvert/fastq/Reports/Demultiplex_Stats.csv",
    0,
    100,
    NULL,
    FALSE,
    STATE (DEMULTIPLEXED) },
  { "statistics before the copy",
    FAMILY (NOVASEQ_X),
    1,
    "RTAComplete.txt Analysis/1/Data/Demux/Demultiplex_Stats.csv",
    HOUR,
    100,
    NULL,
    FALSE,
    STATE (COPYING) },
  { "flags pruned",
    FAMILY (NOVASEQ_6000),
    1,
    "Reports/Demultiplex_Stats.csv",
    90 * 24 * HOUR,
    100,
    NULL,
    FALSE,
    STATE (DEMULTIPLEXED) },
  { "bcl2fastq",
    FAMILY (HISEQ_4000),
    3,
    "RTAComplete.txt Data/Intensities/BaseCalls/Stats/Stats.json",
    0,
    100,
    NULL,
    FALSE,
    STATE (DEMULTIPLEXED) },
  { "log says exited",
    FAMILY (NOVASEQ_6000),
    1,
    "Data/RTALogs/x_Log.txt",
    HOUR,
    50,
    NULL,
    TRUE,
    STATE (FAILED) },
  { "log, yet finished",
    FAMILY (NOVASEQ_6000),
    1,
    "CopyComplete.txt RTAComplete.txt",
    HOUR,
    100,
    NULL,
    TRUE,
    STATE (COMPLETED) },
  { "nobody knows it",
    FAMILY (UNKNOWN),
    0,
    "RTAComplete.txt",
    HOUR,
    100,
    NULL,
    FALSE,
    STATE (COPYING) },
  { "nobody knows it, quiet",
    FAMILY (UNKNOWN),
    0,
    "RTAComplete.txt",
    25 * HOUR,
    100,
    NULL,
    FALSE,
    STATE (COMPLETED) },
  { "clock ahead", FAMILY (MISEQ), 2, "InterOp", -48 * HOUR, 40, NULL, FALSE, STATE (RUNNING) },
};

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  gboolean is_planned = one->names[0] == '!';
  g_auto (GStrv) names = g_strsplit (one->names + is_planned, " ", -1);
  g_autoptr (MnsRunListing) listing = mns_run_listing_new ();
  g_autoptr (MnsRunCompletion) completion = NULL;
  MnsRunEvidence evidence = { 0 };
  MnsRunVerdict verdict;

  if (!is_planned)
    mns_run_listing_add (listing, "RunInfo.xml", 100, 1);
  for (guint i = 0; names[i] != NULL; i++)
    mns_run_listing_add (listing, names[i], 100, NOW - one->quiet);
  if (one->completion != NULL)
    completion =
        mns_run_completion_parse (one->completion, strlen (one->completion), "status", NULL);
  evidence.listing = listing;
  evidence.family = one->family;
  evidence.software_major = one->software_major;
  evidence.cycles = 100;
  evidence.cycle = evidence.extracted = one->extracted;
  evidence.completion = completion;
  evidence.log_says_exited = one->exited;
  verdict = mns_run_state_judge (&evidence, NOW);
  g_assert_cmpstr (mns_run_state_name (verdict.state), ==, mns_run_state_name (one->state));
  g_assert_cmpuint (verdict.cycles, ==, 100);
  g_assert_nonnull (verdict.reason);
}

static void
test_setting (void)
{
  g_autoptr (MnsRunListing) listing = mns_run_listing_new ();
  MnsRunEvidence evidence = { listing, MNS_MODEL_FAMILY_HISEQ_2000, 2, 100, 5, 5, NULL, FALSE, 0 };

  mns_run_listing_add (listing, "RunInfo.xml", 100, NOW - 3 * HOUR);
  g_assert_cmpint (mns_run_state_judge (&evidence, NOW).state, ==, MNS_RUN_STATE_RUNNING);
  evidence.stalled_after = 2 * HOUR;
  g_assert_cmpint (mns_run_state_judge (&evidence, NOW).state, ==, MNS_RUN_STATE_STALLED);
}

static void
test_cycle (void)
{
  g_autoptr (MnsRunListing) listing = mns_run_listing_new ();
  MnsRunEvidence evidence = { listing, MNS_MODEL_FAMILY_MISEQ, 2, 100, 7, 7, NULL, FALSE, 0 };

  mns_run_listing_add (listing, "RunInfo.xml", 100, NOW);
  g_assert_cmpuint (mns_run_state_judge (&evidence, NOW).cycle, ==, 7);
  /* Metrics that stop before the last cycle do not make a complete run a short one. */
  mns_run_listing_add (listing, "RTAComplete.txt", 0, NOW);
  evidence.cycle = 99;
  evidence.extracted = 0;
  g_assert_cmpint (mns_run_state_judge (&evidence, NOW).state, ==, MNS_RUN_STATE_COMPLETED);
  g_assert_cmpuint (mns_run_state_judge (&evidence, NOW).cycle, ==, 100);
}

static void
test_person (void)
{
  g_assert_false (mns_run_state_may_follow (MNS_RUN_STATE_FAILED, TRUE, MNS_RUN_STATE_COMPLETED));
  g_assert_true (mns_run_state_may_follow (MNS_RUN_STATE_FAILED, FALSE, MNS_RUN_STATE_COMPLETED));
  g_assert_true (mns_run_state_may_follow (MNS_RUN_STATE_RUNNING, TRUE, MNS_RUN_STATE_COMPLETED));
  g_assert_false (mns_run_state_may_follow (MNS_RUN_STATE_RUNNING, FALSE, MNS_RUN_STATE_RUNNING));
}

static void
test_names (void)
{
  for (int i = MNS_RUN_STATE_UNKNOWN; i <= MNS_RUN_STATE_STALLED; i++)
    {
      MnsRunState state;

      g_assert_true (mns_run_state_from_name (mns_run_state_name ((MnsRunState) i), &state));
      g_assert_cmpint (state, ==, i);
    }
}

static void
test_completion_prefixes (void)
{
  const char text[] = OLD_STATUS ("CompletedAsPlanned", "60");

  for (gsize cut = 0; cut < strlen (text); cut++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsRunCompletion) completion =
          mns_run_completion_parse (text, cut, "status", &error);

      g_assert_null (completion);
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/run-state/case/", cases[i].title, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/run-state/setting", test_setting);
  g_test_add_func ("/run-state/cycle", test_cycle);
  g_test_add_func ("/run-state/person", test_person);
  g_test_add_func ("/run-state/names", test_names);
  g_test_add_func ("/run-state/completion-prefixes", test_completion_prefixes);
  return g_test_run ();
}
