/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* mns: the client without a window. The table below is what it can do. */

#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "sync/cli/cli.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"
#include "sync/wire/tls.h"

static int
run_sync (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = cli_open (cli, &error);

  if (workspace == NULL || !cli_sync (workspace, &error))
    return cli_fail (cli, error);
  if (cli->json)
    printf ("{\"outcome\":\"ok\",\"waiting\":%u,\"conflicts\":%u,\"faults\":[]}\n",
            mns_workspace_get_waiting (workspace),
            mns_workspace_get_conflicts (workspace));
  else
    printf ("in sync: %u waiting, %u conflicts\n",
            mns_workspace_get_waiting (workspace),
            mns_workspace_get_conflicts (workspace));
  return CLI_OK;
}

/* The conflict that the server opened for a command, if the replica has one. */
static gboolean
find_conflict (MnsWorkspace *workspace, const MnsId *command, MnsId *id, MnsResult **result)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (MnsViewResult) view = NULL;
  char text[MNS_ID_TEXT_SIZE];
  int code;
  int detail;

  mns_id_derive (id, command, "conflict", 0);
  mns_id_print (id, text);
  json_object_set_string_member (args, "conflict", text);
  view = cli_view (workspace, "conflict", args, NULL);
  if (view == NULL || mns_rows_get_n_rows (view->rows) == 0)
    return FALSE;
  code = mns_rows_find_column (view->rows, "code");
  detail = mns_rows_find_column (view->rows, "detail");
  *result = mns_result_new (MNS_OUTCOME_CONFLICT);
  (*result)->conflict_code =
      g_strdup (code >= 0 ? mns_rows_get_text (view->rows, 0, (guint) code) : NULL);
  (*result)->conflict_detail =
      g_strdup (detail >= 0 ? mns_rows_get_text (view->rows, 0, (guint) detail) : NULL);
  return TRUE;
}

/* After a command was done here: send it now if the server is there, and tell what became of it. */
static int
report (Cli *cli, MnsWorkspace *workspace, const MnsId *command, MnsResult *result)
{
  g_autoptr (GError) error = NULL;
  MnsResult *found = NULL;
  MnsId conflict;
  gboolean sent = !cli->offline && cli_sync (workspace, &error);

  if (sent && find_conflict (workspace, command, &conflict, &found))
    {
      cli_print_result (cli, found, &conflict);
      mns_result_free (found);
      return CLI_REFUSED;
    }
  if (sent && result->outcome == MNS_OUTCOME_NOT_LOCAL)
    result->outcome = MNS_OUTCOME_OK; /* the server has done it */
  cli_print_result (cli, result, NULL);
  if (!sent && !cli->json)
    printf ("not sent yet%s%s\n", error != NULL ? ": " : "", error != NULL ? error->message : "");
  return result->outcome == MNS_OUTCOME_OK || !sent ? CLI_OK : CLI_REFUSED;
}

static int
do_it (Cli *cli,
       MnsWorkspace *workspace,
       const char *name,
       JsonObject *args,
       JsonObject *expect,
       const MnsId *cause)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) result = NULL;
  MnsId command;
  gboolean queued = FALSE;

  result = cli_do (workspace, name, args, expect, cause, &command, &queued, &error);
  if (result == NULL)
    return cli_fail (cli, error);
  if (queued)
    return report (cli, workspace, &command, result);
  cli_print_result (cli, result, NULL);
  return result->outcome == MNS_OUTCOME_OK ? CLI_OK : CLI_REFUSED;
}

static int
run_do (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) args = NULL;
  g_autoptr (JsonObject) expect = NULL;
  g_autoptr (MnsWorkspace) workspace = NULL;
  MnsId cause;

  args = cli_parse_object (
      "what is given to the command", cli->n_words > 1 ? cli->words[1] : "{}", &error);
  if (args != NULL && cli->expect != NULL)
    expect = cli_parse_object ("--expect", cli->expect, &error);
  if (error == NULL && cli->cause != NULL && !mns_id_parse (&cause, cli->cause))
    g_set_error (&error, MNS_ERROR, MNS_ERROR_INVALID, "--cause “%s” is no id", cli->cause);
  if (error != NULL)
    return cli_fail (cli, error);
  workspace = cli_open (cli, &error);
  if (workspace == NULL)
    return cli_fail (cli, error);
  return do_it (cli, workspace, cli->words[0], args, expect, cli->cause != NULL ? &cause : NULL);
}

