/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run sheet convert: a sample sheet in another form, index 2 the right way round. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <stdio.h>

#include "server/instruments/commands.h"
#include "server/instruments/index2.h"
#include "server/instruments/run-look.h"
#include "server/instruments/run-info.h"
#include "server/instruments/sheet-convert.h"
#include "sync/model/error.h"

/* The options of a conversion. */
typedef struct
{
  char *to;
  char *instrument;
  char *reagents;
  char *from_use;
  char *to_use;
  char *flowcell;
  char *software_version;
  char *table;
  char *out;
  char *run;
  int lanes;

  MnsModelFamily family; /* of the run, unknown without */
} ConvertOptions;

static void
clear_options (ConvertOptions *options)
{
  g_free (options->to);
  g_free (options->instrument);
  g_free (options->reagents);
  g_free (options->from_use);
  g_free (options->to_use);
  g_free (options->flowcell);
  g_free (options->software_version);
  g_free (options->table);
  g_free (options->out);
  g_free (options->run);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConvertOptions, clear_options)

static gboolean
parse_use (const char *text, MnsSheetForm form, MnsSheetUse *use, GError **error)
{
  *use = form == MNS_SHEET_FORM_V2 ? MNS_SHEET_USE_BCL_CONVERT : MNS_SHEET_USE_BCL2FASTQ;
  if (text == NULL || mns_sheet_use_from_name (text, use))
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_INVALID,
               "“%s” reads no sheets; it can be bcl2fastq, on-instrument, cloud or bcl-convert",
               text);
  return FALSE;
}

static gboolean
has_index2 (const MnsSampleSheet *sheet)
{
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);

      if (sample->values[MNS_SHEET_INDEX2] != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Decides whether index 2 is to be turned, by the table of instruments. */
static gboolean
decide_index2 (const MnsSampleSheet *sheet,
               const ConvertOptions *options,
               MnsSheetTarget *target,
               GError **error)
{
  const char *instrument = options->instrument != NULL ? options->instrument : sheet->instrument;
  MnsModelFamily family = options->family != MNS_MODEL_FAMILY_UNKNOWN
                              ? options->family
                              : mns_index2_family_from_text (instrument);
  g_autoptr (MnsIndex2Table) table = NULL;
  MnsSheetUse from_use, to_use;
  MnsIndex2 as_read, from, to;

  if (!parse_use (options->from_use, sheet->form, &from_use, error) ||
      !parse_use (options->to_use, target->form, &to_use, error))
    return FALSE;
  if (!has_index2 (sheet))
    return TRUE;
  if (family == MNS_MODEL_FAMILY_UNKNOWN)
    {
      fputs ("Index 2 is kept as it is: neither --instrument nor --run was named.\n", stderr);
      return TRUE;
    }
  table = options->table != NULL ? mns_index2_table_new_from_file (options->table, error)
                                 : mns_index2_table_new ();
  if (table == NULL)
    return FALSE;
  if (!mns_index2_table_find (table, family, options->reagents, from_use, &as_read, &from, error) ||
      !mns_index2_table_find (table, family, options->reagents, to_use, &as_read, &to, error))
    return FALSE;
  if (g_strcmp0 (sheet->index_orientation, "Forward") == 0)
    from = MNS_INDEX2_FORWARD;
  target->turn_index2 = from != to;
  target->pad_index2_first = as_read == MNS_INDEX2_REVERSE && to == MNS_INDEX2_FORWARD;
  fprintf (stderr,
           "Index 2 %s: %s, %s to %s.\n",
           target->turn_index2 ? "is turned to its reverse complement" : "stays as it is",
           mns_model_family_name (family),
           mns_sheet_use_name (from_use),
           mns_sheet_use_name (to_use));
  return TRUE;
}

static int
write_out (const char *text, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    fputs (text, stdout);
  else if (!g_file_set_contents (path, text, -1, &error))
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  return MNS_EXIT_OK;
}

/* What the run folder tells: instrument, reagents, flow cell, lanes. Options given go before. */
static gboolean
take_run (ConvertOptions *options, GError **error)
{
  g_autoptr (MnsModelTable) models = mns_model_table_new ();
  g_autoptr (MnsRunInfo) info = mns_run_info_read (options->run, error);
  g_autoptr (MnsRunParameters) parameters = NULL;
  g_autoptr (MnsRunLook) look = NULL;

  if (info == NULL)
    return FALSE;
  look = mns_run_look (options->run, models, 0, g_get_real_time (), error);
  if (look == NULL)
    return FALSE;
  parameters = mns_run_parameters_read (options->run, NULL);
  if (options->instrument == NULL)
    {
      options->family = look->model.family;
      options->instrument = g_strdup (look->model.name);
    }
  if (options->reagents == NULL)
    options->reagents = g_strdup (mns_index2_variant (look->model.family, parameters));
  if (options->flowcell == NULL)
    options->flowcell = g_strdup (info->flowcell);
  if (options->lanes == 0)
    options->lanes = (int) MIN (info->lanes, 8);
  return TRUE;
}

static int
convert_sheet (const char *path, ConvertOptions *options)
{
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MnsSampleSheet) sheet = NULL;
  g_autoptr (MnsSampleSheet) made = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  MnsSheetTarget target = { 0 };

  if (!mns_sheet_form_from_name (options->to, &target.form))
    {
      fputs ("meniscus-run sheet convert: --to takes classic, v1 or v2\n", stderr);
      return MNS_EXIT_USAGE;
    }
  if (options->run != NULL && !take_run (options, &error))
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  sheet = mns_sample_sheet_read (path, &error);
  if (sheet == NULL)
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  target.lanes = (guint) CLAMP (options->lanes, 0, 8);
  target.flowcell = options->flowcell;
  target.instrument = options->instrument;
  target.software_version = options->software_version;
  if (!decide_index2 (sheet, options, &target, &error))
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  made = mns_sample_sheet_convert (sheet, &target, left_out, &error);
  text = made != NULL ? mns_sample_sheet_to_text (made, &error) : NULL;
  if (text == NULL)
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  for (guint i = 0; i < left_out->len; i++)
    fprintf (stderr, "Left out: %s\n", (char *) g_ptr_array_index (left_out, i));
  return write_out (text, options->out);
}

