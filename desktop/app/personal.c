/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/app/personal.h"
#include "desktop/app/settings.h"

#define KEY "personal"

static char *
make_name (MnsSession *session, const char *what)
{
  char text[MNS_ID_TEXT_SIZE];
  MnsId id;

  mns_workspace_get_person_id (mns_session_get_workspace (session), &id);
  mns_id_print (&id, text);
  return g_strdup_printf ("%s %s", text, what);
}

GStrv
mns_personal_get (MnsSession *session, const char *what)
{
  g_autoptr (GSettings) settings = mns_settings_open ();
  g_autofree char *name = make_name (session, what);
  g_autoptr (GVariant) all = NULL;
  GStrv list = NULL;

  if (settings == NULL)
    return NULL;
  all = g_settings_get_value (settings, KEY);
  return g_variant_lookup (all, name, "^as", &list) ? list : NULL;
}

void
mns_personal_set (MnsSession *session, const char *what, const char *const *list)
{
  g_autoptr (GSettings) settings = mns_settings_open ();
  g_autofree char *name = make_name (session, what);
  g_autoptr (GVariant) all = NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (settings == NULL)
    return;
  all = g_settings_get_value (settings, KEY);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sas}"));
  g_variant_iter_init (&iter, all);
  while (g_variant_iter_next (&iter, "{&s@as}", &key, &value))
    {
      if (!g_str_equal (key, name))
        g_variant_builder_add (&builder, "{s@as}", key, value);
      g_variant_unref (value);
    }
  if (list != NULL)
    g_variant_builder_add (&builder, "{s^as}", name, list);
  g_settings_set_value (settings, KEY, g_variant_builder_end (&builder));
}

char *
mns_personal_get_word (MnsSession *session, const char *what)
{
  g_auto (GStrv) list = mns_personal_get (session, what);

  return list != NULL ? g_strdup (list[0]) : NULL;
}

void
mns_personal_set_word (MnsSession *session, const char *what, const char *word)
{
  const char *const list[] = { word, NULL };

  mns_personal_set (session, what, list);
}
