/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/store/memo.h"

G_BEGIN_DECLS

/**
 * MnsRights:
 *
 * The permissions a person has by their roles; none if the person is not active. The one place
 * where they are read, for commands and views; remembered by the store's memo, see there how soon a
 * change counts.
 */
typedef struct _MnsRights MnsRights;

MnsRights *mns_rights_load (MnsTransaction *tx, const MnsId *person, GError **error);
void mns_rights_ask (MnsTransaction *tx, const MnsId *person);
void mns_rights_free (MnsRights *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRights, mns_rights_free)
gboolean mns_rights_are_none (const MnsRights *self);
gboolean mns_rights_have (const MnsRights *self, const char *permission);

G_END_DECLS
