/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* RunInfo.xml, RunParameters.xml and the model they make, against the folders in run-xml. */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "server/instruments/model.h"
#include "server/instruments/run-info.h"
#include "server/instruments/run-look.h"
#include "server/instruments/run-parameters.h"
#include "server/instruments/text-file.h"
#include "sync/model/error.h"
#include "tests/instruments/shared-data.h"

static guint n_compared;

static void
compare_text (const char *folder, JsonObject *expected, const char *member, const char *actual)
{
  const char *wanted;

  if (!json_object_has_member (expected, member))
    return;
  wanted = json_object_get_null_member (expected, member)
               ? NULL
               : json_object_get_string_member (expected, member);
  if (g_strcmp0 (wanted, actual) != 0)
    g_test_message ("%s: %s is %s, expected %s", folder, member, actual, wanted);
  g_assert_cmpstr (actual, ==, wanted);
  n_compared++;
}

static void
compare_reads (JsonArray *expected, const MnsRunInfo *info)
{
  g_assert_cmpuint (json_array_get_length (expected), ==, info->n_reads);
  for (guint i = 0; i < info->n_reads; i++)
    {
      JsonObject *read = json_array_get_object_element (expected, i);

      g_assert_cmpint (json_object_get_int_member (read, "cycles"), ==, info->reads[i].cycles);
      g_assert_cmpint (json_object_get_boolean_member (read, "index"), ==, info->reads[i].is_index);
      if (!json_object_get_null_member (read, "rc"))
        g_assert_cmpint (
            json_object_get_boolean_member (read, "rc"), ==, info->reads[i].is_reverse_complement);
      n_compared += 3;
    }
}

static void
compare_info (const char *name, JsonObject *expected, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRunInfo) info = mns_run_info_read (folder, &error);

  if (!json_object_has_member (expected, "run_id"))
    {
      g_assert_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND);
      return;
    }
  g_assert_no_error (error);
  compare_text (name, expected, "run_id", info->id);
  compare_text (name, expected, "flowcell", info->flowcell);
  compare_text (name, expected, "instrument", info->instrument);
  compare_text (name, expected, "date", info->date);
  g_assert_cmpint (json_object_get_int_member (expected, "run_number"), ==, info->number);
  compare_reads (json_object_get_array_member (expected, "reads"), info);
  if (json_object_has_member (expected, "layout"))
    {
      JsonArray *layout = json_object_get_array_member (expected, "layout");
      const guint seen[] = { info->lanes, info->surfaces, info->swaths, info->tiles };

      for (guint i = 0; i < 4; i++)
        g_assert_cmpint (json_array_get_int_element (layout, i), ==, seen[i]);
      n_compared += 4;
    }
}

static void
compare_parameters (const char *name, JsonObject *expected, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRunParameters) seen = mns_run_parameters_read (folder, &error);

  if (!json_object_has_member (expected, "application"))
    {
      g_assert_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND);
      return;
    }
  g_assert_no_error (error);
  compare_text (name, expected, "application", seen->application);
  compare_text (name, expected, "application_version", seen->application_version);
  compare_text (name, expected, "rta", seen->rta);
  compare_text (name, expected, "params_run_id", seen->run_id);
  compare_text (name, expected, "params_instrument", seen->instrument);
  compare_text (name, expected, "experiment", seen->experiment);
  compare_text (name, expected, "side", seen->side);
  compare_text (name, expected, "chemistry", seen->chemistry);
  compare_text (name, expected, "flowcell_kind", seen->flowcell_kind);
  compare_text (name, expected, "flowcell_mode", seen->flowcell_mode);
  compare_text (name, expected, "run_mode", seen->run_mode);
  compare_text (name, expected, "workflow", seen->workflow);
  compare_text (name, expected, "reagent_kit", seen->reagent_kit);
  compare_text (name, expected, "sbs_consumable_version", seen->sbs_consumable_version);
  compare_text (name, expected, "params_flowcell", seen->flowcell);
  compare_text (name, expected, "instrument_type", seen->instrument_type);
}

static void
test_expected (void)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (MnsModelTable) models = mns_model_table_new ();
  JsonObject *expected = shared_data_expected ("run-xml", &parser);
  g_autofree char *root = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  guint n_folders = 0;

  if (expected == NULL)
    return;
  root = shared_data_find ("run-xml");
  json_object_iter_init (&iter, expected);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree char *folder = g_build_filename (root, name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsRunLook) look = mns_run_look (folder, models, 0, 0, &error);

      g_assert_no_error (error);
      compare_info (name, json_node_get_object (node), folder);
      compare_parameters (name, json_node_get_object (node), folder);
      compare_text (name, json_node_get_object (node), "model", look->model.name);
      n_folders++;
    }
  g_assert_cmpuint (n_folders, ==, 30);
  g_test_message ("run-xml: %u folders, %u members compared", n_folders, n_compared);
}

