/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/wire/pull.h"

/* ---- one row ---- */

static const MnsKind all_kinds[] = { MNS_KIND_ID,   MNS_KIND_TEXT, MNS_KIND_INT,
                                     MNS_KIND_REAL, MNS_KIND_JSON, MNS_KIND_BYTES };

/* Lines that are no UTF-8 are told in escapes: the test's output must be readable. */
static void
say (const char *line)
{
  g_autofree char *escaped = g_strescape (line, NULL);

  g_test_message ("%s", escaped);
}

static void
assert_equal (const MnsValue *a, const MnsValue *b)
{
  g_assert_cmpint (a->is_null, ==, b->is_null);
  if (a->is_null)
    return;
  switch (a->kind)
    {
    case MNS_KIND_ID:
      g_assert_true (mns_id_equal (&a->v.id, &b->v.id));
      break;
    case MNS_KIND_INT:
      g_assert_cmpint (a->v.integer, ==, b->v.integer);
      break;
    case MNS_KIND_REAL:
      g_assert_cmpfloat (a->v.real, ==, b->v.real);
      break;
    case MNS_KIND_BYTES:
      g_assert_true (g_bytes_equal (a->v.bytes, b->v.bytes));
      break;
    case MNS_KIND_TEXT:
    case MNS_KIND_JSON:
      g_assert_cmpstr (a->v.text, ==, b->v.text);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
test_round_trip (void)
{
  static const char *const texts[] = { "",
                                       "plain",
                                       "quote \" and \\ and / and line\nbreak\ttab\r",
                                       "\x01\x1f control",
                                       "Prøve µ 試料 🧬",
                                       "]}[{,\"null" };
  static const gint64 integers[] = { 0, 1, -1, G_MAXINT64, G_MININT64, 1764000000123456 };
  static const double reals[] = { 0, -0.5, 1e300, 0.1, 12.5, -1e-7 };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\1\2\377", 4);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (MnsRowReader) reader = mns_row_reader_new ();

  mns_row_reader_set_kinds (reader, all_kinds, G_N_ELEMENTS (all_kinds));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GString) line = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      MnsId id;
      const MnsValue *got;
      MnsValue row[6];

      mns_id_make (&id);
      row[0] = mns_value_id (&id);
      row[1] = mns_value_text (texts[i]);
      row[2] = mns_value_int (integers[i]);
      row[3] = mns_value_real (reals[i]);
      row[4] = mns_value_json ("{\"a\": [1, \"b\"]}");
      row[5] = mns_value_bytes (i % 2 == 0 ? bytes : nothing);
      if (i == 3)
        for (guint k = 0; k < 6; k++)
          row[k] = mns_value_null (all_kinds[k]);

      mns_row_append (line, row, G_N_ELEMENTS (row));
      g_assert_cmpint (line->str[line->len - 1], ==, '\n');
      got = mns_row_reader_parse (reader, line->str, line->len - 1, &error);
      g_assert_no_error (error);
      for (guint k = 0; k < 6; k++)
        assert_equal (&row[k], &got[k]);
    }
}

