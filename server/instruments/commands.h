/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What meniscus-run exits with, see mns_command_fail(). */
typedef enum
{
  MNS_EXIT_OK = 0,
  MNS_EXIT_NO_RUN = 1, /* the folder is no run, or the file cannot be used */
  MNS_EXIT_USAGE = 2,
} MnsExit;

/* The sub-commands of meniscus-run, one a file (command-summary.c ...). @argv[0] is the name of the
 * sub-command; they parse their own options and return an MnsExit. The table is in main.c.
 */
int mns_command_summary (int argc, char **argv);
int mns_command_generate (int argc, char **argv);
int mns_command_demux (int argc, char **argv);
int mns_command_info (int argc, char **argv);
int mns_command_plot (int argc, char **argv);
int mns_command_sheet (int argc, char **argv);
int mns_command_sheet_convert (int argc, char **argv);
int mns_command_watch (int argc, char **argv);

/* Helpers the sub-commands share, in command.c. */
gboolean mns_command_parse (int *argc,
                            char ***argv,
                            const char *arguments,
                            const char *description,
                            const GOptionEntry *entries,
                            int fewest,
                            int most,
                            int *exit_code);
int mns_command_fail (int exit_code, const GError *error);

G_END_DECLS
