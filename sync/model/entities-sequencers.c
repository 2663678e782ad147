/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: sequencers. The columns are those of sql/shared, in the same order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField sequencing_run_fields[] = {
  { "id", MNS_FIELD_ID },
  { "step_run_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "step_run" },
  { "instrument_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "instrument" },
  { "run_name", MNS_FIELD_TEXT },
  { "family", MNS_FIELD_TEXT },
  { "folder", MNS_FIELD_TEXT },
  { "flow_cell", MNS_FIELD_TEXT, .nullable = TRUE },
  { "cartridge", MNS_FIELD_TEXT, .nullable = TRUE },
  { "experiment", MNS_FIELD_TEXT, .nullable = TRUE },
  { "status",
    MNS_FIELD_TEXT,
    .words = "planned running copying completed ended_early failed aborted demultiplexing "
             "demultiplexed stalled unknown" },
  { "status_by", MNS_FIELD_TEXT, .words = "SYSTEM USER" },
  { "cycles", MNS_FIELD_SMALL, .nullable = TRUE },
  { "cycle", MNS_FIELD_SMALL, .nullable = TRUE },
  { "started_at", MNS_FIELD_TIME, .nullable = TRUE },
  { "ended_at", MNS_FIELD_TIME, .nullable = TRUE },
  { "details", MNS_FIELD_JSON, .nullable = TRUE },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField run_read_fields[] = {
  { "sequencing_run_id", MNS_FIELD_ID, .refers = "sequencing_run" },
  { "n", MNS_FIELD_SMALL },
  { "cycles", MNS_FIELD_SMALL },
  { "is_index", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField run_lane_fields[] = {
  { "sequencing_run_id", MNS_FIELD_ID, .refers = "sequencing_run" },
  { "lane", MNS_FIELD_SMALL },
  { "artifact_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "artifact" },
  { "result_id", MNS_FIELD_ID, .nullable = TRUE },
  { NULL },
};

static const MnsField run_figure_fields[] = {
  { "sequencing_run_id", MNS_FIELD_ID, .refers = "sequencing_run" },
  { "lane", MNS_FIELD_SMALL },
  { "n", MNS_FIELD_SMALL },
  { "figure", MNS_FIELD_TEXT },
  { "value", MNS_FIELD_REAL },
  { "deviation", MNS_FIELD_REAL, .nullable = TRUE },
  { NULL },
};

static const MnsField run_status_fields[] = {
  { "sequencing_run_id", MNS_FIELD_ID, .refers = "sequencing_run" },
  { "n", MNS_FIELD_SMALL },
  { "status", MNS_FIELD_TEXT },
  { "evidence", MNS_FIELD_TEXT, .nullable = TRUE },
  { "at", MNS_FIELD_TIME },
  { NULL },
};

const MnsEntity mns_entities_sequencers[] = {
  { .number = 50,
    .table = "sequencing_run",
    .scope = MNS_SCOPE_OWN,
    .key = { "id" },
    .fields = sequencing_run_fields },
  { .number = 51,
    .table = "run_read",
    .scope = MNS_SCOPE_PARENT,
    .parent = "sequencing_run",
    .key = { "sequencing_run_id", "n" },
    .fields = run_read_fields },
  { .number = 52,
    .table = "run_lane",
    .scope = MNS_SCOPE_PARENT,
    .parent = "sequencing_run",
    .key = { "sequencing_run_id", "lane" },
    .fields = run_lane_fields },
  { .number = 53,
    .table = "run_figure",
    .scope = MNS_SCOPE_PARENT,
    .parent = "sequencing_run",
    .key = { "sequencing_run_id", "lane", "n", "figure" },
    .fields = run_figure_fields },
  { .number = 54,
    .table = "run_status",
    .scope = MNS_SCOPE_PARENT,
    .parent = "sequencing_run",
    .key = { "sequencing_run_id", "n" },
    .fields = run_status_fields },
  { 0 },
};
