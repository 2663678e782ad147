-- SPDX-License-Identifier: AGPL-3.0-or-later
-- References to rows that can be deleted, and those within the configuration. Not from work to
-- configuration: those rows are archived, never deleted, and each check would lock a hot row. Never
-- CASCADE, never SET NULL: rules delete children first. A test holds this file against the
-- descriptors.

ALTER TABLE person ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE role_permission ADD FOREIGN KEY (role_id) REFERENCES role (id);
ALTER TABLE person_role ADD FOREIGN KEY (person_id) REFERENCES person (id);
ALTER TABLE person_role ADD FOREIGN KEY (role_id) REFERENCES role (id);
ALTER TABLE config_version ADD FOREIGN KEY (made_by) REFERENCES person (id);
ALTER TABLE step ADD FOREIGN KEY (protocol_id) REFERENCES protocol (id);
ALTER TABLE step ADD FOREIGN KEY (master_step_id) REFERENCES master_step (id);
ALTER TABLE step_version ADD FOREIGN KEY (step_id) REFERENCES step (id);
ALTER TABLE step_version ADD FOREIGN KEY (config_version_id) REFERENCES config_version (id);
ALTER TABLE step_transition ADD FOREIGN KEY (step_id) REFERENCES step (id);
ALTER TABLE step_transition ADD FOREIGN KEY (next_step_id) REFERENCES step (id);
ALTER TABLE workflow_protocol ADD FOREIGN KEY (workflow_id) REFERENCES workflow (id);
ALTER TABLE workflow_protocol ADD FOREIGN KEY (protocol_id) REFERENCES protocol (id);
ALTER TABLE stage ADD FOREIGN KEY (workflow_id) REFERENCES workflow (id);
ALTER TABLE stage ADD FOREIGN KEY (protocol_id) REFERENCES protocol (id);
ALTER TABLE stage ADD FOREIGN KEY (step_id) REFERENCES step (id);
ALTER TABLE preset ADD FOREIGN KEY (master_step_id) REFERENCES master_step (id);
ALTER TABLE custom_field ADD FOREIGN KEY (master_step_id) REFERENCES master_step (id);
ALTER TABLE label ADD FOREIGN KEY (label_group_id) REFERENCES label_group (id);
ALTER TABLE reagent_lot ADD FOREIGN KEY (reagent_kit_id) REFERENCES reagent_kit (id);
ALTER TABLE reagent_lot ADD FOREIGN KEY (changed_by) REFERENCES person (id);
ALTER TABLE reagent_lot ADD FOREIGN KEY (created_by) REFERENCES person (id);
ALTER TABLE instrument ADD FOREIGN KEY (instrument_type_id) REFERENCES instrument_type (id);
ALTER TABLE printer ADD FOREIGN KEY (label_template_id) REFERENCES label_template (id);
ALTER TABLE package ADD FOREIGN KEY (installed_by) REFERENCES person (id);
ALTER TABLE sample ADD FOREIGN KEY (project_id) REFERENCES project (id);
ALTER TABLE sample ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE artifact ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE content ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE content ADD FOREIGN KEY (sample_id) REFERENCES sample (id);
ALTER TABLE artifact_state ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE stage_entry ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE stage_entry ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE placement ADD FOREIGN KEY (container_id) REFERENCES container (id);
ALTER TABLE placement ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE step_input ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE step_input ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE io_map ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE io_map ADD FOREIGN KEY (output_id) REFERENCES artifact (id);
ALTER TABLE io_map ADD FOREIGN KEY (input_id) REFERENCES artifact (id);
ALTER TABLE step_container ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE step_container ADD FOREIGN KEY (container_id) REFERENCES container (id);
ALTER TABLE step_lot ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE next_action ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE next_action ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE escalation ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE signature ADD FOREIGN KEY (run_id) REFERENCES step_run (id);
ALTER TABLE sequencing_run ADD FOREIGN KEY (step_run_id) REFERENCES step_run (id);
ALTER TABLE run_read ADD FOREIGN KEY (sequencing_run_id) REFERENCES sequencing_run (id);
ALTER TABLE run_lane ADD FOREIGN KEY (sequencing_run_id) REFERENCES sequencing_run (id);
ALTER TABLE run_lane ADD FOREIGN KEY (artifact_id) REFERENCES artifact (id);
ALTER TABLE run_figure ADD FOREIGN KEY (sequencing_run_id) REFERENCES sequencing_run (id);
ALTER TABLE run_status ADD FOREIGN KEY (sequencing_run_id) REFERENCES sequencing_run (id);

-- A column that refers has an index; these had none yet.

CREATE INDEX person_role_by_role ON person_role (role_id);
CREATE INDEX config_version_by_made_by ON config_version (made_by);
CREATE INDEX step_by_master_step ON step (master_step_id);
CREATE INDEX step_version_by_config_version ON step_version (config_version_id);
CREATE INDEX step_transition_by_next_step ON step_transition (next_step_id);
CREATE INDEX workflow_protocol_by_protocol ON workflow_protocol (protocol_id);
CREATE INDEX stage_by_protocol ON stage (protocol_id);
CREATE INDEX stage_by_step ON stage (step_id);
CREATE INDEX reagent_lot_by_changed_by ON reagent_lot (changed_by);
CREATE INDEX reagent_lot_by_created_by ON reagent_lot (created_by);
CREATE INDEX instrument_by_instrument_type ON instrument (instrument_type_id);
CREATE INDEX printer_by_label_template ON printer (label_template_id);
CREATE INDEX package_by_installed_by ON package (installed_by);
