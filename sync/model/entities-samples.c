/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: projects, samples, artifacts. The columns are those of sql/shared, in the same
 * order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField project_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "name_key", MNS_FIELD_TEXT },
  { "account_id", MNS_FIELD_ID, .refers = "account" },
  { "person_id", MNS_FIELD_ID, .refers = "person" },
  { "priority", MNS_FIELD_SMALL },
  { "open_date", MNS_FIELD_DATE, .nullable = TRUE },
  { "close_date", MNS_FIELD_DATE, .nullable = TRUE },
  { "invoice_date", MNS_FIELD_DATE, .nullable = TRUE },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "created_at", MNS_FIELD_TIME },
  { "created_by", MNS_FIELD_ID, .refers = "person" },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField sample_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "scope_id", MNS_FIELD_ID },
  { "project_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "project" },
  { "control_type_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "control_type" },
  { "artifact_id", MNS_FIELD_ID, .refers = "artifact" },
  { "name", MNS_FIELD_TEXT },
  { "name_key", MNS_FIELD_TEXT },
  { "submitter_id", MNS_FIELD_ID, .refers = "person" },
  { "received_date", MNS_FIELD_DATE, .nullable = TRUE },
  { "completed_date", MNS_FIELD_DATE, .nullable = TRUE },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "created_at", MNS_FIELD_TIME },
  { "created_by", MNS_FIELD_ID, .refers = "person" },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField artifact_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "scope_id", MNS_FIELD_ID },
  { "kind", MNS_FIELD_TEXT, .words = "ROOT DERIVED POOL MEASUREMENT DEMUX FILE" },
  { "run_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "step_run" },
  { "output_no", MNS_FIELD_SMALL },
  { "content_id", MNS_FIELD_ID },
  { "name", MNS_FIELD_TEXT },
  { "name_key", MNS_FIELD_TEXT },
  { "qc_flag", MNS_FIELD_TEXT, .words = "UNKNOWN PASSED FAILED CONTINUE" },
  { "working_flag", MNS_FIELD_BOOL },
  { "state", MNS_FIELD_INT },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "created_at", MNS_FIELD_TIME },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField content_fields[] = {
  { "artifact_id", MNS_FIELD_ID, .refers = "artifact" },
  { "n", MNS_FIELD_SMALL },
  { "sample_id", MNS_FIELD_ID, .refers = "sample" },
  { "label_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "label" },
  { NULL },
};

static const MnsField artifact_state_fields[] = {
  { "artifact_id", MNS_FIELD_ID, .refers = "artifact" },
  { "state", MNS_FIELD_INT },
  { "name", MNS_FIELD_TEXT },
  { "qc_flag", MNS_FIELD_TEXT },
  { "container_id", MNS_FIELD_ID, .nullable = TRUE },
  { "y", MNS_FIELD_SMALL, .nullable = TRUE },
  { "x", MNS_FIELD_SMALL, .nullable = TRUE },
  { "until_at", MNS_FIELD_TIME },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { NULL },
};

static const MnsField stage_entry_fields[] = {
  { "artifact_id", MNS_FIELD_ID, .refers = "artifact" },
  { "n", MNS_FIELD_SMALL },
  { "stage_id", MNS_FIELD_ID, .refers = "stage" },
  { "queue_id", MNS_FIELD_ID },
  { "status", MNS_FIELD_TEXT, .words = "QUEUED IN_PROGRESS COMPLETE SKIPPED REMOVED REWORKED" },
  { "priority", MNS_FIELD_SMALL },
  { "queued_at", MNS_FIELD_TIME },
  { "from_step_id", MNS_FIELD_ID, .nullable = TRUE },
  { "run_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "step_run" },
  { "ended_at", MNS_FIELD_TIME, .nullable = TRUE },
  { NULL },
};

const MnsEntity mns_entities_samples[] = {
  { .number = 30,
    .table = "project",
    .scope = MNS_SCOPE_OWN,
    .key = { "id" },
    .fields = project_fields },
  { .number = 31,
    .table = "sample",
    .scope = MNS_SCOPE_COLUMN,
    .key = { "id" },
    .fields = sample_fields },
  { .number = 32,
    .table = "artifact",
    .scope = MNS_SCOPE_COLUMN,
    .key = { "id" },
    .fields = artifact_fields },
  { .number = 33,
    .table = "content",
    .scope = MNS_SCOPE_PARENT,
    .parent = "artifact",
    .key = { "artifact_id", "n" },
    .fields = content_fields },
  { .number = 34,
    .table = "artifact_state",
    .scope = MNS_SCOPE_PARENT,
    .parent = "artifact",
    .key = { "artifact_id", "state" },
    .fields = artifact_state_fields },
  { .number = 35,
    .table = "stage_entry",
    .scope = MNS_SCOPE_PARENT,
    .parent = "artifact",
    .key = { "artifact_id", "n" },
    .fields = stage_entry_fields },
  { 0 },
};
