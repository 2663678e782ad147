/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes JSON straight into a string: a large run has ten thousand figures, which as a tree of
 * nodes would cost more memory than reading the run. The caller keeps begins and ends in pairs;
 * a name is NULL within an array.
 */
typedef struct
{
  GString *text;
  guint depth;
  gboolean has_member; /* at this depth */
} MnsJsonWriter;

void mns_json_begin (MnsJsonWriter *self, const char *name, char bracket);
void mns_json_end (MnsJsonWriter *self, char bracket);
void mns_json_text (MnsJsonWriter *self, const char *name, const char *value);
void mns_json_number (MnsJsonWriter *self, const char *name, double value);
void mns_json_numbers (MnsJsonWriter *self, const char *name, const double *values, guint n);
void mns_json_boolean (MnsJsonWriter *self, const char *name, gboolean value);
void mns_json_raw (MnsJsonWriter *self, const char *name, const char *json);

G_END_DECLS
