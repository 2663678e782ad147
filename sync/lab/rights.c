/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/lab/rights.h"

struct _MnsRights
{
  GHashTable *permissions; /* char * set */
};

static void
clear_rights (gpointer data)
{
  MnsRights *self = data;

  g_clear_pointer (&self->permissions, g_hash_table_unref);
}

static const MnsMemoKind rights_kind = { "rights", clear_rights };

void
mns_rights_free (MnsRights *self)
{
  mns_memo_release (&rights_kind, self);
}

#define RIGHTS                                                                                     \
  "SELECT g.permission FROM person p JOIN person_role r ON r.person_id = p.id"                     \
  " JOIN role_permission g ON g.role_id = r.role_id"                                               \
  " WHERE p.id = $person AND p.status = 'ACTIVE'"

/* Asks ahead what mns_rights_load() will ask, if it will (mns_transaction_ask()). */
void
mns_rights_ask (MnsTransaction *tx, const MnsId *person)
{
  MnsRights *known = mns_transaction_recall (tx, &rights_kind, person);

  if (known == NULL)
    mns_transaction_ask (tx, RIGHTS, MNS_ARGS (MNS_ARG_ID ("person", person)));
  mns_rights_free (known);
}

/**
 * mns_rights_load:
 * @person: who acts or looks
 *
 * Returns: (transfer full): what they may, or %NULL with @error set
 */
MnsRights *
mns_rights_load (MnsTransaction *tx, const MnsId *person, GError **error)
{
  MnsRights *self = mns_transaction_recall (tx, &rights_kind, person);
  g_autoptr (MnsRows) rows = NULL;

  if (self != NULL)
    return self;
  rows = mns_transaction_query (tx, RIGHTS, MNS_ARGS (MNS_ARG_ID ("person", person)), error);
  if (rows == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (MnsRights);
  self->permissions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_add (self->permissions, g_strdup (mns_rows_get_text (rows, i, 0)));
  mns_transaction_remember (tx, &rights_kind, person, self);
  return self;
}

gboolean
mns_rights_are_none (const MnsRights *self)
{
  return g_hash_table_size (self->permissions) == 0;
}

gboolean
mns_rights_have (const MnsRights *self, const char *permission)
{
  return g_hash_table_contains (self->permissions, permission);
}
