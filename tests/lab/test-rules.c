/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Projects, samples, containers, workflows, queues, people, notes: tables of cases, on both
 * engines. */

#include "config.h"

#include "tests/lab/both.h"

#define RES MNS_WORLD_RESEARCHER
#define COL MNS_WORLD_COLLEAGUE
#define CUS MNS_WORLD_COLLABORATOR
#define FAC MNS_WORLD_FACILITY
#define ADM MNS_WORLD_ADMIN

/* In args and expect, %s is the first id of the case. */
typedef struct
{
  MnsWorldPerson person;
  const char *command;
  const char *args;
  const char *expect;
  const char *word;
  const char *code;
} Case;

static void
run_cases (MnsWorld *world, const Case *cases, guint n, const char *id)
{
  for (guint i = 0; i < n; i++)
    {
      g_auto (GStrv) parts = g_strsplit (cases[i].args, "%s", -1);
      g_autofree char *args = g_strjoinv (id, parts);
      g_auto (GStrv) seen = g_strsplit (cases[i].expect != NULL ? cases[i].expect : "", "%s", -1);
      g_autofree char *expect = g_strjoinv (id, seen);

      mns_test_expect (world,
                       cases[i].person,
                       cases[i].command,
                       args,
                       cases[i].expect != NULL ? expect : NULL,
                       cases[i].word,
                       cases[i].code);
    }
}

static const Case project_cases[] = {
  { RES, "project.create@1", "{}", NULL, "invalid", "missing" },
  { RES, "project.create@1", "{'name': ' '}", NULL, "invalid", "blank" },
  { RES, "project.create@1", "{'name': 'A', 'colour': 'red'}", NULL, "invalid", "unknown_member" },
  { RES, "project.create@1", "{'name': 7}", NULL, "invalid", "wrong_type" },
  { RES, "project.create@1", "{'name': 'Mouse'}", NULL, "invalid", "name_taken" },
  { RES, "project.create@1", "{'name': 'A', 'priority': 4}", NULL, "invalid", "out_of_range" },
  { RES, "project.create@1", "{'name': 'A', 'priority': 1.5}", NULL, "invalid", "wrong_type" },
  { RES,
    "project.create@1",
    "{'name': 'A', 'open_date': '2025-02-30'}",
    NULL,
    "invalid",
    "bad_date" },
  { RES, "project.create@1", "{'name': 'A', 'client': '99999'}", NULL, "invalid", "not_found" },
  { RES,
    "project.create@1",
    "{'name': 'A', 'fields': {'Nothing': 1}}",
    NULL,
    "invalid",
    "unknown_field" },
  { RES,
    "project.create@1",
    "{'name': 'A', 'fields': {'Cost centre': 'two\\nlines'}}",
    NULL,
    "invalid",
    "several_lines" },
  { RES, "project.create@1", "{'name': 'B', 'fields': {'Cost centre': 'C-17'}}", NULL, "ok", NULL },
  { RES, "project.create@1", "{'name': 'C', 'open_date': null, 'priority': 1}", NULL, "ok", NULL },
  { CUS, "project.create@1", "{'name': 'D'}", NULL, "ok", NULL },
  { RES, "project.update@1", "{'project': '%s', 'name': 'Rat'}", NULL, "ok", NULL },
  { RES,
    "project.update@1",
    "{'project': '%s', 'name': 'Vole'}",
    "{'project:%s': {'name': 'Mouse'}}",
    "conflict",
    "field_changed" },
  { RES,
    "project.update@1",
    "{'project': '%s', 'name': 'Rat'}",
    "{'project:%s': {'name': 'Mouse'}}",
    "ok",
    NULL },
  { RES,
    "project.update@1",
    "{'project': '%s', 'fields': {'Cost centre': 'C-1'}}",
    "{'project:%s': {'Cost centre': null}}",
    "ok",
    NULL },
  { COL,
    "project.update@1",
    "{'project': '%s', 'fields': {'Cost centre': 'C-2'}}",
    "{'project:%s': {'Cost centre': null}}",
    "conflict",
    "field_changed" },
  { RES, "project.update@1", "{'project': '%s', 'name': 'B'}", NULL, "invalid", "name_taken" },
  { RES, "project.update@1", "{'project': '%s', 'priority': 1}", NULL, "ok", NULL },
  { RES, "project.update@1", "{'project': '%s', 'open_date': null}", NULL, "ok", NULL },
  { RES,
    "project.update@1",
    "{'project': '%s', 'close_date': '2025-12-01'}",
    NULL,
    "invalid",
    "missing" },
  { RES,
    "project.update@1",
    "{'project': '%s', 'open_date': '2025-11-01', 'close_date': '2025-12-01'}",
    NULL,
    "invalid",
    "still_working" },
  { RES,
    "project.update@1",
    "{'project': '%s', 'open_date': '2025-11-01', 'close_date': '2025-12-01', 'close_anyway': "
    "true}",
    NULL,
    "ok",
    NULL },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X'}]}",
    NULL,
    "invalid",
    "closed" },
  { RES,
    "project.update@1",
    "{'project': '019a0000-0000-7000-8000-000000000001'}",
    NULL,
    "conflict",
    "gone" },
};

