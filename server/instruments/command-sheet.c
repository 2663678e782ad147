/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run sheet check|convert|show: sample sheets. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/instruments/command-print.h"
#include "server/instruments/commands.h"
#include "server/instruments/index2.h"
#include "server/instruments/run-info.h"
#include "server/instruments/sheet-convert.h"
#include "server/instruments/sheet.h"
#include "sync/model/error.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_count (JsonBuilder *builder, const char *name, guint count)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, count);
}

static const char *
gravity_name (const MnsSheetFault *fault)
{
  return fault->gravity == MNS_SHEET_ERROR ? "error" : "warning";
}

static void
print_faults_json (GPtrArray *faults, guint n_errors)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_count (builder, "errors", n_errors);
  add_count (builder, "warnings", faults->len - n_errors);
  json_builder_set_member_name (builder, "faults");
  json_builder_begin_array (builder);
  for (guint i = 0; i < faults->len; i++)
    {
      const MnsSheetFault *fault = g_ptr_array_index (faults, i);

      json_builder_begin_object (builder);
      add_text (builder, "gravity", gravity_name (fault));
      add_count (builder, "line", fault->line);
      add_count (builder, "column", fault->column);
      add_text (builder, "code", fault->code);
      add_text (builder, "message", fault->message);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mns_command_print_json (builder);
}

static void
print_faults (GPtrArray *faults, const char *path)
{
  for (guint i = 0; i < faults->len; i++)
    {
      const MnsSheetFault *fault = g_ptr_array_index (faults, i);

      if (fault->line > 0)
        printf ("%s:%u:%u: %s: %s\n",
                path,
                fault->line,
                fault->column,
                gravity_name (fault),
                fault->message);
      else
        printf ("%s: %s: %s\n", path, gravity_name (fault), fault->message);
    }
}

/* What the run folder that the sheet is for says about reads and lanes. */
static gboolean
take_rules (const char *folder, MnsSheetRules *rules, GError **error)
{
  g_autoptr (MnsRunInfo) info = mns_run_info_read (folder, error);
  guint n[2] = { 0, 0 };

  if (info == NULL)
    return FALSE;
  rules->lanes = info->lanes;
  for (guint i = 0; i < info->n_reads; i++)
    {
      guint *cycles = info->reads[i].is_index ? rules->index_reads : rules->reads;
      guint *count = &n[info->reads[i].is_index];

      if (*count < 2)
        cycles[(*count)++] = info->reads[i].cycles;
    }
  return TRUE;
}

static int
check (int argc, char **argv)
{
  gboolean as_json = FALSE;
  g_autofree char *run = NULL;
  MnsSheetRules rules = { -1, 0, { 0, 0 }, { 0, 0 } };
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL },
    { "mismatches",
      'm',
      0,
      G_OPTION_ARG_INT,
      &rules.mismatches,
      "Mismatches forgiven in an index (1, unless the sheet says)",
      "N" },
    { "run", 'r', 0, G_OPTION_ARG_FILENAME, &run, "Run folder that the sheet is for", "FOLDER" },
    { NULL },
  };
  g_autoptr (MnsSampleSheet) sheet = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *faults;
  guint n_errors = 0;
  int exit_code;

  if (!mns_command_parse (
          &argc, &argv, "FILE", "find every fault of a sample sheet", entries, 1, 1, &exit_code))
    return exit_code;
  if (run != NULL && !take_rules (run, &rules, &error))
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  sheet = mns_sample_sheet_read (argv[1], &error);
  if (sheet == NULL)
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  faults = mns_sample_sheet_check (sheet, &rules);
  for (guint i = 0; i < faults->len; i++)
    n_errors += ((const MnsSheetFault *) g_ptr_array_index (faults, i))->gravity == MNS_SHEET_ERROR;
  if (as_json)
    print_faults_json (faults, n_errors);
  else
    {
      print_faults (faults, argv[1]);
      printf ("%s: form %s, %u samples, %u errors, %u warnings\n",
              argv[1],
              mns_sheet_form_name (sheet->form),
              sheet->samples->len,
              n_errors,
              faults->len - n_errors);
    }
  return n_errors > 0 ? MNS_EXIT_NO_RUN : MNS_EXIT_OK;
}

