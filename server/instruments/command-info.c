/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run info: what RunInfo.xml and RunParameters.xml say, and what that makes the run. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <stdio.h>

#include "server/instruments/command-print.h"
#include "server/instruments/commands.h"
#include "server/instruments/json-members.h"
#include "server/instruments/run-info-json.h"
#include "server/instruments/run-info.h"
#include "server/instruments/run-look.h"
#include "server/instruments/run-parameters.h"
#include "sync/model/error.h"

/* What both files say; either may be missing. */
typedef struct
{
  MnsRunInfo *info;
  MnsRunParameters *parameters;
  MnsRunLook *look;
  GPtrArray *warnings; /* of char * */
} Facts;

static void
clear_facts (Facts *facts)
{
  g_clear_pointer (&facts->info, mns_run_info_free);
  g_clear_pointer (&facts->parameters, mns_run_parameters_free);
  g_clear_pointer (&facts->look, mns_run_look_free);
  g_clear_pointer (&facts->warnings, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Facts, clear_facts)

static void
warn_if_different (Facts *facts, const char *what, const char *by_info, const char *by_parameters)
{
  if (by_info != NULL && by_parameters != NULL && !g_str_equal (by_info, by_parameters))
    g_ptr_array_add (facts->warnings,
                     g_strdup_printf ("RunInfo.xml and RunParameters.xml differ: %s %s and %s",
                                      what,
                                      by_info,
                                      by_parameters));
}

static gboolean
gather (Facts *facts, const char *folder, const MnsModelTable *models, GError **error)
{
  g_autoptr (GError) no_info = NULL;
  g_autoptr (GError) no_parameters = NULL;

  facts->warnings = g_ptr_array_new_with_free_func (g_free);
  facts->info = mns_run_info_read (folder, &no_info);
  facts->parameters = mns_run_parameters_read (folder, &no_parameters);
  if (facts->info == NULL && facts->parameters == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&no_info));
      return FALSE;
    }
  if (no_info != NULL)
    g_ptr_array_add (facts->warnings, g_strdup (no_info->message));
  if (no_parameters != NULL)
    g_ptr_array_add (facts->warnings, g_strdup (no_parameters->message));
  if (facts->info != NULL && facts->parameters != NULL)
    {
      warn_if_different (facts, "run", facts->info->id, facts->parameters->run_id);
      warn_if_different (
          facts, "instrument", facts->info->instrument, facts->parameters->instrument);
      warn_if_different (facts, "flow cell", facts->info->flowcell, facts->parameters->flowcell);
    }
  facts->look = mns_run_look (folder, models, 0, g_get_real_time (), error);
  return facts->look != NULL;
}

