/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "server/instruments/run-info.h"

G_BEGIN_DECLS

void mns_run_info_add_json (const MnsRunInfo *self, JsonBuilder *builder);

G_END_DECLS