static void
test_escapes (void)
{
  static const MnsKind kinds[] = { MNS_KIND_TEXT };
  static const struct
  {
    const char *line;
    const char *text;
  } cases[] = {
    { "[\"a\\/b\"]", "a/b" },
    { "[\"\\b\\f\\r\"]", "\b\f\r" },
    { "[\"\\u00e9\\u0041\"]", "éA" },
    { "[\"\\ud83e\\uddec\"]", "🧬" },
  };
  g_autoptr (MnsRowReader) reader = mns_row_reader_new ();

  g_test_summary ("Escapes that we never write but that JSON has are read too");
  mns_row_reader_set_kinds (reader, kinds, 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = g_strdup (cases[i].line);
      g_autoptr (GError) error = NULL;
      const MnsValue *got = mns_row_reader_parse (reader, line, strlen (line), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (got[0].v.text, ==, cases[i].text);
    }
}

static void
test_malformed (void)
{
  static const MnsKind kinds[] = { MNS_KIND_TEXT, MNS_KIND_INT };
  static const char *const lines[] = {
    "",
    "[",
    "[]",
    "{}",
    "[\"a\"]",
    "[\"a\",1",
    "[\"a\",1]x",
    "[\"a\",1,2]",
    "[\"a\",1.5]",
    "[\"a\",\"1\"]",
    "[\"a\",9223372036854775808]",
    "[\"a\",-9223372036854775809]",
    "[\"a\",-]",
    "[\"a\",nul]",
    "[\"a,1]",
    "[\"a\\x\",1]",
    "[\"a\\u12\",1]",
    "[\"a\\u0000\",1]",
    "[\"a\\ud800\",1]",
    "[\"a\\udc00\",1]",
    "[\"a\\ud83e\\u0041\",1]",
    "[\"\xff\",1]",
    "[\"\xc3\",1]",
    "[\"a\tb\",1]",
    "[1,1]",
    "[ \"a\",1]",
    "[\"a\"  ,1]",
    "[\"\\",
  };
  g_autoptr (MnsRowReader) reader = mns_row_reader_new ();

  mns_row_reader_set_kinds (reader, kinds, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *line = g_strdup (lines[i]);
      g_autoptr (GError) error = NULL;

      say (lines[i]);
      g_assert_null (mns_row_reader_parse (reader, line, strlen (line), &error));
      g_assert_error (error, MNS_ERROR, MNS_ERROR_CORRUPT);
    }
}

static void
test_malformed_kinds (void)
{
  static const struct
  {
    MnsKind kind;
    const char *line;
  } cases[] = {
    { MNS_KIND_REAL, "[nan]" },
    { MNS_KIND_REAL, "[inf]" },
    { MNS_KIND_REAL, "[-inf]" },
    { MNS_KIND_REAL, "[0x10]" },
    { MNS_KIND_REAL, "[ 1]" },
    { MNS_KIND_REAL, "[1e999]" },
    { MNS_KIND_ID, "[\"018f6a00-0000-7000-8000-00000000000\"]" },
    { MNS_KIND_ID, "[\"018f6a00-0000-7000-8000-00000000000g\"]" },
    { MNS_KIND_ID, "[12]" },
    { MNS_KIND_BYTES, "[\"abc\"]" },
  };
  g_autoptr (MnsRowReader) reader = mns_row_reader_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = g_strdup (cases[i].line);
      g_autoptr (GError) error = NULL;

      say (cases[i].line);
      mns_row_reader_set_kinds (reader, &cases[i].kind, 1);
      g_assert_null (mns_row_reader_parse (reader, line, strlen (line), &error));
      g_assert_error (error, MNS_ERROR, MNS_ERROR_CORRUPT);
    }
}

/* ---- a stream ---- */

static gboolean
collect (const char *bytes, gsize length, gpointer data, GError **error)
{
  g_string_append_len (data, bytes, (gssize) length);
  return TRUE;
}

static GString *
write_stream (void)
{
  static const char *const columns[] = { "role_id", "permission", NULL };
  GString *stream = g_string_new (NULL);
  g_autoptr (MnsPullWriter) writer = mns_pull_writer_new (collect, stream);
  const MnsPullHead head = { .base = (char *) "e.1.5:5:",
                             .cursor = (char *) "e.1.9:9:",
                             .last_n = 7,
                             .durable_n = 3,
                             .schema = 1,
                             .scopes_rev = 2,
                             .now = 1764000000999000 };
  MnsId ids[3];

  for (guint i = 0; i < 3; i++)
    mns_id_derive (&ids[i], &MNS_ID_CONFIGURATION, "test", i);
  g_assert_true (mns_pull_writer_head (writer, &head, NULL));
  g_assert_true (mns_pull_writer_deleted (writer, "sample", ids, 3, NULL));
  g_assert_true (mns_pull_writer_out (writer, "sample", ids, 2, NULL));
  g_assert_true (mns_pull_writer_table (writer, "role_permission", columns, NULL));
  for (guint i = 0; i < 3; i++)
    {
      const MnsValue row[] = { mns_value_id (&ids[i]), mns_value_text ("Project:create\n\"é\"") };

      g_assert_true (mns_pull_writer_row (writer, row, 2, NULL));
    }
  g_assert_true (mns_pull_writer_end (writer, NULL));
  return stream;
}

