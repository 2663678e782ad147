/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Everything here comes from the tables: of mns, of commands, of views. */

#include "config.h"

#include <stdio.h>

#include "sync/cli/cli.h"

static const char *const type_words[] = {
  [MNS_ARG_TYPE_ID] = "id",        [MNS_ARG_TYPE_TEXT] = "text",
  [MNS_ARG_TYPE_INT] = "number",   [MNS_ARG_TYPE_REAL] = "number",
  [MNS_ARG_TYPE_BOOL] = "yes/no",  [MNS_ARG_TYPE_DATE] = "date",
  [MNS_ARG_TYPE_SCALAR] = "value", [MNS_ARG_TYPE_OBJECT] = "object",
  [MNS_ARG_TYPE_LIST] = "list of", [MNS_ARG_TYPE_IDS] = "ids",
  [MNS_ARG_TYPE_TEXTS] = "texts",  [MNS_ARG_TYPE_MAP] = "names and values",
};

static void
print_args (const MnsArgSpec *args, int depth)
{
  for (; args != NULL && args->name != NULL; args++)
    {
      printf ("%*s%-*s %s%s%s%s\n",
              4 + 2 * depth,
              "",
              20 - 2 * depth,
              args->name,
              args->type < G_N_ELEMENTS (type_words) ? type_words[args->type] : "",
              args->required ? "" : " (may be left out)",
              args->help != NULL ? ": " : "",
              args->help != NULL ? args->help : "");
      if (depth < 4)
        print_args (args->items, depth + 1);
    }
}

static void
print_overview (void)
{
  guint n = 0;
  const MnsCommandSpec *const *commands = mns_commands_get_all (&n);
  const MnsViewSpec *const *views;

  printf ("mns: the laboratory without a window\n\n");
  for (const CliCommand *command = cli_commands; command->name != NULL; command++)
    printf ("  mns %-52s %s\n", command->usage, command->help);
  printf ("\nAlways: --state DIR, --json. Exit status 0 only if all went well.\n");
  printf ("\nmns do NAME, more by mns help NAME:\n");
  for (guint i = 0; i < n; i++)
    printf ("  %-24s %s%s\n",
            commands[i]->name,
            commands[i]->title,
            commands[i]->online_only ? " (needs the server)" : "");
  views = mns_views_get_all (&n);
  printf ("\nmns view NAME:\n");
  for (guint i = 0; i < n; i++)
    printf ("  %-24s %s\n", views[i]->name, views[i]->help != NULL ? views[i]->help : "");
}

static gboolean
print_command (const char *name)
{
  guint n = 0;
  const MnsCommandSpec *const *commands = mns_commands_get_all (&n);
  gboolean found = FALSE;

  for (guint i = 0; i < n; i++)
    if (g_str_equal (commands[i]->name, name))
      {
        found = TRUE;
        printf ("%s@%d: %s\n%s%s%s",
                name,
                commands[i]->version,
                commands[i]->title,
                commands[i]->help != NULL ? "  " : "",
                commands[i]->help != NULL ? commands[i]->help : "",
                commands[i]->help != NULL ? "\n" : "");
        if (commands[i]->right != NULL)
          printf ("  needs the right %s\n", commands[i]->right);
        print_args (commands[i]->args, 0);
      }
  return found;
}

static gboolean
print_view (const char *name)
{
  const MnsViewSpec *view = mns_view_find (name);

  if (view == NULL)
    return FALSE;
  printf ("view %s: %s\n", name, view->help != NULL ? view->help : "");
  print_args (view->args, 0);
  if (view->columns != NULL)
    printf ("  columns: %s\n", view->columns);
  return TRUE;
}

int
cli_help (Cli *cli)
{
  gboolean command;
  gboolean view;

  if (cli->n_words == 0)
    {
      print_overview ();
      return CLI_OK;
    }
  command = print_command (cli->words[0]);
  view = print_view (cli->words[0]);
  if (command || view)
    return CLI_OK;
  fprintf (stderr, "mns: there is no command and no view %s\n", cli->words[0]);
  return CLI_USAGE;
}
