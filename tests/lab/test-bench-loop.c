/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The way of samples through a workflow. */

#include "config.h"

#include "tests/lab/both.h"
#include "tests/mns-test.h"

static void
test_world (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Mouse", 96, "Library preparation");
  g_autofree char *n =
      mns_world_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "QUEUED");

  g_assert_cmpstr (n, ==, "96");
}

/* All samples of a project through one step, with values. Returns the run. */
static char *
walk_step (MnsWorld *world, const char *step, const char *inputs, const char *plate)
{
  g_auto (GStrv) ids = g_strsplit (inputs, ",", -1);
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GString) places = g_string_new (NULL);
  g_autoptr (GString) cells = g_string_new (NULL);
  g_autoptr (JsonObject) begun = NULL;
  g_autofree char *outputs = NULL;
  g_auto (GStrv) made = NULL;
  const char *run;
  const char *container;

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (list, "%s{'artifact': %s}", i > 0 ? "," : "", ids[i]);
  begun = mns_world_must (world,
                          MNS_WORLD_RESEARCHER,
                          "step.begin@1",
                          "{'step': '%s', 'inputs': [%s], 'container_type': '%s'}",
                          step,
                          list->str,
                          plate);
  run = json_object_get_string_member (begun, "run");
  g_test_message ("begin: %" G_GUINT64_FORMAT " statements", world->n_statements);
  container = json_array_get_string_element (json_object_get_array_member (begun, "containers"), 0);
  outputs = mns_world_outputs (world, run);
  made = g_strsplit (outputs, ",", -1);
  for (guint i = 0; made[i] != NULL; i++)
    {
      g_string_append_printf (places,
                              "%s{'artifact': %s, 'container': '%s', 'well': '%c:%u'}",
                              i > 0 ? "," : "",
                              made[i],
                              container,
                              'A' + i % 8,
                              i / 8 + 1);
      g_string_append_printf (cells,
                              "%s{'artifact': %s, 'field': 'Concentration', 'value': %u.5}",
                              i > 0 ? "," : "",
                              made[i],
                              i + 1);
    }
  json_object_unref (mns_world_must (world,
                                     MNS_WORLD_RESEARCHER,
                                     "step.place@1",
                                     "{'run': '%s', 'places': [%s]}",
                                     run,
                                     places->str));
  g_test_message ("place: %" G_GUINT64_FORMAT " statements", world->n_statements);
  json_object_unref (mns_world_must (
      world, MNS_WORLD_RESEARCHER, "step.advance@1", "{'run': '%s', 'to': 'RECORD_DETAILS'}", run));
  json_object_unref (mns_world_must (world,
                                     MNS_WORLD_RESEARCHER,
                                     "step.record@1",
                                     "{'run': '%s', 'cells': [%s]}",
                                     run,
                                     cells->str));
  g_test_message ("record: %" G_GUINT64_FORMAT " statements", world->n_statements);
  json_object_unref (
      mns_world_must (world, MNS_WORLD_RESEARCHER, "step.advance@1", "{'run': '%s'}", run));
  json_object_unref (
      mns_world_must (world, MNS_WORLD_RESEARCHER, "step.finish@1", "{'run': '%s'}", run));
  g_test_message ("finish: %" G_GUINT64_FORMAT " statements", world->n_statements);
  return g_strdup (run);
}

static void
test_three_steps (MnsWorld *world)
{
  static const char *const steps[] = { "Fragment DNA", "End repair", "Adapter ligation" };
  g_autofree char *project = mns_world_add_project (world, "Mouse", 96, "Library preparation");
  char *inputs = mns_world_artifacts (world, project, 0, 96);
  g_autofree char *open = NULL;
  g_autofree char *complete = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *run = walk_step (world, steps[i], inputs, "96 well plate");

      g_free (inputs);
      inputs = mns_world_outputs (world, run);
    }
  g_free (inputs);
  open = mns_world_ask (
      world, "SELECT count(*) FROM stage_entry WHERE ended_at IS NULL AND status <> $text", "x");
  complete =
      mns_world_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "COMPLETE");
  g_assert_cmpstr (open, ==, "0");
  g_assert_cmpstr (complete, ==, "288");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mns_test_add_both ("/lab/world", test_world);
  mns_test_add_both ("/lab/three-steps", test_three_steps);
  return g_test_run ();
}
