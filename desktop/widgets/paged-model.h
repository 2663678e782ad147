/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "desktop/widgets/row.h"

G_BEGIN_DECLS

#define MNS_PAGE_ROWS 128
#define MNS_PAGES_KEPT 64

#define MNS_TYPE_PAGED_MODEL (mns_paged_model_get_type ())
G_DECLARE_FINAL_TYPE (MnsPagedModel, mns_paged_model, MNS, PAGED_MODEL, GObject)

/**
 * MnsPageFunc:
 * @model: who asks
 * @offset: the first row that is wanted
 * @limit: how many, at most %MNS_PAGE_ROWS
 * @generation: give it back with the answer
 * @user_data: as given to mns_paged_model_new()
 *
 * Begins to fetch rows. It must not wait for them; the answer is mns_paged_model_set_rows(), now or
 * later.
 */
typedef void (*MnsPageFunc) (
    MnsPagedModel *model, guint offset, guint limit, guint64 generation, gpointer user_data);

MnsPagedModel *mns_paged_model_new (MnsPageFunc fetch, gpointer user_data, GDestroyNotify destroy);

guint64 mns_paged_model_get_generation (MnsPagedModel *self);
guint64 mns_paged_model_reset (MnsPagedModel *self, guint n_rows);
void mns_paged_model_set_n_rows (MnsPagedModel *self, guint64 generation, guint n_rows);
void mns_paged_model_refresh (MnsPagedModel *self);
gboolean
mns_paged_model_set_rows (MnsPagedModel *self, guint64 generation, guint offset, GPtrArray *rows);

MnsRow *mns_paged_model_peek_row (MnsPagedModel *self, guint position);
guint mns_paged_model_find_loaded (MnsPagedModel *self, const char *id);

G_END_DECLS
