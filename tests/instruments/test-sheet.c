/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Sample sheets: reading against expected.json, every fault with its place, writing, converting. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "server/instruments/index2.h"
#include "server/instruments/sheet-convert.h"
#include "server/instruments/sheet.h"
#include "server/instruments/text-file.h"
#include "sync/model/error.h"
#include "tests/instruments/shared-data.h"

static guint n_compared;

static void
compare_list (JsonArray *expected, char **actual, guint n)
{
  g_assert_cmpuint (json_array_get_length (expected), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpstr (json_array_get_string_element (expected, i), ==, actual[i]);
  n_compared += n + 1;
}

static const char *
text_or_null (JsonObject *expected, const char *member)
{
  return json_object_get_null_member (expected, member)
             ? NULL
             : json_object_get_string_member (expected, member);
}

static void
compare_reads (JsonObject *expected, const MnsSampleSheet *sheet)
{
  static const char *const names[] = {
    "Read1Cycles",
    "Read2Cycles",
    "Index1Cycles",
    "Index2Cycles",
  };
  const guint seen[] = {
    sheet->reads[0],
    sheet->reads[1],
    sheet->index_reads[0],
    sheet->index_reads[1],
  };
  JsonNode *node = json_object_get_member (expected, "reads");

  for (guint i = 0; i < 4; i++)
    {
      gint64 wanted = 0;

      if (JSON_NODE_HOLDS_OBJECT (node))
        wanted = json_object_get_int_member_with_default (json_node_get_object (node), names[i], 0);
      else if (i < json_array_get_length (json_node_get_array (node)))
        wanted = g_ascii_strtoll (
            json_array_get_string_element (json_node_get_array (node), i), NULL, 10);
      g_assert_cmpint (seen[i], ==, wanted);
      n_compared++;
    }
}

static void
compare_sheet (const char *path, JsonObject *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_read (path, &error);
  g_autoptr (GPtrArray) sections = g_ptr_array_new ();
  const MnsSheetSample *first;

  g_assert_no_error (error);
  g_assert_cmpuint (sheet->faults->len, ==, 0);
  g_assert_cmpstr (mns_sheet_form_name (sheet->form), ==, text_or_null (expected, "form"));
  g_assert_cmpstr (sheet->crlf ? "CRLF" : "LF", ==, text_or_null (expected, "line_end"));
  for (guint i = 0; sheet->form != MNS_SHEET_FORM_CLASSIC && i < sheet->sections->len; i++)
    g_ptr_array_add (sections, ((MnsSheetSection *) g_ptr_array_index (sheet->sections, i))->name);
  compare_list (json_object_get_array_member (expected, "sections"),
                (char **) sections->pdata,
                sections->len);
  compare_list (json_object_get_array_member (expected, "columns"),
                sheet->columns,
                g_strv_length (sheet->columns));
  g_assert_cmpint (sheet->samples->len, ==, json_object_get_int_member (expected, "samples"));
  first = g_ptr_array_index (sheet->samples, 0);
  g_assert_cmpstr (first->values[MNS_SHEET_SAMPLE_ID], ==, text_or_null (expected, "first_sample"));
  g_assert_cmpstr (first->values[MNS_SHEET_LANE], ==, text_or_null (expected, "first_lane"));
  g_assert_cmpstr (first->values[MNS_SHEET_INDEX], ==, text_or_null (expected, "first_index"));
  g_assert_cmpstr (first->values[MNS_SHEET_INDEX2], ==, text_or_null (expected, "first_index2"));
  n_compared += 7;
  compare_reads (expected, sheet);
}

static void
test_expected (void)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *expected = shared_data_expected ("sample-sheets", &parser);
  g_autofree char *root = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  guint n = 0;

  if (expected == NULL)
    return;
  root = shared_data_find ("sample-sheets");
  json_object_iter_init (&iter, expected);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree char *path = g_build_filename (root, name, NULL);

      compare_sheet (path, json_node_get_object (node));
      n++;
    }
  g_assert_cmpuint (n, ==, 15);
  g_test_message ("sample-sheets: %u sheets, %u members compared", n, n_compared);
}

#define V2(reads, settings, data)                                                                  \
  "[Header]\nFileFormatVersion,2\n[Reads]\n" reads "[BCLConvert_Settings]\n" settings              \
  "[BCLConvert_Data]\n" data
