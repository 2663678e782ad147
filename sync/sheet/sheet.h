/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is read at most. A sample list of 3,456 rows and 50 columns is a tenth of it. */
#define MNS_SHEET_MAX_CELLS 2000000 /* sum over the rows of the place of their last cell */
#define MNS_SHEET_MAX_ROWS 1048576
#define MNS_SHEET_MAX_COLS 16384
#define MNS_SHEET_MAX_TEXT 32767 /* characters in a cell */

/**
 * MnsSheetKind:
 * @MNS_SHEET_EMPTY: nothing; the text is %NULL
 * @MNS_SHEET_TEXT: text as it stands in the file
 * @MNS_SHEET_NUMBER: digits with a decimal point, at most 15 significant ones from a workbook
 * @MNS_SHEET_DATE: `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM:SS` if the cell has a time of day
 * @MNS_SHEET_BOOL: `true` or `false`
 */
typedef enum
{
  MNS_SHEET_EMPTY,
  MNS_SHEET_TEXT,
  MNS_SHEET_NUMBER,
  MNS_SHEET_DATE,
  MNS_SHEET_BOOL,
} MnsSheetKind;

typedef struct _MnsSheet MnsSheet;

MnsSheet *mns_sheet_new (void);
MnsSheet *mns_sheet_ref (MnsSheet *self);
void mns_sheet_unref (MnsSheet *self);

guint mns_sheet_get_n_rows (MnsSheet *self);
guint mns_sheet_get_n_cols (MnsSheet *self);

const char *mns_sheet_get_text (MnsSheet *self, guint row, guint col);
MnsSheetKind mns_sheet_get_kind (MnsSheet *self, guint row, guint col);
gboolean mns_sheet_set (
    MnsSheet *self, guint row, guint col, MnsSheetKind kind, const char *text, GError **error);

MnsSheet *mns_sheet_read (GBytes *bytes, const char *name, GError **error);
MnsSheet *mns_sheet_read_file (const char *path, GError **error);

GBytes *mns_sheet_write_xlsx (MnsSheet *self, GError **error);
GBytes *mns_sheet_write_csv (MnsSheet *self, GError **error);

char *mns_sheet_cell_name (guint row, guint col);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsSheet, mns_sheet_unref)

G_END_DECLS
