/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Step runs: tables of cases, on both engines. */

#include "config.h"

#include "sync/lab/run-state.h"
#include "tests/lab/both.h"

#define RES MNS_WORLD_RESEARCHER
#define COL MNS_WORLD_COLLEAGUE
#define FAC MNS_WORLD_FACILITY

/* A project of @n samples, all of which are in a run of the first step. */
typedef struct
{
  MnsWorld *world;
  const char *project;
  const char *run;
  const char *plate;
  char **outputs; /* 36 characters each */
} Bench;

static char **
split_ids (char *list)
{
  g_auto (GStrv) quoted = g_strsplit (list, ",", -1);

  for (guint i = 0; quoted[i] != NULL; i++)
    g_strdelimit (quoted[i], "\"", ' ');
  for (guint i = 0; quoted[i] != NULL; i++)
    g_strstrip (quoted[i]);
  g_free (list);
  return g_steal_pointer (&quoted);
}

static const char *
list_inputs (MnsWorld *world, const char *project, guint from, guint n)
{
  g_auto (GStrv) ids = split_ids (mns_world_artifacts (world, project, from, n));
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (list, "%s{'artifact': '%s'}", i > 0 ? "," : "", ids[i]);
  return mns_test_text ("%s", list->str);
}

static const char *
make_project (MnsWorld *world, const char *name, guint n)
{
  g_autofree char *id = mns_world_add_project (world, name, n, "Library preparation");

  return mns_test_text ("%s", id);
}

static void
begin (Bench *bench, MnsWorld *world, const char *project, guint from, guint n, const char *extra)
{
  g_autoptr (JsonObject) made = mns_world_must (world,
                                                RES,
                                                "step.begin@1",
                                                "{'step': 'Fragment DNA', 'inputs': [%s]%s}",
                                                list_inputs (world, project, from, n),
                                                extra);
  JsonArray *containers = json_object_get_array_member (made, "containers");

  bench->world = world;
  bench->project = project;
  bench->run = mns_test_text ("%s", json_object_get_string_member (made, "run"));
  bench->plate = mns_test_text ("%s", json_array_get_string_element (containers, 0));
  bench->outputs = split_ids (mns_world_outputs (world, bench->run));
}