#define R8 "Read1Cycles,51\nIndex1Cycles,8\n"
#define R88 R8 "Index2Cycles,8\n"
#define H "Sample_ID,Index\n"
#define LH "Lane,Sample_ID,Index\n"
#define V1(data) "[Data]\n" data

/* Each sheet with all its faults, "line:column:code" in the order of lines. */
static const struct
{
  const char *title;
  const char *sheet;
  const char *faults;
} faulty[] = {
  { "good", V2 (R8, "", H "a,ACGTACGT\nb,TTTTCCCC\n"), "" },
  { "empty", "", "0:0:no_samples" },
  { "no samples", V1 ("Sample_ID\n"), "0:0:no_samples" },
  { "before section", "hello\n[Data]\nSample_ID\na\n", "1:1:before_section" },
  { "open section", "[Data\nSample_ID\na\n", "1:1:section_open" },
  { "section twice", V1 ("Sample_ID\na\n[Data]\nSample_ID\nb\n"), "4:1:section_twice" },
  { "open quote", V1 ("Sample_ID,Description\na,\"x\n"), "3:3:quote_open" },
  { "not ASCII", V1 ("Sample_ID,Description\na,µ\n"), "3:3:not_ascii" },
  { "column twice", V1 ("Sample_ID,sample_id\na,b\n"), "0:0:column_twice" },
  { "no sample column", V1 ("Name\na\n"), "0:0:no_sample_column 3:1:no_id" },
  { "extra cell", V1 ("Sample_ID\na,b\n"), "3:3:cell_without_column" },
  { "id sign", V1 ("Sample_ID\na.b\n"), "3:2:id_sign" },
  { "id missing", V1 (LH "1,,ACGTACGT\n"), "3:1:no_id" },
  { "id kept", V1 ("Sample_ID\nUndetermined\n"), "3:1:id_reserved" },
  { "id long",
    V2 (R8, "", H "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,ACGTACGT\n"),
    "9:1:id_long" },
  { "lane", V1 (LH "9,a,ACGTACGT\nx,b,TTTTCCCC\n"), "3:1:lane 4:1:lane" },
  { "lane missing", V1 (LH ",a,ACGTACGT\n"), "3:1:no_lane" },
  { "comma", V2 (R8, "", "Sample_ID,Index,Sample_Project\na,ACGTACGT,\"p,q\"\n"), "9:12:comma" },
  { "same index", V1 (H "a,ACGTACGT\nb,ACGTACGT\n"), "4:3:index_twice" },
  { "close index", V1 (H "a,ACGTACGT\nb,ACGTACCC\n"), "4:3:index_close" },
  { "close, not forgiving",
    V2 (R8, "BarcodeMismatchesIndex1,0\n", H "a,ACGTACGT\nb,ACGTACCC\n"),
    "" },
  { "other lane", V1 (LH "1,a,ACGTACGT\n2,b,ACGTACGT\n"), "" },
  { "same sample in lanes", V1 (LH "1,a,ACGTACGT\n2,a,ACGTACGT\n"), "" },
  { "sample twice", V1 (LH "1,a,ACGTACGT\n1,a,TTTTCCCC\n"), "4:3:sample_twice" },
  { "no index in shared lane", V1 (H "a,\nb,\n"), "4:1:no_index" },
  { "index letter", V1 (H "a,ACGUACGT\n"), "3:6:index_letter" },
  { "index lengths", V1 (H "a,ACGTACGT\nb,TTTTCC\n"), "4:3:index_lengths" },
  { "index 2 tells apart",
    V1 ("Sample_ID,index,index2\na,ACGTACGT,AAAAAAAA\nb,ACGTACGT,CCCCCCCC\n"),
    "" },
  { "index 2 only", V1 ("Sample_ID,index,index2\na,,AAAAAAAA\n"), "3:4:index2_only" },
  { "index length", V2 (R8, "", H "a,ACGTAC\n"), "9:3:index_length" },
  { "override", V2 (R8, "OverrideCycles,Y51;I6N2\n", H "a,ACGTAC\n"), "" },
  { "override length",
    V2 (R8, "OverrideCycles,Y51;I6N2\n", H "a,ACGTACGT\n"),
    "10:3:index_length" },
  { "override sum", V2 (R8, "OverrideCycles,Y50;I8\n", H "a,ACGTACGT\n"), "0:0:override_sum" },
  { "override reads", V2 (R88, "OverrideCycles,Y51;I8\n", H "a,ACGTACGT\n"), "0:0:override_reads" },
  { "override form",
    V2 (R8, "", "Sample_ID,Index,OverrideCycles\na,ACGTACGT,Y51;8I\n"),
    "9:16:override_form" },
  { "cycles", V2 ("Read1Cycles,many\n", "", H "a,ACGTACGT\n"), "0:0:no_reads 4:13:cycles" },
  { "read", V2 (R8 "Read3Cycles,5\n", "", H "a,ACGTACGT\n"), "6:1:read" },
  { "adapter", V2 (R8, "AdapterRead1,HELLO\n", H "a,ACGTACGT\n"), "0:0:adapter" },
  { "application",
    V2 (R8, "", H "a,ACGTACGT\n[DragenRNA_Data]\nSample_ID\na\nb\n"),
    "13:1:unknown_sample" },
  { "old sections",
    "[Header]\nFileFormatVersion,2\n[Reads]\n" R8 "[Data]\n" H "a,ACGTACGT\n",
    "0:0:old_sections" },
  { "classic dual",
    "FCID,Lane,SampleID,Index\nF,1,a,AAAA-CCCC\nF,1,b,AAAA-CCGX\n",
    "3:7:index_close 3:15:index_letter" },
};

