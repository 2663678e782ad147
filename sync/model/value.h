/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/id.h"

G_BEGIN_DECLS

/**
 * MnsKind:
 *
 * What a bound or stored value is. JSON is text that PostgreSQL wants declared as such.
 */
typedef enum
{
  MNS_KIND_ID,
  MNS_KIND_TEXT,
  MNS_KIND_INT,
  MNS_KIND_REAL,
  MNS_KIND_JSON,
  MNS_KIND_BYTES,
} MnsKind;

/**
 * MnsValue:
 *
 * One value with its declared kind; a null is typed too, for PostgreSQL cannot guess. Passed by
 * value. It borrows text and bytes: whoever holds a value sees to it that they live.
 */
typedef struct
{
  MnsKind kind;
  gboolean is_null;
  union
  {
    MnsId id;
    gint64 integer;
    double real;
    const char *text; /* TEXT and JSON, UTF-8 */
    GBytes *bytes;
  } v;
} MnsValue;

/* A NULL pointer makes a typed null. */
MnsValue mns_value_id (const MnsId *id);
MnsValue mns_value_text (const char *text);
MnsValue mns_value_json (const char *text);
MnsValue mns_value_bytes (GBytes *bytes);
MnsValue mns_value_int (gint64 integer);
MnsValue mns_value_int_or_null (const gint64 *integer);
MnsValue mns_value_real (double real);
MnsValue mns_value_null (MnsKind kind);

/**
 * MnsRowSet:
 *
 * A table of values that a statement names in its FROM clause: any number of rows is one statement
 * (decisions.md 7). It owns copies of what is added.
 */
typedef struct _MnsRowSet MnsRowSet;

MnsRowSet *mns_row_set_new (const char *columns);
void mns_row_set_free (MnsRowSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRowSet, mns_row_set_free)

#define mns_row_set_add(self, ...)                                                                 \
  mns_row_set_add_values (self,                                                                    \
                          (const MnsValue[]){ __VA_ARGS__ },                                       \
                          sizeof ((const MnsValue[]){ __VA_ARGS__ }) / sizeof (MnsValue))
void mns_row_set_add_values (MnsRowSet *self, const MnsValue *values, guint n_values);

guint mns_row_set_get_n_rows (const MnsRowSet *self);
guint mns_row_set_get_n_columns (const MnsRowSet *self);
const char *mns_row_set_get_name (const MnsRowSet *self, guint column);
MnsKind mns_row_set_get_kind (const MnsRowSet *self, guint column);
const MnsValue *mns_row_set_get (const MnsRowSet *self, guint row, guint column);

/**
 * MnsRows:
 *
 * What a query answered, whole, in memory: named columns, values by row and column.
 */
typedef struct _MnsRows MnsRows;

MnsRows *mns_rows_new (void);
MnsRows *mns_rows_ref (MnsRows *self);
void mns_rows_unref (MnsRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRows, mns_rows_unref)

/* For those who make rows: all columns first, then the values row by row. */
void mns_rows_add_column (MnsRows *self, const char *name, MnsKind kind);
void mns_rows_add (MnsRows *self, MnsValue value);
/* The same without a copy of texts: they live as long as what mns_rows_keep() was given. */
void mns_rows_add_borrowed (MnsRows *self, MnsValue value);
/* Frees @owner with the rows; once for each rows. */
void mns_rows_keep (MnsRows *self, gpointer owner, GDestroyNotify destroy);

guint mns_rows_get_n_rows (const MnsRows *self);
guint mns_rows_get_n_columns (const MnsRows *self);
const char *mns_rows_get_column_name (const MnsRows *self, guint column);
MnsKind mns_rows_get_column_kind (const MnsRows *self, guint column);
void mns_rows_set_column_kind (MnsRows *self, guint column, MnsKind kind);
int mns_rows_find_column (const MnsRows *self, const char *name);

const MnsValue *mns_rows_get (const MnsRows *self, guint row, guint column);
gboolean mns_rows_is_null (const MnsRows *self, guint row, guint column);
const MnsId *mns_rows_get_id (const MnsRows *self, guint row, guint column);
const char *mns_rows_get_text (const MnsRows *self, guint row, guint column);
gint64 mns_rows_get_int (const MnsRows *self, guint row, guint column);
double mns_rows_get_real (const MnsRows *self, guint row, guint column);
GBytes *mns_rows_get_bytes (const MnsRows *self, guint row, guint column);

G_END_DECLS
