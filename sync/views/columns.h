/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/well.h"
#include "sync/views/view.h"

G_BEGIN_DECLS

/* A custom field as its descriptor row says. */
typedef struct
{
  MnsId id;
  gint64 no;
  char *key; /* "f12" */
  char *name;
  char *type;
  char *object;
  JsonObject *options; /* never NULL */
  gboolean phi;
} MnsFieldInfo;

/**
 * MnsCatalog:
 *
 * What a page of rows needs of the configuration to be read by people: custom fields and the axes
 * of container types, by id.
 */
typedef struct
{
  GHashTable *fields; /* MnsId → MnsFieldInfo */
  GHashTable *axes;   /* MnsId → MnsWellAxes */
} MnsCatalog;

MnsCatalog *mns_catalog_load (MnsTransaction *tx, GError **error);
void mns_catalog_free (MnsCatalog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsCatalog, mns_catalog_free)

/* One output column made of a packed one: @source is a column of the raw rows ("_artifact"). */
typedef struct
{
  const MnsFieldInfo *field;
  const char *source;
  const char *prefix; /* before "f12" in the output's name */
} MnsFieldColumn;

MnsRows *
mns_catalog_finish (const MnsCatalog *self, MnsRows *raw, const GArray *field_columns, gint64 now);

/* Settings documents */
JsonObject *mns_settings_parse (const char *json);                         /* never NULL */
JsonArray *mns_settings_get_list (JsonObject *settings, const char *name); /* nullable */
const char *mns_settings_get_property (JsonObject *settings, const char *name);
GArray *mns_settings_get_field_columns (const MnsCatalog *catalog,
                                        JsonObject *settings,
                                        const char *list,
                                        const char *sample_prefix);

/* Arguments of a view; checked against its schema before. */
gboolean mns_look_get_id (JsonObject *args, const char *name, MnsId *id);
const char *mns_look_get_text (JsonObject *args, const char *name);
gint64 mns_look_get_int (JsonObject *args, const char *name, gint64 otherwise);
gint64 mns_look_get_limit (JsonObject *args);
/* " LIMIT 100": a planner that knows it does not sort what it need not read. */
char *mns_look_limit_sql (JsonObject *args);

/* "offset" cursors, for orders that no key serves. */
gint64 mns_look_get_offset (JsonObject *args);
void mns_view_result_page (MnsViewResult *result, MnsRows *rows, gint64 limit, gint64 offset);

G_END_DECLS