static void
bench_clear (Bench *bench)
{
  g_strfreev (bench->outputs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static void
check (Bench *bench,
       MnsWorldPerson person,
       const char *command,
       const char *rest, /* of the arguments, behind the run */
       const char *expect,
       const char *word,
       const char *code)
{
  mns_test_expect (bench->world,
                   person,
                   command,
                   mns_test_text ("{'run': '%s'%s}", bench->run, rest),
                   expect,
                   word,
                   code);
}

static const char *
place (Bench *bench, guint output, const char *well)
{
  return mns_test_text ("{'artifact': '%s', 'container': '%s', 'well': '%s'}",
                        bench->outputs[output],
                        bench->plate,
                        well);
}

static void
test_begin (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 6);
  g_auto (Bench) bench = { 0 };
  g_auto (Bench) controls = { 0 };
  static const struct
  {
    MnsWorldPerson person;
    const char *args, *word, *code;
  } cases[] = {
    { RES, "{'step': 'Fragment DNA', 'inputs': []}", "invalid", "missing" },
    { RES, "{'step': 'Fragment', 'inputs': [{'artifact': 'RES1A5PA1'}]}", "invalid", "not_found" },
    { RES,
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': 'RES1A1PA1'}]}",
      "conflict",
      "moved_on" },
    { RES,
      "{'step': 'End repair', 'inputs': [{'artifact': 'RES1A5PA1'}]}",
      "conflict",
      "moved_on" },
    { RES,
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': '019a0000-0000-7000-8000-000000000001'}]}",
      "conflict",
      "gone" },
    { RES,
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': 'RES1A5PA1'}, {'artifact': 'RES1A5PA1'}]}",
      "invalid",
      "double" },
    { RES,
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': 'RES1A5PA1', 'replicates': 2}]}",
      "invalid",
      "fixed" },
    { RES,
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': 'RES1A5PA1'}], 'container_type': '8-well "
      "strip'}",
      "invalid",
      "not_permitted" },
    { RES,
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': 'RES1A5PA1'}], 'container': '27-99'}",
      "invalid",
      "not_found" },
    { RES,
      "{'step': 'End repair', 'controls': [{'control_type': 'Positive control'}]}",
      "invalid",
      "not_permitted" },
    { MNS_WORLD_COLLABORATOR,
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': 'RES1A5PA1'}]}",
      "denied",
      NULL },
  };

  begin (&bench, world, project, 0, 2, "");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    mns_test_expect (
        world, cases[i].person, "step.begin@1", cases[i].args, NULL, cases[i].word, cases[i].code);
  mns_test_ask (world, "SELECT state FROM step_run WHERE lims_id = $text", "24-1", "PLACEMENT");
  /* defaults: the preset's and the fields' */
  mns_test_ask (world, "SELECT fields FROM step_run WHERE lims_id = $text", "24-1", "{\"f12\":65}");

  begin (
      &controls,
      world,
      project,
      2,
      1,
      ", 'container': '27-2', 'controls': [{'control_type': 'Positive control', 'replicates': 2},"
      " {'control_type': 'Negative control'}]");
  g_assert_cmpuint (g_strv_length (controls.outputs), ==, 4);
  mns_test_ask (world,
                "SELECT count(*) FROM sample WHERE control_type_id IS NOT NULL AND name <> $text",
                "",
                "3");
  /* tubes place themselves */
  mns_test_expect (world,
                   RES,
                   "step.begin@1",
                   "{'step': 'Fragment DNA', 'inputs': [{'artifact': 'RES1A5PA1'}, {'artifact':"
                   " 'RES1A6PA1'}], 'container_type': 'Tube'}",
                   NULL,
                   "ok",
                   NULL);
  mns_test_ask (
      world, "SELECT state FROM step_run WHERE lims_id = $text", "24-3", "RECORD_DETAILS");
  mns_test_ask (world,
                "SELECT count(*) FROM placement p JOIN artifact a ON a.id = p.artifact_id"
                " JOIN step_run r ON r.id = a.run_id WHERE r.lims_id = $text",
                "24-3",
                "2");
}

static void
test_place (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 4);
  g_auto (Bench) bench = { 0 };
  g_auto (Bench) other = { 0 };
  const char *all;

  begin (&bench, world, project, 0, 3, "");
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "Z:1")),
         NULL,
         "invalid",
         "no_such_well");
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s, %s]", place (&bench, 0, "A:1"), place (&bench, 1, "A:1")),
         NULL,
         "invalid",
         "well_taken");
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s, %s]", place (&bench, 0, "A:1"), place (&bench, 0, "B:1")),
         NULL,
         "invalid",
         "double");
  check (&bench,
         RES,
         "step.place@1",
         ", 'places': [{'artifact': 'RES1A1PA1', 'container': '27-2', 'well': 'A:1'}]",
         NULL,
         "invalid",
         "not_in_run");
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [{'artifact': '%s', 'container': '27-1', 'well': 'A:1'}]",
                        bench.outputs[0]),
         NULL,
         "invalid",
         "not_in_run");
  check (&bench,
         COL,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "A:1")),
         NULL,
         "conflict",
         "taken_over");
  check (&bench,
         RES,
         "step.record@1",
         mns_test_text (", 'cells': [{'artifact': '%s', 'field': 'Volume', 'value': 1}]",
                        bench.outputs[0]),
         NULL,
         "invalid",
         "not_yet");
  check (&bench, RES, "step.advance@1", "", NULL, "invalid", "not_placed");

  all = mns_test_text (", 'places': [%s, %s, %s]",
                       place (&bench, 0, "A:1"),
                       place (&bench, 1, "B:1"),
                       place (&bench, 2, "C:1"));
  check (&bench, RES, "step.place@1", all, NULL, "ok", NULL);
  mns_test_ask (world, "SELECT state FROM container WHERE id = $text", bench.plate, "POPULATED");
  /* once more: the same */
  check (&bench, RES, "step.place@1", all, NULL, "ok", NULL);
  /* three in a ring */
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s, %s, %s]",
                        place (&bench, 0, "B:1"),
                        place (&bench, 1, "C:1"),
                        place (&bench, 2, "A:1")),
         NULL,
         "ok",
         NULL);
  /* it is not where it was seen */
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "D:1")),
         mns_test_text (
             "{'artifact:%s': {'container': '%s', 'well': 'A:1'}}", bench.outputs[0], bench.plate),
         "conflict",
         "moved_on");
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "D:1")),
         mns_test_text (
             "{'artifact:%s': {'container': '%s', 'well': 'B:1'}}", bench.outputs[0], bench.plate),
         "ok",
         NULL);
  /* a well that somebody else has filled */
  begin (&other, world, project, 3, 1, mns_test_text (", 'container': '%s'", bench.plate));
  check (&other,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&other, 0, "A:1")),
         NULL,
         "conflict",
         "well_taken");
  check (&other,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&other, 0, "H:12")),
         NULL,
         "ok",
         NULL);
  /* out of the well */
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [{'artifact': '%s', 'container': null}]", bench.outputs[1]),
         NULL,
         "ok",
         NULL);
  check (&bench, RES, "step.advance@1", "", NULL, "invalid", "not_placed");
  mns_test_ask (
      world, "SELECT count(*) FROM placement WHERE container_id = $text", bench.plate, "3");
}

