/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void mns_command_print_json (JsonBuilder *builder);
void mns_command_print_field (const char *name, const char *value);
void mns_command_print_table (GPtrArray *rows, const char *sides);

G_END_DECLS
