/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* libFuzzer target of the spreadsheet readers and of the sample list. The first byte says what the
 * rest is: a file under one of four names, or the XML within a workbook, which random bytes in a
 * zip would hardly ever reach.
 */

#include "config.h"

#include "sync/sheet/sample-list.h"
#include "sync/sheet/sheet.h"
#include "tests/sheet/zip-maker.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GBytes *
make_content (const char *xml)
{
  const ZipEntry entries[] = { { "content.xml", xml }, { NULL, NULL } };

  return zip_make (entries);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const names[] = { "a.csv", "a.xlsx", "a.ods", "a" };
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MnsSheet) sheet = NULL;
  guint kind;

  if (size < 1)
    return 0;
  kind = data[0] % (G_N_ELEMENTS (names) + 3);
  text = g_strndup ((const char *) data + 1, size - 1);
  switch (kind)
    {
    case 4:
      bytes = make_content (text);
      break;
    case 5:
      bytes = ods_make (text);
      break;
    case 6:
      bytes = xlsx_make (text, "<si><t>a</t></si>", "<cellXfs><xf numFmtId='14'/></cellXfs>", "");
      break;
    default:
      bytes = g_bytes_new_static (data + 1, size - 1);
    }
  sheet = mns_sheet_read (bytes, names[kind % G_N_ELEMENTS (names)], NULL);
  if (sheet != NULL)
    {
      G_GNUC_UNUSED g_autoptr (MnsSampleList) list = mns_sample_list_find (sheet, NULL);
      G_GNUC_UNUSED g_autoptr (GBytes) csv = mns_sheet_write_csv (sheet, NULL);
    }
  return 0;
}