int
mns_command_sheet_convert (int argc, char **argv)
{
  g_auto (ConvertOptions) options = { 0 };
  const GOptionEntry entries[] = {
    { "to", 't', 0, G_OPTION_ARG_STRING, &options.to, "Form wanted: classic, v1, v2", "FORM" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Where to write it", "FILE" },
    { "run", 'r', 0, G_OPTION_ARG_FILENAME, &options.run, "Run that tells what follows", "FOLDER" },
    { "instrument",
      'i',
      0,
      G_OPTION_ARG_STRING,
      &options.instrument,
      "Instrument, for index 2",
      "NAME" },
    { "reagents",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.reagents,
      "NovaSeq 6000: v1 or v1.5; MiniSeq: rapid; HiSeq 3000/4000: single-read",
      "WHICH" },
    { "from-use",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.from_use,
      "Who was to read FILE: bcl2fastq, on-instrument, cloud, bcl-convert",
      "USE" },
    { "to-use", 0, 0, G_OPTION_ARG_STRING, &options.to_use, "Who will read the new one", "USE" },
    { "index2-table",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options.table,
      "Key file with rows of your own for index 2",
      "FILE" },
    { "flowcell", 0, 0, G_OPTION_ARG_STRING, &options.flowcell, "Flow cell (classic)", "ID" },
    { "lanes", 0, 0, G_OPTION_ARG_INT, &options.lanes, "Lanes of the flow cell (classic)", "N" },
    { "software-version",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.software_version,
      "Version of BCL Convert (v2)",
      "X.Y.Z" },
    { NULL },
  };
  int exit_code;

  if (!mns_command_parse (&argc,
                          &argv,
                          "FILE --to FORM",
                          "write a sample sheet in another form",
                          entries,
                          1,
                          1,
                          &exit_code))
    return exit_code;
  return convert_sheet (argv[1], &options);
}