static void
test_run_containers (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 2);
  g_auto (Bench) bench = { 0 };

  begin (&bench, world, project, 0, 2, "");
  check (&bench, RES, "step.add_container@1", ", 'name': 'P2'", NULL, "ok", NULL);
  check (&bench, RES, "step.add_container@1", ", 'name': 'P2'", NULL, "invalid", "name_taken");
  check (&bench,
         RES,
         "step.add_container@1",
         ", 'container_type': '8-well strip'",
         NULL,
         "invalid",
         "not_permitted");
  check (&bench, RES, "step.use_container@1", ", 'container': '27-1'", NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [{'artifact': '%s', 'container': '27-1', 'well': 'A:1'}]",
                        bench.outputs[0]),
         NULL,
         "conflict",
         "well_taken");
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [{'artifact': '%s', 'container': '27-1', 'well': 'C:1'}]",
                        bench.outputs[0]),
         NULL,
         "ok",
         NULL);
  check (&bench,
         RES,
         "step.remove_container@1",
         ", 'container': '27-1'",
         NULL,
         "invalid",
         "not_empty");
  check (&bench,
         RES,
         "step.remove_container@1",
         mns_test_text (", 'container': '%s'", bench.plate),
         NULL,
         "ok",
         NULL);
  check (&bench, RES, "step.remove_container@1", ", 'container': '27-3'", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT count(*) FROM container WHERE name <> $text", "", "1");
}

/* A run whose two outputs are placed, in Record Details. */
static void
begin_recording (Bench *bench, MnsWorld *world, const char *project)
{
  begin (bench, world, project, 0, 2, "");
  check (bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s, %s]", place (bench, 0, "A:1"), place (bench, 1, "B:1")),
         NULL,
         "ok",
         NULL);
  check (bench, RES, "step.advance@1", ", 'to': 'RECORD_DETAILS'", NULL, "ok", NULL);
}

static const char *
cell (Bench *bench, guint output, const char *field, const char *value)
{
  return mns_test_text (", 'cells': [{'artifact': '%s', 'field': '%s', 'value': %s}]",
                        bench->outputs[output],
                        field,
                        value);
}

