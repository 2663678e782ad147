/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Step runs from the ice bucket to the wells: tables of cases, on both engines. */

#include "config.h"

#include "sync/lab/run-state.h"
#include "tests/lab/bench.h"

static void
test_begin (MnsWorld *world)
{
  const char *project = mns_bench_project (world, "Mouse", 6);
  g_auto (MnsBench) bench = { 0 };
  g_auto (MnsBench) controls = { 0 };
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

  mns_bench_begin (&bench, world, project, 0, 2, "");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    mns_test_expect (
        world, cases[i].person, "step.begin@1", cases[i].args, NULL, cases[i].word, cases[i].code);
  mns_test_ask (world, "SELECT state FROM step_run WHERE lims_id = $text", "24-1", "PLACEMENT");
  /* defaults: the preset's and the fields' */
  mns_test_ask (world, "SELECT fields FROM step_run WHERE lims_id = $text", "24-1", "{\"f12\":65}");

  mns_bench_begin (
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
  const char *project = mns_bench_project (world, "Mouse", 4);
  g_auto (MnsBench) bench = { 0 };
  g_auto (MnsBench) other = { 0 };
  const char *all;

  mns_bench_begin (&bench, world, project, 0, 3, "");
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "Z:1")),
                   NULL,
                   "invalid",
                   "no_such_well");
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s, %s]",
                                  mns_bench_place (&bench, 0, "A:1"),
                                  mns_bench_place (&bench, 1, "A:1")),
                   NULL,
                   "invalid",
                   "well_taken");
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s, %s]",
                                  mns_bench_place (&bench, 0, "A:1"),
                                  mns_bench_place (&bench, 0, "B:1")),
                   NULL,
                   "invalid",
                   "double");
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   ", 'places': [{'artifact': 'RES1A1PA1', 'container': '27-2', 'well': 'A:1'}]",
                   NULL,
                   "invalid",
                   "not_in_run");
  mns_bench_check (
      &bench,
      RES,
      "step.place@1",
      mns_test_text (", 'places': [{'artifact': '%s', 'container': '27-1', 'well': 'A:1'}]",
                     bench.outputs[0]),
      NULL,
      "invalid",
      "not_in_run");
  mns_bench_check (&bench,
                   COL,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "A:1")),
                   NULL,
                   "conflict",
                   "taken_over");
  mns_bench_check (&bench,
                   RES,
                   "step.record@1",
                   mns_test_text (", 'cells': [{'artifact': '%s', 'field': 'Volume', 'value': 1}]",
                                  bench.outputs[0]),
                   NULL,
                   "invalid",
                   "not_yet");
  mns_bench_check (&bench, RES, "step.advance@1", "", NULL, "invalid", "not_placed");

  all = mns_test_text (", 'places': [%s, %s, %s]",
                       mns_bench_place (&bench, 0, "A:1"),
                       mns_bench_place (&bench, 1, "B:1"),
                       mns_bench_place (&bench, 2, "C:1"));
  mns_bench_check (&bench, RES, "step.place@1", all, NULL, "ok", NULL);
  mns_test_ask (world, "SELECT state FROM container WHERE id = $text", bench.plate, "POPULATED");
  /* once more: the same */
  mns_bench_check (&bench, RES, "step.place@1", all, NULL, "ok", NULL);
  /* three in a ring */
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s, %s, %s]",
                                  mns_bench_place (&bench, 0, "B:1"),
                                  mns_bench_place (&bench, 1, "C:1"),
                                  mns_bench_place (&bench, 2, "A:1")),
                   NULL,
                   "ok",
                   NULL);
  /* it is not where it was seen */
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "D:1")),
                   mns_test_text ("{'artifact:%s': {'container': '%s', 'well': 'A:1'}}",
                                  bench.outputs[0],
                                  bench.plate),
                   "conflict",
                   "moved_on");
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "D:1")),
                   mns_test_text ("{'artifact:%s': {'container': '%s', 'well': 'B:1'}}",
                                  bench.outputs[0],
                                  bench.plate),
                   "ok",
                   NULL);
  /* a well that somebody else has filled */
  mns_bench_begin (
      &other, world, project, 3, 1, mns_test_text (", 'container': '%s'", bench.plate));
  mns_bench_check (&other,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&other, 0, "A:1")),
                   NULL,
                   "conflict",
                   "well_taken");
  mns_bench_check (&other,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&other, 0, "H:12")),
                   NULL,
                   "ok",
                   NULL);
  /* out of the well */
  mns_bench_check (
      &bench,
      RES,
      "step.place@1",
      mns_test_text (", 'places': [{'artifact': '%s', 'container': null}]", bench.outputs[1]),
      NULL,
      "ok",
      NULL);
  mns_bench_check (&bench, RES, "step.advance@1", "", NULL, "invalid", "not_placed");
  mns_test_ask (
      world, "SELECT count(*) FROM placement WHERE container_id = $text", bench.plate, "3");
}

