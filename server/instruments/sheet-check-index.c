/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Can the samples of a lane be told apart by their indexes? */

#include "config.h"

#include <string.h>

#include "server/instruments/sheet-check.h"

/* So many pairs that clash are named for a sheet; more help nobody. */
#define MAX_CLASHES 500
/* No flow cell takes more; pairs grow with the square. */
#define MAX_SAMPLES 12000

typedef struct
{
  MnsSampleSheet *sheet;
  guint mismatches[2];
  guint n_clashes;
} Check;

static const MnsSheetColumn index_columns[2] = { MNS_SHEET_INDEX, MNS_SHEET_INDEX2 };

static void
check_letters (MnsSampleSheet *sheet, const MnsSheetSample *sample, MnsSheetColumn column)
{
  const char *index = sample->values[column];
  gsize good = index != NULL ? strspn (index, "ACGTNacgtn") : 0;

  if (index == NULL || index[good] == '\0')
    return;
  mns_sample_sheet_add_fault (sheet,
                              MNS_SHEET_ERROR,
                              sample->line,
                              mns_sheet_check_at (sample, column) + (guint) good,
                              "index_letter",
                              "Sample %s: index “%s” holds “%.*s”, only A, C, G, T and N are bases",
                              mns_sheet_check_name (sample),
                              index,
                              (int) (g_utf8_next_char (index + good) - (index + good)),
                              index + good);
}

/* Bases in which two indexes differ; the shorter one is matched as far as it goes. N fits all. */
static guint
distance (const char *a, const char *b)
{
  guint n = 0;

  for (; *a != '\0' && *b != '\0'; a++, b++)
    n += g_ascii_toupper (*a) != g_ascii_toupper (*b) && g_ascii_toupper (*a) != 'N' &&
         g_ascii_toupper (*b) != 'N';
  return n;
}

static gboolean
share_lane (const MnsSheetSample *a, const MnsSheetSample *b)
{
  const char *lane_a = a->values[MNS_SHEET_LANE];
  const char *lane_b = b->values[MNS_SHEET_LANE];

  return lane_a == NULL || lane_b == NULL || g_str_equal (lane_a, lane_b);
}

/* A pair is told apart by one of its indexes alone: 2 m + 1 differences where m mismatches are
 * forgiven. Where only one of two samples has an index, that index tells nothing.
 */
static void
check_pair (Check *check, const MnsSheetSample *first, const MnsSheetSample *second)
{
  guint differences = 0;
  gboolean has_index = FALSE;

  for (guint i = 0; i < 2; i++)
    {
      const char *a = first->values[index_columns[i]];
      const char *b = second->values[index_columns[i]];
      guint n = a != NULL && b != NULL ? distance (a, b) : 0;

      if (n >= 2 * check->mismatches[i] + 1)
        return;
      differences += n;
      has_index |= a != NULL && b != NULL;
    }
  if (++check->n_clashes > MAX_CLASHES)
    return;
  mns_sample_sheet_add_fault (
      check->sheet,
      MNS_SHEET_ERROR,
      second->line,
      mns_sheet_check_at (second, has_index ? MNS_SHEET_INDEX : MNS_SHEET_SAMPLE_ID),
      !has_index ? "no_index" : (differences == 0 ? "index_twice" : "index_close"),
      !has_index ? "Samples %s (line %u) and %s share a lane, but not both have an index"
      : differences == 0
          ? "Samples %s (line %u) and %s share a lane and their indexes are the same"
          : "Samples %s (line %u) and %s share a lane and their indexes differ too little for "
            "the mismatches allowed",
      mns_sheet_check_name (first),
      first->line,
      mns_sheet_check_name (second));
}

