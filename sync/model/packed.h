/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Text of a number and the NUL. */
#define MNS_NUMBER_SIZE 40

/* Custom-field values as a row holds them: {"f12":"PASS","f13":12.5}, data-model.md section 5. */

JsonObject *mns_packed_parse (const char *json);
char *mns_packed_print (JsonObject *values);
char *mns_packed_get_text (JsonObject *values, gint64 field_no);

/**
 * MnsPackedAnswer:
 * @MNS_PACKED_NONE: the field has no value
 * @MNS_PACKED_FOUND: it has
 * @MNS_PACKED_UNUSUAL: the text is not as mns_packed_print() writes it, or the value has escapes:
 *   mns_packed_parse() reads it
 */
typedef enum
{
  MNS_PACKED_NONE,
  MNS_PACKED_FOUND,
  MNS_PACKED_UNUSUAL,
} MnsPackedAnswer;

MnsPackedAnswer mns_packed_find (const char *json, const char *key, GString *text);
void mns_packed_set_text (JsonObject *values, gint64 field_no, const char *text);
void mns_packed_set_number (JsonObject *values, gint64 field_no, double number);

const char *mns_number_print (double number, char text[MNS_NUMBER_SIZE]);

/* Writes @text as a JSON string: quotes, backslashes and control characters escaped, else as it is.
 */
void mns_json_append_string (GString *to, const char *text);

G_END_DECLS
