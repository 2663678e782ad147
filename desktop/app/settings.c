/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/app/settings.h"

/**
 * mns_settings_open:
 *
 * Returns: (transfer full) (nullable): the settings. g_settings_new() would end the program where
 *   the schema is not installed.
 */
GSettings *
mns_settings_open (void)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, MNS_APPLICATION_ID, TRUE);
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}