static void
test_record (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 2);
  g_auto (Bench) bench = { 0 };

  begin_recording (&bench, world, project);
  check (&bench, RES, "step.record@1", cell (&bench, 0, "Concentration", "12.5"), NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "Concentration", "-1"),
         NULL,
         "invalid",
         "out_of_range");
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "QC note", "'Wonderful'"),
         NULL,
         "invalid",
         "not_a_preset");
  check (&bench, RES, "step.record@1", cell (&bench, 0, "QC note", "'Good'"), NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "Eluted on", "'2025-11-31'"),
         NULL,
         "invalid",
         "bad_date");
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "Colour", "'red'"),
         NULL,
         "invalid",
         "unknown_field");
  check (&bench, RES, "step.record@1", cell (&bench, 0, "qc_flag", "'PASSED'"), NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "qc_flag", "'GOOD'"),
         NULL,
         "invalid",
         "not_a_word");
  check (&bench, RES, "step.record@1", cell (&bench, 0, "name", "'S-1 sheared'"), NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "SAMPLE:Concentration", "99"),
         NULL,
         "ok",
         NULL);
  check (&bench, RES, "step.record@1", cell (&bench, 0, "Material", "'DNA'"), NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "Concentration", "13"),
         mns_test_text ("{'artifact:%s': {'Concentration': null}}", bench.outputs[0]),
         "conflict",
         "field_changed");
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "Concentration", "13"),
         mns_test_text ("{'artifact:%s': {'Concentration': 12.50}}", bench.outputs[0]),
         "ok",
         NULL);
  /* the sample was changed elsewhere meanwhile */
  mns_test_expect (world,
                   COL,
                   "sample.set@1",
                   "{'cells': [{'sample': 'RES1A1', 'field': 'Concentration', 'value': 7}]}",
                   NULL,
                   "ok",
                   NULL);
  check (&bench,
         RES,
         "step.record@1",
         cell (&bench, 0, "SAMPLE:Concentration", "98"),
         mns_test_text ("{'artifact:%s': {'SAMPLE:Concentration': 99}}", bench.outputs[0]),
         "conflict",
         "field_changed");
  check (&bench,
         RES,
         "step.record@1",
         ", 'cells': [{'artifact': 'RES1A1PA1', 'field': 'Comment', 'value': 'kept'}]",
         NULL,
         "ok",
         NULL);
  mns_test_ask (world, "SELECT state FROM artifact WHERE lims_id = $text", "RES1A1PA1", "1");
  mns_test_ask (world, "SELECT state FROM artifact WHERE name = $text", "S-1 sheared", "0");
  mns_test_ask (world,
                "SELECT fields FROM artifact WHERE name = $text",
                "S-1 sheared",
                "{\"f6\":13,\"f8\":\"Good\"}");

  check (&bench,
         RES,
         "step.details@1",
         ", 'fields': {'Duration': 0}",
         NULL,
         "invalid",
         "out_of_range");
  check (&bench, RES, "step.details@1", ", 'preset': '550 bp'", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT fields FROM step_run WHERE lims_id = $text", "24-1", "{\"f12\":45}");
  check (&bench, RES, "step.details@1", ", 'preset': '9 kb'", NULL, "invalid", "not_found");
  check (&bench,
         RES,
         "step.details@1",
         ", 'fields': {'Duration': 50}",
         mns_test_text ("{'step_run:%s': {'Duration': 65}}", bench.run),
         "conflict",
         "field_changed");
  check (&bench,
         RES,
         "step.details@1",
         ", 'fields': {'Duration': null, 'Remarks': 'a\\nb'}, 'instrument': 'Sonny'",
         NULL,
         "ok",
         NULL);
  check (&bench, RES, "step.lots@1", ", 'lots': ['124-1']", NULL, "invalid", "not_permitted");
  check (&bench, RES, "step.lots@1", ", 'lots': []", NULL, "ok", NULL);
}

