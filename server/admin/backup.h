/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/admin/instance.h"

G_BEGIN_DECLS

/* What backup and restore share. */
typedef struct
{
  gint64 files;
  gint64 bytes;
} MnsCopied;

gboolean mns_backup_run (const char *const *argv, GError **error);
char *mns_backup_program (const MnsInstance *instance, const char *name);
gboolean mns_backup_copy_tree (const char *from, const char *to, MnsCopied *copied, GError **error);

G_END_DECLS
