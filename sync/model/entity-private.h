/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/entity.h"

/* Each ends with a row of number 0. */
extern const MnsEntity mns_entities_people[];
extern const MnsEntity mns_entities_configuration[];
extern const MnsEntity mns_entities_samples[];
extern const MnsEntity mns_entities_containers[];
extern const MnsEntity mns_entities_runs[];
extern const MnsEntity mns_entities_files[];
extern const MnsEntity mns_entities_sequencers[];
extern const MnsEntity mns_entities_sync[];