static int
show_view (Cli *cli, const char *name, JsonObject *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = cli_open (cli, &error);
  g_autoptr (MnsViewResult) result = NULL;

  if (workspace != NULL)
    result = cli_view (workspace, name, args, &error);
  if (result == NULL)
    return cli_fail (cli, error);
  if (cli->json)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      mns_view_result_print (result, mns_workspace_get_last_sync (workspace), text);
      printf ("%s\n", text->str);
    }
  else
    cli_print_rows (result);
  return CLI_OK;
}

static int
run_view (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) args = cli_parse_object (
      "what is given to the view", cli->n_words > 1 ? cli->words[1] : "{}", &error);

  return args != NULL ? show_view (cli, cli->words[0], args) : cli_fail (cli, error);
}

static int
run_conflicts (Cli *cli)
{
  g_autoptr (JsonObject) args = json_object_new ();

  return show_view (cli, "conflicts", args);
}

static int
run_resolve (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (MnsWorkspace) workspace = NULL;

  json_object_set_string_member (args, "conflict", cli->words[0]);
  json_object_set_string_member (args, "choice", cli->words[1]);
  if (cli->reason != NULL)
    json_object_set_string_member (args, "reason", cli->reason);
  if (cli->next != NULL)
    {
      JsonObject *next = cli_parse_object ("--next", cli->next, &error);

      if (next == NULL)
        return cli_fail (cli, error);
      json_object_set_object_member (args, "next", next);
    }
  workspace = cli_open (cli, &error);
  return workspace != NULL ? do_it (cli, workspace, "conflict.resolve@1", args, NULL, NULL)
                           : cli_fail (cli, error);
}

static int
run_status (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = cli_open (cli, &error);
  g_autofree char *last = NULL;

  if (workspace == NULL)
    return cli_fail (cli, error);
  if (cli->json)
    {
      JsonObject *object = json_object_new ();
      g_autofree char *text = NULL;

      json_object_set_string_member (object, "server", mns_workspace_get_server (workspace));
      json_object_set_string_member (object, "person", mns_workspace_get_person (workspace));
      json_object_set_int_member (object, "waiting", mns_workspace_get_waiting (workspace));
      json_object_set_int_member (object, "conflicts", mns_workspace_get_conflicts (workspace));
      json_object_set_int_member (object, "last_sync", mns_workspace_get_last_sync (workspace));
      json_object_set_int_member (object, "skew_us", mns_workspace_get_skew (workspace));
      text = mns_json_print (object);
      printf ("%s\n", text);
      return CLI_OK;
    }
  last = cli_print_time (mns_workspace_get_last_sync (workspace));
  printf ("server     %s\nperson     %s\nlast sync  %s\nwaiting    %u\nconflicts  %u\n",
          mns_workspace_get_server (workspace),
          mns_workspace_get_person (workspace),
          last,
          mns_workspace_get_waiting (workspace),
          mns_workspace_get_conflicts (workspace));
  return CLI_OK;
}

static void
note_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static int
run_scopes (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = NULL;
  g_autoptr (JsonArray) projects = json_array_new ();
  g_autoptr (GAsyncResult) result = NULL;

  for (guint i = 0; i < cli->n_words; i++)
    {
      MnsId id;

      if (!mns_id_parse (&id, cli->words[i]))
        {
          fprintf (
              stderr, "mns: %s is no project's id (view projects shows them)\n", cli->words[i]);
          return CLI_USAGE;
        }
      json_array_add_string_element (projects, cli->words[i]);
    }
  workspace = cli_open (cli, &error);
  if (workspace == NULL)
    return cli_fail (cli, error);
  mns_workspace_choose_scopes_async (
      workspace, cli->n_words > 0 ? projects : NULL, cli->days, NULL, note_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!mns_workspace_choose_scopes_finish (workspace, result, &error) ||
      (!cli->offline && !cli_sync (workspace, &error)))
    return cli_fail (cli, error);
  if (cli->json)
    printf ("{\"outcome\":\"ok\",\"faults\":[]}\n");
  else
    printf ("held: %u projects by choice, and work of the last %d days\n", cli->n_words, cli->days);
  return CLI_OK;
}

