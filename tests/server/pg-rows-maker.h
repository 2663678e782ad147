/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/entity.h"
#include "sync/store/store.h"

G_BEGIN_DECLS

/* Rows of any synced table, for tests that walk all of them. The values fit the columns' types, not
 * the lab's rules: use a database without references and checks, mns_test_pg_loose_database().
 */

/* Name of a new database whose tables take any row; free it with g_free(). */
char *mns_test_pg_loose_database (void);

/* Row number @n of @owner: the first key column is @owner's id, so is scope_id or person_id if
 * @scope is not given. Asserts that it went in.
 */
void mns_test_insert_row (
    MnsTransaction *tx, const MnsEntity *entity, const MnsId *owner, guint n, const MnsId *scope);

/* An id that is the same each time. */
MnsId mns_test_id (guint a, guint b);

G_END_DECLS
