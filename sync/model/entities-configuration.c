/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Descriptors: configuration. The columns are those of sql/shared, in the same order. */

#include "config.h"

#include "sync/model/entity-private.h"

static const MnsField config_version_fields[] = {
  { "id", MNS_FIELD_ID },
  { "number", MNS_FIELD_INT },
  { "made_at", MNS_FIELD_TIME },
  { "made_by", MNS_FIELD_ID, .refers = "person" },
  { "comment", MNS_FIELD_TEXT, .nullable = TRUE },
  { NULL },
};

static const MnsField master_step_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "type",
    MNS_FIELD_TEXT,
    .words = "STANDARD QC AGGREGATE_QC ADD_LABELS POOLING ANALYSIS DEMULTIPLEXING NO_OUTPUTS" },
  { "variability", MNS_FIELD_TEXT, .words = "FIXED VARIABLE VARIABLE_BY_INPUT" },
  { "outputs_per_input", MNS_FIELD_SMALL },
  { "output_name", MNS_FIELD_TEXT },
  { "file_output_name", MNS_FIELD_TEXT },
  { "naming", MNS_FIELD_TEXT },
  { "settings", MNS_FIELD_JSON },
  { "revision", MNS_FIELD_INT },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField protocol_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "position", MNS_FIELD_SMALL },
  { "type", MNS_FIELD_TEXT },
  { "is_qc", MNS_FIELD_BOOL },
  { "capacity", MNS_FIELD_INT },
  { "hidden", MNS_FIELD_BOOL },
  { "revision", MNS_FIELD_INT },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField step_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "protocol_id", MNS_FIELD_ID, .refers = "protocol" },
  { "master_step_id", MNS_FIELD_ID, .refers = "master_step" },
  { "name", MNS_FIELD_TEXT },
  { "position", MNS_FIELD_SMALL },
  { "queue_id", MNS_FIELD_ID },
  { "settings", MNS_FIELD_JSON },
  { "revision", MNS_FIELD_INT },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField step_version_fields[] = {
  { "id", MNS_FIELD_ID },         { "step_id", MNS_FIELD_ID, .refers = "step" },
  { "number", MNS_FIELD_INT },    { "config_version_id", MNS_FIELD_ID, .refers = "config_version" },
  { "settings", MNS_FIELD_JSON }, { NULL },
};

static const MnsField step_transition_fields[] = {
  { "step_id", MNS_FIELD_ID, .refers = "step" },
  { "position", MNS_FIELD_SMALL },
  { "next_step_id", MNS_FIELD_ID, .refers = "step" },
  { NULL },
};

static const MnsField workflow_fields[] = {
  { "id", MNS_FIELD_ID },        { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },    { "status", MNS_FIELD_TEXT, .words = "PENDING ACTIVE ARCHIVED" },
  { "revision", MNS_FIELD_INT }, { NULL },
};

static const MnsField workflow_protocol_fields[] = {
  { "workflow_id", MNS_FIELD_ID, .refers = "workflow" },
  { "position", MNS_FIELD_SMALL },
  { "protocol_id", MNS_FIELD_ID, .refers = "protocol" },
  { NULL },
};

static const MnsField stage_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "workflow_id", MNS_FIELD_ID, .refers = "workflow" },
  { "position", MNS_FIELD_SMALL },
  { "protocol_id", MNS_FIELD_ID, .refers = "protocol" },
  { "step_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "step" },
  { "queue_id", MNS_FIELD_ID },
  { "name", MNS_FIELD_TEXT },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField preset_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "master_step_id", MNS_FIELD_ID, .refers = "master_step" },
  { "name", MNS_FIELD_TEXT },
  { "is_default", MNS_FIELD_BOOL },
  { "fields", MNS_FIELD_JSON, .nullable = TRUE },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField custom_field_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "field_no", MNS_FIELD_INT },
  { "object",
    MNS_FIELD_TEXT,
    .words = "ACCOUNT PERSON PROJECT SAMPLE DERIVED MEASUREMENT CONTAINER MASTER_STEP" },
  { "master_step_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "master_step" },
  { "name", MNS_FIELD_TEXT },
  { "type", MNS_FIELD_TEXT, .words = "STRING TEXT NUMERIC BOOLEAN DATE URI" },
  { "options", MNS_FIELD_JSON },
  { "phi", MNS_FIELD_BOOL },
  { "searchable", MNS_FIELD_BOOL },
  { "position", MNS_FIELD_SMALL },
  { "deleted", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField automation_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "context", MNS_FIELD_TEXT, .words = "STEP DERIVED_SAMPLE PROJECT" },
  { "channel", MNS_FIELD_TEXT },
  { "command_line", MNS_FIELD_TEXT },
  { "repeatable", MNS_FIELD_BOOL },
  { "limit_s", MNS_FIELD_INT, .nullable = TRUE },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField container_type_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "is_tube", MNS_FIELD_BOOL },
  { "x_size", MNS_FIELD_SMALL },
  { "y_size", MNS_FIELD_SMALL },
  { "x_alpha", MNS_FIELD_BOOL },
  { "x_offset", MNS_FIELD_SMALL },
  { "y_alpha", MNS_FIELD_BOOL },
  { "y_offset", MNS_FIELD_SMALL },
  { "unavailable", MNS_FIELD_JSON },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField control_type_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "supplier", MNS_FIELD_TEXT, .nullable = TRUE },
  { "catalogue_number", MNS_FIELD_TEXT, .nullable = TRUE },
  { "website", MNS_FIELD_TEXT, .nullable = TRUE },
  { "concentration", MNS_FIELD_TEXT, .nullable = TRUE },
  { "single_step", MNS_FIELD_BOOL },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField label_group_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField label_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "label_group_id", MNS_FIELD_ID, .refers = "label_group" },
  { "name", MNS_FIELD_TEXT },
  { "sequence", MNS_FIELD_TEXT, .nullable = TRUE },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField reagent_kit_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "supplier", MNS_FIELD_TEXT, .nullable = TRUE },
  { "catalogue_number", MNS_FIELD_TEXT, .nullable = TRUE },
  { "website", MNS_FIELD_TEXT, .nullable = TRUE },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField reagent_lot_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "reagent_kit_id", MNS_FIELD_ID, .refers = "reagent_kit" },
  { "name", MNS_FIELD_TEXT },
  { "lot_number", MNS_FIELD_TEXT, .nullable = TRUE },
  { "expiry_date", MNS_FIELD_DATE, .nullable = TRUE },
  { "storage_location", MNS_FIELD_TEXT, .nullable = TRUE },
  { "notes", MNS_FIELD_TEXT, .nullable = TRUE },
  { "status", MNS_FIELD_TEXT, .words = "PENDING ACTIVE ARCHIVED" },
  { "changed_by", MNS_FIELD_ID, .refers = "person" },
  { "created_at", MNS_FIELD_TIME },
  { "created_by", MNS_FIELD_ID, .refers = "person" },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField instrument_type_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "name", MNS_FIELD_TEXT },
  { "vendor", MNS_FIELD_TEXT, .nullable = TRUE },
  { NULL },
};