static void
test_faults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faulty); i++)
    {
      g_autoptr (MnsSampleSheet) sheet =
          mns_sample_sheet_parse (faulty[i].sheet, strlen (faulty[i].sheet));
      GPtrArray *faults = mns_sample_sheet_check (sheet, NULL);
      g_autoptr (GString) seen = g_string_new (NULL);

      for (guint j = 0; j < faults->len; j++)
        {
          const MnsSheetFault *fault = g_ptr_array_index (faults, j);

          g_string_append_printf (
              seen, "%s%u:%u:%s", j > 0 ? " " : "", fault->line, fault->column, fault->code);
          g_assert_cmpstr (fault->message, !=, "");
        }
      if (!g_str_equal (seen->str, faulty[i].faults))
        g_test_message ("sheet “%s”", faulty[i].title);
      g_assert_cmpstr (seen->str, ==, faulty[i].faults);
    }
}

/* The run's own reads win over those of the sheet. */
static void
test_rules (void)
{
  const char text[] = V1 (LH "3,a,ACGTACGT\n");
  const MnsSheetRules rules = { 1, 2, { 51, 0 }, { 8, 0 } };
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_parse (text, strlen (text));
  GPtrArray *faults = mns_sample_sheet_check (sheet, &rules);

  g_assert_cmpuint (faults->len, ==, 1);
  g_assert_cmpstr (((MnsSheetFault *) g_ptr_array_index (faults, 0))->code, ==, "lane");
}

static void
test_quotes (void)
{
  const char text[] =
      "[Data]\r\nSample_ID,Description,Sample_Project\r\n"
      "a,\"one, \"\"two\"\"\", p \r\n,,\r\n";
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_parse (text, strlen (text));
  g_autofree char *again = NULL;
  g_autoptr (MnsSampleSheet) reread = NULL;
  const MnsSheetSample *sample;

  g_assert_cmpuint (sheet->samples->len, ==, 1);
  sample = g_ptr_array_index (sheet->samples, 0);
  g_assert_cmpstr (sample->values[MNS_SHEET_DESCRIPTION], ==, "one, \"two\"");
  g_assert_cmpstr (sample->values[MNS_SHEET_PROJECT], ==, "p");
  g_assert_cmpuint (sample->at[MNS_SHEET_PROJECT], ==, 19);
  g_assert_true (sheet->crlf);
  again = mns_sample_sheet_to_text (sheet, NULL);
  reread = mns_sample_sheet_parse (again, strlen (again));
  sample = g_ptr_array_index (reread->samples, 0);
  g_assert_cmpstr (sample->values[MNS_SHEET_DESCRIPTION], ==, "one, \"two\"");
}

