/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/value.h"

G_BEGIN_DECLS

/* Raised by every migration that changes a synced table; hello compares it. */
#define MNS_SCHEMA 2
#define MNS_SCHEMA_OLDEST 2
/* The envelope of the sync messages. */
#define MNS_PROTOCOL 1

typedef enum
{
  MNS_FIELD_ID,
  MNS_FIELD_TEXT,
  MNS_FIELD_INT,
  MNS_FIELD_SMALL,
  MNS_FIELD_BOOL,
  MNS_FIELD_REAL,
  MNS_FIELD_TIME, /* microseconds UTC */
  MNS_FIELD_DATE, /* YYYY-MM-DD */
  MNS_FIELD_JSON,
  MNS_FIELD_BYTES,
} MnsFieldType;

/**
 * MnsField:
 *
 * One column. @refers names the table whose id it holds; @words are the only texts it may hold,
 * separated by spaces.
 */
typedef struct
{
  const char *name;
  MnsFieldType type;
  gboolean nullable;
  const char *refers;
  const char *words;
} MnsField;

/**
 * MnsScopeKind:
 * @MNS_SCOPE_CONFIG: home scope is %MNS_ID_CONFIGURATION
 * @MNS_SCOPE_OWN: the row is a scope; its home scope is its own id
 * @MNS_SCOPE_COLUMN: home scope is in the column scope_id
 * @MNS_SCOPE_PARENT: home scope is that of the owner, the row of @parent in the first key column
 * @MNS_SCOPE_USER: home scope is in the column person_id
 */
typedef enum
{
  MNS_SCOPE_CONFIG,
  MNS_SCOPE_OWN,
  MNS_SCOPE_COLUMN,
  MNS_SCOPE_PARENT,
  MNS_SCOPE_USER,
} MnsScopeKind;

/**
 * MnsEntity:
 *
 * One synced table: what its rows are, whose they are, who may hold them. @number is written into
 * the change log and never reused. The first key column is the row's owner for the sync.
 */
typedef struct
{
  int number;
  const char *table;
  MnsScopeKind scope;
  const char *parent;
  const char *key[5];     /* ends with NULL */
  const MnsField *fields; /* ends with a NULL name */
} MnsEntity;

/* All synced entities in ascending order of number; *n_entities is set. */
const MnsEntity *const *mns_entities_get_all (guint *n_entities);
const MnsEntity *mns_entity_find (const char *table);
const MnsEntity *mns_entity_by_number (int number);

guint mns_entity_get_n_fields (const MnsEntity *self);
const MnsField *mns_entity_find_field (const MnsEntity *self, const char *name);
guint mns_entity_get_n_key (const MnsEntity *self);
gboolean mns_entity_is_child (const MnsEntity *self);
char *mns_entity_column_list (const MnsEntity *self, const char *prefix);
MnsKind mns_field_get_kind (const MnsField *self);
gboolean mns_field_allows (const MnsField *self, const char *word);

G_END_DECLS