static gboolean
print_part (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error)
{
  GString *seen = data;
  guint n = 0;

  switch (part)
    {
    case MNS_PULL_HEAD:
      g_string_append_printf (seen,
                              "head %s>%s",
                              mns_pull_reader_get_head (reader)->base,
                              mns_pull_reader_get_head (reader)->cursor);
      break;
    case MNS_PULL_TABLE:
      mns_pull_reader_get_fields (reader, &n);
      g_string_append_printf (seen, "|%s %u", mns_pull_reader_get_entity (reader)->table, n);
      break;
    case MNS_PULL_ROW:
      g_string_append_printf (seen, "|%s", mns_pull_reader_get_values (reader)[1].v.text);
      break;
    case MNS_PULL_DELETED:
    case MNS_PULL_OUT:
      mns_pull_reader_get_ids (reader, &n);
      g_string_append_printf (seen, "|%s %u", part == MNS_PULL_OUT ? "out" : "del", n);
      break;
    case MNS_PULL_END:
      g_string_append (seen, "|end");
      break;
    default:
      g_assert_not_reached ();
    }
  return TRUE;
}

static void
test_stream_cut_anywhere (void)
{
  g_autoptr (GString) stream = write_stream ();

  for (gsize piece = 1; piece < stream->len + 1; piece += 1 + piece / 3)
    {
      g_autoptr (GString) seen = g_string_new (NULL);
      g_autoptr (MnsPullReader) reader = mns_pull_reader_new (print_part, seen);
      g_autoptr (GError) error = NULL;

      for (gsize at = 0; at < stream->len; at += piece)
        g_assert_true (
            mns_pull_reader_feed (reader, stream->str + at, MIN (piece, stream->len - at), &error));
      g_assert_true (mns_pull_reader_finish (reader, &error));
      g_assert_cmpstr (seen->str,
                       ==,
                       "head e.1.5:5:>e.1.9:9:|del 3|out 2|role_permission 2"
                       "|Project:create\n\"é\"|Project:create\n\"é\"|Project:create\n\"é\"|end");
      g_assert_cmpint (mns_pull_reader_get_head (reader)->last_n, ==, 7);
      g_assert_cmpint (mns_pull_reader_get_head (reader)->scopes_rev, ==, 2);
    }
}

static void
test_stream_broken_off (void)
{
  g_autoptr (GString) stream = write_stream ();

  g_test_summary ("No beginning of a stream passes for the whole");
  for (gsize length = 0; length < stream->len; length++)
    {
      g_autoptr (GString) seen = g_string_new (NULL);
      g_autoptr (MnsPullReader) reader = mns_pull_reader_new (print_part, seen);
      g_autoptr (GError) error = NULL;

      if (mns_pull_reader_feed (reader, stream->str, length, &error))
        g_assert_false (mns_pull_reader_finish (reader, &error));
      g_assert_error (error, MNS_ERROR, MNS_ERROR_CORRUPT);
    }
}

static void
test_stream_changed (void)
{
  g_autoptr (GString) stream = write_stream ();

  g_test_summary ("No changed byte passes, and none does harm");
  for (gsize at = 0; at < stream->len; at++)
    {
      g_autofree char *copy = g_memdup2 (stream->str, stream->len);
      g_autoptr (GString) seen = g_string_new (NULL);
      g_autoptr (MnsPullReader) reader = mns_pull_reader_new (print_part, seen);
      g_autoptr (GError) error = NULL;

      copy[at] ^= 0x01;
      if (mns_pull_reader_feed (reader, copy, stream->len, &error))
        mns_pull_reader_finish (reader, &error);
      g_assert_error (error, MNS_ERROR, MNS_ERROR_CORRUPT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rows/round-trip", test_round_trip);
  g_test_add_func ("/rows/escapes", test_escapes);
  g_test_add_func ("/rows/malformed", test_malformed);
  g_test_add_func ("/rows/malformed-kinds", test_malformed_kinds);
  g_test_add_func ("/pull/cut-anywhere", test_stream_cut_anywhere);
  g_test_add_func ("/pull/broken-off", test_stream_broken_off);
  g_test_add_func ("/pull/changed", test_stream_changed);

  return g_test_run ();
}