static void
test_abort (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 2);
  g_auto (Bench) bench = { 0 };
  g_auto (Bench) controls = { 0 };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  mns_test_expect (world,
                   RES,
                   "note.add@1",
                   "{'owner': 'PROJECT', 'owner_id': 'RES1', 'body': 'x'}",
                   NULL,
                   "ok",
                   NULL);
  before = mns_world_dump (world);
  begin (&controls, world, project, 0, 2, ", 'controls': [{'control_type': 'Positive control'}]");
  check (&controls,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s, %s, %s]",
                        place (&controls, 0, "A:1"),
                        place (&controls, 1, "B:1"),
                        place (&controls, 2, "C:1")),
         NULL,
         "ok",
         NULL);
  check (&controls, RES, "step.abort@1", "", NULL, "invalid", "missing");
  check (&controls, COL, "step.abort@1", ", 'reason': 'mine'", NULL, "conflict", "taken_over");
  check (&controls, RES, "step.abort@1", ", 'reason': 'spilt'", NULL, "ok", NULL);
  after = mns_world_dump (world);
  g_assert_cmpstr (before, ==, after);
  check (&controls, RES, "step.abort@1", ", 'reason': 'again'", NULL, "conflict", "gone");

  /* values written to the inputs are put back */
  begin_recording (&bench, world, project);
  check (&bench,
         RES,
         "step.record@1",
         ", 'cells': [{'artifact': 'RES1A1PA1', 'field': 'Comment', 'value': 'one'}]",
         NULL,
         "ok",
         NULL);
  check (&bench,
         RES,
         "step.record@1",
         ", 'cells': [{'artifact': 'RES1A1PA1', 'field': 'Comment', 'value': 'two'}]",
         NULL,
         "ok",
         NULL);
  mns_test_ask (
      world, "SELECT fields FROM artifact WHERE lims_id = $text", "RES1A1PA1", "{\"f9\":\"two\"}");
  mns_test_ask (world, "SELECT count(*) FROM artifact_state WHERE name <> $text", "", "1");
  check (&bench, RES, "step.abort@1", ", 'reason': 'spilt'", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT fields FROM artifact WHERE lims_id = $text", "RES1A1PA1", NULL);
  mns_test_ask (world, "SELECT state FROM artifact WHERE lims_id = $text", "RES1A1PA1", "0");
  mns_test_ask (world, "SELECT count(*) FROM artifact_state WHERE name <> $text", "", "0");
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "QUEUED", "2");
}

/* The first two of @project in Assign Next Steps. */
static void
begin_assigning (Bench *bench, MnsWorld *world, const char *project)
{
  begin_recording (bench, world, project);
  check (bench, RES, "step.advance@1", "", NULL, "ok", NULL);
}

static const char *
action (Bench *bench, guint output, const char *rest)
{
  return mns_test_text (", 'actions': [{'artifact': '%s', %s}]", bench->outputs[output], rest);
}

