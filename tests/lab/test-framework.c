/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What holds for all commands: rights, JSON, the tape of LIMS ids, numbers of statements,
 * configuration packages, settling conflicts.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/naming.h"
#include "sync/lab/permission.h"
#include "sync/store/sqlite-store.h"
#include "tests/lab/both.h"
#include "tests/mns-test.h"

#define RES MNS_WORLD_RESEARCHER
#define COL MNS_WORLD_COLLEAGUE
#define FAC MNS_WORLD_FACILITY
#define ADM MNS_WORLD_ADMIN

static const MnsBuiltInRole role_of[] = {
  [MNS_WORLD_COLLABORATOR] = MNS_ROLE_COLLABORATOR,
  [MNS_WORLD_RESEARCHER] = MNS_ROLE_RESEARCHER,
  [MNS_WORLD_COLLEAGUE] = MNS_ROLE_RESEARCHER,
  [MNS_WORLD_FACILITY] = MNS_ROLE_FACILITY,
  [MNS_WORLD_ADMIN] = MNS_ROLE_SYSTEM,
};

/* Every command as every role: without the right it is denied whatever the arguments, with it the
 * arguments are looked at.
 */
static void
test_permissions (MnsWorld *world)
{
  guint n_commands;
  const MnsCommandSpec *const *commands = mns_commands_get_all (&n_commands);
  guint n_denied = 0;

  g_assert_cmpuint (n_commands, >=, 37);
  for (guint i = 0; i < n_commands; i++)
    for (guint person = 0; person < MNS_WORLD_N_PEOPLE; person++)
      {
        const MnsPermission *right =
            commands[i]->right != NULL ? mns_permission_find (commands[i]->right) : NULL;
        g_autofree char *name = g_strdup_printf ("%s@%d", commands[i]->name, commands[i]->version);
        g_autoptr (MnsResult) result = mns_world_do (world, person, name, "{'no such': 1}", NULL);
        gboolean may = right == NULL || (right->roles & role_of[person]) != 0;

        g_assert_true (commands[i]->right == NULL || right != NULL);
        if (result->outcome != (may ? MNS_OUTCOME_INVALID : MNS_OUTCOME_DENIED))
          g_error ("%s as person %u: %s", name, person, mns_outcome_to_word (result->outcome));
        n_denied += !may;
      }
  g_assert_cmpuint (n_denied, >, 20);

  /* an archived person may nothing, and nobody who only looks */
  mns_test_expect (
      world,
      FAC,
      "user.archive@1",
      mns_test_text ("{'user': '%s'}",
                     mns_test_keep (mns_world_ask (
                         world, "SELECT id FROM person WHERE username = $text", "carl"))),
      NULL,
      "ok",
      NULL);
  mns_test_expect (world, COL, "conflict.resolve@1", "{}", NULL, "denied", NULL);
}

static void
test_table (void)
{
  guint n_commands;
  guint n_permissions;
  const MnsCommandSpec *const *commands = mns_commands_get_all (&n_commands);
  const MnsPermission *permissions = mns_permissions_get_all (&n_permissions);
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < n_commands; i++)
    {
      g_assert_nonnull (commands[i]->handler);
      g_assert_nonnull (commands[i]->title);
      g_assert_true (mns_command_find (commands[i]->name, commands[i]->version) == commands[i]);
    }
  for (guint i = 0; i < n_permissions; i++)
    g_assert_true (g_hash_table_add (numbers, GINT_TO_POINTER (permissions[i].number)));
  g_assert_cmpint (mns_permission_find ("Sample:update")->number, ==, 35);
}

