/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/sheet/sheet.h"

G_BEGIN_DECLS

/* The row of a template, from 0, into which the first sample is written. */
#define MNS_SAMPLE_LIST_FIRST_ENTRY 5

typedef struct _MnsSampleList MnsSampleList;

MnsSampleList *mns_sample_list_find (MnsSheet *sheet, GError **error);
void mns_sample_list_free (MnsSampleList *self);

guint mns_sample_list_get_n_columns (MnsSampleList *self);
const char *mns_sample_list_get_header (MnsSampleList *self, guint column);
guint mns_sample_list_get_sheet_column (MnsSampleList *self, guint column);
guint mns_sample_list_get_header_row (MnsSampleList *self);

guint mns_sample_list_get_n_rows (MnsSampleList *self);
guint mns_sample_list_get_sheet_row (MnsSampleList *self, guint row);
const char *mns_sample_list_get_text (MnsSampleList *self, guint row, guint column);
MnsSheetKind mns_sample_list_get_kind (MnsSampleList *self, guint row, guint column);

MnsSheet *mns_sample_list_template (const char *const *headers, guint n_entries, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsSampleList, mns_sample_list_free)

G_END_DECLS
