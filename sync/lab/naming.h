/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MnsNamingFacts:
 *
 * What the tokens of a naming convention stand for, for one output. Texts may be %NULL.
 */
typedef struct
{
  const char *input_name;
  const char *input_well;
  const char *input_container;
  const char *sample_name;
  const char *project_name;
  const char *run_lims_id;
  const char *technician;
  const char *today;
  guint output_number; /* from 1, within its input */
} MnsNamingFacts;

char *mns_naming_check (const char *pattern);
gboolean mns_naming_uses (const char *pattern, const char *token);
char *mns_naming_print (const char *pattern, const MnsNamingFacts *facts);

G_END_DECLS
