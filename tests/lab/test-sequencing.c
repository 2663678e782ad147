/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Sequencing runs as records, on both engines: observed, observed again, and what a person says. */

#include "config.h"

#include <string.h>

#include "tests/lab/both.h"

#define SYS MNS_WORLD_SYSTEM
#define RES MNS_WORLD_RESEARCHER
#define CUS MNS_WORLD_COLLABORATOR
#define ADM MNS_WORLD_ADMIN

#define HASH_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HASH_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddee00"

#define HEAD "'run_name': '251124_A1_0042', 'folder': '/runs/r1', 'family': 'NovaSeq 6000'"
#define FULL                                                                                       \
  "{" HEAD                                                                                         \
  ", 'instrument': {'serial': 'A1', 'type': 'NovaSeq 6000'}, 'flow_cell': 'HX', "                  \
  "'status': '%s', 'evidence': 'RunInfo.xml', 'cycles': 318, 'cycle': %d, 'reads': [{'n': 1, "     \
  "'cycles': 151, 'is_index': false}, {'n': 2, 'cycles': 8, 'is_index': true}], 'lanes': 2, "      \
  "'figures': [{'lane': 0, 'n': 0, 'figure': 'yield_g', 'value': %d}, {'lane': 1, 'n': 1, "        \
  "'figure': 'density', 'value': 2961.25, 'deviation': 0}], 'details': {'model': 'NovaSeq', "      \
  "'list': [1, 2.5, null], 'text': 'ä'}, 'plot': {'sha256': '%s', 'size': 12}}"

static const char *
full (const char *status, int cycle, int yield, const char *hash)
{
  return mns_test_text (FULL, status, cycle, yield, hash);
}

static JsonObject *
observe (MnsWorld *world, const char *args)
{
  return mns_world_must (world, SYS, "run.observe@1", "%s", args);
}

static void
assert_changed (MnsWorld *world, const char *args, gboolean wanted)
{
  g_autoptr (JsonObject) result = observe (world, args);

  g_assert_cmpint (json_object_get_boolean_member (result, "changed"), ==, wanted);
}

static void
test_observe (MnsWorld *world)
{
  assert_changed (world, full ("running", 7, 3, HASH_A), TRUE);
  mns_test_ask (world,
                "SELECT status || status_by || CAST(cycle AS text) FROM sequencing_run"
                " WHERE run_name = $text",
                "251124_A1_0042",
                "runningSYSTEM7");
  mns_test_ask (world,
                "SELECT count(*) FROM scope_member m WHERE m.inner_id = (SELECT id FROM"
                " sequencing_run WHERE run_name = $text)",
                "251124_A1_0042",
                "1");
  mns_test_ask (world,
                "SELECT t.name || ' ' || i.serial_number FROM instrument i JOIN instrument_type t"
                " ON t.id = i.instrument_type_id WHERE i.name = $text",
                "A1",
                "NovaSeq 6000 A1");
  mns_test_ask (world, "SELECT count(*) FROM run_read WHERE $text <> ''", "x", "2");
  mns_test_ask (world, "SELECT count(*) FROM run_lane WHERE $text <> ''", "x", "2");
  mns_test_ask (world, "SELECT count(*) FROM run_figure WHERE $text <> ''", "x", "2");
  mns_test_ask (world, "SELECT count(*) FROM file WHERE name = $text", "plots.json", "1");
  mns_test_ask (
      world, "SELECT evidence FROM run_status WHERE n = 1 AND $text <> ''", "x", "RunInfo.xml");
}

/* The same told again writes nothing: not a row differs, times included. */
static void
test_again (MnsWorld *world)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  assert_changed (world, full ("running", 7, 3, HASH_A), TRUE);
  before = mns_world_dump (world);
  assert_changed (world, full ("running", 7, 3, HASH_A), FALSE);
  assert_changed (world, "{" HEAD ", 'status': 'running'}", FALSE);
  after = mns_world_dump (world);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (world->n_statements, <, 20);
}

/* Only what differs is written; what is not told stays. */
static void
test_advance (MnsWorld *world)
{
  g_autoptr (JsonObject) replaced = NULL;

  assert_changed (world, full ("running", 7, 3, HASH_A), TRUE);
  assert_changed (world, "{" HEAD ", 'status': 'running', 'cycle': 8}", TRUE);
  mns_test_ask (
      world, "SELECT flow_cell FROM sequencing_run WHERE cycle = 8 AND $text <> ''", "x", "HX");
  mns_test_ask (world, "SELECT count(*) FROM run_status WHERE $text <> ''", "x", "1");
  replaced = observe (world, full ("completed", 318, 900, HASH_B));
  g_assert_cmpstr (json_object_get_string_member (replaced, "replaced"), ==, HASH_A);
  mns_test_ask (world, "SELECT value FROM run_figure WHERE figure = $text", "yield_g", "900");
  mns_test_ask (world, "SELECT count(*) FROM run_status WHERE $text <> ''", "x", "2");
  assert_changed (world,
                  "{" HEAD
                  ", 'status': 'completed', 'figures': [{'lane': 0, 'n': 0, 'figure': 'yield_g', "
                  "'value': 900}]}",
                  TRUE);
  mns_test_ask (world, "SELECT count(*) FROM run_figure WHERE $text <> ''", "x", "1");
  assert_changed (world, "{" HEAD ", 'status': 'completed', 'figures': []}", TRUE);
  mns_test_ask (world, "SELECT count(*) FROM run_figure WHERE $text <> ''", "x", "0");
  assert_changed (world,
                  "{" HEAD
                  ", 'status': 'completed', 'reads': [{'n': 1, 'cycles': 36, 'is_index': false}]}",
                  TRUE);
  mns_test_ask (world, "SELECT count(*) FROM run_read WHERE cycles = 36 AND $text <> ''", "x", "1");
  mns_test_ask (world, "SELECT count(*) FROM run_read WHERE $text <> ''", "x", "1");
}

