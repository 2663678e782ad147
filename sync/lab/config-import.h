/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

/**
 * MnsImport:
 *
 * A configuration package while it is taken in. Everything in it is by name; @names knows the row
 * of each name of a kind, those of the database and those that this package makes.
 */
typedef struct
{
  MnsCall *call;
  JsonObject *package;
  GHashTable *names;         /* "table\nname" → MnsId */
  GHashTable *loaded;        /* tables whose names are in names */
  GHashTable *counters;      /* table → number of rows made */
  GHashTable *field_numbers; /* row id of a custom field as text → number */
  MnsId version;
} MnsImport;

/* One column of a row to write. */
typedef struct
{
  const char *column;
  MnsValue value;
} MnsCell;

gboolean mns_import_load_names (MnsImport *self, const char *table, GError **error);
void mns_import_set_name (MnsImport *self, const char *table, const char *name, const MnsId *id);
const MnsId *mns_import_find (MnsImport *self, const char *table, const char *name);
const MnsId *mns_import_need (MnsImport *self, const char *table, const char *name, const char *at);
gboolean mns_import_put (MnsImport *self,
                         const char *table,
                         const char *key,
                         const MnsCell *cells,
                         guint n_cells,
                         MnsId *id,
                         gboolean *made,
                         GError **error);

#define mns_import_put_row(self, table, key, id, made, error, ...)                                 \
  mns_import_put (self,                                                                            \
                  table,                                                                           \
                  key,                                                                             \
                  (const MnsCell[]){ __VA_ARGS__ },                                                \
                  G_N_ELEMENTS (((const MnsCell[]){ __VA_ARGS__ })),                               \
                  id,                                                                              \
                  made,                                                                            \
                  error)

/* What a member of the package must look like, and who takes it in, in this order. */
typedef struct
{
  const char *member;
  const MnsArgSpec *items;
  gboolean (*import) (MnsImport *import, JsonObject *item, const char *at, GError **error);
} MnsImportKind;

extern const MnsImportKind mns_import_consumables[];
extern const MnsImportKind mns_import_fields[];
extern const MnsImportKind mns_import_steps[];
extern const MnsImportKind mns_import_people[];

gboolean mns_import_field (MnsImport *self,
                           JsonObject *item,
                           const char *object,
                           const MnsId *master_step,
                           const char *master_step_name,
                           const char *at,
                           GError **error);
extern const MnsArgSpec mns_import_master_field_args[];
char *mns_import_field_name (const char *object, const char *master_step, const char *name);

gboolean mns_import_settle_versions (MnsImport *self, GError **error);
gboolean mns_import_settle_stages (MnsImport *self, GError **error);

/* Settings documents of steps: data-model.md section 4.2. */
extern const MnsArgSpec mns_settings_args[];
JsonObject *
mns_settings_read (MnsImport *self, JsonObject *item, const char *master_step, const char *at);
JsonObject *mns_settings_merge (JsonObject *master, JsonObject *step);

G_END_DECLS
