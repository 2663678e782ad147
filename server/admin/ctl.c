/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscusctl: works on an instance without the network. It starts the private cluster if no
 * server does, and joins it otherwise.
 */

#define G_LOG_DOMAIN "meniscusctl"

#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "server/admin/ctl.h"
#include "server/api/execute.h"
#include "sync/model/error.h"

static const struct
{
  const char *words[2]; /* the second may be NULL */
  MnsCtlFunc func;
  const char *usage;
  const char *help;
} verbs[] = {
  { { "user", "add" },
    mns_ctl_user_add,
    "user add NAME --role ROLE... --password-file FILE [--first-name TEXT --last-name TEXT --email "
    "TEXT --must-change]",
    "make a user who can sign in" },
  { { "user", "password" },
    mns_ctl_user_password,
    "user password NAME --password-file FILE",
    "set a user's password; they change it before they sign" },
  { { "user", "archive" },
    mns_ctl_user_archive,
    "user archive NAME",
    "end a user's access; their work stays" },
  { { "user", "list" }, mns_ctl_user_list, "user list", "who can sign in" },
  { { "config", "import" },
    mns_ctl_config_import,
    "config import FILE",
    "take in a configuration package" },
  { { "backup", NULL }, mns_ctl_backup, "backup FOLDER", "database and files into a new folder" },
  { { "restore", NULL },
    mns_ctl_restore,
    "restore FOLDER [--replace]",
    "put a backup into a state folder; then restore-finish" },
  { { "restore-finish", NULL },
    mns_ctl_restore_finish,
    "restore-finish [--journals ask|all|none]",
    "make a restored database ready for devices" },
  { { "journals", NULL },
    mns_ctl_journals,
    "journals [list|all|none]",
    "work from before a restore that devices want to send again" },
  { { "doctor", NULL },
    mns_ctl_doctor,
    "doctor [--run-root DIR]... [--file-server HOST] [--vpn HOST]",
    "look for what is wrong, with the instruments' shares too, and say what to do" },
};

static void
print_help (FILE *where)
{
  fprintf (where, "meniscusctl [--state DIR | --database URI] [--json] COMMAND\n\n");
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    fprintf (where, "  %s\n      %s\n", verbs[i].usage, verbs[i].help);
  fprintf (where,
           "\nExit status: 0 done; 1 not done, and why is on stderr; 2 wrong usage.\n"
           "A file name of - is standard input.\n");
}

int
mns_ctl_usage (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "%s", text);
  return MNS_EXIT_USAGE;
}

/**
 * mns_ctl_done:
 * @self: the run
 * @result: (transfer full) (nullable): for --json
 * @format: (nullable): a sentence for people
 * @...: what goes into it
 *
 * Says that it is done.
 */
int
mns_ctl_done (MnsCtl *self, JsonObject *result, const char *format, ...)
{
  va_list values;

  if (self->json)
    {
      JsonObject *envelope = json_object_new ();
      g_autofree char *text = NULL;

      json_object_set_string_member (envelope, "outcome", "ok");
      if (result != NULL)
        json_object_set_object_member (envelope, "result", result);
      json_object_set_array_member (envelope, "faults", json_array_new ());
      text = mns_json_print (envelope);
      printf ("%s\n", text);
      return MNS_EXIT_OK;
    }
  if (result != NULL)
    json_object_unref (result);
  if (format == NULL)
    return MNS_EXIT_OK;
  va_start (values, format);
  vprintf (format, values);
  va_end (values);
  printf ("\n");
  return MNS_EXIT_OK;
}

/**
 * mns_ctl_parse:
 * @self: the run
 * @entries: (nullable): options of the verb
 * @n_words: how many words must be left
 * @error: return location for an error
 */
gboolean
mns_ctl_parse (MnsCtl *self, const GOptionEntry *entries, guint n_words, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_auto (GStrv) copy = NULL;

  g_ptr_array_add (argv, (gpointer) "meniscusctl");
  for (int i = 0; i < self->argc; i++)
    g_ptr_array_add (argv, self->argv[i]);
  g_ptr_array_add (argv, NULL);
  copy = g_strdupv ((char **) argv->pdata);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_help_enabled (context, FALSE);
  if (!g_option_context_parse_strv (context, &copy, error))
    return FALSE;
  if (g_strv_length (copy) != n_words + 1)
    {
      mns_ctl_usage (error,
                     "This takes %u word%s, not %u.",
                     n_words,
                     n_words == 1 ? "" : "s",
                     g_strv_length (copy) - 1);
      return FALSE;
    }
  g_strfreev (self->words);
  self->words = g_strdupv (copy + 1);
  self->argc = (int) n_words;
  self->argv = self->words;
  return TRUE;
}

/* ---- commands of the lab ---- */

typedef struct
{
  MnsId person;
} Actor;

/* Person number 1, who is in every lab, stands for whoever has the machine (decisions.md 18). */
static gboolean
find_actor (MnsTransaction *tx, gpointer data, GError **error)
{
  Actor *self = data;
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT id FROM person WHERE lims_id = '1'", NULL, error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 1)
    {
      self->person = *mns_rows_get_id (rows, 0, 0);
      return TRUE;
    }
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_NOT_FOUND,
               "The database has no System Administrator (person 1).");
  return FALSE;
}

