/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Reads a folder of results, in whichever of the two forms it is. */

#include "config.h"

#include <string.h>

#include "server/instruments/demux.h"
#include "server/instruments/text-file.h"

/* The n of .../Analysis/<n>/..., 0 elsewhere. */
static guint
analysis_of (const char *folder)
{
  const char *found = g_strrstr (folder, "/Analysis/");

  return found != NULL
             ? (guint) MIN (g_ascii_strtoull (found + strlen ("/Analysis/"), NULL, 10), 9999)
             : 0;
}

/**
 * mns_demux_read:
 * @folder: a folder with Stats.json or Demultiplex_Stats.csv
 * @error: why it cannot be read; %MNS_ERROR_NOT_FOUND if it has neither
 *
 * Returns: (transfer full) (nullable): the results
 */
MnsDemux *
mns_demux_read (const char *folder, GError **error)
{
  g_autofree char *json = g_build_filename (folder, "Stats.json", NULL);
  g_autofree char *csv = g_build_filename (folder, "Demultiplex_Stats.csv", NULL);
  g_autofree char *data = NULL;
  g_autoptr (MnsDemux) self = NULL;
  gsize length;

  g_return_val_if_fail (folder != NULL, NULL);

  if (g_file_test (csv, G_FILE_TEST_EXISTS))
    {
      self = mns_demux_new (MNS_DEMUX_BCL_CONVERT, folder);
      if (!mns_demux_read_reports (self, error))
        return NULL;
    }
  else
    {
      data = mns_text_file_read (json, MNS_TEXT_FILE_MAX, &length, error);
      self = mns_demux_new (MNS_DEMUX_BCL2FASTQ, folder);
      if (data == NULL || !mns_demux_parse_stats_json (self, data, length, json, error))
        return NULL;
    }
  self->analysis = analysis_of (folder);
  mns_demux_finish (self);
  return g_steal_pointer (&self);
}
