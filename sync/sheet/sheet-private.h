/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/sheet/sheet.h"

G_BEGIN_DECLS

/* The largest part of a workbook that is unpacked; anything larger is refused, not cut. */
#define MNS_SHEET_MAX_PART (64 * 1024 * 1024)
#define MNS_SHEET_MAX_FILE (64 * 1024 * 1024)
#define MNS_SHEET_MAX_ENTRIES 4096

gboolean mns_sheet_set_shared (
    MnsSheet *self, guint row, guint col, MnsSheetKind kind, char *text, GError **error);

gboolean mns_sheet_zip_has (GBytes *zip, const char *part, gboolean *has, GError **error);
GBytes *mns_sheet_zip_part (GBytes *zip, const char *part, GError **error);

gboolean mns_sheet_read_xlsx (MnsSheet *self, GBytes *zip, GError **error);
gboolean mns_sheet_read_ods (MnsSheet *self, GBytes *zip, GError **error);
gboolean mns_sheet_read_csv (MnsSheet *self, GBytes *text, GError **error);

/* What a number format shows of a number. */
typedef enum
{
  MNS_FORMAT_NUMBER,
  MNS_FORMAT_DATE,
  MNS_FORMAT_TIME,
} MnsFormat;

MnsFormat mns_format_of_id (guint id);
MnsFormat mns_format_of_code (const char *code);

gboolean mns_sheet_parse_number (const char *text, double *number);
char *mns_sheet_number_text (double number);
char *mns_sheet_date_text (double serial, gboolean from_1904);
char *mns_sheet_time_text (double serial);
gboolean mns_sheet_is_iso_date (const char *text);

G_END_DECLS