static void
test_json (void)
{
  g_autoptr (GError) error = NULL;
  static const char *const wrong[] = {
    "[]",
    "{}",
    "{\"cmd\":\"a.b@1\"}",
    "{\"cmd\":\"a.b@x\",\"id\":\"019a0000-0000-7000-8000-000000000001\"}",
    "{\"cmd\":\"a.b@1\",\"id\":\"019a0000-0000-7000-8000-000000000001\",\"n\":\"7\"}",
    "{\"cmd\":\"a.b@1\",\"id\":\"019a0000-0000-7000-8000-000000000001\",\"args\":[]}",
    "{\"cmd\":\"a.b@1\",\"id\":\"019a0000-0000-7000-8000-000000000001\",\"cause\":\"x\"}",
  };
  const char *text =
      "{\"n\":7,\"id\":\"019a0000-0000-7000-8000-000000000001\",\"cmd\":\"a.b@2\","
      "\"performed_at\":5,\"today\":\"2025-01-31\",\"skew_us\":-3,\"skew_age_s\":9,"
      "\"args\":{\"x\":1},\"expect\":{\"t:1\":{}},\"lims_ids\":{\"2-\":[\"2-7\"]},"
      "\"cause\":\"019a0000-0000-7000-8000-000000000002\"}";
  g_autoptr (JsonNode) node = json_from_string (text, &error);
  g_autoptr (MnsCommand) command = mns_command_from_json (node, &error);
  g_autoptr (JsonNode) again = NULL;
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (command->version, ==, 2);
  again = mns_command_to_json (command);
  printed = json_to_string (again, FALSE);
  g_assert_cmpstr (printed, ==, text);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (JsonNode) bad = json_from_string (wrong[i], NULL);
      g_autoptr (GError) refused = NULL;

      g_assert_null (mns_command_from_json (bad, &refused));
      g_assert_nonnull (refused);
    }
}

static void
test_naming (void)
{
  static const struct
  {
    const char *pattern, *name;
  } cases[] = {
    { "{InputItemName}", "S 1" },
    { "{InputItemNameNoSpaces}-{OutputItemNumber:3}", "S1-002" },
    { "{InputWellLocation} {InputWellLocation:0,1}{InputWellLocation:2,9}", "B:12 B12" },
    { "{LIST:fw,rv}", "rv" },
    { "{SubmittedSampleName}/{ProjectName}/{ProcessLIMSID}/{CurrentDate}",
      "Sub/P/24-1/2025-11-24" },
    { "{InputContainerName}", "" },
  };
  static const char *const wrong[] = {
    "{Input", "{InputName}", "{InputItemName:3}", "{OutputItemNumber:x}", "{InputWellLocation:1}",
    "{LIST}", "{}",
  };
  MnsNamingFacts facts = {
    .input_name = "S 1",
    .input_well = "B:12",
    .sample_name = "Sub",
    .project_name = "P",
    .run_lims_id = "24-1",
    .today = "2025-11-24",
    .output_number = 2,
  };
  g_autofree char *long_name = g_strnfill (150, 'x');
  g_autofree char *cut = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fault = mns_naming_check (cases[i].pattern);
      g_autofree char *name = mns_naming_print (cases[i].pattern, &facts);

      g_assert_null (fault);
      g_assert_cmpstr (name, ==, cases[i].name);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *fault = mns_naming_check (wrong[i]);

      g_assert_nonnull (fault);
    }
  long_name[0] = 'a';
  long_name[149] = 'z';
  facts.input_name = long_name;
  cut = mns_naming_print ("{InputItemName}", &facts);
  g_assert_cmpuint (strlen (cut), ==, 100);
  g_assert_true (cut[0] == 'a' && cut[99] == 'z');
}

/* Statements of each command for a plate of @n samples. */
static void
count_plate (MnsWorld *world, const char *name, guint n, guint64 counts[8])
{
  g_autofree char *project = mns_world_add_project (world, name, n, NULL);
  g_autofree char *ids = mns_world_artifacts (world, project, 0, n);
  g_auto (GStrv) list = g_strsplit (ids, ",", -1);
  g_autoptr (GString) inputs = g_string_new (NULL);
  g_autoptr (GString) places = g_string_new (NULL);
  g_autoptr (GString) cells = g_string_new (NULL);
  g_autofree char *outputs = NULL;
  g_auto (GStrv) made = NULL;
  const char *run;
  const char *plate;
  guint i = 0;

  json_object_unref (mns_world_must (world,
                                     RES,
                                     "workflow.assign@1",
                                     "{'workflow': 'Library preparation', 'artifacts': [%s]}",
                                     ids));
  counts[i++] = world->n_statements;
  for (guint k = 0; k < n; k++)
    g_string_append_printf (inputs, "%s{'artifact': %s}", k > 0 ? "," : "", list[k]);
  run = mns_test_member (
      mns_world_must (
          world,
          RES,
          "step.begin@1",
          "{'step': 'Fragment DNA', 'inputs': [%s], 'container_type': '384 well plate'}",
          inputs->str),
      "run");
  counts[i++] = world->n_statements;
  outputs = mns_world_outputs (world, run);
  made = g_strsplit (outputs, ",", -1);
  plate = mns_test_keep (
      mns_world_ask (world, "SELECT container_id FROM step_container WHERE run_id = $text", run));
  for (guint k = 0; k < n; k++)
    {
      g_string_append_printf (places,
                              "%s{'artifact': %s, 'container': '%s', 'well': '%c:%u'}",
                              k > 0 ? "," : "",
                              made[k],
                              plate,
                              'A' + k % 16,
                              k / 16 + 1);
      g_string_append_printf (cells,
                              "%s{'artifact': %s, 'field': 'Concentration', 'value': "
                              "%u},{'artifact': %s, 'field': 'Comment', 'value': 'x'}",
                              k > 0 ? "," : "",
                              made[k],
                              k,
                              list[k]);
    }
  json_object_unref (mns_world_must (
      world, RES, "step.place@1", "{'run': '%s', 'places': [%s]}", run, places->str));
  counts[i++] = world->n_statements;
  json_object_unref (mns_world_must (world, RES, "step.advance@1", "{'run': '%s'}", run));
  counts[i++] = world->n_statements;
  json_object_unref (mns_world_must (
      world, RES, "step.record@1", "{'run': '%s', 'cells': [%s]}", run, cells->str));
  counts[i++] = world->n_statements;
  json_object_unref (mns_world_must (world, RES, "step.advance@1", "{'run': '%s'}", run));
  counts[i++] = world->n_statements;
  json_object_unref (mns_world_must (world, RES, "step.finish@1", "{'run': '%s'}", run));
  counts[i++] = world->n_statements;
}

