/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* OverrideCycles: `Y151;I8N2;N2I8;Y151`, a segment a read in run order; Y data, I index, N skip, U
 * molecular barcode. The numbers of a segment add up to the cycles of its read.
 */

#include "config.h"

#include <string.h>

#include "server/instruments/sheet-check.h"

#define MAX_SEGMENTS 8

typedef struct
{
  guint sum;
  guint index; /* cycles of I */
  gboolean has_data;
} Segment;

/* Takes one segment apart; %FALSE if it is not of letters and numbers in turn. */
static gboolean
parse_segment (const char *text, gsize length, Segment *segment)
{
  const char *end = text + length;

  *segment = (Segment){ 0 };
  if (length == 0)
    return FALSE;
  while (text < end)
    {
      char letter = g_ascii_toupper (*text++);
      guint cycles = 0;

      if (strchr ("YINU", letter) == NULL || text >= end || !g_ascii_isdigit (*text))
        return FALSE;
      while (text < end && g_ascii_isdigit (*text) && cycles < 100000)
        cycles = cycles * 10 + (guint) (*text++ - '0');
      segment->sum += cycles;
      segment->index += letter == 'I' ? cycles : 0;
      segment->has_data |= letter == 'Y';
    }
  return TRUE;
}

/* Returns the number of segments, 0 if one is malformed (then @bad is where it begins). */
static guint
parse_segments (const char *text, Segment segments[MAX_SEGMENTS], gsize *bad)
{
  const char *at = text;
  guint n = 0;

  for (;;)
    {
      gsize length = strcspn (at, ";");

      *bad = (gsize) (at - text);
      if (n == MAX_SEGMENTS || !parse_segment (at, length, &segments[n++]))
        return 0;
      if (at[length] == '\0')
        return n;
      at += length + 1;
    }
}

/* The index cycles that OverrideCycles leaves of each index read, in run order. */
gboolean
mns_sheet_index_lengths (const char *override_cycles, guint lengths[2])
{
  Segment segments[MAX_SEGMENTS];
  gsize bad;
  guint n = override_cycles != NULL ? parse_segments (override_cycles, segments, &bad) : 0;
  guint n_indexes = 0;

  lengths[0] = lengths[1] = 0;
  for (guint i = 0; i < n; i++)
    if (segments[i].index > 0 && n_indexes < 2)
      lengths[n_indexes++] = segments[i].index;
  return n > 0;
}

/* Cycles of the reads in run order: read 1, index 1, index 2, read 2. The rules know the run; else
 * the sheet says.
 */
static guint
reads_in_order (const MnsSampleSheet *sheet, const MnsSheetRules *rules, guint cycles[4])
{
  gboolean by_rules = rules->reads[0] > 0;
  const guint *reads = by_rules ? rules->reads : sheet->reads;
  const guint *index_reads = by_rules ? rules->index_reads : sheet->index_reads;
  const guint all[4] = { reads[0], index_reads[0], index_reads[1], reads[1] };
  guint n = 0;

  if (sheet->form != MNS_SHEET_FORM_V2 && !by_rules)
    return 0; /* version 1 says nothing about index reads */
  for (guint i = 0; i < 4; i++)
    if (all[i] > 0)
      cycles[n++] = all[i];
  return n;
}

static void
check_override (MnsSampleSheet *sheet,
                const char *text,
                guint line,
                guint at,
                const guint *cycles,
                guint n_reads)
{
  Segment segments[MAX_SEGMENTS];
  gsize bad = 0;
  guint n = parse_segments (text, segments, &bad);

  if (n == 0)
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                line,
                                at > 0 ? at + (guint) bad : 0,
                                "override_form",
                                "OverrideCycles “%s”: “%s” is not made of Y, I, N, U and numbers",
                                text,
                                text + bad);
  else if (n_reads > 0 && n != n_reads)
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                line,
                                at,
                                "override_reads",
                                "OverrideCycles “%s” speaks of %u reads, the run has %u",
                                text,
                                n,
                                n_reads);
  else
    for (guint i = 0; i < n_reads; i++)
      if (segments[i].sum != cycles[i])
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_ERROR,
                                    line,
                                    at,
                                    "override_sum",
                                    "OverrideCycles “%s”: part %u adds up to %u cycles, the read "
                                    "has %u",
                                    text,
                                    i + 1,
                                    segments[i].sum,
                                    cycles[i]);
}

static void
check_length (MnsSampleSheet *sheet,
              const MnsSheetSample *sample,
              MnsSheetColumn column,
              guint wanted,
              gboolean by_override)
{
  const char *index = sample->values[column];

  if (index == NULL || wanted == 0 || strlen (index) == wanted)
    return;
  mns_sample_sheet_add_fault (sheet,
                              MNS_SHEET_ERROR,
                              sample->line,
                              mns_sheet_check_at (sample, column),
                              "index_length",
                              "Sample %s: index “%s” has %zu bases, %s %u%s",
                              mns_sheet_check_name (sample),
                              index,
                              strlen (index),
                              by_override ? "OverrideCycles leaves" : "the read has",
                              wanted,
                              by_override ? "" : " and no OverrideCycles says which to leave out");
}

static void
check_lengths (MnsSampleSheet *sheet, const MnsSheetSample *sample, const MnsSheetRules *rules)
{
  const char *own = sample->values[MNS_SHEET_OVERRIDE_CYCLES];
  const char *override = own != NULL ? own : sheet->override_cycles;
  gboolean by_rules = rules->reads[0] > 0;
  const guint *reads = by_rules ? rules->index_reads : sheet->index_reads;
  guint lengths[2] = { 0, 0 };
  gboolean by_override = mns_sheet_index_lengths (override, lengths);

  if (sheet->form != MNS_SHEET_FORM_V2)
    return;
  check_length (sheet, sample, MNS_SHEET_INDEX, by_override ? lengths[0] : reads[0], by_override);
  check_length (sheet, sample, MNS_SHEET_INDEX2, by_override ? lengths[1] : reads[1], by_override);
}

void
mns_sheet_check_cycles (MnsSampleSheet *sheet, const MnsSheetRules *rules)
{
  guint cycles[4];
  guint n_reads = reads_in_order (sheet, rules, cycles);

  if (sheet->override_cycles != NULL)
    check_override (sheet, sheet->override_cycles, 0, 0, cycles, n_reads);
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);
      const char *own = sample->values[MNS_SHEET_OVERRIDE_CYCLES];

      if (own != NULL)
        check_override (sheet,
                        own,
                        sample->line,
                        mns_sheet_check_at (sample, MNS_SHEET_OVERRIDE_CYCLES),
                        cycles,
                        n_reads);
      check_lengths (sheet, sample, rules);
    }
}
