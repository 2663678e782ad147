/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The runs, sheets and statistics that lie beside the project, not in it. */

char *shared_data_find (const char *below);
JsonObject *shared_data_expected (const char *below, JsonParser **parser);
JsonNode *shared_data_parse_json (const char *text);

/* Calls @read with @data in which one byte is changed, for every byte and several changes. */
guint shared_data_change_bytes (const char *data,
                                gsize length,
                                void (*read) (const char *changed, gsize length));

G_END_DECLS