static void
test_statements (MnsWorld *world)
{
  static const char *const names[] = { "assign", "begin",   "place", "advance",
                                       "record", "advance", "finish" };
  guint64 small[8] = { 0 };
  guint64 large[8] = { 0 };

  count_plate (world, "Small", 8, small);
  count_plate (world, "Large", 384, large);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_test_message ("%s: %" G_GUINT64_FORMAT " statements for 8 samples, %" G_GUINT64_FORMAT
                      " for 384",
                      names[i],
                      small[i],
                      large[i]);
      g_assert_cmpuint (small[i], ==, large[i]);
    }
}

/* A second run of a command takes its LIMS ids from the tape. */
static void
test_tape (MnsWorld *world)
{
  g_autoptr (JsonNode) node = json_from_string ("{\"name\": \"Taped\"}", NULL);
  g_autoptr (MnsCommand) command = mns_command_new ("project.create", json_node_get_object (node));
  g_autoptr (MnsResult) result = NULL;
  g_autoptr (JsonNode) tape = NULL;

  command->id = (MnsId){ { 1, [6] = 0x70, [8] = 0x80 } };
  g_free (command->today);
  command->today = g_strdup ("2025-11-24");
  tape = json_from_string ("{\"P\": [\"77\"]}", NULL);
  command->lims_ids = json_node_dup_object (tape);
  result = mns_world_run (world, RES, command);
  g_assert_cmpint (result->outcome, ==, MNS_OUTCOME_OK);
  mns_test_ask (world, "SELECT lims_id FROM project WHERE name = $text", "Taped", "RES77");
  /* the number is free in the counter: the next one is not disturbed */
  mns_test_expect (world, RES, "project.create@1", "{'name': 'Next'}", NULL, "ok", NULL);
  mns_test_ask (world, "SELECT lims_id FROM project WHERE name = $text", "Next", "RES1");
}

static void
import (MnsWorld *world, const char *package, const char *word, const char *code)
{
  mns_test_expect (
      world, ADM, "config.import@1", mns_test_text ("{'package': %s}", package), NULL, word, code);
}