static void
test_projects (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Mouse", 4, "Library preparation");

  run_cases (world, project_cases, G_N_ELEMENTS (project_cases), project);
  mns_test_ask (world,
                "SELECT count(*) FROM stage_entry WHERE priority = 1 AND status = $text",
                "QUEUED",
                "4");
  mns_test_ask (world, "SELECT open_date FROM project WHERE name = $text", "C", NULL);
  mns_test_ask (world, "SELECT open_date FROM project WHERE name = $text", "B", "2025-11-24");
  mns_test_ask (world, "SELECT lims_id FROM project WHERE name = $text", "Rat", "RES1");
  mns_test_expect (world,
                   RES,
                   "project.delete@1",
                   mns_test_text ("{'project': '%s'}", project),
                   NULL,
                   "ok",
                   NULL);
  mns_test_ask (world, "SELECT count(*) FROM sample WHERE name <> $text", "", "0");
  mns_test_ask (world, "SELECT count(*) FROM artifact WHERE name <> $text", "", "0");
  mns_test_ask (world, "SELECT state FROM container WHERE name = $text", "Mouse-P1", "EMPTY");
}

static const Case import_cases[] = {
  { RES, "sample.import@1", "{'project': '%s', 'samples': []}", NULL, "invalid", "list_length" },
  { RES, "sample.import@1", "{'project': 'RES1', 'samples': [{'name': 'T1'}]}", NULL, "ok", NULL },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'well': 'A:1'}]}",
    NULL,
    "invalid",
    "missing" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'container_type': '96 well plate', 'container': "
    "'N',"
    " 'well': 'I:1'}]}",
    NULL,
    "invalid",
    "no_such_well" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'container_type': '96 well plate', 'container': "
    "'N',"
    " 'well': 'A:1'}, {'name': 'Y', 'container_type': '96 well plate', 'container': 'N',"
    " 'well': 'A:1'}]}",
    NULL,
    "invalid",
    "well_taken" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'container': 'Mouse-P1', 'well': 'A:1'}]}",
    NULL,
    "invalid",
    "well_taken" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'container': 'Mouse-P1', 'well': 'H:12'}]}",
    NULL,
    "ok",
    NULL },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'container': 'Nowhere', 'well': 'A:1'}]}",
    NULL,
    "invalid",
    "missing" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'container_type': '384 well plate',"
    " 'container': 'Mouse-P1', 'well': 'A:1'}]}",
    NULL,
    "invalid",
    "name_taken" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'fields': {'Concentration': -1}}]}",
    NULL,
    "invalid",
    "out_of_range" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'fields': {'Concentration': 'much'}}]}",
    NULL,
    "invalid",
    "not_a_number" },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'fields': {'Concentration': '12.50',"
    " 'Material': 'Hair'}}]}",
    NULL,
    "ok",
    NULL },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'label': 'A01'}]}",
    NULL,
    "ok",
    NULL },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'label': 'Z99'}, {'name': 'Y', 'label': 'Z99'},"
    " {'name': 'Z', 'label': 'Z98'}]}",
    NULL,
    "ok",
    NULL },
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'label': 'Z98'}, {'name': 'Y', 'label': 'Z97'}]}",
    NULL,
    "ok",
    NULL },
  /* a list that is refused makes no label either */
  { RES,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'label': 'Z96', 'well': 'Q:7'}]}",
    NULL,
    "invalid",
    NULL },
  { CUS,
    "sample.import@1",
    "{'project': '%s', 'samples': [{'name': 'X', 'received_date': '2025-11-20'}]}",
    NULL,
    "ok",
    NULL },
};

