/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/views/view.h"

/* The views of each file; every list ends with NULL. */
extern const MnsViewSpec *const mns_views_lab[];
extern const MnsViewSpec *const mns_views_queue[];
extern const MnsViewSpec *const mns_views_step[];
extern const MnsViewSpec *const mns_views_run[];
extern const MnsViewSpec *const mns_views_run_details[];
extern const MnsViewSpec *const mns_views_project[];
extern const MnsViewSpec *const mns_views_config[];
extern const MnsViewSpec *const mns_views_sequencers[];