static void
test_next_steps (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 2);
  g_auto (Bench) bench = { 0 };
  g_auto (Bench) second = { 0 };

  begin_assigning (&bench, world, project);
  check (&bench, RES, "step.advance@1", "", NULL, "invalid", "at_the_end");
  check (&bench,
         RES,
         "step.assign@1",
         action (&bench, 0, "'action': 'NEXTSTEP'"),
         NULL,
         "invalid",
         "missing");
  check (&bench,
         RES,
         "step.assign@1",
         action (&bench, 0, "'action': 'NEXTSTEP', 'step': 'Adapter ligation'"),
         NULL,
         "invalid",
         "not_permitted");
  check (&bench,
         RES,
         "step.assign@1",
         action (&bench, 0, "'action': 'COMPLETE', 'step': 'End repair'"),
         NULL,
         "invalid",
         "not_needed");
  check (&bench,
         RES,
         "step.assign@1",
         action (&bench, 0, "'action': 'LEAVE'"),
         NULL,
         "invalid",
         "only_qc");
  check (&bench,
         RES,
         "step.assign@1",
         action (&bench, 0, "'action': 'REVIEW'"),
         NULL,
         "invalid",
         "not_offered");
  check (
      &bench, RES, "step.assign@1", action (&bench, 0, "'action': 'REMOVE'"), NULL, "denied", NULL);
  check (
      &bench, RES, "step.assign@1", action (&bench, 0, "'action': 'REWORK'"), NULL, "denied", NULL);
  check (&bench,
         RES,
         "step.assign@1",
         ", 'actions': [{'artifact': 'RES1A1PA1', 'action': 'COMPLETE'}]",
         NULL,
         "invalid",
         "not_in_run");
  /* one goes on and is repeated, the other is repeated */
  check (&bench,
         RES,
         "step.assign@1",
         action (&bench, 0, "'action': 'COMPLETEREPEAT', 'step': 'End repair'"),
         NULL,
         "ok",
         NULL);
  check (&bench, RES, "step.assign@1", action (&bench, 1, "'action': 'REPEAT'"), NULL, "ok", NULL);
  check (&bench, RES, "step.finish@1", "", NULL, "ok", NULL);
  check (&bench, RES, "step.finish@1", "", NULL, "conflict", "step_done");
  check (&bench, RES, "step.abort@1", ", 'reason': 'late'", NULL, "conflict", "step_done");
  mns_test_ask (world,
                "SELECT count(*) FROM stage_entry e JOIN stage s ON s.id = e.stage_id WHERE "
                "e.status = 'QUEUED' AND s.name = $text",
                "Fragment DNA",
                "2");
  mns_test_ask (world,
                "SELECT count(*) FROM stage_entry e JOIN stage s ON s.id = e.stage_id WHERE "
                "e.status = 'QUEUED' AND s.name = $text",
                "End repair",
                "1");
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "COMPLETE", "2");
  mns_test_ask (world,
                "SELECT state_after FROM step_input i JOIN artifact a ON a.id = i.artifact_id "
                "WHERE a.lims_id = $text",
                "RES1A1PA1",
                "0");

  /* stored and completed; a protocol's end is the workflow's end here */
  begin_assigning (&second, world, project);
  check (&second, RES, "step.assign@1", action (&second, 0, "'action': 'STORE'"), NULL, "ok", NULL);
  check (
      &second, RES, "step.assign@1", action (&second, 1, "'action': 'COMPLETE'"), NULL, "ok", NULL);
  check (&second, RES, "step.finish@1", "", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "QUEUED", "1");
  mns_test_expect (world,
                   RES,
                   "queue.requeue@1",
                   "{'step': 'Fragment DNA', 'artifacts': ['RES1A1PA1', 'RES1A2PA1']}",
                   NULL,
                   "ok",
                   NULL);
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "QUEUED", "3");
}

/* Rework from the second step: what went into the first run waits there again. */
static void
test_rework (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 2);
  g_auto (Bench) bench = { 0 };
  g_auto (Bench) repair = { 0 };
  g_autoptr (JsonObject) made = NULL;

  begin_assigning (&bench, world, project);
  check (&bench, RES, "step.finish@1", "", NULL, "ok", NULL);
  made = mns_world_must (world,
                         FAC,
                         "step.begin@1",
                         "{'step': 'End repair', 'inputs': [{'artifact': '%s'}, {'artifact': "
                         "'%s'}], 'container_type': 'Tube'}",
                         bench.outputs[0],
                         bench.outputs[1]);
  repair.world = world;
  repair.run = mns_test_text ("%s", json_object_get_string_member (made, "run"));
  repair.outputs = split_ids (mns_world_outputs (world, repair.run));
  /* an input of a run that is not over cannot be taken away by aborting the first */
  check (&repair, FAC, "step.advance@1", "", NULL, "ok", NULL);
  check (&repair,
         FAC,
         "step.assign@1",
         action (&repair, 0, mns_test_text ("'action': 'REWORK', 'run': '%s'", bench.run)),
         NULL,
         "ok",
         NULL);
  check (
      &repair, FAC, "step.assign@1", action (&repair, 1, "'action': 'REMOVE'"), NULL, "ok", NULL);
  check (&repair, FAC, "step.finish@1", "", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "REWORKED", "1");
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "REMOVED", "1");
  mns_test_ask (world,
                "SELECT a.lims_id FROM stage_entry e JOIN artifact a ON a.id = e.artifact_id WHERE "
                "e.status = $text",
                "QUEUED",
                "RES1A1PA1");
}

