/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the tests share. Nothing here is linked into a program. */

/* A GAsyncReadyCallback whose user_data is a GAsyncResult *. */
void mns_test_store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data);

/* Runs the default main context until *@result is set; fails the test after ten seconds. */
void mns_test_wait_result (GAsyncResult **result);

/* Drops the caller's reference and checks that it was the last. A GTask's worker thread lets go
 * of its task a moment after the callback ran, so this waits instead of looking once.
 */
void mns_test_assert_finalizes (gpointer object);

/* A fresh folder below the system's temporary folder, mode 0700; free the name with g_free(). */
char *mns_test_make_tmp_dir (void);
/* What sql/shared makes of an empty database, all its scripts in order; free it with g_free(). */
char *mns_test_read_shared_sql (void);
void mns_test_remove_tree (const char *path);

G_END_DECLS
