/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Names of wells, sort keys, packed values: what must be the same text everywhere. */

#include "config.h"

#include "sync/model/packed.h"
#include "sync/model/sentence.h"
#include "sync/model/sort-key.h"
#include "sync/model/well.h"
#include "tests/mns-test.h"

static void
test_wells (void)
{
  static const MnsWellAxes plate = { 12, 8, FALSE, TRUE, 1, 0 };
  static const MnsWellAxes tall = { 60, 100, TRUE, TRUE, 0, 0 };
  static const MnsWellAxes flow_cell = { 1, 8, FALSE, FALSE, 1, 1 };
  static const struct
  {
    const MnsWellAxes *axes;
    gint64 y, x;
    const char *name;
  } cases[] = {
    { &plate, 0, 0, "A:1" },  { &plate, 7, 11, "H:12" },   { &tall, 25, 26, "Z:AA" },
    { &tall, 27, 1, "AB:B" }, { &flow_cell, 7, 0, "8:1" },
  };
  static const char *const wrong[] = { "",     ":",   "A1",  "A:",   ":1",           "I:1",
                                       "A:13", "A:0", "1:A", "A:1x", "A:99999999999" };
  gint64 y, x;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char text[MNS_WELL_TEXT_SIZE];

      mns_well_print (cases[i].axes, cases[i].y, cases[i].x, text);
      g_assert_cmpstr (text, ==, cases[i].name);
      g_assert_true (mns_well_parse (cases[i].axes, text, &y, &x));
      g_assert_cmpint (y, ==, cases[i].y);
      g_assert_cmpint (x, ==, cases[i].x);
    }
  g_assert_true (mns_well_parse (&plate, "b:7", &y, &x));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (mns_well_parse (&plate, wrong[i], &y, &x));
}

static void
test_sort_keys (void)
{
  static const char *const in_order[] = {
    "", "9", "10", "A", "b", "S-9", "s-10", "S-0010b", "S-11", "S-100000000000000000000", "T", "Ä"
  };

  for (guint i = 0; i + 1 < G_N_ELEMENTS (in_order); i++)
    {
      g_autofree char *left = mns_sort_key (in_order[i]);
      g_autofree char *right = mns_sort_key (in_order[i + 1]);

      g_test_message ("%s before %s", in_order[i], in_order[i + 1]);
      g_assert_cmpstr (left, <, right);
    }
}

static void
test_packed (void)
{
  g_autoptr (JsonObject) values =
      mns_packed_parse ("{\"f100\": \"z\", \"f9\": 12.50, \"f13\": 0.1}");
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  g_autofree char *got = mns_packed_get_text (values, 13);
  g_autoptr (JsonObject) read = NULL;

  g_assert_cmpstr (got, ==, "0.1");
  g_assert_null (mns_packed_get_text (values, 1));
  mns_packed_set_text (values, 7, "a \"quoted\"\n\\ µ");
  mns_packed_set_number (values, 8, 1.0 / 3);
  mns_packed_set_text (values, 100, NULL);
  text = mns_packed_print (values);
  g_assert_cmpstr (text,
                   ==,
                   "{\"f7\":\"a \\\"quoted\\\"\\u000a\\\\ µ\",\"f8\":0.3333333333333333,"
                   "\"f9\":12.5,\"f13\":0.1}");
  read = mns_packed_parse (text);
  again = mns_packed_print (read);
  g_assert_cmpstr (text, ==, again);
}

static void
test_no_values (void)
{
  g_autoptr (JsonObject) values = mns_packed_parse (NULL);

  g_assert_null (mns_packed_print (values));
}