static void
test_import (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Mouse", 10, NULL);
  g_autoptr (MnsResult) result = NULL;

  run_cases (world, import_cases, G_N_ELEMENTS (import_cases), project);
  mns_test_ask (world,
                "SELECT fields FROM sample WHERE fields IS NOT NULL AND name = $text",
                "X",
                "{\"f3\":12.5,\"f5\":\"Hair\"}");
  mns_test_ask (world,
                "SELECT count(*) FROM label l JOIN label_group g ON g.id = l.label_group_id"
                " WHERE g.name = $text",
                "Sample lists",
                "3");
  mns_test_ask (world, "SELECT count(*) FROM label WHERE name = $text", "Z99", "1");
  mns_test_ask (world, "SELECT count(*) FROM label WHERE name = $text", "Z96", "0");
  mns_test_ask (world,
                "SELECT count(*) FROM content k JOIN label l ON l.id = k.label_id"
                " WHERE l.name = $text",
                "Z98",
                "2");
  mns_test_ask (world, "SELECT lims_id FROM sample WHERE name = $text", "S-10", "RES1A10");
  mns_test_ask (world, "SELECT lims_id FROM artifact WHERE name = $text", "S-10", "RES1A10PA1");
  mns_test_ask (world, "SELECT count(*) FROM scope_member WHERE scope_id = $text", project, "10");

  /* all faults at once, each with its place */
  result = mns_world_do (
      world,
      RES,
      "sample.import@1",
      mns_test_text ("{'project': '%s', 'samples': [{'name': 'X', 'fields': {'Volume': 'a',"
                     " 'Concentration': 1e9}}, {'name': 'Y', 'container': 'Mouse-P1',"
                     " 'well': 'Q:7'}, {'name': 'Z', 'container': 'No', 'well': 'A:1'}]}",
                     project),
      NULL);
  g_assert_cmpint (result->outcome, ==, MNS_OUTCOME_INVALID);
  g_assert_cmpuint (result->faults->len, ==, 4);
  g_assert_cmpstr (((MnsFault *) result->faults->pdata[0])->at, ==, "/samples/0/fields/Volume");
  g_assert_cmpstr (((MnsFault *) result->faults->pdata[2])->at, ==, "/samples/1/well");
  g_assert_cmpstr (((MnsFault *) result->faults->pdata[3])->at, ==, "/samples/2/container_type");
}

