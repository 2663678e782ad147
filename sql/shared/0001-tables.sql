-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The synced tables, the same on both engines. A word in braces is a type or a table kind that
-- each store spells its own way (sync/store): {uuid} {text} {int} {small} {real} {json} {bytes};
-- {row} ends a table whose rows have an id, {child} one whose rows belong to their first key column.
-- The descriptors in sync/model/entities-*.c say the same in C; a test holds one against the other.

-- People and access

CREATE TABLE account (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  website {text},
  billing {json},
  shipping {json},
  fields {json},
  phi_fields {json},
  created_at {int} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (lims_id)
){row};
CREATE INDEX account_by_name ON account (name);

CREATE TABLE person (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  account_id {uuid} NOT NULL,
  first_name {text} NOT NULL,
  last_name {text} NOT NULL,
  initials {text} NOT NULL,
  title {text},
  email {text},
  phone {text},
  fax {text},
  username {text},
  status {text} NOT NULL,
  source {text} NOT NULL,
  fields {json},
  phi_fields {json},
  created_at {int} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (status IN ('ACTIVE', 'ARCHIVED')),
  CHECK (source IN ('LOCAL', 'LDAP')),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX person_username ON person (username) WHERE username IS NOT NULL AND status = 'ACTIVE';
CREATE INDEX person_by_account ON person (account_id);

CREATE TABLE role (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  legacy_name {text},
  built_in {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (built_in IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX role_name ON role (name);

CREATE TABLE role_permission (
  role_id {uuid} NOT NULL,
  permission {text} NOT NULL,
  PRIMARY KEY (role_id, permission)
){child};

CREATE TABLE person_role (
  person_id {uuid} NOT NULL,
  role_id {uuid} NOT NULL,
  PRIMARY KEY (person_id, role_id)
){child};

-- Configuration

CREATE TABLE config_version (
  id {uuid} NOT NULL,
  number {int} NOT NULL,
  made_at {int} NOT NULL,
  made_by {uuid} NOT NULL,
  comment {text},
  PRIMARY KEY (id)
){row};
CREATE UNIQUE INDEX config_version_number ON config_version (number);

CREATE TABLE master_step (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  type {text} NOT NULL,
  variability {text} NOT NULL,
  outputs_per_input {small} NOT NULL,
  output_name {text} NOT NULL,
  file_output_name {text} NOT NULL,
  naming {text} NOT NULL,
  settings {json} NOT NULL,
  revision {int} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (type IN ('STANDARD', 'QC', 'AGGREGATE_QC', 'ADD_LABELS', 'POOLING', 'ANALYSIS', 'DEMULTIPLEXING', 'NO_OUTPUTS')),
  CHECK (variability IN ('FIXED', 'VARIABLE', 'VARIABLE_BY_INPUT')),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX master_step_name ON master_step (name) WHERE archived = 0;

CREATE TABLE protocol (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  position {small} NOT NULL,
  type {text} NOT NULL,
  is_qc {small} NOT NULL,
  capacity {int} NOT NULL,
  hidden {small} NOT NULL,
  revision {int} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (is_qc IN (0, 1)),
  CHECK (hidden IN (0, 1)),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX protocol_name ON protocol (name) WHERE archived = 0;

CREATE TABLE step (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  protocol_id {uuid} NOT NULL,
  master_step_id {uuid} NOT NULL,
  name {text} NOT NULL,
  position {small} NOT NULL,
  queue_id {uuid} NOT NULL,
  settings {json} NOT NULL,
  revision {int} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX step_protocol_id_name ON step (protocol_id, name) WHERE archived = 0;

CREATE TABLE step_version (
  id {uuid} NOT NULL,
  step_id {uuid} NOT NULL,
  number {int} NOT NULL,
  config_version_id {uuid} NOT NULL,
  settings {json} NOT NULL,
  PRIMARY KEY (id)
){row};
CREATE UNIQUE INDEX step_version_step_id_number ON step_version (step_id, number);

CREATE TABLE step_transition (
  step_id {uuid} NOT NULL,
  position {small} NOT NULL,
  next_step_id {uuid} NOT NULL,
  PRIMARY KEY (step_id, position)
){child};
CREATE UNIQUE INDEX step_transition_step_id_next_step_id ON step_transition (step_id, next_step_id);

CREATE TABLE workflow (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  status {text} NOT NULL,
  revision {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (status IN ('PENDING', 'ACTIVE', 'ARCHIVED')),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX workflow_name ON workflow (name);

CREATE TABLE workflow_protocol (
  workflow_id {uuid} NOT NULL,
  position {small} NOT NULL,
  protocol_id {uuid} NOT NULL,
  PRIMARY KEY (workflow_id, position)
){child};
CREATE UNIQUE INDEX workflow_protocol_workflow_id_protocol_id ON workflow_protocol (workflow_id, protocol_id);

CREATE TABLE stage (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  workflow_id {uuid} NOT NULL,
  position {small} NOT NULL,
  protocol_id {uuid} NOT NULL,
  step_id {uuid},
  queue_id {uuid} NOT NULL,
  name {text} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX stage_workflow_id_protocol_id_step_id ON stage (workflow_id, protocol_id, step_id) WHERE archived = 0;
CREATE UNIQUE INDEX stage_workflow_id_protocol_id ON stage (workflow_id, protocol_id) WHERE step_id IS NULL AND archived = 0;
CREATE INDEX stage_by_queue ON stage (queue_id);

CREATE TABLE preset (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  master_step_id {uuid} NOT NULL,
  name {text} NOT NULL,
  is_default {small} NOT NULL,
  fields {json},
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (is_default IN (0, 1)),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX preset_master_step_id_name ON preset (master_step_id, name) WHERE archived = 0;

CREATE TABLE custom_field (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  field_no {int} NOT NULL,
  object {text} NOT NULL,
  master_step_id {uuid},
  name {text} NOT NULL,
  type {text} NOT NULL,
  options {json} NOT NULL,
  phi {small} NOT NULL,
  searchable {small} NOT NULL,
  position {small} NOT NULL,
  deleted {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (object IN ('ACCOUNT', 'PERSON', 'PROJECT', 'SAMPLE', 'DERIVED', 'MEASUREMENT', 'CONTAINER', 'MASTER_STEP')),
  CHECK (type IN ('STRING', 'TEXT', 'NUMERIC', 'BOOLEAN', 'DATE', 'URI')),
  CHECK (phi IN (0, 1)),
  CHECK (searchable IN (0, 1)),
  CHECK (deleted IN (0, 1)),
  CHECK ((object = 'MASTER_STEP') = (master_step_id IS NOT NULL)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX custom_field_field_no ON custom_field (field_no);
CREATE UNIQUE INDEX custom_field_object_name ON custom_field (object, name) WHERE master_step_id IS NULL AND deleted = 0;
CREATE UNIQUE INDEX custom_field_master_step_id_name ON custom_field (master_step_id, name) WHERE deleted = 0;

CREATE TABLE automation (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  context {text} NOT NULL,
  channel {text} NOT NULL,
  command_line {text} NOT NULL,
  repeatable {small} NOT NULL,
  limit_s {int},
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (context IN ('STEP', 'DERIVED_SAMPLE', 'PROJECT')),
  CHECK (repeatable IN (0, 1)),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX automation_name ON automation (name) WHERE archived = 0;

CREATE TABLE container_type (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  is_tube {small} NOT NULL,
  x_size {small} NOT NULL,
  y_size {small} NOT NULL,
  x_alpha {small} NOT NULL,
  x_offset {small} NOT NULL,
  y_alpha {small} NOT NULL,
  y_offset {small} NOT NULL,
  unavailable {json} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (is_tube IN (0, 1)),
  CHECK (x_alpha IN (0, 1)),
  CHECK (y_alpha IN (0, 1)),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX container_type_name ON container_type (name);

CREATE TABLE control_type (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  supplier {text},
  catalogue_number {text},
  website {text},
  concentration {text},
  single_step {small} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (single_step IN (0, 1)),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX control_type_name ON control_type (name);

CREATE TABLE label_group (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX label_group_name ON label_group (name) WHERE archived = 0;

CREATE TABLE label (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  label_group_id {uuid} NOT NULL,
  name {text} NOT NULL,
  sequence {text},
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX label_label_group_id_name ON label (label_group_id, name) WHERE archived = 0;
CREATE INDEX label_by_name ON label (name);

CREATE TABLE reagent_kit (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  supplier {text},
  catalogue_number {text},
  website {text},
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE INDEX reagent_kit_by_name ON reagent_kit (name);

CREATE TABLE reagent_lot (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  reagent_kit_id {uuid} NOT NULL,
  name {text} NOT NULL,
  lot_number {text},
  expiry_date {text},
  storage_location {text},
  notes {text},
  status {text} NOT NULL,
  changed_by {uuid} NOT NULL,
  created_at {int} NOT NULL,
  created_by {uuid} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (status IN ('PENDING', 'ACTIVE', 'ARCHIVED')),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX reagent_lot_reagent_kit_id_name_lot_number_status ON reagent_lot (reagent_kit_id, name, lot_number, status);

CREATE TABLE instrument_type (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  vendor {text},
  PRIMARY KEY (id),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX instrument_type_name ON instrument_type (name);

CREATE TABLE instrument (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  instrument_type_id {uuid} NOT NULL,
  name {text} NOT NULL,
  serial_number {text},
  expiry_date {text},
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (archived IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE INDEX instrument_by_name ON instrument (name);

CREATE TABLE label_template (
  id {uuid} NOT NULL,
  name {text} NOT NULL,
  object {text} NOT NULL,
  language {text} NOT NULL,
  body {text} NOT NULL,
  width_mm {real} NOT NULL,
  height_mm {real} NOT NULL,
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (object IN ('CONTAINER', 'SAMPLE', 'DERIVED', 'PROJECT', 'STEP_RUN')),
  CHECK (language IN ('ZPL', 'PDF')),
  CHECK (archived IN (0, 1))
){row};
CREATE UNIQUE INDEX label_template_name ON label_template (name) WHERE archived = 0;

CREATE TABLE printer (
  id {uuid} NOT NULL,
  name {text} NOT NULL,
  address {text} NOT NULL,
  label_template_id {uuid},
  archived {small} NOT NULL,
  PRIMARY KEY (id),
  CHECK (archived IN (0, 1))
){row};
CREATE UNIQUE INDEX printer_name ON printer (name) WHERE archived = 0;

CREATE TABLE setting (
  id {uuid} NOT NULL,
  name {text} NOT NULL,
  value {text},
  type {text} NOT NULL,
  changed_by {uuid},
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (type IN ('STRING', 'INTEGER', 'BOOLEAN', 'JSON'))
){row};
CREATE UNIQUE INDEX setting_name ON setting (name);

CREATE TABLE package (
  id {uuid} NOT NULL,
  name {text} NOT NULL,
  version {text} NOT NULL,
  sha256 {bytes} NOT NULL,
  installed_at {int} NOT NULL,
  installed_by {uuid} NOT NULL,
  PRIMARY KEY (id)
){row};
CREATE UNIQUE INDEX package_name_version ON package (name, version);

-- Projects, samples, artifacts

CREATE TABLE project (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  name {text} NOT NULL,
  name_key {text} NOT NULL,
  account_id {uuid} NOT NULL,
  person_id {uuid} NOT NULL,
  priority {small} NOT NULL,
  open_date {text},
  close_date {text},
  invoice_date {text},
  fields {json},
  phi_fields {json},
  created_at {int} NOT NULL,
  created_by {uuid} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (close_date IS NULL OR open_date IS NOT NULL),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX project_name ON project (name);

CREATE TABLE sample (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  scope_id {uuid} NOT NULL,
  project_id {uuid},
  control_type_id {uuid},
  artifact_id {uuid} NOT NULL,
  name {text} NOT NULL,
  name_key {text} NOT NULL,
  submitter_id {uuid} NOT NULL,
  received_date {text},
  completed_date {text},
  fields {json},
  phi_fields {json},
  created_at {int} NOT NULL,
  created_by {uuid} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK ((project_id IS NULL) <> (control_type_id IS NULL)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX sample_artifact_id ON sample (artifact_id);
CREATE INDEX sample_by_project_name ON sample (project_id, name);
CREATE INDEX sample_by_project_order ON sample (project_id, name_key, id);
CREATE INDEX sample_by_name ON sample (name);
CREATE INDEX sample_by_scope ON sample (scope_id);

CREATE TABLE artifact (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  scope_id {uuid} NOT NULL,
  kind {text} NOT NULL,
  run_id {uuid},
  output_no {small} NOT NULL,
  content_id {uuid} NOT NULL,
  name {text} NOT NULL,
  name_key {text} NOT NULL,
  qc_flag {text} NOT NULL,
  working_flag {small} NOT NULL,
  state {int} NOT NULL,
  fields {json},
  phi_fields {json},
  created_at {int} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (kind IN ('ROOT', 'DERIVED', 'POOL', 'MEASUREMENT', 'DEMUX', 'FILE')),
  CHECK (qc_flag IN ('UNKNOWN', 'PASSED', 'FAILED', 'CONTINUE')),
  CHECK (working_flag IN (0, 1)),
  CHECK ((kind = 'ROOT') = (run_id IS NULL)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX artifact_run_id_kind_output_no ON artifact (run_id, kind, output_no) WHERE run_id IS NOT NULL;
CREATE UNIQUE INDEX artifact_run_id_name ON artifact (run_id, name) WHERE kind = 'POOL';
CREATE INDEX artifact_by_content ON artifact (content_id);
CREATE INDEX artifact_by_scope ON artifact (scope_id);
CREATE INDEX artifact_by_name ON artifact (name);

CREATE TABLE content (
  artifact_id {uuid} NOT NULL,
  n {small} NOT NULL,
  sample_id {uuid} NOT NULL,
  label_id {uuid},
  PRIMARY KEY (artifact_id, n)
){child};
CREATE UNIQUE INDEX content_sample_id_artifact_id_label_id ON content (sample_id, artifact_id, label_id);
CREATE INDEX content_by_label ON content (label_id) WHERE label_id IS NOT NULL;

CREATE TABLE artifact_state (
  artifact_id {uuid} NOT NULL,
  state {int} NOT NULL,
  name {text} NOT NULL,
  qc_flag {text} NOT NULL,
  container_id {uuid},
  y {small},
  x {small},
  until_at {int} NOT NULL,
  fields {json},
  phi_fields {json},
  PRIMARY KEY (artifact_id, state)
){child};

CREATE TABLE stage_entry (
  artifact_id {uuid} NOT NULL,
  n {small} NOT NULL,
  stage_id {uuid} NOT NULL,
  queue_id {uuid} NOT NULL,
  status {text} NOT NULL,
  priority {small} NOT NULL,
  queued_at {int} NOT NULL,
  from_step_id {uuid},
  run_id {uuid},
  ended_at {int},
  PRIMARY KEY (artifact_id, n),
  CHECK (status IN ('QUEUED', 'IN_PROGRESS', 'COMPLETE', 'SKIPPED', 'REMOVED', 'REWORKED')),
  CHECK ((status <> 'IN_PROGRESS' OR run_id IS NOT NULL)),
  CHECK ((status IN ('QUEUED', 'IN_PROGRESS')) = (ended_at IS NULL))
){child};
CREATE UNIQUE INDEX stage_entry_artifact_id_stage_id_open ON stage_entry (artifact_id, stage_id) WHERE status IN ('QUEUED', 'IN_PROGRESS');
CREATE INDEX stage_entry_by_queue_priority_queued_at_artifact ON stage_entry (queue_id, priority, queued_at, artifact_id) WHERE status = 'QUEUED';
CREATE INDEX stage_entry_by_run ON stage_entry (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX stage_entry_by_stage ON stage_entry (stage_id) WHERE status IN ('QUEUED', 'IN_PROGRESS');

-- Containers

CREATE TABLE container (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  container_type_id {uuid} NOT NULL,
  name {text} NOT NULL,
  name_key {text} NOT NULL,
  state {text} NOT NULL,
  fields {json},
  phi_fields {json},
  created_at {int} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (state IN ('EMPTY', 'POPULATED', 'DEPLETED', 'DISCARDED')),
  UNIQUE (lims_id)
){row};
CREATE INDEX container_by_name ON container (name);
CREATE INDEX container_by_container_type_state ON container (container_type_id, state);

CREATE TABLE placement (
  container_id {uuid} NOT NULL,
  y {small} NOT NULL,
  x {small} NOT NULL,
  artifact_id {uuid} NOT NULL,
  PRIMARY KEY (container_id, y, x)
){child};
CREATE UNIQUE INDEX placement_artifact_id ON placement (artifact_id);

-- Step runs

CREATE TABLE step_run (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  step_id {uuid} NOT NULL,
  step_version_id {uuid} NOT NULL,
  state {text} NOT NULL,
  technician_id {uuid} NOT NULL,
  started_at {int} NOT NULL,
  completed_at {int},
  instrument_id {uuid},
  preset_id {uuid},
  label_group_id {uuid},
  container_type_id {uuid},
  next_steps_locked {small} NOT NULL,
  program_status {text},
  program_message {text},
  next_run_id {uuid},
  lease_client_id {uuid},
  lease_until {int},
  fields {json},
  phi_fields {json},
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (state IN ('STARTED', 'STEP_SETUP', 'POOLING', 'PLACEMENT', 'ADD_REAGENT', 'RECORD_DETAILS', 'ASSIGN_NEXT_STEPS', 'UNDER_REVIEW', 'COMPLETED')),
  CHECK (next_steps_locked IN (0, 1)),
  CHECK (program_status IN ('QUEUED', 'RUNNING', 'OK', 'WARNING', 'ERROR')),
  CHECK ((state = 'COMPLETED') = (completed_at IS NOT NULL)),
  UNIQUE (lims_id)
){row};
CREATE INDEX step_run_by_step_started_at ON step_run (step_id, started_at);
CREATE INDEX step_run_by_technician ON step_run (technician_id) WHERE state <> 'COMPLETED';

CREATE TABLE step_input (
  run_id {uuid} NOT NULL,
  artifact_id {uuid} NOT NULL,
  n {small} NOT NULL,
  replicates {small} NOT NULL,
  state_before {int} NOT NULL,
  state_after {int},
  PRIMARY KEY (run_id, artifact_id)
){child};
CREATE INDEX step_input_by_artifact_run ON step_input (artifact_id, run_id);

CREATE TABLE io_map (
  run_id {uuid} NOT NULL,
  output_id {uuid} NOT NULL,
  input_id {uuid} NOT NULL,
  replicates {small} NOT NULL,
  PRIMARY KEY (run_id, output_id, input_id)
){child};
CREATE INDEX io_map_by_input_output ON io_map (input_id, output_id);
CREATE INDEX io_map_by_output_input ON io_map (output_id, input_id);

CREATE TABLE step_container (
  run_id {uuid} NOT NULL,
  container_id {uuid} NOT NULL,
  n {small} NOT NULL,
  on_the_fly {small} NOT NULL,
  PRIMARY KEY (run_id, container_id),
  CHECK (on_the_fly IN (0, 1))
){child};
CREATE INDEX step_container_by_container ON step_container (container_id);

CREATE TABLE step_lot (
  run_id {uuid} NOT NULL,
  reagent_lot_id {uuid} NOT NULL,
  PRIMARY KEY (run_id, reagent_lot_id)
){child};
CREATE INDEX step_lot_by_reagent_lot ON step_lot (reagent_lot_id);

CREATE TABLE next_action (
  run_id {uuid} NOT NULL,
  artifact_id {uuid} NOT NULL,
  action {text},
  step_id {uuid},
  rework_run_id {uuid},
  escalated {small} NOT NULL,
  PRIMARY KEY (run_id, artifact_id),
  CHECK (action IN ('LEAVE', 'REPEAT', 'REMOVE', 'REVIEW', 'COMPLETE', 'STORE', 'NEXTSTEP', 'REWORK', 'COMPLETEREPEAT')),
  CHECK (escalated IN (0, 1)),
  CHECK ((action IN ('NEXTSTEP', 'COMPLETEREPEAT')) = (step_id IS NOT NULL)),
  CHECK ((action = 'REWORK') = (rework_run_id IS NOT NULL))
){child};
CREATE INDEX next_action_by_artifact ON next_action (artifact_id);

CREATE TABLE escalation (
  run_id {uuid} NOT NULL,
  author_id {uuid} NOT NULL,
  reviewer_id {uuid} NOT NULL,
  requested_at {int} NOT NULL,
  comment {text},
  review_author_id {uuid},
  reviewed_at {int},
  review_comment {text},
  PRIMARY KEY (run_id)
){child};
CREATE INDEX escalation_by_reviewer ON escalation (reviewer_id) WHERE reviewed_at IS NULL;

CREATE TABLE signature (
  run_id {uuid} NOT NULL,
  n {small} NOT NULL,
  person_id {uuid} NOT NULL,
  printed_name {text} NOT NULL,
  meaning {text} NOT NULL,
  outcome {text} NOT NULL,
  signed_at {int} NOT NULL,
  sha256 {bytes} NOT NULL,
  voided_at {int},
  PRIMARY KEY (run_id, n),
  CHECK (outcome IN ('SIGNED', 'FAILED'))
){child};
CREATE UNIQUE INDEX signature_run_id ON signature (run_id) WHERE outcome = 'SIGNED' AND voided_at IS NULL;

-- Files, notes, labels

CREATE TABLE file (
  id {uuid} NOT NULL,
  lims_id {text} NOT NULL,
  scope_id {uuid} NOT NULL,
  owner {text} NOT NULL,
  owner_id {uuid} NOT NULL,
  name {text} NOT NULL,
  original_location {text},
  content_location {text},
  sha256 {bytes},
  size {int},
  phi {small} NOT NULL,
  published {small} NOT NULL,
  created_at {int} NOT NULL,
  created_by {uuid} NOT NULL,
  PRIMARY KEY (id),
  CHECK (owner IN ('PROJECT', 'SAMPLE', 'STEP_RUN', 'ARTIFACT', 'AUTOMATION', 'MASTER_STEP', 'ACCOUNT', 'PERSON', 'SEQUENCING_RUN', 'PORTAL')),
  CHECK (phi IN (0, 1)),
  CHECK (published IN (0, 1)),
  UNIQUE (lims_id)
){row};
CREATE UNIQUE INDEX file_owner_id ON file (owner_id) WHERE owner = 'ARTIFACT';
CREATE INDEX file_by_owner ON file (owner_id);

CREATE TABLE external_id (
  id {uuid} NOT NULL,
  scope_id {uuid} NOT NULL,
  owner_id {uuid} NOT NULL,
  n {small} NOT NULL,
  name {text} NOT NULL,
  uri {text} NOT NULL,
  PRIMARY KEY (id)
){row};
CREATE UNIQUE INDEX external_id_owner_id_n ON external_id (owner_id, n);

CREATE TABLE note (
  id {uuid} NOT NULL,
  scope_id {uuid} NOT NULL,
  owner {text} NOT NULL,
  owner_id {uuid} NOT NULL,
  body {text} NOT NULL,
  published {small} NOT NULL,
  created_at {int} NOT NULL,
  created_by {uuid} NOT NULL,
  PRIMARY KEY (id),
  CHECK (owner IN ('PROJECT', 'SAMPLE', 'STEP_RUN', 'CONTAINER')),
  CHECK (published IN (0, 1))
){row};
CREATE INDEX note_by_owner_created_at ON note (owner_id, created_at);

CREATE TABLE print_log (
  id {uuid} NOT NULL,
  scope_id {uuid} NOT NULL,
  label_template_id {uuid} NOT NULL,
  printer_id {uuid},
  object_id {uuid} NOT NULL,
  content {text} NOT NULL,
  copies {small} NOT NULL,
  reprint_reason {text},
  printed_at {int} NOT NULL,
  printed_by {uuid} NOT NULL,
  PRIMARY KEY (id)
){row};
CREATE INDEX print_log_by_object_printed_at ON print_log (object_id, printed_at);

-- Sequencers

CREATE TABLE sequencing_run (
  id {uuid} NOT NULL,
  step_run_id {uuid},
  instrument_id {uuid},
  run_name {text} NOT NULL,
  family {text} NOT NULL,
  folder {text} NOT NULL,
  flow_cell {text},
  cartridge {text},
  experiment {text},
  status {text} NOT NULL,
  status_by {text} NOT NULL,
  cycles {small},
  cycle {small},
  started_at {int},
  ended_at {int},
  details {json},
  changed_at {int} NOT NULL,
  PRIMARY KEY (id),
  CHECK (status IN ('planned', 'running', 'copying', 'completed', 'ended_early', 'failed', 'aborted', 'demultiplexing', 'demultiplexed', 'stalled', 'unknown')),
  CHECK (status_by IN ('SYSTEM', 'USER'))
){row};
CREATE UNIQUE INDEX sequencing_run_run_name ON sequencing_run (run_name);
CREATE UNIQUE INDEX sequencing_run_step_run_id ON sequencing_run (step_run_id) WHERE step_run_id IS NOT NULL;
CREATE INDEX sequencing_run_by_flow_cell ON sequencing_run (flow_cell);

CREATE TABLE run_read (
  sequencing_run_id {uuid} NOT NULL,
  n {small} NOT NULL,
  cycles {small} NOT NULL,
  is_index {small} NOT NULL,
  PRIMARY KEY (sequencing_run_id, n),
  CHECK (is_index IN (0, 1))
){child};

CREATE TABLE run_lane (
  sequencing_run_id {uuid} NOT NULL,
  lane {small} NOT NULL,
  artifact_id {uuid},
  result_id {uuid},
  PRIMARY KEY (sequencing_run_id, lane)
){child};
CREATE INDEX run_lane_by_artifact ON run_lane (artifact_id);

CREATE TABLE run_figure (
  sequencing_run_id {uuid} NOT NULL,
  lane {small} NOT NULL,
  n {small} NOT NULL,
  figure {text} NOT NULL,
  value {real} NOT NULL,
  deviation {real},
  PRIMARY KEY (sequencing_run_id, lane, n, figure)
){child};

CREATE TABLE run_status (
  sequencing_run_id {uuid} NOT NULL,
  n {small} NOT NULL,
  status {text} NOT NULL,
  evidence {text},
  at {int} NOT NULL,
  PRIMARY KEY (sequencing_run_id, n)
){child};

-- Sync

CREATE TABLE scope_member (
  inner_id {uuid} NOT NULL,
  scope_id {uuid} NOT NULL,
  PRIMARY KEY (inner_id, scope_id)
){child};
CREATE INDEX scope_member_by_scope ON scope_member (scope_id);

CREATE TABLE id_block (
  id {uuid} NOT NULL,
  person_id {uuid} NOT NULL,
  client_id {uuid} NOT NULL,
  class {text} NOT NULL,
  owner_id {uuid},
  first_no {int} NOT NULL,
  last_no {int} NOT NULL,
  leased_at {int} NOT NULL,
  PRIMARY KEY (id)
){row};
CREATE INDEX id_block_by_client ON id_block (client_id);

CREATE TABLE person_setting (
  person_id {uuid} NOT NULL,
  name {text} NOT NULL,
  value {json} NOT NULL,
  PRIMARY KEY (person_id, name)
){child};

CREATE TABLE conflict (
  id {uuid} NOT NULL,
  person_id {uuid} NOT NULL,
  client_id {uuid} NOT NULL,
  n {int} NOT NULL,
  command_id {uuid} NOT NULL,
  command {text} NOT NULL,
  body {json} NOT NULL,
  code {text} NOT NULL,
  detail {text} NOT NULL,
  seen {json},
  there {json},
  cause {uuid},
  state {text} NOT NULL,
  resolved_by {uuid},
  resolved_at {int},
  resolution {text},
  next_command_id {uuid},
  PRIMARY KEY (id),
  CHECK (state IN ('OPEN', 'RESOLVED', 'DROPPED'))
){row};
CREATE UNIQUE INDEX conflict_client_id_n ON conflict (client_id, n);
CREATE INDEX conflict_by_person ON conflict (person_id) WHERE state = 'OPEN';