static int
run_attach (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = cli_open (cli, &error);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (cli->words[2]);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonObject) args = NULL;

  if (workspace == NULL)
    return cli_fail (cli, error);
  mns_workspace_add_file_async (workspace, file, NULL, note_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  args = mns_workspace_add_file_finish (workspace, result, &error);
  if (args == NULL)
    return cli_fail (cli, error);
  json_object_set_string_member (args, "owner", cli->words[0]);
  json_object_set_string_member (args, "owner_id", cli->words[1]);
  return do_it (cli, workspace, "file.attach@1", args, NULL, NULL);
}

const CliCommand cli_commands[] = {
  { "login",
    1,
    1,
    cli_login,
    "login URL --user NAME --password-file F [--fingerprint F]",
    "sign this computer in" },
  { "sync", 0, 0, run_sync, "sync", "send and fetch" },
  { "do",
    1,
    2,
    run_do,
    "do NAME [JSON] [--expect JSON] [--cause ID] [--offline]",
    "do something, here at once and sent if the server is there" },
  { "view", 1, 2, run_view, "view NAME [JSON]", "look at something" },
  { "conflicts", 0, 0, run_conflicts, "conflicts", "what the server refused" },
  { "resolve",
    2,
    2,
    run_resolve,
    "resolve ID CHOICE [--reason TEXT] [--next JSON]",
    "settle a conflict" },
  { "status", 0, 0, run_status, "status", "what waits and since when" },
  { "scopes", 0, 1000, run_scopes, "scopes [PROJECT…] [--days N]", "choose what is held here" },
  { "attach", 3, 3, run_attach, "attach OWNER ID FILE", "add a file to a thing" },
  { "help", 0, 1, cli_help, "help [NAME]", "this, or about a command or view" },
  { NULL },
};

static int
run_named (Cli *cli, const char *name)
{
  for (const CliCommand *command = cli_commands; command->name != NULL; command++)
    {
      if (!g_str_equal (command->name, name))
        continue;
      if (cli->n_words >= command->min && cli->n_words <= command->max)
        return command->run (cli);
      fprintf (stderr, "usage: mns %s\n", command->usage);
      return CLI_USAGE;
    }
  fprintf (stderr, "mns: there is no “%s”; mns help shows what there is\n", name);
  return CLI_USAGE;
}

int
main (int argc, char **argv)
{
  Cli cli = { .days = 90 };
  const GOptionEntry options[] = {
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &cli.state_dir, "Where the data is", "DIR" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli.json, "Answer in JSON", NULL },
    { "offline", 0, 0, G_OPTION_ARG_NONE, &cli.offline, "Do not try the server", NULL },
    { "user", 0, 0, G_OPTION_ARG_STRING, &cli.user, "Who signs in", "NAME" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &cli.password_file, "-: stdin", "FILE" },
    { "fingerprint", 0, 0, G_OPTION_ARG_STRING, &cli.fingerprint, "Of the certificate", "HEX" },
    { "expect", 0, 0, G_OPTION_ARG_STRING, &cli.expect, "What was seen", "JSON" },
    { "cause", 0, 0, G_OPTION_ARG_STRING, &cli.cause, "The command it follows from", "ID" },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &cli.reason, "Why", "TEXT" },
    { "next", 0, 0, G_OPTION_ARG_STRING, &cli.next, "What to do instead", "JSON" },
    { "days", 0, 0, G_OPTION_ARG_INT, &cli.days, "How far back work is held", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND …");
  g_autoptr (GError) error = NULL;
  int status = CLI_USAGE;

  mns_tls_restrict ();
  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_set_summary (context, "The laboratory without a window; see mns help.");
  if (!g_option_context_parse (context, &argc, &argv, &error))
    fprintf (stderr, "mns: %s\n", error->message);
  else if (argc < 2)
    fprintf (stderr, "mns: say what to do; mns help shows what there is\n");
  else
    {
      if (cli.state_dir == NULL)
        cli.state_dir = g_build_filename (g_get_user_data_dir (), "meniscus", NULL);
      cli.words = argv + 2;
      cli.n_words = (guint) (argc - 2);
      status = run_named (&cli, argv[1]);
      cli_close (&cli);
    }
  g_free (cli.state_dir);
  g_free (cli.user);
  g_free (cli.password_file);
  g_free (cli.fingerprint);
  g_free (cli.expect);
  g_free (cli.cause);
  g_free (cli.reason);
  g_free (cli.next);
  return status;
}
