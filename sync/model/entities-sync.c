/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: sync. The columns are those of sql/shared, in the same order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField scope_member_fields[] = {
  { "inner_id", MNS_FIELD_ID },
  { "scope_id", MNS_FIELD_ID },
  { NULL },
};

static const MnsField id_block_fields[] = {
  { "id", MNS_FIELD_ID },
  { "person_id", MNS_FIELD_ID, .refers = "person" },
  { "client_id", MNS_FIELD_ID },
  { "class", MNS_FIELD_TEXT },
  { "owner_id", MNS_FIELD_ID, .nullable = TRUE },
  { "first_no", MNS_FIELD_INT },
  { "last_no", MNS_FIELD_INT },
  { "leased_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField person_setting_fields[] = {
  { "person_id", MNS_FIELD_ID, .refers = "person" },
  { "name", MNS_FIELD_TEXT },
  { "value", MNS_FIELD_JSON },
  { NULL },
};

static const MnsField conflict_fields[] = {
  { "id", MNS_FIELD_ID },
  { "person_id", MNS_FIELD_ID, .refers = "person" },
  { "client_id", MNS_FIELD_ID },
  { "n", MNS_FIELD_INT },
  { "command_id", MNS_FIELD_ID },
  { "command", MNS_FIELD_TEXT },
  { "body", MNS_FIELD_JSON },
  { "code", MNS_FIELD_TEXT },
  { "detail", MNS_FIELD_TEXT },
  { "seen", MNS_FIELD_JSON, .nullable = TRUE },
  { "there", MNS_FIELD_JSON, .nullable = TRUE },
  { "cause", MNS_FIELD_ID, .nullable = TRUE },
  { "state", MNS_FIELD_TEXT, .words = "OPEN RESOLVED DROPPED" },
  { "resolved_by", MNS_FIELD_ID, .nullable = TRUE },
  { "resolved_at", MNS_FIELD_TIME, .nullable = TRUE },
  { "resolution", MNS_FIELD_TEXT, .nullable = TRUE },
  { "next_command_id", MNS_FIELD_ID, .nullable = TRUE },
  { "said", MNS_FIELD_JSON, .nullable = TRUE },
  { NULL },
};

const MnsEntity mns_entities_sync[] = {
  { .number = 55,
    .table = "scope_member",
    .scope = MNS_SCOPE_COLUMN,
    .key = { "inner_id", "scope_id" },
    .fields = scope_member_fields },
  { .number = 56,
    .table = "id_block",
    .scope = MNS_SCOPE_USER,
    .key = { "id" },
    .fields = id_block_fields },
  { .number = 57,
    .table = "person_setting",
    .scope = MNS_SCOPE_USER,
    .key = { "person_id", "name" },
    .fields = person_setting_fields },
  { .number = 58,
    .table = "conflict",
    .scope = MNS_SCOPE_USER,
    .key = { "id" },
    .fields = conflict_fields },
  { 0 },
};
