/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/session.h"
#include "desktop/widgets/paged-model.h"

G_BEGIN_DECLS

/**
 * MnsPageColumn:
 * @name: column of the view
 * @format: (nullable): makes the text; otherwise the cell as it is
 */
typedef struct
{
  const char *name;
  char *(*format) (const MnsRows *rows, guint row, const char *name);
} MnsPageColumn;

/**
 * MnsViewPages:
 *
 * A list model that reads a view page by page. The number of rows is either told by whoever counted
 * them or found by reading on.
 */
#define MNS_TYPE_VIEW_PAGES (mns_view_pages_get_type ())
G_DECLARE_FINAL_TYPE (MnsViewPages, mns_view_pages, MNS, VIEW_PAGES, GObject)

MnsViewPages *mns_view_pages_new (MnsSession *session,
                                  const char *view,
                                  const char *id_column,
                                  const MnsPageColumn *columns, /* static */
                                  guint n_columns);
GListModel *mns_view_pages_get_model (MnsViewPages *self);

/* Another question: other arguments. @n_rows: how many rows it has, or -1 if nobody knows. */
void mns_view_pages_ask (MnsViewPages *self, JsonObject *args, gint64 n_rows);
/* The same question again, its rows kept where they are. */
void mns_view_pages_refresh (MnsViewPages *self, gint64 n_rows);

/* Views without pages: all their rows at once. */
void mns_view_rows_show (GListStore *store,
                         const MnsRows *rows,
                         const char *id_column,
                         const MnsPageColumn *columns,
                         guint n_columns);

char *mns_format_priority (const MnsRows *rows, guint row, const char *name);
char *mns_format_qc (const MnsRows *rows, guint row, const char *name);
char *mns_format_stage_state (const MnsRows *rows, guint row, const char *name);
char *mns_format_time (const MnsRows *rows, guint row, const char *name);

G_END_DECLS