static void
test_reach (MnsWorld *world)
{
  /* a customer of another account */
  const char *account = mns_test_member (
      mns_world_must (world, FAC, "account.create@1", "{'name': 'Elsewhere'}"), "account");
  const char *client = mns_test_member (mns_world_must (world,
                                                        FAC,
                                                        "client.create@1",
                                                        "{'first_name': 'Eve', 'last_name': 'Else',"
                                                        " 'account': '%s'}",
                                                        account),
                                        "client");
  const char *project = mns_test_member (
      mns_world_must (world, RES, "project.create@1", "{'name': 'Theirs', 'client': '%s'}", client),
      "project");

  mns_test_ask (world, "SELECT lims_id FROM project WHERE name = $text", "Theirs", "ELS1");
  mns_test_expect (world,
                   CUS,
                   "project.update@1",
                   mns_test_text ("{'project': '%s', 'name': 'Mine'}", project),
                   NULL,
                   "denied",
                   NULL);
  mns_test_expect (world,
                   CUS,
                   "sample.import@1",
                   mns_test_text ("{'project': '%s', 'samples': [{'name': 'X'}]}", project),
                   NULL,
                   "denied",
                   NULL);
  mns_test_expect (world,
                   CUS,
                   "project.delete@1",
                   mns_test_text ("{'project': '%s'}", project),
                   NULL,
                   "denied",
                   NULL);
  mns_test_expect (world,
                   RES,
                   "project.delete@1",
                   mns_test_text ("{'project': '%s'}", project),
                   NULL,
                   "ok",
                   NULL);
}

static void
test_samples (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Mouse", 3, NULL);
  const char *id =
      mns_test_keep (mns_world_ask (world, "SELECT id FROM sample WHERE name = $text", "S-1"));
  static const Case cases[] = {
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': 4}]}",
      NULL,
      "ok",
      NULL },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': 'RES1A1', 'field': 'f4', 'value': 10.5}]}",
      NULL,
      "ok",
      NULL },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Weight', 'value': 4}]}",
      NULL,
      "invalid",
      "unknown_field" },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': true}]}",
      NULL,
      "invalid",
      "not_a_number" },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': 'nan'}]}",
      NULL,
      "invalid",
      "not_a_number" },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'received_date', 'value': '24.12.2025'}]}",
      NULL,
      "invalid",
      "bad_date" },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'received_date', 'value': '2025-11-20'}]}",
      NULL,
      "ok",
      NULL },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'name', 'value': ''}]}",
      NULL,
      "invalid",
      "length" },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'name', 'value': 'S-one'}]}",
      "{'sample:%s': {'name': 'S-1'}}",
      "ok",
      NULL },
    /* others' values: the same one is no conflict, another one is, another field is none */
    { COL,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': 4.0}]}",
      "{'sample:%s': {'Concentration': null}}",
      "ok",
      NULL },
    { COL,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': 5}]}",
      "{'sample:%s': {'Concentration': null}}",
      "conflict",
      "field_changed" },
    { COL,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': 5}]}",
      "{'sample:%s': {'Concentration': '4'}}",
      "ok",
      NULL },
    { COL,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Material', 'value': 'DNA'}]}",
      "{'sample:RES1A1': {'Material': ''}}",
      "ok",
      NULL },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'Concentration', 'value': null}]}",
      NULL,
      "ok",
      NULL },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '019a0000-0000-7000-8000-000000000001', 'field': 'name', 'value': "
      "'x'}]}",
      NULL,
      "conflict",
      "gone" },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'name', 'value': 'a\\u0007b'}]}",
      NULL,
      "invalid",
      "wrong_type" },
    { RES,
      "sample.set@1",
      "{'cells': [{'sample': '%s', 'field': 'name', 'value': 'x'}]}",
      "{'nonsense': 7}",
      "invalid",
      "bad_expect" },
    { RES, "sample.delete@1", "{'samples': ['%s', 'RES1A2']}", NULL, "ok", NULL },
    { RES, "sample.delete@1", "{'samples': ['%s']}", NULL, "conflict", "gone" },
  };

  run_cases (world, cases, G_N_ELEMENTS (cases), id);
  mns_test_ask (world, "SELECT count(*) FROM artifact WHERE name <> $text", "", "1");
  mns_test_ask (world, "SELECT state FROM container WHERE name = $text", "Mouse-P1", "POPULATED");
}

