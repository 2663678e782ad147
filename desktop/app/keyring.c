/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-keyring"

#include "config.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#include "desktop/app/keyring.h"

static const SecretSchema schema = {
  "org.meniscus.Meniscus.Token",
  SECRET_SCHEMA_NONE,
  { { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, SECRET_SCHEMA_ATTRIBUTE_STRING } },
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
};

void
mns_keyring_look_async (const char *server,
                        const char *user,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  secret_password_lookup (
      &schema, cancellable, callback, user_data, "server", server, "user", user, NULL);
}

char *
mns_keyring_look_finish (GAsyncResult *result, GError **error)
{
  return secret_password_lookup_finish (result, error);
}

void
mns_keyring_free (char *token)
{
  secret_password_free (token);
}

void
mns_keyring_keep_async (const char *server,
                        const char *user,
                        const char *token,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autofree char *label = g_strdup_printf (_ ("Meniscus: %s at %s"), user, server);

  secret_password_store (&schema,
                         SECRET_COLLECTION_DEFAULT,
                         label,
                         token,
                         NULL,
                         callback,
                         user_data,
                         "server",
                         server,
                         "user",
                         user,
                         NULL);
}

gboolean
mns_keyring_keep_finish (GAsyncResult *result, GError **error)
{
  return secret_password_store_finish (result, error);
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    g_debug ("The token is not in a keyring: %s", error->message);
}

void
mns_keyring_forget (const char *server, const char *user)
{
  secret_password_clear (&schema, NULL, forgotten_cb, NULL, "server", server, "user", user, NULL);
}
