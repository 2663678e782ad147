/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Notes and files on things. Adding never conflicts: both sides stay. */

#include "config.h"

#include <string.h>

#include "sync/lab/call.h"
#include "sync/lab/rules.h"

/* What can have notes or files, and the scope of what hangs on it. */
static const struct
{
  const char *owner;
  const char *table;
  const char *scope; /* column */
  gboolean notes, files;
} owners[] = {
  { "PROJECT", "project", "id", TRUE, TRUE },
  { "SAMPLE", "sample", "scope_id", TRUE, TRUE },
  { "STEP_RUN", "step_run", "id", TRUE, TRUE },
  { "CONTAINER", "container", "id", TRUE, FALSE },
  { "ARTIFACT", "artifact", "scope_id", FALSE, TRUE },
};

typedef struct
{
  MnsId id;
  MnsId scope;
  char *lims_id;
} Owner;

/* By row id or LIMS id; if it is not there, that has been said. */
static gboolean
load_owner (MnsCall *call, gboolean for_files, Owner *owner, GError **error)
{
  const char *word = mns_call_get_text (call, "owner");
  const char *text = mns_call_get_text (call, "owner_id");
  g_autoptr (MnsRows) rows = NULL;
  g_autofree char *sql = NULL;
  gboolean is_id;
  guint i = 0;
  MnsId id = { { 0 } };

  while (i < G_N_ELEMENTS (owners) && !g_str_equal (owners[i].owner, word))
    i++;
  if (i == G_N_ELEMENTS (owners) || !(for_files ? owners[i].files : owners[i].notes))
    {
      mns_call_fault (
          call, "/owner", "not_a_word", "%s takes no %s", word, for_files ? "file" : "note");
      return TRUE;
    }
  is_id = mns_id_parse (&id, text);
  sql = g_strdup_printf ("SELECT id, %s AS scope, lims_id FROM %s WHERE %s",
                         owners[i].scope,
                         owners[i].table,
                         is_id ? "id = $id" : "lims_id = $text");
  rows = mns_transaction_query (
      call->tx, sql, MNS_ARGS (MNS_ARG_ID ("id", &id), MNS_ARG_TEXT ("text", text)), error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (call, "/owner_id", owners[i].table, text);
      return TRUE;
    }
  owner->id = *mns_rows_get_id (rows, 0, 0);
  owner->scope = *mns_rows_get_id (rows, 0, 1);
  owner->lims_id = g_strdup (mns_rows_get_text (rows, 0, 2));
  return TRUE;
}

static gboolean
add_note (MnsCall *call, GError **error)
{
  Owner owner = { 0 };
  MnsId id;

  if (!load_owner (call, FALSE, &owner, error))
    return FALSE;
  g_free (owner.lims_id);
  if (mns_call_failed (call))
    return TRUE;
  mns_call_derive_id (call, "note", 0, &id);
  mns_call_put_id (call, "note", &id);
  return mns_transaction_run (
      call->tx,
      "INSERT INTO note (id, scope_id, owner, owner_id, body, published, created_at, created_by)"
      " VALUES ($id, $scope, $owner, $owner_id, $body, 0, $now, $by)",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_ID ("scope", &owner.scope),
                MNS_ARG_TEXT ("owner", mns_call_get_text (call, "owner")),
                MNS_ARG_ID ("owner_id", &owner.id),
                MNS_ARG_TEXT ("body", mns_call_get_text (call, "body")),
                MNS_ARG_INT ("now", call->now),
                MNS_ARG_ID ("by", &call->lab->person)),
      error);
}

/* 64 hexadecimal digits. */
static GBytes *
read_sha256 (MnsCall *call)
{
  const char *text = mns_call_get_text (call, "sha256");
  guint8 bytes[32];

  if (strlen (text) != 64 || text[strspn (text, "0123456789abcdefABCDEF")] != '\0')
    {
      mns_call_fault (call,
                      "/sha256",
                      "bad_sha256",
                      "the SHA-256 of a file is 64 hexadecimal digits, not “%s”",
                      text);
      return NULL;
    }
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] =
        (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
  return g_bytes_new (bytes, sizeof bytes);
}

