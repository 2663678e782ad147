/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MNS_CELL_TEXT,
  MNS_CELL_NUMBER,
  MNS_CELL_CHOICE,
  MNS_CELL_CHECK, /* "true" or "false" */
  MNS_CELL_DATE,  /* "2026-11-24" */
  MNS_CELL_QC,    /* "PASSED", "FAILED" or empty */
} MnsCellKind;

/* Which limits of a column count */
typedef enum
{
  MNS_LIMIT_MIN = 1 << 0,
  MNS_LIMIT_MAX = 1 << 1,
  MNS_LIMIT_LOW = 1 << 2,
  MNS_LIMIT_HIGH = 1 << 3,
} MnsCellLimits;

/**
 * MnsGridColumn:
 * @id: what the program knows the column by
 * @title: its translated heading
 * @unit: (nullable): unit of its numbers, as shown in the heading
 * @kind: what its cells hold
 * @options: (nullable): of a choice
 * @read_only: whether nothing in it can be changed
 * @required: whether a value must be there at the end; "*" in the heading
 * @width: in pixels at usual text size, or 0 for a usual width
 * @decimals: digits behind the point that are shown, or -1 for as many as were typed
 * @limits: which of the following count
 * @min: a smaller number is not valid
 * @max: a larger number is not valid
 * @low: a smaller number is valid but stands out
 * @high: a larger number is valid but stands out
 */
typedef struct
{
  const char *id;
  const char *title;
  const char *unit;
  MnsCellKind kind;
  const char *const *options;
  gboolean read_only;
  gboolean required;
  int width;
  int decimals;
  MnsCellLimits limits;
  double min;
  double max;
  double low;
  double high;
} MnsGridColumn;

gboolean mns_cell_parse_number (const char *text, double *number);
char *mns_cell_normalise (const MnsGridColumn *column, const char *typed);
char *mns_cell_dup_fault (const MnsGridColumn *column, const char *text);
char *mns_cell_dup_warning (const MnsGridColumn *column, const char *text);
char *mns_cell_dup_display (const MnsGridColumn *column, const char *text);

G_END_DECLS
