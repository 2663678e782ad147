/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON text in the one form that the database holds: no blanks, members in the order given, numbers
 * in the shortest form that reads back equal. Both engines then hold the same bytes.
 */

void mns_canonical_append (GString *text, JsonNode *node);
char *mns_canonical_print (JsonNode *node);
char *mns_canonical_print_object (JsonObject *object);
char *mns_canonical_print_array (JsonArray *array);

G_END_DECLS
