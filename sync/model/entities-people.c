/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: people and access. The columns are those of sql/shared, in the same order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField account_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "website", MNS_FIELD_TEXT, .nullable = TRUE },
  { "billing", MNS_FIELD_JSON, .nullable = TRUE },
  { "shipping", MNS_FIELD_JSON, .nullable = TRUE },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "created_at", MNS_FIELD_TIME },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField person_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "account_id", MNS_FIELD_ID, .refers = "account" },
  { "first_name", MNS_FIELD_TEXT },
  { "last_name", MNS_FIELD_TEXT },
  { "initials", MNS_FIELD_TEXT },
  { "title", MNS_FIELD_TEXT, .nullable = TRUE },
  { "email", MNS_FIELD_TEXT, .nullable = TRUE },
  { "phone", MNS_FIELD_TEXT, .nullable = TRUE },
  { "fax", MNS_FIELD_TEXT, .nullable = TRUE },
  { "username", MNS_FIELD_TEXT, .nullable = TRUE },
  { "status", MNS_FIELD_TEXT, .words = "ACTIVE ARCHIVED" },
  { "source", MNS_FIELD_TEXT, .words = "LOCAL LDAP" },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "created_at", MNS_FIELD_TIME },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField role_fields[] = {
  { "id", MNS_FIELD_ID },         { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },     { "legacy_name", MNS_FIELD_TEXT, .nullable = TRUE },
  { "built_in", MNS_FIELD_BOOL }, { NULL },
};

static const MnsField role_permission_fields[] = {
  { "role_id", MNS_FIELD_ID, .refers = "role" },
  { "permission", MNS_FIELD_TEXT },
  { NULL },
};

static const MnsField person_role_fields[] = {
  { "person_id", MNS_FIELD_ID, .refers = "person" },
  { "role_id", MNS_FIELD_ID, .refers = "role" },
  { NULL },
};

const MnsEntity mns_entities_people[] = {
  { .number = 1,
    .table = "account",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = account_fields },
  { .number = 2,
    .table = "person",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = person_fields },
  { .number = 3,
    .table = "role",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = role_fields },
  { .number = 4,
    .table = "role_permission",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "role_id", "permission" },
    .fields = role_permission_fields },
  { .number = 5,
    .table = "person_role",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "person_id", "role_id" },
    .fields = person_role_fields },
  { 0 },
};