static void
assert_same_samples (const MnsSampleSheet *a, const MnsSampleSheet *b, gboolean turned)
{
  static const MnsSheetColumn kept[] = {
    MNS_SHEET_LANE,
    MNS_SHEET_SAMPLE_ID,
    MNS_SHEET_INDEX,
    MNS_SHEET_PROJECT,
  };

  g_assert_cmpuint (a->samples->len, ==, b->samples->len);
  for (guint i = 0; i < a->samples->len; i++)
    {
      const MnsSheetSample *one = g_ptr_array_index (a->samples, i);
      const MnsSheetSample *two = g_ptr_array_index (b->samples, i);
      const char *index2 = one->values[MNS_SHEET_INDEX2];
      g_autofree char *wanted =
          index2 != NULL && turned ? mns_index2_turn (index2) : g_strdup (index2);

      for (guint j = 0; j < G_N_ELEMENTS (kept); j++)
        g_assert_cmpstr (one->values[kept[j]], ==, two->values[kept[j]]);
      g_assert_cmpstr (two->values[MNS_SHEET_INDEX2], ==, wanted);
    }
}

/* Every real sheet to every form, written and read again: the samples are the same. */
static void
test_conversions (void)
{
  g_autofree char *root = shared_data_find ("sample-sheets");
  g_autoptr (GDir) dir = root != NULL ? g_dir_open (root, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    for (MnsSheetForm form = MNS_SHEET_FORM_CLASSIC; form <= MNS_SHEET_FORM_V2; form++)
      {
        MnsSheetTarget target = { form, n % 2 == 0, FALSE, 1, "FC1", NULL, NULL };
        g_autofree char *path = g_build_filename (root, name, NULL);
        g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
        g_autoptr (MnsSampleSheet) sheet = NULL;
        g_autoptr (MnsSampleSheet) made = NULL;
        g_autoptr (MnsSampleSheet) reread = NULL;
        g_autoptr (GError) error = NULL;
        g_autofree char *text = NULL;

        if (!g_str_has_suffix (name, ".csv"))
          continue;
        sheet = mns_sample_sheet_read (path, NULL);
        for (guint i = 0; form == MNS_SHEET_FORM_CLASSIC && i < sheet->samples->len; i++)
          if (((MnsSheetSample *) g_ptr_array_index (sheet->samples, i))->values[MNS_SHEET_LANE] ==
              NULL)
            mns_sheet_sample_set (g_ptr_array_index (sheet->samples, i), MNS_SHEET_LANE, "1");
        made = mns_sample_sheet_convert (sheet, &target, left_out, &error);
        g_assert_no_error (error);
        text = mns_sample_sheet_to_text (made, &error);
        g_assert_no_error (error);
        reread = mns_sample_sheet_parse (text, strlen (text));
        g_assert_cmpint (reread->form, ==, form);
        g_assert_cmpuint (reread->faults->len, ==, 0);
        assert_same_samples (sheet, reread, target.turn_index2);
        n++;
      }
  if (root != NULL)
    g_assert_cmpuint (n, ==, 45);
  g_test_message ("%u conversions of real sheets read again", n);
}

static void
test_convert_v1_to_v2 (void)
{
  const char text[] =
      "[Header]\nExperiment Name,R1\n[Reads]\n151\n151\n[Settings]\n"
      "Adapter,CTGT\n[Data]\nSample_ID,index,index2,Sample_Plate\n"
      "a,ACGTACGT,AAAACCCC,P1\nb,GGTTGG,AACCAA,P1\n";
  const char wanted[] =
      "[Header]\nFileFormatVersion,2\nRunName,R1\nInstrumentType,NovaSeqXPlus\n"
      "\n[Reads]\nRead1Cycles,151\nRead2Cycles,151\nIndex1Cycles,8\n"
      "Index2Cycles,8\n\n[BCLConvert_Settings]\nSoftwareVersion,4.1.7\n"
      "AdapterRead1,CTGT\n\n[BCLConvert_Data]\n"
      "Sample_ID,Index,Index2,OverrideCycles\n"
      "a,ACGTACGT,GGGGTTTT,Y151;I8;I8;Y151\n"
      "b,GGTTGG,TTGGTT,Y151;I6N2;N2I6;Y151\n";
  const MnsSheetTarget target = {
    MNS_SHEET_FORM_V2, TRUE, TRUE, 0, NULL, "NovaSeqXPlus", "4.1.7",
  };
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_parse (text, strlen (text));
  g_autoptr (MnsSampleSheet) made = mns_sample_sheet_convert (sheet, &target, left_out, NULL);
  g_autofree char *seen = mns_sample_sheet_to_text (made, NULL);
  g_autoptr (MnsSampleSheet) reread = mns_sample_sheet_parse (seen, strlen (seen));

  g_assert_cmpstr (seen, ==, wanted);
  g_assert_cmpuint (left_out->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (left_out, 0), ==, "column Sample_Plate");
  g_assert_cmpuint (mns_sample_sheet_check (reread, NULL)->len, ==, 0);
}

static void
test_convert_refused (void)
{
  const char text[] = V1 (H "a,ACGTACGT\n");
  MnsSheetTarget target = { MNS_SHEET_FORM_CLASSIC, FALSE, FALSE, 0, "FC", NULL, NULL };
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_parse (text, strlen (text));
  g_autoptr (MnsSampleSheet) made = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_sample_sheet_convert (sheet, &target, left_out, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  target.lanes = 2; /* now the sample gets a row a lane */
  made = mns_sample_sheet_convert (sheet, &target, left_out, NULL);
  g_assert_cmpuint (made->samples->len, ==, 2);
}

static void
test_unwritable (void)
{
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_new (MNS_SHEET_FORM_V2);
  g_autoptr (GError) error = NULL;

  mns_sheet_sample_set (mns_sample_sheet_add (sheet), MNS_SHEET_SAMPLE_ID, "a,b");
  g_assert_null (mns_sample_sheet_to_text (sheet, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
}

/* The whole table of interop-formats section 8, one letter a use, - where nothing is known. */
static void
test_index2 (void)
{
  static const struct
  {
    const char *instrument, *variant;
    char as_read;
    const char *uses; /* bcl2fastq, on the instrument, cloud, BCL Convert */
  } cases[] = {
    { "MiSeq", NULL, 'F', "FFFF" },           { "HiSeq 2500", NULL, 'F', "FFFF" },
    { "iSeq 100", NULL, 'R', "RFFR" },        { "MiniSeq", NULL, 'R', "RFFR" },
    { "MiniSeq", "rapid", 'F', "FFFF" },      { "NextSeq 550", NULL, 'R', "RFFR" },
    { "NextSeq/MiniSeq", NULL, 'R', "RFFR" }, { "HiSeq 4000", NULL, 'R', "R--R" },
    { "HiSeq X", NULL, 'R', "R--R" },         { "HiSeq 3000", "single-read", 'F', "F--F" },
    { "NextSeq1k2k", NULL, 'R', "RFFF" },     { "NextSeq2000", NULL, 'R', "RFFF" },
    { "NovaSeq6000", "v1", 'F', "FFFF" },     { "NovaSeq6000", "v1.5", 'R', "RRFR" },
    { "NovaSeq6000", NULL, '-', "----" },     { "NovaSeqXSeries", NULL, 'R', "RFFF" },
    { "Toaster", NULL, '-', "----" },
  };
  g_autoptr (MnsIndex2Table) table = mns_index2_table_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint use = 0; use < MNS_SHEET_N_USES; use++)
      {
        MnsModelFamily family = mns_index2_family_from_text (cases[i].instrument);
        MnsIndex2 as_read = MNS_INDEX2_UNKNOWN, in_sheet = MNS_INDEX2_UNKNOWN;
        g_autoptr (GError) error = NULL;
        gboolean known = mns_index2_table_find (
            table, family, cases[i].variant, (MnsSheetUse) use, &as_read, &in_sheet, &error);

        g_assert_cmpint ("-FR"[in_sheet], ==, cases[i].uses[use]);
        g_assert_true (known == (error == NULL));
        if (known)
          g_assert_cmpint ("-FR"[as_read], ==, cases[i].as_read);
      }
}

static void
test_index2_variants (void)
{
  static const struct
  {
    const char *folder;
    MnsModelFamily family;
    const char *variant;
  } cases[] = {
    { "novaseq6000-v1-kit-params-only", MNS_MODEL_FAMILY_NOVASEQ_6000, "v1" },
    { "novaseq6000-v15-kit-params-only", MNS_MODEL_FAMILY_NOVASEQ_6000, "v1.5" },
    { "novaseq6000-old-software-params-only", MNS_MODEL_FAMILY_NOVASEQ_6000, "v1" },
    { "hiseq4000-single-read-dual", MNS_MODEL_FAMILY_HISEQ_4000, "single-read" },
    { "hiseq4000-single-index", MNS_MODEL_FAMILY_HISEQ_4000, NULL },
  };
  g_autofree char *root = shared_data_find ("run-xml");

  for (gsize i = 0; root != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = g_build_filename (root, cases[i].folder, NULL);
      g_autoptr (MnsRunParameters) parameters = mns_run_parameters_read (folder, NULL);

      g_assert_cmpstr (mns_index2_variant (cases[i].family, parameters), ==, cases[i].variant);
    }
}

static void
test_index2_settings (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsIndex2Table) table = NULL;
  MnsIndex2 as_read, in_sheet;
  int fd = g_file_open_tmp ("index2-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_file_set_contents (
      path, "[ours]\nInstrument=MiSeq\nRead=forward\nBcl2fastq=reverse\n", -1, NULL);
  table = mns_index2_table_new_from_file (path, &error);
  g_assert_no_error (error);
  g_assert_true (mns_index2_table_find (
      table, MNS_MODEL_FAMILY_MISEQ, NULL, MNS_SHEET_USE_BCL2FASTQ, &as_read, &in_sheet, NULL));
  g_assert_cmpint (in_sheet, ==, MNS_INDEX2_REVERSE);
  g_file_set_contents (path, "[ours]\nInstrument=MiSeq\nRead=sideways\n", -1, NULL);
  g_assert_null (mns_index2_table_new_from_file (path, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  unlink (path);
}

static void
test_turn (void)
{
  g_autofree char *turned = mns_index2_turn ("GTGCCATAN");
  g_autofree char *back = mns_index2_turn (turned);

  g_assert_cmpstr (turned, ==, "NTATGGCAC");
  g_assert_cmpstr (back, ==, "GTGCCATAN");
}

/* Every beginning of every real sheet up to 4 KiB, read and checked. */
static void
test_prefixes (void)
{
  g_autofree char *root = shared_data_find ("sample-sheets");
  g_autoptr (GDir) dir = root != NULL ? g_dir_open (root, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, name, NULL);
      gsize length = 0;
      g_autofree char *data = g_str_has_suffix (name, ".csv")
                                  ? mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, NULL)
                                  : NULL;

      for (gsize cut = 0; cut < MIN (length, 4096); cut++)
        {
          g_autofree char *part = g_memdup2 (data, cut + 1);
          g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_parse (part, cut);

          g_assert_nonnull (mns_sample_sheet_check (sheet, NULL));
          n++;
        }
    }
  g_test_message ("%u prefixes of sample sheets read", n);
}

static void
read_changed (const char *data, gsize length)
{
  g_autoptr (MnsSampleSheet) sheet = mns_sample_sheet_parse (data, length);
  g_autofree char *text = NULL;

  mns_sample_sheet_check (sheet, NULL);
  text = mns_sample_sheet_to_text (sheet, NULL);
}

static void
test_changed_bytes (void)
{
  static const char *const files[] = {
    "sample-sheets/v2-novaseq6000-bclconvert.csv",
    "sample-sheets/v1-iem5-nextseq500.csv",
    "sample-sheets/classic-hiseq-fcid.csv",
  };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = shared_data_find (files[i]);
      gsize length;
      g_autofree char *data =
          path != NULL ? mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, NULL) : NULL;

      if (data != NULL)
        n += shared_data_change_bytes (data, length, read_changed);
    }
  g_test_message ("%u changed sample sheets read", n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sheet/expected", test_expected);
  g_test_add_func ("/sheet/faults", test_faults);
  g_test_add_func ("/sheet/rules", test_rules);
  g_test_add_func ("/sheet/quotes", test_quotes);
  g_test_add_func ("/sheet/conversions", test_conversions);
  g_test_add_func ("/sheet/convert/v1-to-v2", test_convert_v1_to_v2);
  g_test_add_func ("/sheet/convert/refused", test_convert_refused);
  g_test_add_func ("/sheet/unwritable", test_unwritable);
  g_test_add_func ("/sheet/index2/table", test_index2);
  g_test_add_func ("/sheet/index2/variants", test_index2_variants);
  g_test_add_func ("/sheet/index2/settings", test_index2_settings);
  g_test_add_func ("/sheet/index2/turn", test_turn);
  g_test_add_func ("/sheet/prefixes", test_prefixes);
  g_test_add_func ("/sheet/changed-bytes", test_changed_bytes);
  return g_test_run ();
}