/* An artifact has one file at most: a slot that is filled must be emptied first. */
static gboolean
check_slot (MnsCall *call, const Owner *owner, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  if (!g_str_equal (mns_call_get_text (call, "owner"), "ARTIFACT") || owner->lims_id == NULL)
    return TRUE;
  rows = mns_transaction_query (call->tx,
                                "SELECT name FROM file WHERE owner_id = $id AND owner = 'ARTIFACT'",
                                MNS_ARGS (MNS_ARG_ID ("id", &owner->id)),
                                error);
  if (rows != NULL && mns_rows_get_n_rows (rows) > 0)
    mns_call_fault (call,
                    "/owner_id",
                    "slot_filled",
                    "%s has a file already: %s",
                    owner->lims_id,
                    mns_rows_get_text (rows, 0, 0));
  return rows != NULL;
}

static gboolean
insert_file (MnsCall *call, const Owner *owner, GBytes *sha256, GError **error)
{
  g_autofree char *lims_id = mns_call_take_lims_id (call, "40-", NULL, error);
  MnsId id;

  if (lims_id == NULL)
    return FALSE;
  mns_call_derive_id (call, "file", 0, &id);
  mns_call_put_id (call, "file", &id);
  mns_call_put_text (call, "lims_id", lims_id);
  return mns_transaction_run (
      call->tx,
      "INSERT INTO file (id, lims_id, scope_id, owner, owner_id, name, sha256, size, phi,"
      " published, created_at, created_by) VALUES ($id, $lims_id, $scope, $owner, $owner_id, $name,"
      " $sha256, $size, 0, 0, $now, $by)",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_TEXT ("lims_id", lims_id),
                MNS_ARG_ID ("scope", &owner->scope),
                MNS_ARG_TEXT ("owner", mns_call_get_text (call, "owner")),
                MNS_ARG_ID ("owner_id", &owner->id),
                MNS_ARG_TEXT ("name", mns_call_get_text (call, "name")),
                MNS_ARG_VALUE ("sha256", mns_value_bytes (sha256)),
                MNS_ARG_INT ("size", mns_call_get_int (call, "size", 0)),
                MNS_ARG_INT ("now", call->now),
                MNS_ARG_ID ("by", &call->lab->person)),
      error);
}

static gboolean
attach_file (MnsCall *call, GError **error)
{
  Owner owner = { 0 };
  g_autoptr (GBytes) sha256 = read_sha256 (call);
  const char *name = mns_call_get_text (call, "name");
  gboolean done;

  if (strpbrk (name, "/\\") != NULL)
    mns_call_fault (call, "/name", "bad_name", "“%s” is a path; a file's name is wanted", name);
  done = load_owner (call, TRUE, &owner, error) && check_slot (call, &owner, error) &&
         (mns_call_failed (call) || insert_file (call, &owner, sha256, error));
  g_free (owner.lims_id);
  return done;
}

static const MnsArgSpec note_args[] = {
  { "owner", MNS_ARG_TYPE_TEXT, TRUE, .words = "PROJECT SAMPLE STEP_RUN CONTAINER" },
  { "owner_id", MNS_ARG_TYPE_TEXT, TRUE, .help = "row id or LIMS id" },
  { "body", MNS_ARG_TYPE_TEXT, TRUE, .max = 20000 },
  { NULL },
};

static const MnsArgSpec file_args[] = {
  { "owner", MNS_ARG_TYPE_TEXT, TRUE, .words = "PROJECT SAMPLE STEP_RUN ARTIFACT" },
  { "owner_id", MNS_ARG_TYPE_TEXT, TRUE, .help = "row id or LIMS id" },
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 255 },
  { "sha256", MNS_ARG_TYPE_TEXT, TRUE },
  { "size", MNS_ARG_TYPE_INT, TRUE, .min = 0, .max = G_MAXINT64 },
  { NULL },
};

const MnsCommandSpec mns_note_commands[] = {
  { "note.add", 1, "ClarityLogin", FALSE, note_args, add_note, "Add a note", "Answers note." },
  { "file.attach",
    1,
    "ClarityLogin",
    FALSE,
    file_args,
    attach_file,
    "Attach a file",
    "The bytes follow by themselves; the row names them by their SHA-256. Answers file." },
  { NULL },
};
