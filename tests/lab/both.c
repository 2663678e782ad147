/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "tests/lab/both.h"
#include "tests/server/pg-fixture.h"

static GPtrArray *texts;

void
mns_test_begin_texts (void)
{
  texts = g_ptr_array_new_with_free_func (g_free);
}

void
mns_test_end_texts (void)
{
  g_clear_pointer (&texts, g_ptr_array_unref);
}

const char *
mns_test_keep (char *text)
{
  g_ptr_array_add (texts, text);
  return text;
}

const char *
mns_test_text (const char *format, ...)
{
  va_list list;
  char *text;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_ptr_array_add (texts, text);
  return text;
}

const char *
mns_test_member (JsonObject *result, const char *member)
{
  const char *text = mns_test_text ("%s", json_object_get_string_member (result, member));

  json_object_unref (result);
  return text;
}

static gboolean
has_code (const MnsResult *result, const char *code)
{
  if (g_strcmp0 (result->conflict_code, code) == 0)
    return TRUE;
  for (guint i = 0; i < result->faults->len; i++)
    if (g_str_equal (((MnsFault *) g_ptr_array_index (result->faults, i))->code, code))
      return TRUE;
  return FALSE;
}

static void
print_result (const MnsResult *result, const char *command, const char *args)
{
  g_printerr ("%s %.400s: %s, conflict %s (%s)\n",
              command,
              args,
              mns_outcome_to_word (result->outcome),
              result->conflict_code,
              result->conflict_detail);
  for (guint i = 0; i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);

      g_printerr ("  %s: %s: %s\n", fault->at, fault->code, fault->message);
    }
}

void
mns_test_expect (MnsWorld *world,
                 MnsWorldPerson person,
                 const char *command,
                 const char *args,
                 const char *expect,
                 const char *word,
                 const char *code)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (MnsResult) result = NULL;

  if (!g_str_equal (word, "ok"))
    before = mns_world_dump (world);
  result = mns_world_do (world, person, command, args, expect);
  if (!g_str_equal (mns_outcome_to_word (result->outcome), word) ||
      (code != NULL && !has_code (result, code)))
    {
      print_result (result, command, args);
      g_error ("%s should have been %s (%s)", command, word, code);
    }
  if (before == NULL)
    return;
  after = mns_world_dump (world);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (result->touched_nothing);
}

void
mns_test_ask (MnsWorld *world, const char *sql, const char *text, const char *wanted)
{
  g_autofree char *answer = mns_world_ask (world, sql, text);

  if (g_strcmp0 (answer, wanted) != 0)
    g_error ("%s (%s) answers %s instead of %s", sql, text, answer, wanted);
}

static void
compare (const char *left, const char *right)
{
  g_auto (GStrv) a = g_strsplit (left, "\n", -1);
  g_auto (GStrv) b = g_strsplit (right, "\n", -1);

  for (guint i = 0; a[i] != NULL || b[i] != NULL; i++)
    if (g_strcmp0 (a[i], b[i]) != 0)
      g_error ("the engines differ:\nSQLite:     %s\nPostgreSQL: %s", a[i], b[i]);
}

static char *
run_on (MnsStore *store, MnsBothFunc func)
{
  g_autoptr (MnsWorld) world = NULL;
  char *dump;

  mns_test_begin_texts ();
  world = mns_world_new (store);
  func (world);
  dump = mns_world_dump (world);
  mns_test_end_texts ();
  return dump;
}

static void
run_both (gconstpointer data)
{
  MnsBothFunc func = *(const MnsBothFunc *) data;
  g_autofree char *sqlite = run_on (mns_world_open_sqlite (), func);
  g_autofree char *postgres = run_on (mns_test_pg_open (), func);

  compare (sqlite, postgres);
}

void
mns_test_add_both (const char *path, MnsBothFunc func)
{
  MnsBothFunc *data = g_new (MnsBothFunc, 1);

  *data = func;
  g_test_add_data_func_full (path, data, run_both, g_free);
}
