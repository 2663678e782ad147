/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/admin/instance.h"
#include "sync/wire/envelope.h"

G_BEGIN_DECLS

/* Exit codes of meniscusctl. */
enum
{
  MNS_EXIT_OK = 0,
  MNS_EXIT_REFUSED = 1, /* not done, and why is on stderr */
  MNS_EXIT_USAGE = 2,
};

/**
 * MnsCtl:
 *
 * One run of meniscusctl: what was asked, and where the words go. With --json one object goes to
 * stdout, whatever happens; without it sentences.
 */
typedef struct
{
  MnsInstanceOptions options;
  gboolean json;
  int argc; /* what follows the verb */
  char **argv;
  char **words; /* what argv points to once it is parsed */
} MnsCtl;

typedef int (*MnsCtlFunc) (MnsCtl *self, GError **error);

/* Each answers an exit code; with @error set it is MNS_EXIT_REFUSED or MNS_EXIT_USAGE. */
int mns_ctl_user_add (MnsCtl *self, GError **error);
int mns_ctl_user_password (MnsCtl *self, GError **error);
int mns_ctl_user_archive (MnsCtl *self, GError **error);
int mns_ctl_user_list (MnsCtl *self, GError **error);
int mns_ctl_config_import (MnsCtl *self, GError **error);
int mns_ctl_backup (MnsCtl *self, GError **error);
int mns_ctl_restore (MnsCtl *self, GError **error);
int mns_ctl_restore_finish (MnsCtl *self, GError **error);
int mns_ctl_journals (MnsCtl *self, GError **error);
int mns_ctl_doctor (MnsCtl *self, GError **error);

gboolean mns_ctl_parse (MnsCtl *self, const GOptionEntry *entries, guint n_words, GError **error);
int mns_ctl_usage (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
int mns_ctl_done (MnsCtl *self, JsonObject *result, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Runs a command of the lab's table as the System Administrator, and says how it went. */
gboolean mns_ctl_do (MnsInstance *instance,
                     const char *command,
                     JsonObject *args,
                     JsonObject **envelope,
                     GError **error);
gboolean mns_ctl_find_user (MnsPool *pool, const char *username, MnsId *person, GError **error);

G_END_DECLS
