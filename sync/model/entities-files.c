/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: files, notes, labels. The columns are those of sql/shared, in the same order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField file_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "scope_id", MNS_FIELD_ID },
  { "owner",
    MNS_FIELD_TEXT,
    .words = "PROJECT SAMPLE STEP_RUN ARTIFACT AUTOMATION MASTER_STEP ACCOUNT PERSON "
             "SEQUENCING_RUN PORTAL" },
  { "owner_id", MNS_FIELD_ID },
  { "name", MNS_FIELD_TEXT },
  { "original_location", MNS_FIELD_TEXT, .nullable = TRUE },
  { "content_location", MNS_FIELD_TEXT, .nullable = TRUE },
  { "sha256", MNS_FIELD_BYTES, .nullable = TRUE },
  { "size", MNS_FIELD_INT, .nullable = TRUE },
  { "phi", MNS_FIELD_BOOL },
  { "published", MNS_FIELD_BOOL },
  { "created_at", MNS_FIELD_TIME },
  { "created_by", MNS_FIELD_ID, .refers = "person" },
  { NULL },
};

static const MnsField external_id_fields[] = {
  { "id", MNS_FIELD_ID },
  { "scope_id", MNS_FIELD_ID },
  { "owner_id", MNS_FIELD_ID },
  { "n", MNS_FIELD_SMALL },
  { "name", MNS_FIELD_TEXT },
  { "uri", MNS_FIELD_TEXT },
  { NULL },
};

static const MnsField note_fields[] = {
  { "id", MNS_FIELD_ID },
  { "scope_id", MNS_FIELD_ID },
  { "owner", MNS_FIELD_TEXT, .words = "PROJECT SAMPLE STEP_RUN CONTAINER" },
  { "owner_id", MNS_FIELD_ID },
  { "body", MNS_FIELD_TEXT },
  { "published", MNS_FIELD_BOOL },
  { "created_at", MNS_FIELD_TIME },
  { "created_by", MNS_FIELD_ID, .refers = "person" },
  { NULL },
};

static const MnsField print_log_fields[] = {
  { "id", MNS_FIELD_ID },
  { "scope_id", MNS_FIELD_ID },
  { "label_template_id", MNS_FIELD_ID, .refers = "label_template" },
  { "printer_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "printer" },
  { "object_id", MNS_FIELD_ID },
  { "content", MNS_FIELD_TEXT },
  { "copies", MNS_FIELD_SMALL },
  { "reprint_reason", MNS_FIELD_TEXT, .nullable = TRUE },
  { "printed_at", MNS_FIELD_TIME },
  { "printed_by", MNS_FIELD_ID, .refers = "person" },
  { NULL },
};

const MnsEntity mns_entities_files[] = {
  { .number = 46,
    .table = "file",
    .scope = MNS_SCOPE_COLUMN,
    .key = { "id" },
    .fields = file_fields },
  { .number = 47,
    .table = "external_id",
    .scope = MNS_SCOPE_COLUMN,
    .key = { "id" },
    .fields = external_id_fields },
  { .number = 48,
    .table = "note",
    .scope = MNS_SCOPE_COLUMN,
    .key = { "id" },
    .fields = note_fields },
  { .number = 49,
    .table = "print_log",
    .scope = MNS_SCOPE_COLUMN,
    .key = { "id" },
    .fields = print_log_fields },
  { 0 },
};
