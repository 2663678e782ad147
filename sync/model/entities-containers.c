/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: containers. The columns are those of sql/shared, in the same order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField container_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "container_type_id", MNS_FIELD_ID, .refers = "container_type" },
  { "name", MNS_FIELD_TEXT },
  { "name_key", MNS_FIELD_TEXT },
  { "state", MNS_FIELD_TEXT, .words = "EMPTY POPULATED DEPLETED DISCARDED" },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "created_at", MNS_FIELD_TIME },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField placement_fields[] = {
  { "container_id", MNS_FIELD_ID, .refers = "container" },
  { "y", MNS_FIELD_SMALL },
  { "x", MNS_FIELD_SMALL },
  { "artifact_id", MNS_FIELD_ID, .refers = "artifact" },
  { NULL },
};

const MnsEntity mns_entities_containers[] = {
  { .number = 36,
    .table = "container",
    .scope = MNS_SCOPE_OWN,
    .key = { "id" },
    .fields = container_fields },
  { .number = 37,
    .table = "placement",
    .scope = MNS_SCOPE_PARENT,
    .parent = "container",
    .key = { "container_id", "y", "x" },
    .fields = placement_fields },
  { 0 },
};