static void
test_run_containers (MnsWorld *world)
{
  const char *project = mns_bench_project (world, "Mouse", 2);
  g_auto (MnsBench) bench = { 0 };

  mns_bench_begin (&bench, world, project, 0, 2, "");
  mns_bench_check (&bench, RES, "step.add_container@1", ", 'name': 'P2'", NULL, "ok", NULL);
  mns_bench_check (
      &bench, RES, "step.add_container@1", ", 'name': 'P2'", NULL, "invalid", "name_taken");
  mns_bench_check (&bench,
                   RES,
                   "step.add_container@1",
                   ", 'container_type': '8-well strip'",
                   NULL,
                   "invalid",
                   "not_permitted");
  mns_bench_check (&bench, RES, "step.use_container@1", ", 'container': '27-1'", NULL, "ok", NULL);
  mns_bench_check (
      &bench,
      RES,
      "step.place@1",
      mns_test_text (", 'places': [{'artifact': '%s', 'container': '27-1', 'well': 'A:1'}]",
                     bench.outputs[0]),
      NULL,
      "conflict",
      "well_taken");
  mns_bench_check (
      &bench,
      RES,
      "step.place@1",
      mns_test_text (", 'places': [{'artifact': '%s', 'container': '27-1', 'well': 'C:1'}]",
                     bench.outputs[0]),
      NULL,
      "ok",
      NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.remove_container@1",
                   ", 'container': '27-1'",
                   NULL,
                   "invalid",
                   "not_empty");
  mns_bench_check (&bench,
                   RES,
                   "step.remove_container@1",
                   mns_test_text (", 'container': '%s'", bench.plate),
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (
      &bench, RES, "step.remove_container@1", ", 'container': '27-3'", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT count(*) FROM container WHERE name <> $text", "", "1");
}

static void
set_client (MnsWorld *world, guint8 n)
{
  world->client = (MnsId){ { 1, [6] = 0x70, [8] = 0x80, [15] = n } };
}

static void
test_leases (MnsWorld *world)
{
  const char *project = mns_bench_project (world, "Mouse", 2);
  g_auto (MnsBench) bench = { 0 };

  set_client (world, 1);
  mns_bench_begin (&bench, world, project, 0, 2, "");
  /* the same person elsewhere, another person, a browser */
  set_client (world, 2);
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "A:1")),
                   NULL,
                   "conflict",
                   "taken_over");
  mns_bench_check (&bench, COL, "step.take_over@1", "", NULL, "conflict", "taken_over");
  world->client = (MnsId){ { 0 } };
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "A:1")),
                   NULL,
                   "conflict",
                   "taken_over");
  set_client (world, 1);
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "A:1")),
                   NULL,
                   "ok",
                   NULL);
  /* one's own run may be fetched, an administrator may release any */
  set_client (world, 2);
  mns_bench_check (&bench, RES, "step.take_over@1", "", NULL, "ok", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "B:1")),
                   NULL,
                   "ok",
                   NULL);
  set_client (world, 3);
  mns_bench_check (&bench, FAC, "step.take_over@1", "", NULL, "ok", NULL);
  mns_bench_check (&bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "C:1")),
                   NULL,
                   "conflict",
                   "taken_over");
  /* after seven days anyone at the bench */
  world->now += G_GINT64_CONSTANT (7) * 24 * 3600 * G_USEC_PER_SEC;
  set_client (world, 4);
  mns_bench_check (&bench, COL, "step.take_over@1", "", NULL, "ok", NULL);
  mns_bench_check (&bench,
                   COL,
                   "step.place@1",
                   mns_test_text (", 'places': [%s]", mns_bench_place (&bench, 0, "D:1")),
                   NULL,
                   "ok",
                   NULL);
}

/* A tube that is there already takes one sample, at once, and only one. */
static void
test_existing_tube (MnsWorld *world)
{
  const char *project = mns_bench_project (world, "Mouse", 3);
  g_autoptr (JsonObject) tube = mns_world_must (
      world, RES, "container.create@1", "{'container_type': 'Tube', 'name': 'Vial'}");
  const char *id = mns_test_text ("%s", json_object_get_string_member (tube, "lims_id"));
  g_auto (MnsBench) bench = { 0 };

  mns_test_expect (world,
                   RES,
                   "step.begin@1",
                   mns_test_text ("{'step': 'Fragment DNA', 'inputs': [%s], 'container': '%s'}",
                                  mns_bench_inputs (world, project, 0, 2),
                                  id),
                   NULL,
                   "invalid",
                   "too_small");
  mns_bench_begin (&bench, world, project, 0, 1, mns_test_text (", 'container': '%s'", id));
  mns_test_ask (world, "SELECT state FROM step_run WHERE id = $text", bench.run, "RECORD_DETAILS");
  mns_test_ask (world, "SELECT state FROM container WHERE name = $text", "Vial", "POPULATED");
  mns_bench_check (&bench, RES, "step.advance@1", "", NULL, "ok", NULL);
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
  mns_test_add_both ("/lab/leases", test_leases);
  return g_test_run ();
}