static void
print_json (const Facts *facts)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mns_json_add_text (builder, "model", facts->look->model.name);
  mns_json_add_text (builder, "state", mns_run_state_name (facts->look->verdict.state));
  mns_json_add_text (builder, "state_reason", facts->look->verdict.reason);
  json_builder_set_member_name (builder, "cycle");
  json_builder_add_int_value (builder, facts->look->verdict.cycle);
  json_builder_set_member_name (builder, "cycles");
  json_builder_add_int_value (builder, facts->look->verdict.cycles);
  json_builder_set_member_name (builder, "run_info");
  if (facts->info != NULL)
    mns_run_info_add_json (facts->info, builder);
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "run_parameters");
  if (facts->parameters != NULL)
    mns_run_parameters_add_json (facts->parameters, builder);
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (guint i = 0; i < facts->warnings->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (facts->warnings, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mns_command_print_json (builder);
}

static void
print_run_info (const MnsRunInfo *info)
{
  g_autoptr (GString) reads = g_string_new (NULL);
  g_autofree char *layout = NULL;
  g_autofree char *channels = NULL;

  for (guint i = 0; i < info->n_reads; i++)
    g_string_append_printf (reads,
                            "%s%u%s%s",
                            i > 0 ? " + " : "",
                            info->reads[i].cycles,
                            info->reads[i].is_index ? " index" : "",
                            info->reads[i].is_reverse_complement ? " (reverse complement)" : "");
  layout = g_strdup_printf ("%u lanes, %u surfaces, %u swaths, %u tiles",
                            info->lanes,
                            info->surfaces,
                            info->swaths,
                            info->tiles);
  channels = info->channels != NULL ? g_strjoinv (" ", info->channels) : NULL;
  mns_command_print_field ("Run", info->id);
  mns_command_print_field ("Date", info->date);
  mns_command_print_field ("Instrument", info->instrument);
  mns_command_print_field ("Flow cell", info->flowcell);
  mns_command_print_field ("Cycles", reads->str);
  mns_command_print_field ("Layout", layout);
  mns_command_print_field ("Channels", channels);
}

static void
print_parameters (const MnsRunParameters *parameters, gboolean with_ids)
{
  g_autofree char *software =
      g_strdup_printf ("%s %s",
                       parameters->application ? parameters->application : "",
                       parameters->application_version ? parameters->application_version : "");

  if (with_ids)
    {
      mns_command_print_field ("Run", parameters->run_id);
      mns_command_print_field ("Instrument", parameters->instrument);
      mns_command_print_field ("Flow cell", parameters->flowcell);
    }
  mns_command_print_field ("Software", software);
  mns_command_print_field ("RTA", parameters->rta);
  mns_command_print_field ("Experiment", parameters->experiment);
  mns_command_print_field ("Kind of flow cell",
                           parameters->flowcell_mode != NULL ? parameters->flowcell_mode
                                                             : parameters->flowcell_kind);
  mns_command_print_field ("Side", parameters->side);
  mns_command_print_field ("Chemistry", parameters->chemistry);
  mns_command_print_field ("Run mode", parameters->run_mode);
  mns_command_print_field ("Workflow", parameters->workflow);
  mns_command_print_field ("Analysis", parameters->analysis_workflow);
  mns_command_print_field ("Recipe", parameters->recipe);
  mns_command_print_field ("Library", parameters->library);
  mns_command_print_field ("Started", parameters->started);
  mns_command_print_field ("Ended", parameters->ended);
}

static char **
consumable_cells (const MnsConsumable *consumable)
{
  const char *cells[] = { consumable->kind, consumable->serial,  consumable->part,
                          consumable->lot,  consumable->expires, consumable->mode };
  char **row = g_new0 (char *, G_N_ELEMENTS (cells) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (cells); i++)
    row[i] = g_strdup (cells[i] != NULL ? cells[i] : "");
  return row;
}

static void
print_consumables (const MnsRunParameters *parameters)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  const char *const heads[] = { "Consumable", "Serial", "Part", "Lot", "Expires", "For", NULL };

  if (parameters->consumables->len == 0)
    return;
  g_ptr_array_add (rows, g_strdupv ((char **) heads));
  for (guint i = 0; i < parameters->consumables->len; i++)
    g_ptr_array_add (rows, consumable_cells (g_ptr_array_index (parameters->consumables, i)));
  putchar ('\n');
  mns_command_print_table (rows, "<<<<<<");
}

static void
print_text (const Facts *facts)
{
  const MnsRunVerdict *verdict = &facts->look->verdict;
  g_autofree char *state = g_strdup_printf ("%s, cycle %u of %u (%s)",
                                            mns_run_state_name (verdict->state),
                                            verdict->cycle,
                                            verdict->cycles,
                                            verdict->reason);

  mns_command_print_field ("Model", facts->look->model.name);
  if (facts->info != NULL)
    print_run_info (facts->info);
  if (facts->parameters != NULL)
    print_parameters (facts->parameters, facts->info == NULL);
  mns_command_print_field ("State", state);
  if (facts->parameters != NULL)
    print_consumables (facts->parameters);
  for (guint i = 0; i < facts->warnings->len; i++)
    printf ("%s%s\n", i == 0 ? "\n" : "", (char *) g_ptr_array_index (facts->warnings, i));
}

int
mns_command_info (int argc, char **argv)
{
  g_autofree char *models_file = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL },
    { "models",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &models_file,
      "Key file with instruments of your own",
      "FILE" },
    { NULL },
  };
  g_autoptr (MnsModelTable) models = NULL;
  g_auto (Facts) facts = { 0 };
  g_autoptr (GError) error = NULL;
  int exit_code;

  if (!mns_command_parse (&argc,
                          &argv,
                          "FOLDER",
                          "show what a run folder says about the run",
                          entries,
                          1,
                          1,
                          &exit_code))
    return exit_code;
  models = models_file != NULL ? mns_model_table_new_from_file (models_file, &error)
                               : mns_model_table_new ();
  if (models == NULL)
    return mns_command_fail (MNS_EXIT_USAGE, error);
  if (!gather (&facts, argv[1], models, &error))
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  if (as_json)
    print_json (&facts);
  else
    print_text (&facts);
  return MNS_EXIT_OK;
}