/* One fact of each consumable form; the rest follows from the tables. */
static void
test_consumables (void)
{
  static const struct
  {
    const char *folder, *kind, *serial, *part, *lot, *expires, *mode;
  } cases[] = {
    { "miseq-2017", "pr2_bottle", "MS5642969-00PR2", "15041807", NULL, "2018-07-20", NULL },
    { "iseq-params-only",
      "flow_cell",
      "BPA73105-2609",
      "20009555",
      "20411871",
      "2020-11-05",
      NULL },
    { "nextseq2000-params-only",
      "cartridge",
      "EC0003549-EC05",
      "20042419",
      "20452046",
      "2020-11-18",
      NULL },
    { "novaseq6000-sp-v15",
      "cluster",
      "NV3044760-RGCPE",
      "20031059",
      "20489260",
      "2021-10-27",
      "545" },
    { "novaseq6000-sp-v15", "flow_cell", "HVM3NDRXX", "20026406", "20478998", "2021-09-09", "SP" },
    { "novaseqx-onboard-params-only",
      "lyo",
      "LC2007014-LC1",
      "20081650",
      "17847282",
      "2024-02-13",
      "10B" },
    { "hiseq2500-rapid", "index", "20198753", NULL, NULL, NULL, NULL },
  };
  g_autofree char *root = shared_data_find ("run-xml");

  for (gsize i = 0; root != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = g_build_filename (root, cases[i].folder, NULL);
      g_autoptr (MnsRunParameters) seen = mns_run_parameters_read (folder, NULL);
      const MnsConsumable *consumable = mns_run_parameters_find_consumable (seen, cases[i].kind);

      g_assert_nonnull (consumable);
      g_assert_cmpstr (consumable->serial, ==, cases[i].serial);
      g_assert_cmpstr (consumable->part, ==, cases[i].part);
      g_assert_cmpstr (consumable->lot, ==, cases[i].lot);
      g_assert_cmpstr (consumable->expires, ==, cases[i].expires);
      g_assert_cmpstr (consumable->mode, ==, cases[i].mode);
    }
}

