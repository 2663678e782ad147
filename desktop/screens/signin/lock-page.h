/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "sync/client/account.h"

G_BEGIN_DECLS

/**
 * MnsLockPage:
 *
 * Stands in place of the work while the program is locked: the session goes on behind it, unsaved
 * entries stay, and the person's password opens it again. Signals: "unlocked", "leave" (somebody
 * else wants to sign in).
 */
#define MNS_TYPE_LOCK_PAGE (mns_lock_page_get_type ())
G_DECLARE_FINAL_TYPE (MnsLockPage, mns_lock_page, MNS, LOCK_PAGE, AdwBin)

/* @person: the name shown */
GtkWidget *
mns_lock_page_new (const char *state_dir, const char *server, const char *user, const char *person);
void mns_lock_page_focus (MnsLockPage *self);

G_END_DECLS
