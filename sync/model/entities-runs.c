/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: step runs. The columns are those of sql/shared, in the same order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField step_run_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "step_id", MNS_FIELD_ID, .refers = "step" },
  { "step_version_id", MNS_FIELD_ID, .refers = "step_version" },
  { "state",
    MNS_FIELD_TEXT,
    .words = "STARTED STEP_SETUP POOLING PLACEMENT ADD_REAGENT RECORD_DETAILS ASSIGN_NEXT_STEPS "
             "UNDER_REVIEW COMPLETED" },
  { "technician_id", MNS_FIELD_ID, .refers = "person" },
  { "started_at", MNS_FIELD_TIME },
  { "completed_at", MNS_FIELD_TIME, .nullable = TRUE },
  { "instrument_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "instrument" },
  { "preset_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "preset" },
  { "label_group_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "label_group" },
  { "container_type_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "container_type" },
  { "next_steps_locked", MNS_FIELD_BOOL },
  { "program_status",
    MNS_FIELD_TEXT,
    .nullable = TRUE,
    .words = "QUEUED RUNNING OK WARNING ERROR" },
  { "program_message", MNS_FIELD_TEXT, .nullable = TRUE },
  { "next_run_id", MNS_FIELD_ID, .nullable = TRUE },
  { "lease_client_id", MNS_FIELD_ID, .nullable = TRUE },
  { "lease_until", MNS_FIELD_TIME, .nullable = TRUE },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "phi_fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField step_input_fields[] = {
  { "run_id", MNS_FIELD_ID, .refers = "step_run" },
  { "artifact_id", MNS_FIELD_ID, .refers = "artifact" },
  { "n", MNS_FIELD_SMALL },
  { "replicates", MNS_FIELD_SMALL },
  { "state_before", MNS_FIELD_INT },
  { "state_after", MNS_FIELD_INT, .nullable = TRUE },
  { NULL },
};

static const MnsField io_map_fields[] = {
  { "run_id", MNS_FIELD_ID, .refers = "step_run" },
  { "output_id", MNS_FIELD_ID, .refers = "artifact" },
  { "input_id", MNS_FIELD_ID, .refers = "artifact" },
  { "replicates", MNS_FIELD_SMALL },
  { NULL },
};

static const MnsField step_container_fields[] = {
  { "run_id", MNS_FIELD_ID, .refers = "step_run" },
  { "container_id", MNS_FIELD_ID, .refers = "container" },
  { "n", MNS_FIELD_SMALL },
  { "on_the_fly", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField step_lot_fields[] = {
  { "run_id", MNS_FIELD_ID, .refers = "step_run" },
  { "reagent_lot_id", MNS_FIELD_ID, .refers = "reagent_lot" },
  { NULL },
};

static const MnsField next_action_fields[] = {
  { "run_id", MNS_FIELD_ID, .refers = "step_run" },
  { "artifact_id", MNS_FIELD_ID, .refers = "artifact" },
  { "action",
    MNS_FIELD_TEXT,
    .nullable = TRUE,
    .words = "LEAVE REPEAT REMOVE REVIEW COMPLETE STORE NEXTSTEP REWORK COMPLETEREPEAT" },
  { "step_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "step" },
  { "rework_run_id", MNS_FIELD_ID, .nullable = TRUE },
  { "escalated", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField escalation_fields[] = {
  { "run_id", MNS_FIELD_ID, .refers = "step_run" },
  { "author_id", MNS_FIELD_ID, .refers = "person" },
  { "reviewer_id", MNS_FIELD_ID, .refers = "person" },
  { "requested_at", MNS_FIELD_TIME },
  { "comment", MNS_FIELD_TEXT, .nullable = TRUE },
  { "review_author_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "person" },
  { "reviewed_at", MNS_FIELD_TIME, .nullable = TRUE },
  { "review_comment", MNS_FIELD_TEXT, .nullable = TRUE },
  { NULL },
};

static const MnsField signature_fields[] = {
  { "run_id", MNS_FIELD_ID, .refers = "step_run" },
  { "n", MNS_FIELD_SMALL },
  { "person_id", MNS_FIELD_ID, .refers = "person" },
  { "printed_name", MNS_FIELD_TEXT },
  { "meaning", MNS_FIELD_TEXT },
  { "outcome", MNS_FIELD_TEXT, .words = "SIGNED FAILED" },
  { "signed_at", MNS_FIELD_TIME },
  { "sha256", MNS_FIELD_BYTES },
  { "voided_at", MNS_FIELD_TIME, .nullable = TRUE },
  { NULL },
};

const MnsEntity mns_entities_runs[] = {
  { .number = 38,
    .table = "step_run",
    .scope = MNS_SCOPE_OWN,
    .key = { "id" },
    .fields = step_run_fields },
  { .number = 39,
    .table = "step_input",
    .scope = MNS_SCOPE_PARENT,
    .parent = "step_run",
    .key = { "run_id", "artifact_id" },
    .fields = step_input_fields },
  { .number = 40,
    .table = "io_map",
    .scope = MNS_SCOPE_PARENT,
    .parent = "step_run",
    .key = { "run_id", "output_id", "input_id" },
    .fields = io_map_fields },
  { .number = 41,
    .table = "step_container",
    .scope = MNS_SCOPE_PARENT,
    .parent = "step_run",
    .key = { "run_id", "container_id" },
    .fields = step_container_fields },
  { .number = 42,
    .table = "step_lot",
    .scope = MNS_SCOPE_PARENT,
    .parent = "step_run",
    .key = { "run_id", "reagent_lot_id" },
    .fields = step_lot_fields },
  { .number = 43,
    .table = "next_action",
    .scope = MNS_SCOPE_PARENT,
    .parent = "step_run",
    .key = { "run_id", "artifact_id" },
    .fields = next_action_fields },
  { .number = 44,
    .table = "escalation",
    .scope = MNS_SCOPE_PARENT,
    .parent = "step_run",
    .key = { "run_id" },
    .fields = escalation_fields },
  { .number = 45,
    .table = "signature",
    .scope = MNS_SCOPE_PARENT,
    .parent = "step_run",
    .key = { "run_id", "n" },
    .fields = signature_fields },
  { 0 },
};