static void
show_json (const MnsSampleSheet *sheet)
{
  static const char *const names[MNS_SHEET_N_COLUMNS] = {
    "lane",     "sample_id", "sample_name", "plate",   "well",        "index_id",
    "index",    "index2_id", "index2",      "project", "description", "override_cycles",
    "flowcell", "reference", "control",     "recipe",  "operator",    "genome",
  };
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "form", mns_sheet_form_name (sheet->form));
  add_text (builder, "line_end", sheet->crlf ? "CRLF" : "LF");
  add_text (builder, "run_name", sheet->run_name);
  add_text (builder, "date", sheet->date);
  add_text (builder, "investigator", sheet->investigator);
  add_text (builder, "instrument", sheet->instrument);
  add_text (builder, "index_orientation", sheet->index_orientation);
  add_text (builder, "chemistry", sheet->chemistry);
  add_text (builder, "adapter1", sheet->adapter1);
  add_text (builder, "adapter2", sheet->adapter2);
  add_text (builder, "override_cycles", sheet->override_cycles);
  add_text (builder, "software_version", sheet->software_version);
  add_count (builder, "read1_cycles", sheet->reads[0]);
  add_count (builder, "read2_cycles", sheet->reads[1]);
  add_count (builder, "index1_cycles", sheet->index_reads[0]);
  add_count (builder, "index2_cycles", sheet->index_reads[1]);
  json_builder_set_member_name (builder, "sections");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sheet->sections->len; i++)
    json_builder_add_string_value (
        builder, ((const MnsSheetSection *) g_ptr_array_index (sheet->sections, i))->name);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "columns");
  json_builder_begin_array (builder);
  for (guint i = 0; sheet->columns != NULL && sheet->columns[i] != NULL; i++)
    json_builder_add_string_value (builder, sheet->columns[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "samples");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);

      json_builder_begin_object (builder);
      add_count (builder, "line", sample->line);
      for (guint j = 0; j < MNS_SHEET_N_COLUMNS; j++)
        if (sample->values[j] != NULL)
          add_text (builder, names[j], sample->values[j]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mns_command_print_json (builder);
}

static void
show_cycles (const char *what, guint cycles)
{
  g_autofree char *text = cycles > 0 ? g_strdup_printf ("%u", cycles) : NULL;

  mns_command_print_field (what, text);
}

static void
show_samples (const MnsSampleSheet *sheet)
{
  static const MnsSheetColumn columns[] = {
    MNS_SHEET_LANE,  MNS_SHEET_SAMPLE_ID, MNS_SHEET_SAMPLE_NAME,
    MNS_SHEET_INDEX, MNS_SHEET_INDEX2,    MNS_SHEET_PROJECT,
  };
  static const char *const heads[] = {
    "Lane", "Sample", "Name", "Index 1", "Index 2", "Project", NULL,
  };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  g_ptr_array_add (rows, g_strdupv ((char **) heads));
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);
      char **cells = g_new0 (char *, G_N_ELEMENTS (columns) + 1);

      for (guint j = 0; j < G_N_ELEMENTS (columns); j++)
        cells[j] = g_strdup (sample->values[columns[j]] != NULL ? sample->values[columns[j]] : "");
      g_ptr_array_add (rows, cells);
    }
  mns_command_print_table (rows, "><<<<<");
}

static int
show (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL },
    { NULL },
  };
  g_autoptr (MnsSampleSheet) sheet = NULL;
  g_autoptr (GError) error = NULL;
  int exit_code;

  if (!mns_command_parse (
          &argc, &argv, "FILE", "show what a sample sheet says", entries, 1, 1, &exit_code))
    return exit_code;
  sheet = mns_sample_sheet_read (argv[1], &error);
  if (sheet == NULL)
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  if (as_json)
    {
      show_json (sheet);
      return MNS_EXIT_OK;
    }
  mns_command_print_field ("Form", mns_sheet_form_name (sheet->form));
  mns_command_print_field ("Run", sheet->run_name);
  mns_command_print_field ("Instrument", sheet->instrument);
  mns_command_print_field ("Date", sheet->date);
  show_cycles ("Read 1 cycles", sheet->reads[0]);
  show_cycles ("Index 1 cycles", sheet->index_reads[0]);
  show_cycles ("Index 2 cycles", sheet->index_reads[1]);
  show_cycles ("Read 2 cycles", sheet->reads[1]);
  mns_command_print_field ("Override cycles", sheet->override_cycles);
  mns_command_print_field ("Adapter read 1", sheet->adapter1);
  mns_command_print_field ("Adapter read 2", sheet->adapter2);
  putchar ('\n');
  show_samples (sheet);
  return MNS_EXIT_OK;
}

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
  int lanes;
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
  MnsModelFamily family = mns_index2_family_from_text (instrument);
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
      fputs ("Index 2 is kept as it is: no --instrument was named.\n", stderr);
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

static int
convert_sheet (const char *path, const ConvertOptions *options)
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

static int
convert (int argc, char **argv)
{
  g_auto (ConvertOptions) options = { 0 };
  const GOptionEntry entries[] = {
    { "to", 't', 0, G_OPTION_ARG_STRING, &options.to, "Form wanted: classic, v1, v2", "FORM" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Where to write it", "FILE" },
    { "instrument",
      'i',
      0,
      G_OPTION_ARG_STRING,
      &options.instrument,
      "Instrument, which decides about index 2",
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

int
mns_command_sheet (int argc, char **argv)
{
  static struct
  {
    const char *name;
    char whole[16]; /* as messages and the usage call it */
    int (*run) (int argc, char **argv);
  } verbs[] = {
    { "check", "sheet check", check },
    { "convert", "sheet convert", convert },
    { "show", "sheet show", show },
  };
  gboolean wants_help =
      argc > 1 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"));

  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (argv[1], verbs[i].name))
      {
        argv[1] = verbs[i].whole;
        return verbs[i].run (argc - 1, argv + 1);
      }
  fputs ("Usage: meniscus-run sheet check|convert|show FILE\n", wants_help ? stdout : stderr);
  return wants_help ? MNS_EXIT_OK : MNS_EXIT_USAGE;
}
