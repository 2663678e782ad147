/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Whom the cluster belongs to, and whether processes must change to it first. */
typedef struct
{
  char *name;
  uid_t uid;
  gid_t gid;
  gboolean change;
} MnsAccount;

gboolean mns_account_find (MnsAccount *self, const char *name, GError **error);
void mns_account_clear (MnsAccount *self);

gboolean mns_process_run (const MnsAccount *account, const char *const *argv, GError **error);
gboolean mns_process_spawn (
    const MnsAccount *account, const char *const *argv, int log_fd, pid_t *pid, GError **error);
gboolean mns_process_wait_end (pid_t pid, gint64 patience_us);

GArray *mns_processes_working_in (const char *folder);

G_END_DECLS
