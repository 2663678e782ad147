/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/workspace.h"

G_BEGIN_DECLS

/* How a run of mns ends. */
enum
{
  CLI_OK = 0,
  CLI_REFUSED = 1, /* by a rule, a right, the server or the disk */
  CLI_USAGE = 2,
};

/* What was said on the command line. */
typedef struct
{
  char *state_dir;
  gboolean json;
  gboolean offline; /* do not try the server */
  char *user;
  char *password_file;
  char *fingerprint;
  char *expect;
  char *cause;
  char *reason;
  char *next;
  int days;
  MnsWorkspace *workspace; /* closed at the end */
  char **words;            /* after the sub-command */
  guint n_words;
} Cli;

typedef struct
{
  const char *name;
  guint min, max; /* words */
  int (*run) (Cli *cli);
  const char *usage;
  const char *help;
} CliCommand;

extern const CliCommand cli_commands[]; /* ends with a NULL name */

/* print.c */
void cli_print_rows (const MnsViewResult *result);
void cli_print_result (const Cli *cli, const MnsResult *result, const MnsId *conflict);
int cli_fail (const Cli *cli, const GError *error);
char *cli_print_time (gint64 us);

/* wait.c: what a window does asynchronously, waited for */
MnsWorkspace *cli_open (Cli *cli, GError **error);
void cli_keep (Cli *cli, MnsWorkspace *workspace);
void cli_close (Cli *cli);
gboolean cli_sync (MnsWorkspace *workspace, GError **error);
MnsResult *cli_do (MnsWorkspace *workspace,
                   const char *name,
                   JsonObject *args,
                   JsonObject *expect,
                   const MnsId *cause,
                   MnsId *command,
                   gboolean *queued,
                   GError **error);
MnsViewResult *
cli_view (MnsWorkspace *workspace, const char *name, JsonObject *args, GError **error);
JsonObject *cli_parse_object (const char *what, const char *text, GError **error);

/* commands */
int cli_login (Cli *cli);
int cli_help (Cli *cli);

G_END_DECLS
