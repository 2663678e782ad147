/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sample sheets of sequencers: the three forms, read with the place of every cell, so that each
 * fault can be shown where it stands.
 */

/* CLASSIC: one table that begins with FCID (HiSeq, CASAVA 1.8). V1: sections with [Data] (IEM
 * 4 and 5, Local Run Manager, bcl2fastq 2). V2: FileFormatVersion 2 (BCL Convert).
 */
typedef enum
{
  MNS_SHEET_FORM_CLASSIC,
  MNS_SHEET_FORM_V1,
  MNS_SHEET_FORM_V2,
} MnsSheetForm;

/* A sheet with a WARNING is taken by the instrument and does what it says, perhaps not what was
 * meant; one with an ERROR is refused, or samples get mixed up.
 */
typedef enum
{
  MNS_SHEET_ERROR,
  MNS_SHEET_WARNING,
} MnsSheetGravity;

/**
 * MnsSheetFault:
 * @gravity: how bad
 * @line: from 1, 0 for the file as a whole
 * @column: character in the line, from 1, 0 for the line as a whole
 * @code: a word for programs: `index_collision`
 * @message: a sentence that names object, value and rule
 */
typedef struct
{
  MnsSheetGravity gravity;
  guint line;
  guint column;
  const char *code;
  char *message;
} MnsSheetFault;

typedef struct
{
  char *text; /* without blanks around it and without its quotes */
  guint column;
} MnsSheetCell;

typedef struct
{
  guint line;
  GArray *cells; /* of MnsSheetCell; none for an empty line */
} MnsSheetRow;

typedef struct
{
  char *name; /* without brackets; "" for the table of a classic sheet */
  guint line;
  GPtrArray *rows; /* of MnsSheetRow, without comments and empty lines */
} MnsSheetSection;

/* The columns of samples that have a meaning, in whatever form of sheet. */
typedef enum
{
  MNS_SHEET_LANE,
  MNS_SHEET_SAMPLE_ID,
  MNS_SHEET_SAMPLE_NAME,
  MNS_SHEET_PLATE,
  MNS_SHEET_WELL,
  MNS_SHEET_INDEX_ID,
  MNS_SHEET_INDEX,
  MNS_SHEET_INDEX2_ID,
  MNS_SHEET_INDEX2,
  MNS_SHEET_PROJECT,
  MNS_SHEET_DESCRIPTION,
  MNS_SHEET_OVERRIDE_CYCLES,
  MNS_SHEET_FLOWCELL,
  MNS_SHEET_REFERENCE,
  MNS_SHEET_CONTROL,
  MNS_SHEET_RECIPE,
  MNS_SHEET_OPERATOR,
  MNS_SHEET_GENOME,
  MNS_SHEET_N_COLUMNS,
} MnsSheetColumn;

/**
 * MnsSheetSample:
 * @line: where it stands, 0 in a sheet that was made here
 * @at: character where each value begins, 0 where it has none
 * @values: the values by #MnsSheetColumn, %NULL for none. The two indexes are apart also where a
 *   classic sheet has `AAAA-CCCC`.
 */
typedef struct
{
  guint line;
  guint at[MNS_SHEET_N_COLUMNS];
  char *values[MNS_SHEET_N_COLUMNS];
} MnsSheetSample;

/**
 * MnsSampleSheet:
 * @crlf: lines end in CR LF
 * @sections: all sections as read, in their order
 * @faults: of #MnsSheetFault, those found while reading
 * @columns: heads of the sample table as written, %NULL terminated
 * @samples: of #MnsSheetSample
 * @reads: cycles of the data reads, 0 where not said
 * @index_reads: cycles of the index reads, 0 where not said
 *
 * The text members are %NULL where the sheet does not say.
 */
typedef struct
{
  MnsSheetForm form;
  gboolean crlf;
  GPtrArray *sections;
  GPtrArray *faults;
  char **columns;
  GPtrArray *samples;
  guint reads[2];
  guint index_reads[2];

  char *run_name;
  char *date;
  char *investigator;
  char *instrument;        /* InstrumentType, Instrument Type or InstrumentPlatform */
  char *index_orientation; /* "Forward": index 2 is as in the adapter whatever the instrument */
  char *chemistry;
  char *adapter1;
  char *adapter2;
  char *override_cycles;
  char *software_version;
} MnsSampleSheet;

MnsSampleSheet *mns_sample_sheet_new (MnsSheetForm form);
MnsSampleSheet *mns_sample_sheet_parse (const char *data, gsize length);
MnsSampleSheet *mns_sample_sheet_read (const char *path, GError **error);
void mns_sample_sheet_free (MnsSampleSheet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsSampleSheet, mns_sample_sheet_free)

MnsSheetSample *mns_sample_sheet_add (MnsSampleSheet *self);
void mns_sheet_sample_set (MnsSheetSample *sample, MnsSheetColumn column, const char *value);
const MnsSheetSection *mns_sample_sheet_find_section (const MnsSampleSheet *self, const char *name);
const MnsSheetCell *mns_sheet_row_get (const MnsSheetRow *row, guint i);

const char *mns_sheet_form_name (MnsSheetForm form);
gboolean mns_sheet_form_from_name (const char *name, MnsSheetForm *form);

void mns_sample_sheet_add_fault (MnsSampleSheet *self,
                                 MnsSheetGravity gravity,
                                 guint line,
                                 guint column,
                                 const char *code,
                                 const char *format,
                                 ...) G_GNUC_PRINTF (6, 7);

/* sheet-columns.c */
gboolean mns_sheet_column_find (const char *head, MnsSheetColumn *column);
const char *mns_sheet_column_head (MnsSheetColumn column, MnsSheetForm form);

/**
 * MnsSheetRules:
 * @mismatches: mismatches allowed in an index; two indexes must differ in twice as many and one
 *   more bases. -1: what the sheet says, else 1
 * @lanes: lanes of the flow cell, 0 if not known
 * @reads: cycles of the run's data reads, 0 if not known
 * @index_reads: cycles of the run's index reads, 0 if not known
 */
typedef struct
{
  int mismatches;
  guint lanes;
  guint reads[2];
  guint index_reads[2];
} MnsSheetRules;

/* sheet-check.c, sheet-check-index.c */
GPtrArray *mns_sample_sheet_check (MnsSampleSheet *self, const MnsSheetRules *rules);

/* sheet-write.c */
char *mns_sample_sheet_to_text (const MnsSampleSheet *self, GError **error);

G_END_DECLS
