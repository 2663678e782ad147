/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/id.h"

G_BEGIN_DECLS

/**
 * MnsOutboxLog:
 *
 * The outbox again, as plain lines in a file beside the database, each with a checksum, fsynced:
 * what is left to rebuild it from if the database file is lost (sync-protocol.md section 14, F4).
 */
typedef struct _MnsOutboxLog MnsOutboxLog;

typedef struct
{
  gint64 n;
  MnsId id;
  char *cmd;
  char *body;
  gint64 created;
} MnsLoggedCommand;

MnsOutboxLog *mns_outbox_log_open (const char *path, GError **error);
void mns_outbox_log_free (MnsOutboxLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsOutboxLog, mns_outbox_log_free)

gboolean mns_outbox_log_is_new (MnsOutboxLog *self);
const MnsId *mns_outbox_log_get_client (MnsOutboxLog *self);
gint64 mns_outbox_log_get_next_n (MnsOutboxLog *self);
guint mns_outbox_log_get_n_lines (MnsOutboxLog *self);
/* All commands, ascending; borrowed. Of one number the last line counts. */
GPtrArray *mns_outbox_log_read (MnsOutboxLog *self, GError **error);

gboolean mns_outbox_log_append (MnsOutboxLog *self,
                                gint64 n,
                                const MnsId *id,
                                const char *cmd,
                                const char *body,
                                gint64 created,
                                GError **error);
/* Begins the file anew with @commands, atomically. */
gboolean mns_outbox_log_rewrite (
    MnsOutboxLog *self, const MnsId *client, gint64 next_n, GPtrArray *commands, GError **error);

void mns_logged_command_free (MnsLoggedCommand *self);

G_END_DECLS