static void record (JsonObject *values, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
record (JsonObject *values, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  mns_sentence_record (values, format, list);
  va_end (list);
}

static const char *
to_german (const char *says)
{
  if (g_str_equal (says, "%s has %u wells, %lld are taken (%.15g %%)"))
    return "%2$s Positionen hat %1$s, belegt sind %3$s (%4$s %%)";
  return g_str_equal (says, "it must be %d") ? "es muss %d sein" : says;
}

static const char *
to_word (const char *says, guint at, const char *word)
{
  return at == 0 && g_str_equal (word, "plate") ? "die Platte" : word;
}

/* What a refusal is made of comes out of it again, in whatever language and order. */
static void
test_sentences (void)
{
  g_autoptr (JsonObject) values = json_object_new ();
  g_autoptr (JsonObject) plain = json_object_new ();
  JsonObject *inner = json_object_new ();
  g_autofree char *english = NULL;
  g_autofree char *german = NULL;
  g_autofree char *inward = NULL;

  record (values, "%s has %u wells, %lld are taken (%.15g %%)", "plate", 96u, 12ll, 12.5);
  english = mns_sentence_fill (values, NULL, NULL);
  g_assert_cmpstr (english, ==, "plate has 96 wells, 12 are taken (12.5 %)");
  german = mns_sentence_fill (values, to_german, to_word);
  g_assert_cmpstr (german, ==, "96 Positionen hat die Platte, belegt sind 12 (12.5 %)");

  record (plain, "%s", "said elsewhere");
  g_assert_null (mns_sentence_fill (plain, to_german, NULL));
  record (plain, "%s is %s: %s", "pH", "77", "it must be 7");
  record (inner, "it must be %d", 7);
  json_object_set_object_member (plain, "inner", inner);
  inward = mns_sentence_fill (plain, to_german, NULL);
  g_assert_cmpstr (inward, ==, "pH is 77: es muss 7 sein");
}

/* What came over a wire may be anything; it is filled or refused, and no format for printf. */
static void
test_foreign_sentences (void)
{
  static const struct
  {
    const char *json, *filled;
  } cases[] = {
    { "{'says': 'well %s', 'with': ['A:1']}", "well A:1" },
    { "{'says': '', 'with': []}", "" },
    { "{'says': 'well %s', 'with': []}", NULL },
    { "{'says': 'well %s', 'with': [1]}", NULL },
    { "{'says': 'well %n', 'with': ['x']}", NULL },
    { "{'says': 'well %', 'with': ['x']}", NULL },
    { "{'says': 'well %99$s', 'with': ['x']}", NULL },
    { "{'says': 'well %*s', 'with': ['x', 'y']}", NULL },
    { "{'says': 7, 'with': ['x']}", NULL },
    { "{'says': 'well %s', 'with': 'x'}", NULL },
    { "{'says': 'a %s', 'with': ['x'], 'inner': {'says': '%s', 'with': ['y'], 'inner': {}}}",
      "a x" },
    { "{}", NULL },
  };

  g_assert_null (mns_sentence_fill (NULL, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdelimit (g_strdup (cases[i].json), "'", '"');
      g_autoptr (JsonNode) node = json_from_string (json, NULL);
      g_autofree char *filled = mns_sentence_fill (json_node_get_object (node), NULL, NULL);

      g_test_message ("%s", json);
      g_assert_cmpstr (filled, ==, cases[i].filled);
    }
}

static void
test_packed_find (void)
{
  static const struct
  {
    const char *json, *key;
    MnsPackedAnswer answer;
  } cases[] = {
    { "{}", "f1", MNS_PACKED_NONE },
    { "{\"f1\":\"PASS\",\"f2\":12.5}", "f1", MNS_PACKED_FOUND },
    { "{\"f1\":\"PASS\",\"f2\":12.5}", "f2", MNS_PACKED_FOUND },
    { "{\"f1\":\"PASS\",\"f2\":12.5}", "f3", MNS_PACKED_NONE },
    { "{\"f1\":1,\"f12\":2}", "f12", MNS_PACKED_FOUND },
    { "{\"f12\":2}", "f1", MNS_PACKED_NONE },
    { "{\"f1\":\"a \\\"b\\\", {c}\",\"f2\":\"µ, }\"}", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":\"a \\\"b\\\", {c}\",\"f2\":\"µ, }\"}", "f2", MNS_PACKED_FOUND },
    { "{\"f1\":\"\"}", "f1", MNS_PACKED_FOUND },
    { "{\"f1\":null}", "f1", MNS_PACKED_NONE },
    { "{\"f1\":0}", "f1", MNS_PACKED_FOUND },
    { "{\"f1\":-0}", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":-12.25}", "f1", MNS_PACKED_FOUND },
    { "{\"f1\":0.5}", "f1", MNS_PACKED_FOUND },
    { "{\"f1\":0.001}", "f1", MNS_PACKED_FOUND },
    { "{\"f1\":0.00001}", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":5.0}", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":1e3}", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":999999999999999}", "f1", MNS_PACKED_FOUND },
    { "{\"f1\":0.1234567890123456789}", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":true}", "f1", MNS_PACKED_UNUSUAL },
    { "{ \"f1\" : 7 }", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":{\"a\":1},\"f2\":3}", "f2", MNS_PACKED_UNUSUAL },
    { "[1]", "f1", MNS_PACKED_UNUSUAL },
    { "{\"f1\":\"open", "f1", MNS_PACKED_UNUSUAL },
    { "", "f1", MNS_PACKED_UNUSUAL },
  };

  g_test_summary ("A value found without a tree of all is the one in the tree");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new ("left over");
      g_autoptr (JsonObject) values = mns_packed_parse (cases[i].json);
      gint64 no = g_ascii_strtoll (cases[i].key + 1, NULL, 10);
      g_autofree char *wanted = mns_packed_get_text (values, no);

      g_test_message ("%s in %s", cases[i].key, cases[i].json);
      g_assert_cmpint (mns_packed_find (cases[i].json, cases[i].key, text), ==, cases[i].answer);
      if (cases[i].answer == MNS_PACKED_FOUND)
        g_assert_cmpstr (text->str, ==, wanted);
      else if (cases[i].answer == MNS_PACKED_NONE)
        g_assert_null (wanted);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/packed-find", test_packed_find);

  g_test_add_func ("/model/wells", test_wells);
  g_test_add_func ("/model/sort-keys", test_sort_keys);
  g_test_add_func ("/model/packed", test_packed);
  g_test_add_func ("/model/no-values", test_no_values);

  g_test_add_func ("/sentence/recorded", test_sentences);
  g_test_add_func ("/sentence/foreign", test_foreign_sentences);
  return g_test_run ();
}