static void
test_containers (MnsWorld *world)
{
  const char *id = mns_test_member (
      mns_world_must (
          world, RES, "container.create@1", "{'container_type': 'Tube', 'name': 'Vial'}"),
      "container");
  static const Case cases[] = {
    { RES,
      "container.create@1",
      "{'container_type': 'Tube', 'name': 'Vial'}",
      NULL,
      "invalid",
      "name_taken" },
    { RES, "container.create@1", "{'container_type': 'Bucket'}", NULL, "invalid", "not_found" },
    { RES, "container.create@1", "{'container_type': '96 well plate'}", NULL, "ok", NULL },
    { RES, "container.rename@1", "{'container': '%s', 'name': 'Vial 2'}", NULL, "ok", NULL },
    { COL,
      "container.rename@1",
      "{'container': '%s', 'name': 'Vial 3'}",
      "{'container:%s': {'name': 'Vial'}}",
      "conflict",
      "field_changed" },
    { RES,
      "container.rename@1",
      "{'container': '27-2', 'name': 'Vial 2'}",
      NULL,
      "invalid",
      "name_taken" },
    { RES, "container.set_state@1", "{'container': '%s', 'state': 'DISCARDED'}", NULL, "ok", NULL },
    { RES, "container.set_state@1", "{'container': '%s', 'state': 'POPULATED'}", NULL, "ok", NULL },
    { RES,
      "container.set_state@1",
      "{'container': '%s', 'state': 'LOST'}",
      NULL,
      "invalid",
      "not_a_word" },
    { CUS, "container.create@1", "{'container_type': 'Tube'}", NULL, "denied", NULL },
    { RES,
      "note.add@1",
      "{'owner': 'CONTAINER', 'owner_id': '27-1', 'body': 'Cracked lid'}",
      NULL,
      "ok",
      NULL },
    { RES,
      "note.add@1",
      "{'owner': 'CONTAINER', 'owner_id': '27-99', 'body': 'x'}",
      NULL,
      "conflict",
      "gone" },
    { RES,
      "file.attach@1",
      "{'owner': 'SAMPLE', 'owner_id': 'x', 'name': '../a', 'sha256': '12', 'size': 1}",
      NULL,
      "invalid",
      "bad_sha256" },
  };

  run_cases (world, cases, G_N_ELEMENTS (cases), id);
  mns_test_ask (world, "SELECT state FROM container WHERE lims_id = $text", "27-1", "EMPTY");
}

static void
test_workflows (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Mouse", 3, NULL);
  static const Case cases[] = {
    { RES, "workflow.assign@1", "{'workflow': 'Library preparation'}", NULL, "invalid", "missing" },
    { RES,
      "workflow.assign@1",
      "{'workflow': 'Library preparation', 'samples': ['RES1A1', 'RES1A2']}",
      NULL,
      "ok",
      NULL },
    /* again: nothing happens */
    { RES,
      "workflow.assign@1",
      "{'workflow': 'Library preparation', 'samples': ['RES1A1']}",
      NULL,
      "ok",
      NULL },
    /* another workflow as well */
    { RES,
      "workflow.assign@1",
      "{'workflow': 'Library preparation with validation', 'samples': ['RES1A1']}",
      NULL,
      "ok",
      NULL },
    { RES,
      "workflow.assign@1",
      "{'workflow': 'Library preparation', 'samples': ['RES1A1'], 'stage': '2'}",
      NULL,
      "invalid",
      "already_assigned" },
    { RES,
      "workflow.assign@1",
      "{'workflow': 'Library preparation', 'artifacts': ['RES1A3PA1'], 'stage': '4'}",
      NULL,
      "invalid",
      "no_such_stage" },
    { RES,
      "workflow.assign@1",
      "{'workflow': 'Library preparation', 'artifacts': ['RES1A3PA1'], 'stage': '2'}",
      NULL,
      "ok",
      NULL },
    { RES,
      "workflow.remove@1",
      "{'workflow': 'Library preparation', 'samples': ['RES1A1']}",
      NULL,
      "denied",
      NULL },
    { FAC,
      "workflow.remove@1",
      "{'workflow': 'Library preparation', 'samples': ['RES1A1']}",
      NULL,
      "ok",
      NULL },
    { RES,
      "queue.move_on@1",
      "{'step': 'Fragment DNA', 'artifacts': ['RES1A2PA1']}",
      NULL,
      "denied",
      NULL },
    { FAC,
      "queue.move_on@1",
      "{'step': 'Fragment DNA', 'artifacts': ['RES1A2PA1']}",
      NULL,
      "ok",
      NULL },
    { FAC,
      "queue.move_on@1",
      "{'step': 'Fragment DNA', 'artifacts': ['RES1A2PA1']}",
      NULL,
      "conflict",
      "moved_on" },
    { FAC,
      "queue.remove@1",
      "{'step': 'End repair', 'artifacts': ['RES1A2PA1']}",
      NULL,
      "ok",
      NULL },
    { RES,
      "queue.requeue@1",
      "{'step': 'End repair', 'artifacts': ['RES1A2PA1']}",
      NULL,
      "conflict",
      "moved_on" },
  };

  run_cases (world, cases, G_N_ELEMENTS (cases), project);
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "QUEUED", "2");
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "SKIPPED", "1");
  mns_test_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "REMOVED", "2");
}