static const MnsField instrument_fields[] = {
  { "id", MNS_FIELD_ID },
  { "lims_id", MNS_FIELD_TEXT },
  { "instrument_type_id", MNS_FIELD_ID, .refers = "instrument_type" },
  { "name", MNS_FIELD_TEXT },
  { "serial_number", MNS_FIELD_TEXT, .nullable = TRUE },
  { "expiry_date", MNS_FIELD_DATE, .nullable = TRUE },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField label_template_fields[] = {
  { "id", MNS_FIELD_ID },
  { "name", MNS_FIELD_TEXT },
  { "object", MNS_FIELD_TEXT, .words = "CONTAINER SAMPLE DERIVED PROJECT STEP_RUN" },
  { "language", MNS_FIELD_TEXT, .words = "ZPL PDF" },
  { "body", MNS_FIELD_TEXT },
  { "width_mm", MNS_FIELD_REAL },
  { "height_mm", MNS_FIELD_REAL },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField printer_fields[] = {
  { "id", MNS_FIELD_ID },
  { "name", MNS_FIELD_TEXT },
  { "address", MNS_FIELD_TEXT },
  { "label_template_id", MNS_FIELD_ID, .nullable = TRUE, .refers = "label_template" },
  { "archived", MNS_FIELD_BOOL },
  { NULL },
};

static const MnsField setting_fields[] = {
  { "id", MNS_FIELD_ID },
  { "name", MNS_FIELD_TEXT },
  { "value", MNS_FIELD_TEXT, .nullable = TRUE },
  { "type", MNS_FIELD_TEXT, .words = "STRING INTEGER BOOLEAN JSON" },
  { "changed_by", MNS_FIELD_ID, .nullable = TRUE },
  { "changed_at", MNS_FIELD_TIME },
  { NULL },
};

static const MnsField package_fields[] = {
  { "id", MNS_FIELD_ID },
  { "name", MNS_FIELD_TEXT },
  { "version", MNS_FIELD_TEXT },
  { "sha256", MNS_FIELD_BYTES },
  { "installed_at", MNS_FIELD_TIME },
  { "installed_by", MNS_FIELD_ID, .refers = "person" },
  { NULL },
};

const MnsEntity mns_entities_configuration[] = {
  { .number = 6,
    .table = "config_version",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = config_version_fields },
  { .number = 7,
    .table = "master_step",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = master_step_fields },
  { .number = 8,
    .table = "protocol",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = protocol_fields },
  { .number = 9,
    .table = "step",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = step_fields },
  { .number = 10,
    .table = "step_version",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = step_version_fields },
  { .number = 11,
    .table = "step_transition",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "step_id", "position" },
    .fields = step_transition_fields },
  { .number = 12,
    .table = "workflow",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = workflow_fields },
  { .number = 13,
    .table = "workflow_protocol",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "workflow_id", "position" },
    .fields = workflow_protocol_fields },
  { .number = 14,
    .table = "stage",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = stage_fields },
  { .number = 15,
    .table = "preset",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = preset_fields },
  { .number = 16,
    .table = "custom_field",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = custom_field_fields },
  { .number = 17,
    .table = "automation",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = automation_fields },
  { .number = 18,
    .table = "container_type",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = container_type_fields },
  { .number = 19,
    .table = "control_type",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = control_type_fields },
  { .number = 20,
    .table = "label_group",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = label_group_fields },
  { .number = 21,
    .table = "label",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = label_fields },
  { .number = 22,
    .table = "reagent_kit",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = reagent_kit_fields },
  { .number = 23,
    .table = "reagent_lot",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = reagent_lot_fields },
  { .number = 24,
    .table = "instrument_type",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = instrument_type_fields },
  { .number = 25,
    .table = "instrument",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = instrument_fields },
  { .number = 26,
    .table = "label_template",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = label_template_fields },
  { .number = 27,
    .table = "printer",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = printer_fields },
  { .number = 28,
    .table = "setting",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = setting_fields },
  { .number = 29,
    .table = "package",
    .scope = MNS_SCOPE_CONFIG,
    .key = { "id" },
    .fields = package_fields },
  { 0 },
};
