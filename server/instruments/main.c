/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run: everything about a sequencer's run folder without server or database. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <locale.h>
#include <stdio.h>

#include "server/instruments/commands.h"

static const struct
{
  const char *name;
  const char *help;
  int (*run) (int argc, char **argv);
} commands[] = {
  { "summary",
    "figures of a run: yield, quality, density, error, index shares",
    mns_command_summary },
  { "info", "the run, its instrument, its consumables", mns_command_info },
  { "sheet", "check, convert or show a sample sheet", mns_command_sheet },
  { "demux", "results of a demultiplexing", mns_command_demux },
  { "watch", "state and cycle of all runs, as they change", mns_command_watch },
  { "generate", "write a made-up run folder, whole or forward in time", mns_command_generate },
  { "plot", "draw the plots of a run", mns_command_plot },
  { NULL }, /* the end */
};

static void
print_usage (FILE *out)
{
  fputs ("Usage: meniscus-run COMMAND [OPTION…] …\n\nReads a sequencer's run folder.\n\n", out);
  for (guint i = 0; commands[i].name != NULL; i++)
    fprintf (out, "  %-10s %s\n", commands[i].name, commands[i].help);
  fputs ("\nmeniscus-run COMMAND --help tells about one of them.\n", out);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C"); /* figures are read by scripts too */
  if (argc < 2)
    {
      print_usage (stderr);
      return MNS_EXIT_USAGE;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
      g_str_equal (argv[1], "help"))
    {
      print_usage (stdout);
      return MNS_EXIT_OK;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      printf ("meniscus-run %s\n", MNS_VERSION);
      return MNS_EXIT_OK;
    }
  for (guint i = 0; commands[i].name != NULL; i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].run (argc - 1, argv + 1);
  fprintf (stderr, "meniscus-run: there is no command \"%s\"\n\n", argv[1]);
  print_usage (stderr);
  return MNS_EXIT_USAGE;
}
