/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Step runs from the first value to the next step: tables of cases, on both engines. */

#include "config.h"

#include "tests/lab/bench.h"

static const char *
cell (MnsBench *bench, guint output, const char *field, const char *value)
{
  return mns_test_text (", 'cells': [{'artifact': '%s', 'field': '%s', 'value': %s}]",
                        bench->outputs[output],
                        field,
                        value);
}

static void
test_record (MnsWorld *world)
{
  const char *project = mns_bench_project (world, "Mouse", 2);
  g_auto (MnsBench) bench = { 0 };

  mns_bench_begin_recording (&bench, world, project);
  mns_bench_check (
      &bench, RES, "step.record@1", cell (&bench, 0, "Concentration", "12.5"), NULL, "ok", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   cell (&bench, 0, "Concentration", "-1"),
                   NULL,
                   "invalid",
                   "out_of_range");
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   cell (&bench, 0, "QC note", "'Wonderful'"),
                   NULL,
                   "invalid",
                   "not_a_preset");
  mns_bench_check (
      &bench, RES, "step.record@1", cell (&bench, 0, "QC note", "'Good'"), NULL, "ok", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   cell (&bench, 0, "Eluted on", "'2025-11-31'"),
                   NULL,
                   "invalid",
                   "bad_date");
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   cell (&bench, 0, "Colour", "'red'"),
                   NULL,
                   "invalid",
                   "unknown_field");
  mns_bench_check (
      &bench, RES, "step.record@1", cell (&bench, 0, "qc_flag", "'PASSED'"), NULL, "ok", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   cell (&bench, 0, "qc_flag", "'GOOD'"),
                   NULL,
                   "invalid",
                   "not_a_word");
  mns_bench_check (
      &bench, RES, "step.record@1", cell (&bench, 0, "name", "'S-1 sheared'"), NULL, "ok", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   cell (&bench, 0, "SAMPLE:Concentration", "99"),
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (
      &bench, RES, "step.record@1", cell (&bench, 0, "Material", "'DNA'"), NULL, "ok", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   cell (&bench, 0, "Concentration", "13"),
                   mns_test_text ("{'artifact:%s': {'Concentration': null}}", bench.outputs[0]),
                   "conflict",
                   "field_changed");
  mns_bench_check (&bench,
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
  mns_bench_check (
      &bench,
      RES,
      "step.record@1",
      cell (&bench, 0, "SAMPLE:Concentration", "98"),
      mns_test_text ("{'artifact:%s': {'SAMPLE:Concentration': 99}}", bench.outputs[0]),
      "conflict",
      "field_changed");
  mns_bench_check (&bench,
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

  mns_bench_check (&bench,
                   RES,
                   "step.details@1",
                   ", 'fields': {'Duration': 0}",
                   NULL,
                   "invalid",
                   "out_of_range");
  mns_bench_check (&bench, RES, "step.details@1", ", 'preset': '550 bp'", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT fields FROM step_run WHERE lims_id = $text", "24-1", "{\"f12\":45}");
  mns_bench_check (
      &bench, RES, "step.details@1", ", 'preset': '9 kb'", NULL, "invalid", "not_found");
  mns_bench_check (&bench,
                   RES,
                   "step.details@1",
                   ", 'fields': {'Duration': 50}",
                   mns_test_text ("{'step_run:%s': {'Duration': 65}}", bench.run),
                   "conflict",
                   "field_changed");
  mns_bench_check (&bench,
                   RES,
                   "step.details@1",
                   ", 'fields': {'Duration': null, 'Remarks': 'a\\nb'}, 'instrument': 'Sonny'",
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (
      &bench, RES, "step.lots@1", ", 'lots': ['124-1']", NULL, "invalid", "not_permitted");
  mns_bench_check (&bench, RES, "step.lots@1", ", 'lots': []", NULL, "ok", NULL);
}

static void
test_abort (MnsWorld *world)
{
  const char *project = mns_bench_project (world, "Mouse", 2);
  g_auto (MnsBench) bench = { 0 };
  g_auto (MnsBench) controls = { 0 };
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
  mns_bench_begin (
      &controls, world, project, 0, 2, ", 'controls': [{'control_type': 'Positive control'}]");
  mns_bench_check (&controls,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s, %s, %s]",
                                  mns_bench_place (&controls, 0, "A:1"),
                                  mns_bench_place (&controls, 1, "B:1"),
                                  mns_bench_place (&controls, 2, "C:1")),
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (&controls, RES, "step.abort@1", "", NULL, "invalid", "missing");
  mns_bench_check (
      &controls, COL, "step.abort@1", ", 'reason': 'mine'", NULL, "conflict", "taken_over");
  mns_bench_check (&controls, RES, "step.abort@1", ", 'reason': 'spilt'", NULL, "ok", NULL);
  after = mns_world_dump (world);
  g_assert_cmpstr (before, ==, after);
  mns_bench_check (&controls, RES, "step.abort@1", ", 'reason': 'again'", NULL, "conflict", "gone");

  /* values written to the inputs are put back */
  mns_bench_begin_recording (&bench, world, project);
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   ", 'cells': [{'artifact': 'RES1A1PA1', 'field': 'Comment', 'value': 'one'}]",
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   ", 'cells': [{'artifact': 'RES1A1PA1', 'field': 'Comment', 'value': 'two'}]",
                   NULL,
                   "ok",
                   NULL);
  mns_test_ask (
      world, "SELECT fields FROM artifact WHERE lims_id = $text", "RES1A1PA1", "{\"f9\":\"two\"}");
  mns_test_ask (world, "SELECT count(*) FROM artifact_state WHERE name <> $text", "", "1");
  mns_bench_check (&bench, RES, "step.abort@1", ", 'reason': 'spilt'", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT fields FROM artifact WHERE lims_id = $text", "RES1A1PA1", NULL);
  mns_test_ask (world, "SELECT state FROM artifact WHERE lims_id = $text", "RES1A1PA1", "0");
  mns_test_ask (world, "SELECT count(*) FROM artifact_state WHERE name <> $text", "", "0");
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "QUEUED", "2");
}

/* The first two of @project in Assign Next Steps. */
static void
begin_assigning (MnsBench *bench, MnsWorld *world, const char *project)
{
  mns_bench_begin_recording (bench, world, project);
  mns_bench_check (bench, RES, "step.advance@1", "", NULL, "ok", NULL);
}

static const char *
action (MnsBench *bench, guint output, const char *rest)
{
  return mns_test_text (", 'actions': [{'artifact': '%s', %s}]", bench->outputs[output], rest);
}

static void
test_next_steps (MnsWorld *world)
{
  const char *project = mns_bench_project (world, "Mouse", 2);
  g_auto (MnsBench) bench = { 0 };
  g_auto (MnsBench) second = { 0 };

  begin_assigning (&bench, world, project);
  mns_bench_check (&bench, RES, "step.advance@1", "", NULL, "invalid", "at_the_end");
  mns_bench_check (&bench,
                   RES,
                   "step.assign@1",
                   action (&bench, 0, "'action': 'NEXTSTEP'"),
                   NULL,
                   "invalid",
                   "missing");
  mns_bench_check (&bench,
                   RES,
                   "step.assign@1",
                   action (&bench, 0, "'action': 'NEXTSTEP', 'step': 'Adapter ligation'"),
                   NULL,
                   "invalid",
                   "not_permitted");
  mns_bench_check (&bench,
                   RES,
                   "step.assign@1",
                   action (&bench, 0, "'action': 'COMPLETE', 'step': 'End repair'"),
                   NULL,
                   "invalid",
                   "not_needed");
  mns_bench_check (&bench,
                   RES,
                   "step.assign@1",
                   action (&bench, 0, "'action': 'LEAVE'"),
                   NULL,
                   "invalid",
                   "only_qc");
  mns_bench_check (&bench,
                   RES,
                   "step.assign@1",
                   action (&bench, 0, "'action': 'REVIEW'"),
                   NULL,
                   "invalid",
                   "not_offered");
  mns_bench_check (
      &bench, RES, "step.assign@1", action (&bench, 0, "'action': 'REMOVE'"), NULL, "denied", NULL);
  mns_bench_check (
      &bench, RES, "step.assign@1", action (&bench, 0, "'action': 'REWORK'"), NULL, "denied", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.assign@1",
                   ", 'actions': [{'artifact': 'RES1A1PA1', 'action': 'COMPLETE'}]",
                   NULL,
                   "invalid",
                   "not_in_run");
  /* one goes on and is repeated, the other is repeated */
  mns_bench_check (&bench,
                   RES,
                   "step.assign@1",
                   action (&bench, 0, "'action': 'COMPLETEREPEAT', 'step': 'End repair'"),
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (
      &bench, RES, "step.assign@1", action (&bench, 1, "'action': 'REPEAT'"), NULL, "ok", NULL);
  mns_bench_check (&bench, RES, "step.finish@1", "", NULL, "ok", NULL);
  mns_bench_check (&bench, RES, "step.finish@1", "", NULL, "conflict", "step_done");
  mns_bench_check (
      &bench, RES, "step.abort@1", ", 'reason': 'late'", NULL, "conflict", "step_done");
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
  mns_bench_check (
      &second, RES, "step.assign@1", action (&second, 0, "'action': 'STORE'"), NULL, "ok", NULL);
  mns_bench_check (
      &second, RES, "step.assign@1", action (&second, 1, "'action': 'COMPLETE'"), NULL, "ok", NULL);
  mns_bench_check (&second, RES, "step.finish@1", "", NULL, "ok", NULL);
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
  const char *project = mns_bench_project (world, "Mouse", 2);
  g_auto (MnsBench) bench = { 0 };
  g_auto (MnsBench) repair = { 0 };
  g_autoptr (JsonObject) made = NULL;

  begin_assigning (&bench, world, project);
  mns_bench_check (&bench, RES, "step.finish@1", "", NULL, "ok", NULL);
  made = mns_world_must (world,
                         FAC,
                         "step.begin@1",
                         "{'step': 'End repair', 'inputs': [{'artifact': '%s'}, {'artifact': "
                         "'%s'}], 'container_type': 'Tube'}",
                         bench.outputs[0],
                         bench.outputs[1]);
  repair.world = world;
  repair.run = mns_test_text ("%s", json_object_get_string_member (made, "run"));
  repair.outputs = mns_bench_split_ids (mns_world_outputs (world, repair.run));
  /* an input of a run that is not over cannot be taken away by aborting the first */
  mns_bench_check (&repair, FAC, "step.advance@1", "", NULL, "ok", NULL);
  mns_bench_check (
      &repair,
      FAC,
      "step.assign@1",
      action (&repair, 0, mns_test_text ("'action': 'REWORK', 'run': '%s'", bench.run)),
      NULL,
      "ok",
      NULL);
  mns_bench_check (
      &repair, FAC, "step.assign@1", action (&repair, 1, "'action': 'REMOVE'"), NULL, "ok", NULL);
  mns_bench_check (&repair, FAC, "step.finish@1", "", NULL, "ok", NULL);
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
  const char *project = mns_bench_project (world, "Mouse", 2);
  static const char *const steps[] = { "Fragment DNA", "End repair", "Adapter ligation" };
  g_auto (GStrv) ids = mns_bench_split_ids (mns_world_artifacts (world, project, 0, 1));
  const char *artifact = mns_test_text ("%s", ids[0]);
  g_auto (MnsBench) qc = { .world = world };
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
      g_auto (MnsBench) bench = { .world = world };

      bench.run = mns_test_text ("%s", json_object_get_string_member (made, "run"));
      bench.outputs = mns_bench_split_ids (mns_world_outputs (world, bench.run));
      mns_bench_check (&bench, RES, "step.advance@1", "", NULL, "ok", NULL);
      mns_bench_check (&bench, RES, "step.finish@1", "", NULL, "ok", NULL);
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
  qc.outputs = mns_bench_split_ids (mns_world_outputs (world, qc.run));
  mns_bench_check (&qc, RES, "step.advance@1", "", NULL, "invalid", "lot_missing");
  mns_bench_check (&qc, RES, "step.advance@1", "", NULL, "invalid", "instrument_missing");
  mns_bench_check (
      &qc, RES, "step.details@1", ", 'instrument': 'Sonny'", NULL, "invalid", "not_permitted");
  mns_bench_check (&qc, RES, "step.details@1", ", 'instrument': 'Reader 1'", NULL, "ok", NULL);
  mns_bench_check (&qc, RES, "step.lots@1", ", 'lots': ['124-1']", NULL, "ok", NULL);
  mns_bench_check (
      &qc, RES, "step.record@1", cell (&qc, 0, "qc_flag", "'FAILED'"), NULL, "ok", NULL);
  mns_bench_check (&qc, RES, "step.advance@1", "", NULL, "ok", NULL);
  mns_bench_check (&qc,
                   RES,
                   "step.assign@1",
                   mns_test_text (", 'actions': [{'artifact': '%s', 'action': 'LEAVE'}]", artifact),
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (&qc, RES, "step.finish@1", "", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT qc_flag FROM artifact WHERE id = $text", artifact, "FAILED");
  mns_test_ask (world,
                "SELECT count(*) FROM stage_entry WHERE status = 'QUEUED' AND artifact_id = $text",
                artifact,
                "1");
  mns_test_ask (
      world, "SELECT qc_flag FROM artifact_state WHERE artifact_id = $text", artifact, "UNKNOWN");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mns_test_add_both ("/lab/record", test_record);
  mns_test_add_both ("/lab/abort", test_abort);
  mns_test_add_both ("/lab/next-steps", test_next_steps);
  mns_test_add_both ("/lab/rework", test_rework);
  mns_test_add_both ("/lab/two-workflows", test_two_workflows);
  return g_test_run ();
}
