/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* libFuzzer target of the reader of RunInfo.xml. */

#include "config.h"

#include "server/instruments/run-info.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (MnsRunInfo) info = mns_run_info_parse ((const char *) data, size, "RunInfo.xml", NULL);

  return 0;
}
