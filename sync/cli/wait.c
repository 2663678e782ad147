/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/cli/cli.h"
#include "sync/client/account.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

static void
note_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Notes what is to be closed at the end. */
void
cli_keep (Cli *cli, MnsWorkspace *workspace)
{
  g_set_object (&cli->workspace, workspace);
}

/* Before the last unref, as every opened workspace: see mns_workspace_close(). */
void
cli_close (Cli *cli)
{
  if (cli->workspace != NULL)
    mns_workspace_close (cli->workspace);
  g_clear_object (&cli->workspace);
}

MnsWorkspace *
cli_open (Cli *cli, GError **error)
{
  MnsWorkspace *workspace = mns_account_open_kept (cli->state_dir, TRUE, error);

  if (workspace != NULL)
    cli_keep (cli, workspace);
  return workspace;
}

gboolean
cli_sync (MnsWorkspace *workspace, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mns_workspace_sync_async (workspace, NULL, note_cb, &result);
  wait_for (&result);
  return mns_workspace_sync_finish (workspace, result, error);
}

MnsResult *
cli_do (MnsWorkspace *workspace,
        const char *name,
        JsonObject *args,
        JsonObject *expect,
        const MnsId *cause,
        MnsId *command,
        gboolean *queued,
        GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mns_workspace_do_async (workspace, name, args, expect, cause, NULL, note_cb, &result);
  wait_for (&result);
  mns_workspace_do_get_command (result, command, queued);
  return mns_workspace_do_finish (workspace, result, error);
}

MnsViewResult *
cli_view (MnsWorkspace *workspace, const char *name, JsonObject *args, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mns_workspace_view_async (workspace, name, args, NULL, note_cb, &result);
  wait_for (&result);
  return mns_workspace_view_finish (workspace, result, error);
}

/* @what names the thing in the refusal. */
JsonObject *
cli_parse_object (const char *what, const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) node = mns_json_parse_object (text, -1, &local);

  if (node != NULL)
    return json_node_dup_object (node);
  g_set_error (
      error, MNS_ERROR, MNS_ERROR_INVALID, "%s must be a JSON object: %s", what, local->message);
  return NULL;
}