/**
 * mns_ctl_do:
 * @instance: where
 * @command: "user.create@1"
 * @args: (transfer full): its arguments
 * @envelope: (out) (transfer full): how it went; only if it went well
 * @error: return location for an error; for a refusal all its sentences
 */
gboolean
mns_ctl_do (MnsInstance *instance,
            const char *command,
            JsonObject *args,
            JsonObject **envelope,
            GError **error)
{
  g_autoptr (MnsPool) pool = mns_pool_new (instance->application, 2);
  g_autoptr (MnsServerIds) ids = mns_server_ids_new (pool);
  g_autoptr (MnsCommand) made = mns_command_new (command, args);
  g_autoptr (JsonNode) node = mns_command_to_json (made);
  g_autofree char *text = json_to_string (node, FALSE);
  g_auto (MnsExecution) execution = { .pool = pool,
                                      .ids = ids,
                                      .source = "SYSTEM",
                                      .as_system = TRUE,
                                      .text = text,
                                      .length = -1,
                                      .index = -1 };
  g_autoptr (GString) all = NULL;
  g_autoptr (MnsResult) result = NULL;
  Actor actor;

  json_object_unref (args);
  if (!mns_pool_run_read (pool, find_actor, &actor, error))
    return FALSE;
  execution.person = actor.person;
  execution.node = json_node_ref (node);
  if (!mns_execute (&execution, error))
    return FALSE;
  if (execution.outcome == MNS_OUTCOME_OK)
    {
      *envelope = json_object_ref (execution.envelope);
      return TRUE;
    }

  {
    g_autoptr (JsonNode) said = json_node_new (JSON_NODE_OBJECT);

    json_node_set_object (said, execution.envelope);
    result = mns_envelope_to_result (said, NULL, error);
  }
  if (result == NULL)
    return FALSE;
  all = g_string_new (result->conflict_detail);
  for (guint i = 0; i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);

      g_string_append_printf (all,
                              "%s%s%s%s",
                              all->len > 0 ? "\n" : "",
                              fault->at,
                              *fault->at != '\0' ? ": " : "",
                              fault->message);
    }
  g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "%s", all->str);
  return FALSE;
}

/* ---- the run ---- */

static int
find_verb (MnsCtl *self, int argc, char **argv, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      int n = verbs[i].words[1] != NULL ? 2 : 1;

      if (argc < n || strcmp (argv[0], verbs[i].words[0]) != 0 ||
          (n == 2 && strcmp (argv[1], verbs[i].words[1]) != 0))
        continue;
      self->argc = argc - n;
      self->argv = argv + n;
      return verbs[i].func (self, error);
    }
  if (argc == 0)
    return mns_ctl_usage (error, "No command was given; meniscusctl --help lists them.");
  return mns_ctl_usage (
      error, "“%s” is no command of meniscusctl; meniscusctl --help lists them.", argv[0]);
}

typedef struct
{
  char *state;
  char *database;
  char *owner;
  gboolean json;
  gboolean throwaway;
  gboolean help;
  gboolean version;
} Globals;

static gboolean
parse_globals (Globals *globals, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &globals->state, NULL, NULL },
    { "database", 0, 0, G_OPTION_ARG_STRING, &globals->database, NULL, NULL },
    { "database-owner", 0, 0, G_OPTION_ARG_STRING, &globals->owner, NULL, NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &globals->json, NULL, NULL },
    { "throwaway", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &globals->throwaway, NULL, NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &globals->help, NULL, NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &globals->version, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  return g_option_context_parse (context, argc, argv, error);
}

static void
say_failure (const MnsCtl *self, const GError *error)
{
  if (self->json)
    {
      g_autofree char *text = mns_json_print (mns_envelope_from_error (error));

      printf ("%s\n", text);
    }
  fprintf (stderr, "meniscusctl: %s\n", error->message);
}

int
main (int argc, char **argv)
{
  MnsCtl self = { 0 };
  Globals globals = { 0 };
  g_autofree char *usual = mns_instance_default_state ();
  g_autoptr (GError) error = NULL;
  int status = MNS_EXIT_USAGE;

  setlocale (LC_ALL, "");
  if (parse_globals (&globals, &argc, &argv, &error))
    {
      self.json = globals.json;
      self.options.state = globals.state != NULL ? globals.state : usual;
      self.options.database = globals.database;
      self.options.owner = globals.owner;
      self.options.throwaway = globals.throwaway;
      self.options.join = TRUE;
      if (globals.help || globals.version)
        {
          status = MNS_EXIT_OK;
          if (globals.version)
            printf ("meniscusctl %s\n", MNS_VERSION);
          else
            print_help (stdout);
        }
      else
        status = find_verb (&self, argc - 1, argv + 1, &error);
    }
  if (error != NULL)
    say_failure (&self, error);
  g_strfreev (self.words);
  g_free (globals.state);
  g_free (globals.database);
  g_free (globals.owner);
  return status;
}
