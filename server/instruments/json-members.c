/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <math.h>

#include "server/instruments/json-members.h"

/**
 * mns_json_add_text:
 * @builder: a builder inside an object
 * @text: (nullable): UTF-8; %NULL becomes null
 */
void
mns_json_add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

/**
 * mns_json_add_count:
 * @builder: a builder inside an object
 * @count: below 0 becomes null
 */
void
mns_json_add_count (JsonBuilder *builder, const char *name, gint64 count)
{
  json_builder_set_member_name (builder, name);
  if (count >= 0)
    json_builder_add_int_value (builder, count);
  else
    json_builder_add_null_value (builder);
}

/**
 * mns_json_add_number:
 * @builder: a builder inside an object
 * @number: what is not finite becomes null
 */
void
mns_json_add_number (JsonBuilder *builder, const char *name, double number)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (number))
    json_builder_add_double_value (builder, number);
  else
    json_builder_add_null_value (builder);
}