static guint
setting_of (const MnsSampleSheet *sheet, const char *key, guint otherwise)
{
  static const char *const sections[] = { "BCLConvert_Settings", "Settings" };

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      const MnsSheetSection *section = mns_sample_sheet_find_section (sheet, sections[i]);

      for (guint j = 0; section != NULL && j < section->rows->len; j++)
        {
          const MnsSheetRow *row = g_ptr_array_index (section->rows, j);
          const MnsSheetCell *value = mns_sheet_row_get (row, 1);
          guint64 number;

          if (value != NULL && g_ascii_strcasecmp (mns_sheet_row_get (row, 0)->text, key) == 0 &&
              g_ascii_string_to_unsigned (value->text, 10, 0, 2, &number, NULL))
            return (guint) number;
        }
    }
  return otherwise;
}

static void
check_pairs (Check *check)
{
  GPtrArray *samples = check->sheet->samples;

  for (guint i = 0; i < samples->len; i++)
    for (guint j = 0; j < i; j++)
      if (share_lane (g_ptr_array_index (samples, j), g_ptr_array_index (samples, i)))
        check_pair (check, g_ptr_array_index (samples, j), g_ptr_array_index (samples, i));
  if (check->n_clashes > MAX_CLASHES)
    mns_sample_sheet_add_fault (check->sheet,
                                MNS_SHEET_ERROR,
                                0,
                                0,
                                "index_more",
                                "%u more pairs of samples cannot be told apart",
                                check->n_clashes - MAX_CLASHES);
}

/* bcl2fastq cuts the longer indexes of a lane to the shortest one. Version 2 is judged by its
 * cycles. */
static void
check_even_lengths (MnsSampleSheet *sheet)
{
  g_autoptr (GHashTable) firsts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; sheet->form != MNS_SHEET_FORM_V2 && i < sheet->samples->len; i++)
    {
      MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);
      const char *index = sample->values[MNS_SHEET_INDEX];
      const char *lane =
          sample->values[MNS_SHEET_LANE] != NULL ? sample->values[MNS_SHEET_LANE] : "";
      const MnsSheetSample *first = g_hash_table_lookup (firsts, lane);

      if (index == NULL)
        continue;
      if (first == NULL)
        g_hash_table_insert (firsts, (gpointer) lane, sample);
      else if (strlen (first->values[MNS_SHEET_INDEX]) != strlen (index))
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_WARNING,
                                    sample->line,
                                    mns_sheet_check_at (sample, MNS_SHEET_INDEX),
                                    "index_lengths",
                                    "Sample %s: index “%s” is not as long as that of %s in the "
                                    "same lane (line %u)",
                                    mns_sheet_check_name (sample),
                                    index,
                                    mns_sheet_check_name (first),
                                    first->line);
    }
}

void
mns_sheet_check_indexes (MnsSampleSheet *sheet, const MnsSheetRules *rules)
{
  Check check = { sheet, { 1, 1 }, 0 };

  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);

      check_letters (sheet, sample, MNS_SHEET_INDEX);
      check_letters (sheet, sample, MNS_SHEET_INDEX2);
      if (sample->values[MNS_SHEET_INDEX2] != NULL && sample->values[MNS_SHEET_INDEX] == NULL)
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_ERROR,
                                    sample->line,
                                    mns_sheet_check_at (sample, MNS_SHEET_INDEX2),
                                    "index2_only",
                                    "Sample %s has an index 2 but no index 1",
                                    mns_sheet_check_name (sample));
    }
  check_even_lengths (sheet);
  check.mismatches[0] = rules->mismatches >= 0 ? (guint) rules->mismatches
                                               : setting_of (sheet, "BarcodeMismatchesIndex1", 1);
  check.mismatches[1] = rules->mismatches >= 0 ? (guint) rules->mismatches
                                               : setting_of (sheet, "BarcodeMismatchesIndex2", 1);
  if (sheet->samples->len <= MAX_SAMPLES)
    check_pairs (&check);
  else
    mns_sample_sheet_add_fault (
        sheet,
        MNS_SHEET_ERROR,
        0,
        0,
        "too_many_samples",
        "The table has %u samples; indexes of more than %d are not compared",
        sheet->samples->len,
        MAX_SAMPLES);
}
