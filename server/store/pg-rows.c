/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Answers in text form, decoded by the type number of their column. */

#include "config.h"

#include <string.h>

#include "server/store/pg-rows.h"
#include "sync/wire/rows.h"

/* The numbers are fixed (pg_type.dat). Types that are not here are texts. */
enum
{
  OID_BOOL = 16,
  OID_BYTEA = 17,
  OID_INT8 = 20,
  OID_INT2 = 21,
  OID_INT4 = 23,
  OID_OID = 26,
  OID_JSON = 114,
  OID_FLOAT4 = 700,
  OID_FLOAT8 = 701,
  OID_NUMERIC = 1700,
  OID_UUID = 2950,
  OID_JSONB = 3802,
  OID_XID8 = 5069,
};

/* A sum of bigint is numeric to PostgreSQL and an integer to SQLite. */
static MnsKind
numeric_kind (const PGresult *result, int column)
{
  for (int row = 0; row < PQntuples (result); row++)
    {
      const char *text = PQgetvalue (result, row, column);

      if (text[strspn (text, "-0123456789")] != '\0' || strlen (text) > 18)
        return MNS_KIND_REAL;
    }
  return MNS_KIND_INT;
}

static MnsKind
column_kind (const PGresult *result, int column)
{
  switch (PQftype (result, column))
    {
    case OID_BOOL:
    case OID_INT8:
    case OID_INT2:
    case OID_INT4:
    case OID_OID:
    case OID_XID8:
      return MNS_KIND_INT;
    case OID_FLOAT4:
    case OID_FLOAT8:
      return MNS_KIND_REAL;
    case OID_NUMERIC:
      return numeric_kind (result, column);
    case OID_UUID:
      return MNS_KIND_ID;
    case OID_JSON:
    case OID_JSONB:
      return MNS_KIND_JSON;
    case OID_BYTEA:
      return MNS_KIND_BYTES;
    default:
      return MNS_KIND_TEXT;
    }
}

/* bytea in text form is \x and two digits a byte. */
static GBytes *
decode_bytes (const char *text)
{
  gsize size = strlen (text) / 2 - 1;
  guint8 *data = g_malloc (MAX (size, 1));

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (g_ascii_xdigit_value (text[2 * i + 2]) * 16 +
                        g_ascii_xdigit_value (text[2 * i + 3]));
  return g_bytes_new_take (data, size);
}

/* Texts are not copied: they live in the result. */
static MnsValue
read_cell (MnsKind kind, const char *text)
{
  MnsId id = { { 0 } };

  switch (kind)
    {
    case MNS_KIND_ID:
      return mns_id_parse (&id, text) ? mns_value_id (&id) : mns_value_null (kind);
    case MNS_KIND_INT:
      if (*text == 't' || *text == 'f')
        return mns_value_int (*text == 't');
      return mns_value_int (g_ascii_strtoll (text, NULL, 10));
    case MNS_KIND_REAL:
      return mns_value_real (g_ascii_strtod (text, NULL));
    case MNS_KIND_JSON:
      return mns_value_json (text);
    case MNS_KIND_TEXT:
    case MNS_KIND_BYTES:
    default:
      return mns_value_text (text);
    }
}

static void
fill_rows (MnsRows *rows, const PGresult *result, void (*add) (MnsRows *rows, MnsValue value))
{
  int n_columns = PQnfields (result);
  int n_rows = PQntuples (result);
  g_autofree MnsKind *kinds = g_new (MnsKind, MAX (n_columns, 1));

  for (int i = 0; i < n_columns; i++)
    {
      kinds[i] = column_kind (result, i);
      mns_rows_add_column (rows, PQfname (result, i), kinds[i]);
    }
  for (int row = 0; row < n_rows; row++)
    for (int i = 0; i < n_columns; i++)
      if (PQgetisnull (result, row, i))
        add (rows, mns_value_null (kinds[i]));
      else if (kinds[i] == MNS_KIND_BYTES)
        {
          g_autoptr (GBytes) bytes = decode_bytes (PQgetvalue (result, row, i));

          mns_rows_add (rows, mns_value_bytes (bytes));
        }
      else
        add (rows, read_cell (kinds[i], PQgetvalue (result, row, i)));
}

/**
 * mns_pg_rows_from_result:
 * @result: an answer in text form
 *
 * Returns: (transfer full): its rows
 */
MnsRows *
mns_pg_rows_from_result (const PGresult *result)
{
  MnsRows *rows = mns_rows_new ();

  fill_rows (rows, result, mns_rows_add);
  return rows;
}

/**
 * mns_pg_rows_take_result:
 * @result: (transfer full): an answer in text form
 *
 * Returns: (transfer full): its rows, which borrow their texts from @result and keep it
 */
MnsRows *
mns_pg_rows_take_result (PGresult *result)
{
  MnsRows *rows = mns_rows_new ();

  mns_rows_keep (rows, result, (GDestroyNotify) PQclear);
  fill_rows (rows, result, mns_rows_add_borrowed);
  return rows;
}

static void
append_base64 (GString *text, const char *value)
{
  g_autoptr (GBytes) bytes = decode_bytes (value);
  g_autofree char *encoded = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  encoded = g_base64_encode (data, size);
  g_string_append_printf (text, "\"%s\"", encoded);
}

/**
 * mns_pg_rows_append_json:
 * @result: an answer in text form
 * @row: which row
 * @text: where to append
 *
 * Writes a row as it travels (sync/wire/rows.h), its end included, without decoding what PostgreSQL
 * already spells the same way.
 */
void
mns_pg_rows_append_json (const PGresult *result, int row, GString *text)
{
  g_string_append_c (text, '[');
  for (int i = 0; i < PQnfields (result); i++)
    {
      const char *value = PQgetvalue (result, row, i);

      if (i > 0)
        g_string_append_c (text, ',');
      if (PQgetisnull (result, row, i))
        {
          g_string_append (text, "null");
          continue;
        }
      switch (PQftype (result, i))
        {
        case OID_INT2:
        case OID_INT4:
        case OID_INT8:
          g_string_append (text, value);
          break;
        case OID_FLOAT4:
        case OID_FLOAT8:
          g_string_append (text, g_ascii_isalpha (value[value[0] == '-']) ? "null" : value);
          break;
        case OID_BYTEA:
          append_base64 (text, value);
          break;
        default:
          mns_row_append_text (text, value);
        }
    }
  g_string_append_len (text, "]\n", 2);
}