/* A sample in two workflows moves in both; at the protocol's end only one goes on, to QC. */
static void
test_two_workflows (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 2);
  static const char *const steps[] = { "Fragment DNA", "End repair", "Adapter ligation" };
  g_auto (GStrv) ids = split_ids (mns_world_artifacts (world, project, 0, 1));
  const char *artifact = mns_test_text ("%s", ids[0]);
  g_auto (Bench) qc = { .world = world };
  g_autoptr (JsonObject) measured = NULL;

  mns_test_expect (world,
                   RES,
                   "workflow.assign@1",
                   "{'workflow': 'Library preparation with validation', 'samples': ['RES1A1']}",
                   NULL,
                   "ok",
                   NULL);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (JsonObject) made = mns_world_must (
          world,
          RES,
          "step.begin@1",
          "{'step': '%s', 'inputs': [{'artifact': '%s'}], 'container_type': 'Tube'}",
          steps[i],
          artifact);
      g_auto (Bench) bench = { .world = world };

      bench.run = mns_test_text ("%s", json_object_get_string_member (made, "run"));
      bench.outputs = split_ids (mns_world_outputs (world, bench.run));
      check (&bench, RES, "step.advance@1", "", NULL, "ok", NULL);
      check (&bench, RES, "step.finish@1", "", NULL, "ok", NULL);
      artifact = mns_test_text ("%s", bench.outputs[0]);
    }
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "COMPLETE", "6");
  mns_test_ask (world,
                "SELECT s.name FROM stage_entry e JOIN stage s ON s.id = e.stage_id JOIN artifact "
                "a ON a.id = e.artifact_id WHERE e.status = 'QUEUED' AND a.kind = $text",
                "DERIVED",
                "Library validation");

  /* the QC step: measurements, kits, instrument; its flag goes to the input */
  measured = mns_world_must (
      world, RES, "step.begin@1", "{'step': 'Quantify', 'inputs': [{'artifact': '%s'}]}", artifact);
  qc.run = mns_test_text ("%s", json_object_get_string_member (measured, "run"));
  qc.outputs = split_ids (mns_world_outputs (world, qc.run));
  check (&qc, RES, "step.advance@1", "", NULL, "invalid", "lot_missing");
  check (&qc, RES, "step.advance@1", "", NULL, "invalid", "instrument_missing");
  check (&qc, RES, "step.details@1", ", 'instrument': 'Sonny'", NULL, "invalid", "not_permitted");
  check (&qc, RES, "step.details@1", ", 'instrument': 'Reader 1'", NULL, "ok", NULL);
  check (&qc, RES, "step.lots@1", ", 'lots': ['124-1']", NULL, "ok", NULL);
  check (&qc, RES, "step.record@1", cell (&qc, 0, "qc_flag", "'FAILED'"), NULL, "ok", NULL);
  check (&qc, RES, "step.advance@1", "", NULL, "ok", NULL);
  check (&qc,
         RES,
         "step.assign@1",
         mns_test_text (", 'actions': [{'artifact': '%s', 'action': 'LEAVE'}]", artifact),
         NULL,
         "ok",
         NULL);
  check (&qc, RES, "step.finish@1", "", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT qc_flag FROM artifact WHERE id = $text", artifact, "FAILED");
  mns_test_ask (world,
                "SELECT count(*) FROM stage_entry WHERE status = 'QUEUED' AND artifact_id = $text",
                artifact,
                "1");
  mns_test_ask (
      world, "SELECT qc_flag FROM artifact_state WHERE artifact_id = $text", artifact, "UNKNOWN");
}

static void
set_client (MnsWorld *world, guint8 n)
{
  world->client = (MnsId){ { 1, [6] = 0x70, [8] = 0x80, [15] = n } };
}

