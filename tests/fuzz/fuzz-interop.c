/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* libFuzzer target of one InterOp reader, the one that FUZZ_METRIC names: the bytes are a file of
 * that metric, read in two goes as while a run grows, and summed up. The run has few tiles and any
 * cycle below 99, so that random records are often good ones.
 */

#include "config.h"

#include <string.h>

#include "server/instruments/interop/state-private.h"
#include "server/instruments/summary.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const char run_info[] =
    "<RunInfo Version=\"2\"><Run Id=\"fuzz\" Number=\"1\"><Instrument>M1</Instrument><Reads>"
    "<Read Number=\"1\" NumCycles=\"60\" IsIndexedRead=\"N\"/>"
    "<Read Number=\"2\" NumCycles=\"8\" IsIndexedRead=\"Y\"/>"
    "<Read Number=\"3\" NumCycles=\"30\" IsIndexedRead=\"N\"/></Reads>"
    "<FlowcellLayout LaneCount=\"2\" SurfaceCount=\"2\" SwathCount=\"1\" TileCount=\"4\"/>"
    "</Run></RunInfo>";

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (MnsRunInfo) info =
      mns_run_info_parse (run_info, strlen (run_info), "RunInfo.xml", NULL);
  g_autoptr (MnsInteropState) state = NULL;
  g_autoptr (MnsRunSummary) summary = NULL;
  g_autoptr (GPtrArray) index = NULL;
  MnsInteropFlags flags = size % 2 == 0 ? MNS_INTEROP_PLAIN : MNS_INTEROP_BY_CYCLE;

  state = mns_interop_state_new (".", info, flags);
  mns_interop_state_look_at_bytes (state, FUZZ_METRIC, data, size / 3, NULL);
  mns_interop_state_look_at_bytes (state, FUZZ_METRIC, data, size, NULL);
  summary = mns_run_summary_new (state);
  index = mns_index_summary_new (state);
  return 0;
}