static void
test_packages (MnsWorld *world)
{
  mns_test_ask (world, "SELECT max(number) FROM config_version WHERE comment <> $text", "", "1");
  /* unknown members, wrong types, names that lead nowhere */
  import (world, "{'name': 'x', 'colours': []}", "invalid", "unknown_member");
  import (world, "{'name': 'x', 'kits': [{'name': 'K', 'size': 1}]}", "invalid", "unknown_member");
  import (world, "{'name': 'x', 'kits': [{'name': 'K'}, {'name': 'K'}]}", "invalid", "double");
  import (world,
          "{'name': 'x', 'instruments': [{'name': 'I', 'type': 'Toaster'}]}",
          "invalid",
          "not_found");
  import (world,
          "{'name': 'x', 'container_types': [{'name': 'T', 'x_size': 101}]}",
          "invalid",
          "out_of_range");
  import (world,
          "{'name': 'x', 'container_types': [{'name': 'T', 'x_size': 2, 'unavailable': ['1:3']}]}",
          "invalid",
          "no_such_well");
  import (world,
          "{'name': 'x', 'fields': [{'object': 'SAMPLE', 'name': 'Volume', 'type': 'STRING'}]}",
          "invalid",
          "type_stays");
  import (world,
          "{'name': 'x', 'fields': [{'object': 'SAMPLE', 'name': 'N', 'type': 'NUMERIC', 'min': 2, "
          "'max': 1}]}",
          "invalid",
          "out_of_range");
  import (world,
          "{'name': 'x', 'fields': [{'object': 'SAMPLE', 'name': 'N', 'type': 'NUMERIC', "
          "'default': 'many'}]}",
          "invalid",
          "not_a_number");
  import (
      world,
      "{'name': 'x', 'master_steps': [{'name': 'M', 'type': 'STANDARD', 'naming': '{Nothing}'}]}",
      "invalid",
      "bad_naming");
  import (world,
          "{'name': 'x', 'master_steps': [{'name': 'Fragmentation', 'type': 'QC'}]}",
          "invalid",
          "type_stays");
  import (world,
          "{'name': 'x', 'master_steps': [{'name': 'M', 'type': 'STANDARD', 'settings': "
          "{'containers': ['Bag'], 'sample_fields': [{'field': 'Nothing'}]}}]}",
          "invalid",
          "unknown_field");
  import (world,
          "{'name': 'x', 'protocols': [{'name': 'Library preparation', 'steps': [{'name': 'End "
          "repair', 'master_step': 'Enzymatic reaction'}]}]}",
          "invalid",
          "in_use");
  import (world,
          "{'name': 'x', 'workflows': [{'name': 'Library preparation', 'status': 'ACTIVE', "
          "'protocols': ['Library validation']}]}",
          "invalid",
          "in_use");
  import (world,
          "{'name': 'x', 'master_steps': [{'name': 'M', 'type': 'STANDARD', 'settings': "
          "{'properties': {'autoStartNextStep': true}}}]}",
          "invalid",
          "not_offered");
  import (world, "{'name': 'x', 'label_groups': [{'name': '12'}]}", "invalid", "bad_name");
  import (world,
          "{'name': 'x', 'label_groups': [{'name': 'G', 'labels': [{'name': 'L', 'sequence': "
          "'ACGU'}]}]}",
          "invalid",
          "bad_sequence");
  import (world,
          "{'name': 'x', 'roles': [{'name': 'Cook', 'permissions': ['Soup:create']}]}",
          "invalid",
          "not_found");
  import (world,
          "{'name': 'x', 'users': [{'username': 'nobody', 'roles': ['Researcher']}]}",
          "invalid",
          "not_found");
  mns_test_expect (
      world, RES, "config.import@1", "{'package': {'name': 'x'}}", NULL, "denied", NULL);

  /* changed by name: no double, a version only for steps that differ */
  mns_test_ask (world,
                "SELECT count(*) FROM step_version WHERE number = 1 AND settings IS NOT NULL AND "
                "id IS NOT NULL AND $text = ''",
                "",
                "4");
  import (world,
          "{'name': 'Again', 'master_steps': [{'name': 'Fragmentation', 'type': 'STANDARD', "
          "'settings': {'containers': ['Tube']}}],"
          " 'roles': [{'name': 'Cook', 'permissions': ['ClarityLogin']}], 'users': [{'username': "
          "'rosa', 'roles': ['Researcher', 'Cook']}]}",
          "ok",
          NULL);
  mns_test_ask (world, "SELECT count(*) FROM master_step WHERE name = $text", "Fragmentation", "1");
  mns_test_ask (
      world,
      "SELECT count(*) FROM step_version v JOIN step s ON s.id = v.step_id WHERE s.name = $text",
      "Fragment DNA",
      "2");
  mns_test_ask (
      world,
      "SELECT count(*) FROM step_version v JOIN step s ON s.id = v.step_id WHERE s.name = $text",
      "End repair",
      "1");
  mns_test_ask (world,
                "SELECT count(*) FROM person_role r JOIN person p ON p.id = r.person_id WHERE "
                "p.username = $text",
                "rosa",
                "2");
  /* a step more in a protocol: its stages join the workflows that have it, the others stay */
  import (world,
          "{'name': 'More', 'protocols': [{'name': 'Library preparation', 'steps': [{'name': "
          "'Fragment DNA', 'master_step': 'Fragmentation'},"
          " {'name': 'End repair', 'master_step': 'Enzymatic reaction'}, {'name': 'Adapter "
          "ligation', 'master_step': 'Enzymatic reaction'},"
          " {'name': 'Clean up', 'master_step': 'Enzymatic reaction'}]}]}",
          "ok",
          NULL);
  mns_test_ask (world, "SELECT count(*) FROM stage WHERE name = $text", "Clean up", "2");
  mns_test_ask (world, "SELECT count(*) FROM stage WHERE archived = 0 AND name <> $text", "", "9");
  mns_test_ask (world, "SELECT max(number) FROM config_version WHERE comment <> $text", "", "3");
}

