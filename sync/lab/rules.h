/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"

G_BEGIN_DECLS

/* The commands of each subject; each table ends with a row without a name. */
extern const MnsCommandSpec mns_project_commands[];

G_END_DECLS
