/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/api/attempts.h"
#include "server/api/ids.h"

G_BEGIN_DECLS

typedef enum
{
  MNS_END_DECIDED, /* now */
  MNS_END_STORED,  /* before: the outcome of then */
  MNS_END_GAP,     /* commands before this one have not come */
  MNS_END_FORK,    /* another device uses the same id */
  MNS_END_FOREIGN, /* the device is not this person's, or was revoked */
  MNS_END_HELD,    /* restored: waits for an administrator */
} MnsEnd;

/**
 * MnsExecution:
 *
 * One command on the server: its own SERIALIZABLE transaction, run again whole if it loses a race,
 * with its line in command_log and, for a device, its number and its conflict (sync-protocol.md 5).
 */
typedef struct
{
  /* in */
  MnsPool *pool;
  MnsServerIds *ids;
  MnsAttempts *attempts; /* nullable */
  MnsId person;
  MnsId client;       /* null id: a caller who is always online */
  const char *source; /* DESKTOP WEB API SYSTEM ... */
  gboolean signing_fresh;
  gboolean as_system;
  JsonNode *node;   /* the command; used up by the first try */
  const char *text; /* the command again, for the tries after it; may be part of @list */
  gssize length;
  int index; /* -1: @text is the command; else its place in the member "commands" of @text */

  /* out */
  MnsEnd end;
  JsonObject *envelope; /* of DECIDED and STORED */
  MnsOutcome outcome;
  MnsId conflict;
  gint64 last_n; /* of the device, after this */
  gint64 durable_n;

  /* while it runs */
  guint tries;
  gboolean careful; /* something broke: look whether the command has been, and wait for each step */
  gboolean as_error; /* the rule broke: record that */
  char *broken;      /* what it said */
  gboolean in_rule;
  char *journals; /* a restore since this command was given: what becomes of it */
} MnsExecution;

void mns_execution_clear (MnsExecution *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsExecution, mns_execution_clear)

gboolean mns_execute (MnsExecution *self, GError **error);

G_END_DECLS
