/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "server/instruments/generate/generator.h"

G_BEGIN_DECLS

/* Figures of run folders for the tests: made, summarised and compared. */

JsonNode *run_figures_read (const char *folder);
JsonObject *run_figures_object (JsonNode *summary, const char *path);
gboolean run_figures_are_near (double a, double b);
guint run_figures_compare_planted (const char *folder, JsonNode *summary);
void run_figures_make (const char *folder, const char *preset, const MnsGenOptions *options);

G_END_DECLS
