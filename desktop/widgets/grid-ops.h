/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/widgets/grid-model.h"

G_BEGIN_DECLS

typedef struct
{
  guint row;
  guint column;
  guint n_rows;
  guint n_columns;
} MnsCellRange;

/* What a paste or a fill did */
typedef struct
{
  guint n_done;    /* cells that were written, changed or not */
  guint n_locked;  /* left out because they cannot be changed */
  guint n_outside; /* left out because the table ends before them */
  MnsCellRange area;
} MnsGridOutcome;

char *mns_grid_copy (MnsGridModel *model, const MnsCellRange *range);
MnsGridOutcome mns_grid_paste (MnsGridModel *model, const MnsCellRange *range, const char *text);
MnsGridOutcome mns_grid_set_all (MnsGridModel *model, const MnsCellRange *range, const char *text);
MnsGridOutcome mns_grid_fill (MnsGridModel *model, const MnsCellRange *range, gboolean down);
MnsGridOutcome
mns_grid_extend (MnsGridModel *model, const MnsCellRange *source, guint n, gboolean down);

gboolean mns_grid_can_match (MnsGridModel *model, const MnsCellRange *range, const char *text);
MnsGridOutcome
mns_grid_paste_matched (MnsGridModel *model, const MnsCellRange *range, const char *text);

G_END_DECLS