static void
test_people (MnsWorld *world)
{
  static const Case cases[] = {
    { FAC,
      "user.create@1",
      "{'username': 'rosa', 'first_name': 'R', 'last_name': 'R', 'roles': ['Researcher']}",
      NULL,
      "invalid",
      "name_taken" },
    { FAC,
      "user.create@1",
      "{'username': 'nora', 'first_name': 'N', 'last_name': 'N', 'email': 'x', 'roles': ['Cook']}",
      NULL,
      "invalid",
      "not_found" },
    { FAC,
      "user.create@1",
      "{'username': 'nora', 'first_name': 'Nora', 'last_name': 'Ng', 'roles': ['Researcher', "
      "'Collaborator']}",
      NULL,
      "ok",
      NULL },
    { FAC,
      "user.set_roles@1",
      "{'user': '%s', 'roles': ['Facility Administrator']}",
      NULL,
      "ok",
      NULL },
    { FAC, "user.archive@1", "{'user': '%s'}", NULL, "ok", NULL },
    { COL, "project.create@1", "{'name': 'Late'}", NULL, "denied", NULL },
    { FAC,
      "user.create@1",
      "{'username': 'carl', 'first_name': 'C', 'last_name': 'Two', 'roles': ['Researcher']}",
      NULL,
      "ok",
      NULL },
    { FAC, "user.activate@1", "{'user': '%s'}", NULL, "invalid", "name_taken" },
    { FAC,
      "client.create@1",
      "{'first_name': 'K', 'last_name': 'Q', 'initials': 'K-Q'}",
      NULL,
      "invalid",
      "bad_initials" },
    { RES, "user.archive@1", "{'user': '%s'}", NULL, "denied", NULL },
    { ADM, "setting.set@1", "{'name': 'lab.name', 'value': 'Ours'}", NULL, "ok", NULL },
    { ADM, "nothing.do@1", "{}", NULL, "error", "unknown_command" },
    { ADM, "project.create@9", "{'name': 'x'}", NULL, "error", "unknown_command" },
  };

  char *colleague = mns_id_to_string (&world->people[MNS_WORLD_COLLEAGUE]);

  run_cases (world, cases, G_N_ELEMENTS (cases), colleague);
  g_free (colleague);
  mns_test_ask (world, "SELECT value FROM setting WHERE name = $text", "lab.name", "Ours");
  mns_test_ask (world, "SELECT initials FROM person WHERE username = $text", "nora", "NNG");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mns_test_add_both ("/lab/projects", test_projects);
  mns_test_add_both ("/lab/import", test_import);
  mns_test_add_both ("/lab/reach", test_reach);
  mns_test_add_both ("/lab/samples", test_samples);
  mns_test_add_both ("/lab/containers", test_containers);
  mns_test_add_both ("/lab/workflows", test_workflows);
  mns_test_add_both ("/lab/people", test_people);
  return g_test_run ();
}