/* An instrument that the lab has configured is not made a second time. */
static void
test_instrument (MnsWorld *world)
{
  g_autoptr (JsonObject) first = observe (world, full ("running", 7, 3, HASH_A));
  g_autoptr (JsonObject) second = NULL;

  g_assert_true (json_object_has_member (first, "instrument"));
  second = observe (world,
                    "{'run_name': 'other', 'folder': '/runs/r2', 'family': 'NovaSeq 6000', "
                    "'instrument': {'serial': 'A1', 'name': 'Renamed'}, 'status': 'planned'}");
  g_assert_false (json_object_has_member (second, "instrument"));
  mns_test_ask (world, "SELECT count(*) FROM instrument WHERE serial_number = $text", "A1", "1");
}

/* A person's word stays; figures and cycles go on. */
static void
test_person (MnsWorld *world)
{
  JsonObject *result = observe (world, full ("running", 7, 3, HASH_A));
  const char *run = mns_test_member (result, "run");

  mns_test_expect (world,
                   CUS,
                   "run.set_status@1",
                   mns_test_text ("{'run': '%s', 'status': 'failed'}", run),
                   NULL,
                   "denied",
                   NULL);
  mns_test_expect (world,
                   RES,
                   "run.set_status@1",
                   mns_test_text ("{'run': '%s', 'status': 'failed'}", run),
                   mns_test_text ("{'sequencing_run:%s': {'status': 'completed'}}", run),
                   "conflict",
                   "field_changed");
  mns_test_expect (world,
                   RES,
                   "run.set_status@1",
                   mns_test_text ("{'run': '%s', 'status': 'failed', 'reason': 'leak'}", run),
                   mns_test_text ("{'sequencing_run:%s': {'status': 'running'}}", run),
                   "ok",
                   NULL);
  assert_changed (world, full ("completed", 318, 3, HASH_A), TRUE);
  mns_test_ask (world,
                "SELECT status || status_by || CAST(cycle AS text) FROM sequencing_run"
                " WHERE run_name = $text",
                "251124_A1_0042",
                "failedUSER318");
  mns_test_ask (world,
                "SELECT evidence FROM run_status WHERE status = $text",
                "failed",
                "Rosa Researcher: leak");
  mns_test_expect (world,
                   RES,
                   "run.set_status@1",
                   mns_test_text ("{'run': '%s', 'status': 'failed', 'follow': true}", run),
                   NULL,
                   "ok",
                   NULL);
  assert_changed (world, full ("completed", 318, 3, HASH_A), TRUE);
  mns_test_ask (world,
                "SELECT status || status_by FROM sequencing_run WHERE run_name = $text",
                "251124_A1_0042",
                "completedSYSTEM");
}

static void
test_refusals (MnsWorld *world)
{
  static const struct
  {
    MnsWorldPerson person;
    const char *command, *args, *word, *code;
  } cases[] = {
    { RES, "run.observe@1", "{" HEAD ", 'status': 'running'}", "denied", NULL },
    { SYS, "run.observe@1", "{" HEAD "}", "invalid", "missing" },
    { SYS, "run.observe@1", "{" HEAD ", 'status': 'sleeping'}", "invalid", "not_a_word" },
    { SYS, "run.observe@1", "{" HEAD ", 'status': 'running', 'cycle': 40000}", "invalid", NULL },
    { SYS,
      "run.observe@1",
      "{" HEAD ", 'status': 'running', 'plot': {'sha256': 'abc', 'size': 1}}",
      "invalid",
      "bad_sha256" },
    { SYS,
      "run.observe@1",
      "{" HEAD
      ", 'status': 'running', 'figures': [{'lane': 1, 'n': 1, 'figure': 'x', 'value': 1}, "
      "{'lane': 1, 'n': 1, 'figure': 'x', 'value': 2}]}",
      "invalid",
      "twice" },
    { SYS,
      "run.observe@1",
      "{" HEAD
      ", 'status': 'running', 'reads': [{'n': 1, 'cycles': 8, 'is_index': true}, {'n': 1, "
      "'cycles': 8, 'is_index': true}]}",
      "invalid",
      "twice" },
    { RES,
      "run.set_status@1",
      "{'run': '019a0000-0000-7000-8000-00000000ffff', 'status': 'failed'}",
      "conflict",
      "gone" },
    { RES, "run.set_status@1", "{'run': 'no-id', 'status': 'failed'}", "invalid", "not_found" },
  };
  g_autofree char *before = mns_world_dump (world);
  g_autofree char *after = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    mns_test_expect (world,
                     cases[i].person,
                     cases[i].command,
                     cases[i].args,
                     NULL,
                     cases[i].word,
                     cases[i].code);
  after = mns_world_dump (world);
  g_assert_cmpstr (before, ==, after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  mns_test_add_both ("/lab/sequencing/observe", test_observe);
  mns_test_add_both ("/lab/sequencing/again", test_again);
  mns_test_add_both ("/lab/sequencing/advance", test_advance);
  mns_test_add_both ("/lab/sequencing/instrument", test_instrument);
  mns_test_add_both ("/lab/sequencing/person", test_person);
  mns_test_add_both ("/lab/sequencing/refusals", test_refusals);

  return g_test_run ();
}
