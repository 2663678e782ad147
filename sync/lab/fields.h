/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

typedef enum
{
  MNS_FIELD_TYPE_STRING,
  MNS_FIELD_TYPE_TEXT,
  MNS_FIELD_TYPE_NUMERIC,
  MNS_FIELD_TYPE_BOOLEAN,
  MNS_FIELD_TYPE_DATE,
  MNS_FIELD_TYPE_URI,
} MnsCustomFieldType;

/**
 * MnsCustomField:
 *
 * A field that the lab added (domain/concepts.md section 14). @presets are texts, also of numbers.
 */
typedef struct
{
  MnsId id;
  char *lims_id;
  gint64 number; /* its key in the packed column is f<number> */
  char *object;  /* ACCOUNT PERSON PROJECT SAMPLE DERIVED MEASUREMENT CONTAINER MASTER_STEP */
  char *name;
  MnsCustomFieldType type;
  gboolean phi;
  gboolean required;
  gboolean read_only;
  gboolean custom_entries;
  gboolean has_min, has_max;
  double min, max;
  char **presets;     /* nullable */
  char *default_text; /* nullable */
} MnsCustomField;

typedef struct _MnsCustomFields MnsCustomFields;

gboolean mns_custom_field_type_from_word (const char *word, MnsCustomFieldType *type);

MnsCustomField *mns_custom_field_new (const char *name, const char *type, const char *options);
void mns_custom_field_free (MnsCustomField *self);

void mns_custom_fields_ask (MnsCall *call, const char *objects, const MnsId *master_step);
MnsCustomFields *mns_custom_fields_load (MnsCall *call,
                                         const char *objects,
                                         const MnsId *master_step,
                                         GError **error);
void mns_custom_fields_free (MnsCustomFields *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsCustomFields, mns_custom_fields_free)

guint mns_custom_fields_get_n (const MnsCustomFields *self);
const MnsCustomField *mns_custom_fields_get (const MnsCustomFields *self, guint i);
const MnsCustomField *
mns_custom_fields_find (const MnsCustomFields *self, const char *object, const char *key);

/**
 * MnsFieldValues:
 *
 * The custom-field values of one row: its columns fields and phi_fields, unpacked.
 */
typedef struct
{
  JsonObject *plain;
  JsonObject *phi;
} MnsFieldValues;

MnsFieldValues *mns_field_values_new (const char *fields, const char *phi_fields);
void mns_field_values_free (MnsFieldValues *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsFieldValues, mns_field_values_free)

JsonNode *mns_field_values_get (const MnsFieldValues *self, const MnsCustomField *field);
void mns_field_values_set (MnsFieldValues *self, const MnsCustomField *field, JsonNode *value);

/* Checking what a person gave. */
JsonNode *mns_custom_field_check (
    MnsCall *call, const MnsCustomField *field, JsonNode *value, const char *at, const char *owner);
JsonNode *mns_custom_field_get_default (const MnsCustomField *field);
gboolean mns_custom_fields_fill (MnsCall *call,
                                 const MnsCustomFields *fields,
                                 const char *object,
                                 JsonObject *given,
                                 const char *at,
                                 const char *owner,
                                 MnsFieldValues *values);
void mns_custom_fields_apply (MnsCall *call,
                              const MnsCustomFields *fields,
                              const char *object,
                              JsonObject *given,
                              const char *at,
                              const char *owner,
                              MnsFieldValues *values);

G_END_DECLS
