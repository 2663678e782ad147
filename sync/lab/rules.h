/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"

G_BEGIN_DECLS

/* The commands of each subject; each table ends with a row without a name. */
extern const MnsCommandSpec mns_people_commands[];
extern const MnsCommandSpec mns_config_commands[];
extern const MnsCommandSpec mns_project_commands[];
extern const MnsCommandSpec mns_sample_commands[];
extern const MnsCommandSpec mns_workflow_commands[];
extern const MnsCommandSpec mns_queue_commands[];
extern const MnsCommandSpec mns_step_commands[];
extern const MnsCommandSpec mns_container_commands[];
extern const MnsCommandSpec mns_conflict_commands[];
extern const MnsCommandSpec mns_note_commands[];
extern const MnsCommandSpec mns_sequencing_run_commands[];

G_END_DECLS
