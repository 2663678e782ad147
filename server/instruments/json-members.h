/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Members of a JSON object where what a run does not say is null. */

#pragma once

#include <json-glib/json-glib.h>

void mns_json_add_text (JsonBuilder *builder, const char *name, const char *text);
void mns_json_add_count (JsonBuilder *builder, const char *name, gint64 count);
void mns_json_add_number (JsonBuilder *builder, const char *name, double number);
