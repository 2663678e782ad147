/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run sheet check|convert|show: sample sheets. Converting is in a file of its own. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/instruments/command-print.h"
#include "server/instruments/commands.h"
#include "server/instruments/json-members.h"
#include "server/instruments/run-info.h"
#include "server/instruments/sheet.h"
#include "sync/model/error.h"

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
  mns_json_add_count (builder, "errors", n_errors);
  mns_json_add_count (builder, "warnings", faults->len - n_errors);
  json_builder_set_member_name (builder, "faults");
  json_builder_begin_array (builder);
  for (guint i = 0; i < faults->len; i++)
    {
      const MnsSheetFault *fault = g_ptr_array_index (faults, i);

      json_builder_begin_object (builder);
      mns_json_add_text (builder, "gravity", gravity_name (fault));
      mns_json_add_count (builder, "line", fault->line);
      mns_json_add_count (builder, "column", fault->column);
      mns_json_add_text (builder, "code", fault->code);
      mns_json_add_text (builder, "message", fault->message);
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
  mns_json_add_text (builder, "form", mns_sheet_form_name (sheet->form));
  mns_json_add_text (builder, "line_end", sheet->crlf ? "CRLF" : "LF");
  mns_json_add_text (builder, "run_name", sheet->run_name);
  mns_json_add_text (builder, "date", sheet->date);
  mns_json_add_text (builder, "investigator", sheet->investigator);
  mns_json_add_text (builder, "instrument", sheet->instrument);
  mns_json_add_text (builder, "index_orientation", sheet->index_orientation);
  mns_json_add_text (builder, "chemistry", sheet->chemistry);
  mns_json_add_text (builder, "adapter1", sheet->adapter1);
  mns_json_add_text (builder, "adapter2", sheet->adapter2);
  mns_json_add_text (builder, "override_cycles", sheet->override_cycles);
  mns_json_add_text (builder, "software_version", sheet->software_version);
  mns_json_add_count (builder, "read1_cycles", sheet->reads[0]);
  mns_json_add_count (builder, "read2_cycles", sheet->reads[1]);
  mns_json_add_count (builder, "index1_cycles", sheet->index_reads[0]);
  mns_json_add_count (builder, "index2_cycles", sheet->index_reads[1]);
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
      mns_json_add_count (builder, "line", sample->line);
      for (guint j = 0; j < MNS_SHEET_N_COLUMNS; j++)
        if (sample->values[j] != NULL)
          mns_json_add_text (builder, names[j], sample->values[j]);
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
    { "convert", "sheet convert", mns_command_sheet_convert },
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
