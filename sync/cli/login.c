/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "sync/cli/cli.h"
#include "sync/client/account.h"
#include "sync/model/error.h"

static void
note_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

/* The first line of a file; "-" is the standard input. */
static char *
read_password (const char *path, GError **error)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (g_str_equal (path, "-") ? "/dev/stdin" : path, &text, NULL, error))
    return NULL;
  text[strcspn (text, "\r\n")] = '\0';
  return g_steal_pointer (&text);
}

static int
refuse_certificate (Cli *cli, const char *fingerprint, const GError *error)
{
  if (!cli->json)
    fprintf (stderr,
             "The server shows a certificate of its own making, with the fingerprint\n  %s\n"
             "If the server's administrator shows you the same, add --fingerprint and it.\n",
             fingerprint);
  return cli_fail (cli, error);
}

int
cli_login (Cli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *password = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MnsWorkspace) workspace = NULL;
  MnsAccountSignIn how = { .state_dir = cli->state_dir,
                           .url = cli->words[0],
                           .user = cli->user,
                           .pin = cli->fingerprint,
                           .mode = MNS_ACCOUNT_ONLINE,
                           .keep_token = TRUE,
                           .manual = TRUE };

  if (cli->user == NULL || cli->password_file == NULL)
    {
      fprintf (stderr, "mns: login needs --user and --password-file (\"-\": standard input)\n");
      return CLI_USAGE;
    }
  password = read_password (cli->password_file, &error);
  if (password == NULL)
    return cli_fail (cli, error);
  how.password = password;
  mns_account_sign_in_async (&how, NULL, note_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  workspace = mns_account_sign_in_finish (result, &error);
  if (workspace == NULL)
    return mns_account_sign_in_get_fingerprint (result) != NULL
               ? refuse_certificate (cli, mns_account_sign_in_get_fingerprint (result), error)
               : cli_fail (cli, error);
  cli_keep (cli, workspace);
  if (mns_account_sign_in_must_change (result) && !cli->json)
    fprintf (stderr, "The password must be changed before anything is signed.\n");
  if (!cli_sync (workspace, &error))
    return cli_fail (cli, error);
  if (cli->json)
    printf ("{\"outcome\":\"ok\",\"faults\":[]}\n");
  else
    printf ("signed in at %s as %s\n",
            mns_workspace_get_server (workspace),
            mns_workspace_get_person (workspace));
  return CLI_OK;
}
