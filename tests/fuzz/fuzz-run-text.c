/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The text files of a run folder: the first byte chooses the reader, the rest is the file. */

#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "server/instruments/csv-table.h"
#include "server/instruments/demux.h"
#include "server/instruments/run-info.h"
#include "server/instruments/run-parameters.h"
#include "server/instruments/run-state.h"
#include "server/instruments/sheet.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_run_info (const char *text, gsize length)
{
  mns_run_info_free (mns_run_info_parse (text, length, "fuzz", NULL));
}

static void
read_parameters (const char *text, gsize length)
{
  mns_run_parameters_free (mns_run_parameters_parse (text, length, "fuzz", NULL));
}

static void
read_completion (const char *text, gsize length)
{
  mns_run_completion_free (mns_run_completion_parse (text, length, "fuzz", NULL));
}

static void
read_sheet (const char *text, gsize length)
{
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_parse (text, length);

  mns_sample_sheet_check (sheet, NULL);
  g_free (mns_sample_sheet_to_text (sheet, NULL));
}

static void
read_stats (const char *text, gsize length)
{
  g_autoptr (MnsDemux) demux = mns_demux_new (MNS_DEMUX_BCL2FASTQ, ".");

  mns_demux_parse_stats_json (demux, text, length, "fuzz", NULL);
  mns_demux_finish (demux);
}

static void
read_csv (const char *text, gsize length)
{
  mns_csv_table_free (mns_csv_table_parse (text, length));
}

static void (*const readers[]) (const char *text, gsize length) = {
  read_run_info, read_parameters, read_completion, read_sheet, read_stats, read_csv,
};

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = NULL;

  if (size == 0)
    return 0;
  text = g_malloc0 (size);
  memcpy (text, data + 1, size - 1); /* with a zero byte behind, as mns_text_file_read() puts it */
  readers[data[0] % G_N_ELEMENTS (readers)](text, size - 1);
  return 0;
}
