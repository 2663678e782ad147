/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * The state machine of a step run as a table (domain/step-run.md 1 and 1.1): which states a type of
 * step goes through, in order. Everything that asks "what comes next" asks here.
 */

gboolean mns_step_uses_state (const char *type, JsonObject *settings, const char *state);
const char *mns_step_state_after (const char *type, JsonObject *settings, const char *state);
int mns_step_state_order (const char *state);
const char *mns_step_state_nth (guint n);
gboolean mns_step_makes_samples (const char *type);

G_END_DECLS