/* A conflict row as push writes it. */
static void
add_conflict (MnsWorld *world, const MnsId *id, const MnsId *person, gint64 n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (world->store, MNS_ACCESS_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (mns_transaction_run (tx,
                                      "INSERT INTO conflict (id, person_id, client_id, n, "
                                      "command_id, command, body, code, detail, state)"
                                      " VALUES ($id, $person, $id, $n, $id, 'project.create@1', "
                                      "$body, 'field_changed', 'x', 'OPEN')",
                                      MNS_ARGS (MNS_ARG_ID ("id", id),
                                                MNS_ARG_ID ("person", person),
                                                MNS_ARG_INT ("n", n),
                                                MNS_ARG_JSON ("body", "{}")),
                                      &error));
  g_assert_true (mns_transaction_commit (tx, &error));
  g_assert_no_error (error);
}

static void
test_conflicts (MnsWorld *world)
{
  MnsId first = { { 2, [6] = 0x70, [8] = 0x80, [15] = 1 } };
  MnsId second = { { 2, [6] = 0x70, [8] = 0x80, [15] = 2 } };
  g_autofree char *a = mns_id_to_string (&first);
  g_autofree char *b = mns_id_to_string (&second);
  const char *project = mns_test_member (
      mns_world_must (world, RES, "project.create@1", "{'name': 'Old'}"), "project");

  add_conflict (world, &first, &world->people[RES], 1);
  add_conflict (world, &second, &world->people[RES], 2);
  mns_test_expect (world,
                   RES,
                   "conflict.resolve@1",
                   mns_test_text ("{'conflict': '%s', 'choice': 'mine'}", a),
                   NULL,
                   "invalid",
                   "missing");
  mns_test_expect (world,
                   RES,
                   "conflict.resolve@1",
                   mns_test_text ("{'conflict': '%s', 'choice': 'drop'}", a),
                   NULL,
                   "invalid",
                   "missing");
  mns_test_expect (world,
                   COL,
                   "conflict.resolve@1",
                   mns_test_text ("{'conflict': '%s', 'choice': 'theirs'}", a),
                   NULL,
                   "denied",
                   NULL);
  mns_test_expect (
      world,
      RES,
      "conflict.resolve@1",
      mns_test_text (
          "{'conflict': '%s', 'choice': 'mine', 'next': {'cmd': 'nothing.do@1', 'args': {}}}", a),
      NULL,
      "error",
      "unknown_command");
  mns_test_expect (
      world,
      RES,
      "conflict.resolve@1",
      mns_test_text ("{'conflict': '%s', 'choice': 'mine', 'next': {'cmd': 'x@y', 'args': {}}}", a),
      NULL,
      "error",
      "unknown_command");
  mns_test_expect (
      world,
      RES,
      "conflict.resolve@1",
      mns_test_text (
          "{'conflict': '%s', 'choice': 'mine', 'next': {'cmd': 'conflict.resolve@1', 'args': {}}}",
          a),
      NULL,
      "invalid",
      "not_permitted");
  mns_test_expect (world,
                   RES,
                   "conflict.resolve@1",
                   mns_test_text ("{'conflict': '%s', 'choice': 'mine', 'next': {'cmd': "
                                  "'project.create@1', 'args': {'name': 'Old'}}}",
                                  a),
                   NULL,
                   "invalid",
                   "name_taken");
  mns_test_expect (
      world,
      RES,
      "conflict.resolve@1",
      mns_test_text (
          "{'conflict': '%s', 'choice': 'mine', 'next': {'cmd': 'project.update@1', 'args': "
          "{'project': '%s', 'name': 'New'}, 'expect': {'project:%s': {'name': 'Other'}}}}",
          a,
          project,
          project),
      NULL,
      "conflict",
      "field_changed");
  mns_test_expect (world,
                   RES,
                   "conflict.resolve@1",
                   mns_test_text ("{'conflict': '%s', 'choice': 'mine', 'next': {'cmd': "
                                  "'project.create@1', 'args': {'name': 'Newer'}}}",
                                  a),
                   NULL,
                   "ok",
                   NULL);
  mns_test_ask (world, "SELECT lims_id FROM project WHERE name = $text", "Newer", "RES2");
  mns_test_ask (world, "SELECT state FROM conflict WHERE id = $text", a, "RESOLVED");
  mns_test_expect (world,
                   RES,
                   "conflict.resolve@1",
                   mns_test_text ("{'conflict': '%s', 'choice': 'theirs'}", a),
                   NULL,
                   "invalid",
                   "already_settled");
  mns_test_expect (world,
                   FAC,
                   "conflict.resolve@1",
                   mns_test_text ("{'conflict': '%s', 'choice': 'drop', 'reason': 'by hand'}", b),
                   NULL,
                   "ok",
                   NULL);
  mns_test_ask (world, "SELECT resolution FROM conflict WHERE id = $text", b, "drop: by hand");
}

/* An id that is on the tape of another command already. */
static void
test_taken_id (MnsWorld *world)
{
  g_autoptr (JsonNode) node = json_from_string ("{\"name\": \"Second\"}", NULL);
  g_autoptr (MnsCommand) command = mns_command_new ("project.create", json_node_get_object (node));
  g_autoptr (MnsResult) result = NULL;
  g_autoptr (JsonNode) tape = NULL;

  mns_test_expect (world, RES, "project.create@1", "{'name': 'First'}", NULL, "ok", NULL);
  command->id = (MnsId){ { 1, [6] = 0x70, [8] = 0x80 } };
  tape = json_from_string ("{\"P\": [\"1\"]}", NULL);
  command->lims_ids = json_node_dup_object (tape);
  result = mns_world_run (world, RES, command);
  g_assert_cmpint (result->outcome, ==, MNS_OUTCOME_CONFLICT);
  g_assert_cmpstr (result->conflict_code, ==, "id_taken");
  mns_test_ask (world, "SELECT count(*) FROM project WHERE name = $text", "Second", "0");
}

/* A device that holds only the configuration: what it cannot see is not said to be gone. */
static void
test_not_local (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shared = mns_test_read_shared_sql ();
  g_autofree char *sql = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_PARTIAL, &error);
  g_autoptr (MnsWorld) world = NULL;
  static const char *const unseen = "019a0000-0000-7000-8000-000000000001";
  static const struct
  {
    const char *command, *args, *word, *code;
  } cases[] = {
    { "project.update@1", "{'project': 'ABC1', 'name': 'x'}", "not_local", "not_local" },
    { "project.update@1", "{'project': '%s', 'name': 'x'}", "not_local", NULL },
    { "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': 1}]}",
      "not_local",
      NULL },
    { "step.begin@1",
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': '%s'}]}",
      "not_local",
      NULL },
    { "step.place@1", "{'run': '24-7', 'places': [{'artifact': '%s'}]}", "not_local", NULL },
    { "workflow.assign@1",
      "{'workflow': 'Library preparation', 'artifacts': ['%s']}",
      "not_local",
      NULL },
    /* what can never work is said at once; configuration is all here */
    { "project.update@1", "{'project': 'ABC1', 'name': 7}", "invalid", "wrong_type" },
    { "workflow.assign@1", "{'workflow': 'Nothing', 'artifacts': ['%s']}", "invalid", "not_found" },
  };

  g_assert_no_error (error);
  sql = mns_sqlite_translate (shared);
  g_assert_true (mns_sqlite_run_script (store, sql, &error));
  mns_test_begin_texts ();
  world = mns_world_new (store);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) parts = g_strsplit (cases[i].args, "%s", -1);
      g_autofree char *args = g_strjoinv (unseen, parts);

      mns_test_expect (world, RES, cases[i].command, args, NULL, cases[i].word, cases[i].code);
    }
  mns_test_end_texts ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/table", test_table);
  g_test_add_func ("/lab/json", test_json);
  g_test_add_func ("/lab/naming", test_naming);
  g_test_add_func ("/lab/not-local", test_not_local);
  mns_test_add_both ("/lab/permissions", test_permissions);
  mns_test_add_both ("/lab/statements", test_statements);
  mns_test_add_both ("/lab/tape", test_tape);
  mns_test_add_both ("/lab/taken-id", test_taken_id);
  mns_test_add_both ("/lab/packages", test_packages);
  mns_test_add_both ("/lab/conflicts", test_conflicts);
  return g_test_run ();
}
