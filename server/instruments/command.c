/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What the sub-commands of meniscus-run share: options, usage, messages. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <stdio.h>

#include "server/instruments/commands.h"

/**
 * mns_command_parse:
 * @argc: (inout): number of arguments, with the sub-command's name as the first
 * @argv: (inout): the arguments; what is left afterwards are the name and the plain arguments
 * @arguments: what they are called in the usage, such as "FOLDER"
 * @description: one sentence on the sub-command
 * @entries: (array zero-terminated=1): its options
 * @fewest: how many plain arguments it needs
 * @most: how many it takes, -1 for any number
 * @exit_code: (out): what to exit with if the answer is no
 *
 * Takes the options out of a command line. Asking for help prints it and ends well.
 *
 * Returns: %TRUE if the sub-command can go on
 */
gboolean
mns_command_parse (int *argc,
                   char ***argv,
                   const char *arguments,
                   const char *description,
                   const GOptionEntry *entries,
                   int fewest,
                   int most,
                   int *exit_code)
{
  g_autofree char *what = g_strdup_printf ("%s — %s", arguments, description);
  g_autofree char *program = g_strdup_printf ("meniscus-run %s", (*argv)[0]);
  g_autofree char *usage = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (what);
  g_autoptr (GError) error = NULL;
  gboolean wants_help = FALSE;
  const GOptionEntry help[] = {
    { "help", 'h', G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &wants_help, NULL, NULL },
    { NULL },
  };
  int n;

  g_set_prgname (program);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, help, NULL);
  *exit_code = MNS_EXIT_USAGE;
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      mns_command_fail (MNS_EXIT_USAGE, error);
      return FALSE;
    }
  usage = g_option_context_get_help (context, TRUE, NULL);
  if (wants_help)
    {
      fputs (usage, stdout);
      *exit_code = MNS_EXIT_OK;
      return FALSE;
    }
  n = *argc - 1;
  if (n > 0 && g_str_equal ((*argv)[1], "--"))
    {
      (*argv)[1] = (*argv)[0];
      (*argv)++;
      (*argc)--;
      n--;
    }
  if (n < fewest || (most >= 0 && n > most))
    {
      fputs (usage, stderr);
      return FALSE;
    }
  *exit_code = MNS_EXIT_OK;
  return TRUE;
}

/* Says on standard error what went wrong and returns @exit_code, so that a caller can return it. */
int
mns_command_fail (int exit_code, const GError *error)
{
  fprintf (stderr, "%s: %s\n", g_get_prgname (), error->message);
  return exit_code;
}
