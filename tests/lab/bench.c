/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "tests/lab/bench.h"

char **
mns_bench_split_ids (char *list)
{
  g_auto (GStrv) quoted = g_strsplit (list, ",", -1);

  for (guint i = 0; quoted[i] != NULL; i++)
    g_strdelimit (quoted[i], "\"", ' ');
  for (guint i = 0; quoted[i] != NULL; i++)
    g_strstrip (quoted[i]);
  g_free (list);
  return g_steal_pointer (&quoted);
}

const char *
mns_bench_inputs (MnsWorld *world, const char *project, guint from, guint n)
{
  g_auto (GStrv) ids = mns_bench_split_ids (mns_world_artifacts (world, project, from, n));
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (list, "%s{'artifact': '%s'}", i > 0 ? "," : "", ids[i]);
  return mns_test_text ("%s", list->str);
}

const char *
mns_bench_project (MnsWorld *world, const char *name, guint n)
{
  g_autofree char *id = mns_world_add_project (world, name, n, "Library preparation");

  return mns_test_text ("%s", id);
}

void
mns_bench_begin (
    MnsBench *bench, MnsWorld *world, const char *project, guint from, guint n, const char *extra)
{
  g_autoptr (JsonObject) made = mns_world_must (world,
                                                RES,
                                                "step.begin@1",
                                                "{'step': 'Fragment DNA', 'inputs': [%s]%s}",
                                                mns_bench_inputs (world, project, from, n),
                                                extra);
  JsonArray *containers = json_object_get_array_member (made, "containers");

  bench->world = world;
  bench->project = project;
  bench->run = mns_test_text ("%s", json_object_get_string_member (made, "run"));
  bench->plate = mns_test_text ("%s", json_array_get_string_element (containers, 0));
  bench->outputs = mns_bench_split_ids (mns_world_outputs (world, bench->run));
}

void
mns_bench_clear (MnsBench *bench)
{
  g_strfreev (bench->outputs);
}

void
mns_bench_check (MnsBench *bench,
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

const char *
mns_bench_place (MnsBench *bench, guint output, const char *well)
{
  return mns_test_text ("{'artifact': '%s', 'container': '%s', 'well': '%s'}",
                        bench->outputs[output],
                        bench->plate,
                        well);
}

/* A run whose two outputs are placed, in Record Details. */
void
mns_bench_begin_recording (MnsBench *bench, MnsWorld *world, const char *project)
{
  mns_bench_begin (bench, world, project, 0, 2, "");
  mns_bench_check (bench,
                   RES,
                   "step.place@1",
                   mns_test_text (", 'places': [%s, %s]",
                                  mns_bench_place (bench, 0, "A:1"),
                                  mns_bench_place (bench, 1, "B:1")),
                   NULL,
                   "ok",
                   NULL);
  mns_bench_check (bench, RES, "step.advance@1", ", 'to': 'RECORD_DETAILS'", NULL, "ok", NULL);
}
