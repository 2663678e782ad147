/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Workbooks made by hand, to hold what our own writer never writes. */
typedef struct
{
  const char *name;
  const char *text;
} ZipEntry;

/* Packs entries up to the one without a name. */
GBytes *zip_make (const ZipEntry *entries);

/* A zip with one entry of @size blanks. */
GBytes *zip_make_blanks (const char *name, gsize size);

/* A zip with @n empty entries. */
GBytes *zip_make_many (guint n);

/* A workbook whose first worksheet has @sheet_data in it; @strings and @styles, if given, are the
 * insides of sst and styleSheet; @properties are attributes of workbookPr.
 */
GBytes *
xlsx_make (const char *sheet_data, const char *strings, const char *styles, const char *properties);

/* A document whose first table has @rows in it. */
GBytes *ods_make (const char *rows);

G_END_DECLS