static void
test_dates (void)
{
  static const struct
  {
    const char *text, *iso;
  } cases[] = {
    { "2018-06-18T00:00:00", "2018-06-18" },
    { "2024-04-09T00:00:00+01:00", "2024-04-09" },
    { "2020-10-12", "2020-10-12" },
    { "09/09/2021 00:00:00", "2021-09-09" },
    { "12/31/2169 00:00:00", "2169-12-31" },
    { "31/12/2169 00:00:00", "2169-12-31" },
    { "200624", "2020-06-24" },
    { "20230628", "2023-06-28" },
    { "20231345", NULL },
    { "10 January 2012", NULL },
    { "1/", NULL },
    { "", NULL },
    { NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *iso = mns_instrument_date_to_iso (cases[i].text);

      g_assert_cmpstr (iso, ==, cases[i].iso);
    }
}

static void
test_models (void)
{
  static const struct
  {
    MnsModelEvidence evidence;
    const char *model;
  } cases[] = {
    { { .application = "HiSeq Control Software", .serial = "D00241" }, "HiSeq 2500" },
    { { .application = "iSeq Control Software", .serial = "FS10000106" }, "iSeq 100" },
    { { .application = "MiniSeq Control Software" }, "MiniSeq" },
    { { .application = "control-software", .instrument_type = "NovaSeqXPlus" }, "NovaSeq X" },
    { { .serial = "M00119" }, "MiSeq" },
    { { .serial = "MN00123" }, "MiniSeq" },
    { { .serial = "ML-PT1-15", .lanes = 1, .surfaces = 2, .swaths = 3, .tiles = 10 }, "MiniSeq" },
    { { .lanes = 1, .surfaces = 1, .swaths = 1, .tiles = 16 }, "iSeq 100" },
    { { .serial = "XYZ1", .lanes = 3 }, NULL },
    { { 0 }, NULL },
  };
  g_autoptr (MnsModelTable) models = mns_model_table_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (mns_model_table_find (models, &cases[i].evidence).name, ==, cases[i].model);
}

static void
test_own_models (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsModelTable) models = NULL;
  MnsModelEvidence evidence = { .application = "HiSeq Control Software", .serial = "H17" };
  int fd = g_file_open_tmp ("models-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_file_set_contents (path, "[HiSeq 1000]\nFamily=HiSeq 2000/2500\nSerial=H#\n", -1, NULL);
  models = mns_model_table_new_from_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mns_model_table_find (models, &evidence).name, ==, "HiSeq 1000");

  g_file_set_contents (path, "[Bad]\nFamily=Toaster\nSerial=H#\n", -1, NULL);
  g_assert_null (mns_model_table_new_from_file (path, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_clear_error (&error);
  g_file_set_contents (path, "[Bad]\nFamily=MiSeq\n", -1, NULL);
  g_assert_null (mns_model_table_new_from_file (path, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_remove (path);
}

/* Every beginning of a whole file: an error or a result, never a crash. */
static void
test_prefixes (void)
{
  static const char *const folders[] = { "novaseqx-prod-params-only", "nextseq2000-params-only" };
  g_autofree char *root = shared_data_find ("run-xml");
  guint n = 0;

  for (gsize i = 0; root != NULL && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (root, folders[i], "RunParameters.xml", NULL);
      gsize length;
      g_autofree char *data = mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, NULL);

      g_assert_nonnull (data);
      for (gsize cut = 0; cut < length; cut++)
        {
          g_autofree char *part = g_memdup2 (data, cut + 1);
          g_autoptr (GError) error = NULL;
          g_autoptr (MnsRunParameters) seen = NULL;

          part[cut] = '\0';
          seen = mns_run_parameters_parse (part, cut, "part", &error);
          g_assert_true ((seen == NULL) == (error != NULL));
          n++;
        }
    }
  g_test_message ("%u prefixes of RunParameters.xml read", n);
}

static void
read_changed (const char *data, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRunParameters) seen = mns_run_parameters_parse (data, length, "changed", &error);

  g_assert_true ((seen == NULL) == (error != NULL));
}

static void
test_changed_bytes (void)
{
  g_autofree char *path = shared_data_find ("run-xml/novaseqx-prod-params-only/RunParameters.xml");
  gsize length;
  g_autofree char *data =
      path != NULL ? mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, NULL) : NULL;

  if (data != NULL)
    g_test_message ("%u changed RunParameters.xml read",
                    shared_data_change_bytes (data, length, read_changed));
}

/* A byte order mark, CR LF, blanks around a value, no newline at the end. */
static void
test_odd_text (void)
{
  static const char text[] =
      "\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n<RunParameters>\r\n"
      "  <ApplicationName> iSeq Control Software\r\n</ApplicationName>\r\n"
      "  <Side/><PlannedCycles><Read1>x</Read1><Index1>8</Index1>"
      "</PlannedCycles></RunParameters>";
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRunParameters) seen = mns_run_parameters_parse (text, strlen (text), "odd", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (seen->application, ==, "iSeq Control Software");
  g_assert_null (seen->side);
  g_assert_cmpint (seen->reads[0].planned, ==, -1);
  g_assert_cmpint (seen->reads[1].planned, ==, 8);
  g_assert_cmpuint (seen->consumables->len, ==, 0);
}

/* Entities can read other files and grow without end: no file with a DOCTYPE is taken. */
static void
test_entities (void)
{
  static const char text[] =
      "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/hostname\">"
      "<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
      "<RunParameters><RunId>&x;&b;</RunId></RunParameters>";
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_run_parameters_parse (text, strlen (text), "entities", &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_CORRUPT);
}

static void
test_not_parameters (void)
{
  g_autoptr (GError) error = NULL;
  const char text[] = "<RunInfo/>";

  g_assert_null (mns_run_parameters_parse (text, strlen (text), "x.xml", &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-xml/expected", test_expected);
  g_test_add_func ("/run-xml/consumables", test_consumables);
  g_test_add_func ("/run-xml/dates", test_dates);
  g_test_add_func ("/run-xml/models", test_models);
  g_test_add_func ("/run-xml/own-models", test_own_models);
  g_test_add_func ("/run-xml/prefixes", test_prefixes);
  g_test_add_func ("/run-xml/changed-bytes", test_changed_bytes);
  g_test_add_func ("/run-xml/odd-text", test_odd_text);
  g_test_add_func ("/run-xml/entities", test_entities);
  g_test_add_func ("/run-xml/not-parameters", test_not_parameters);
  return g_test_run ();
}