static void
test_leases (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 2);
  g_auto (Bench) bench = { 0 };

  set_client (world, 1);
  begin (&bench, world, project, 0, 2, "");
  /* the same person elsewhere, another person, a browser */
  set_client (world, 2);
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "A:1")),
         NULL,
         "conflict",
         "taken_over");
  check (&bench, COL, "step.take_over@1", "", NULL, "conflict", "taken_over");
  world->client = (MnsId){ { 0 } };
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "A:1")),
         NULL,
         "conflict",
         "taken_over");
  set_client (world, 1);
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "A:1")),
         NULL,
         "ok",
         NULL);
  /* one's own run may be fetched, an administrator may release any */
  set_client (world, 2);
  check (&bench, RES, "step.take_over@1", "", NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "B:1")),
         NULL,
         "ok",
         NULL);
  set_client (world, 3);
  check (&bench, FAC, "step.take_over@1", "", NULL, "ok", NULL);
  check (&bench,
         RES,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "C:1")),
         NULL,
         "conflict",
         "taken_over");
  /* after seven days anyone at the bench */
  world->now += G_GINT64_CONSTANT (7) * 24 * 3600 * G_USEC_PER_SEC;
  set_client (world, 4);
  check (&bench, COL, "step.take_over@1", "", NULL, "ok", NULL);
  check (&bench,
         COL,
         "step.place@1",
         mns_test_text (", 'places': [%s]", place (&bench, 0, "D:1")),
         NULL,
         "ok",
         NULL);
}

/* A tube that is there already takes one sample, at once, and only one. */
static void
test_existing_tube (MnsWorld *world)
{
  const char *project = make_project (world, "Mouse", 3);
  g_autoptr (JsonObject) tube = mns_world_must (
      world, RES, "container.create@1", "{'container_type': 'Tube', 'name': 'Vial'}");
  const char *id = mns_test_text ("%s", json_object_get_string_member (tube, "lims_id"));
  g_auto (Bench) bench = { 0 };

  mns_test_expect (world,
                   RES,
                   "step.begin@1",
                   mns_test_text ("{'step': 'Fragment DNA', 'inputs': [%s], 'container': '%s'}",
                                  list_inputs (world, project, 0, 2),
                                  id),
                   NULL,
                   "invalid",
                   "too_small");
  begin (&bench, world, project, 0, 1, mns_test_text (", 'container': '%s'", id));
  mns_test_ask (world, "SELECT state FROM step_run WHERE id = $text", bench.run, "RECORD_DETAILS");
  mns_test_ask (world, "SELECT state FROM container WHERE name = $text", "Vial", "POPULATED");
  check (&bench, RES, "step.advance@1", "", NULL, "ok", NULL);
}

/* The list of milestones is the way that a run goes. */
static void
test_milestones (void)
{
  static const struct
  {
    const char *settings;
    gboolean places_itself;
    const char *list;
  } cases[] = {
    { "{'type': 'STANDARD'}", FALSE, "PLACEMENT RECORD_DETAILS ASSIGN_NEXT_STEPS" },
    { "{'type': 'STANDARD'}", TRUE, "RECORD_DETAILS ASSIGN_NEXT_STEPS" },
    { "{'type': 'STANDARD', 'properties': {'placement': false}}",
      FALSE,
      "RECORD_DETAILS ASSIGN_NEXT_STEPS" },
    { "{'type': 'STANDARD', 'setup': true}", TRUE, "STEP_SETUP RECORD_DETAILS ASSIGN_NEXT_STEPS" },
    { "{'type': 'QC'}", FALSE, "RECORD_DETAILS ASSIGN_NEXT_STEPS" },
    { "{'type': 'unheard of'}", FALSE, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup (cases[i].settings);
      g_autoptr (JsonNode) node = json_from_string (g_strdelimit (json, "'", '"'), NULL);
      g_autofree char *list =
          mns_run_list_milestones (json_node_get_object (node), cases[i].places_itself);

      g_assert_cmpstr (list, ==, cases[i].list);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/milestones", test_milestones);
  mns_test_add_both ("/lab/existing-tube", test_existing_tube);
  mns_test_add_both ("/lab/begin", test_begin);
  mns_test_add_both ("/lab/place", test_place);
  mns_test_add_both ("/lab/run-containers", test_run_containers);
  mns_test_add_both ("/lab/record", test_record);
  mns_test_add_both ("/lab/abort", test_abort);
  mns_test_add_both ("/lab/next-steps", test_next_steps);
  mns_test_add_both ("/lab/rework", test_rework);
  mns_test_add_both ("/lab/two-workflows", test_two_workflows);
  mns_test_add_both ("/lab/leases", test_leases);
  return g_test_run ();
}
