/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/screens/signin/password-wait.h"

static gboolean
tick_cb (gpointer data)
{
  MnsPasswordWait *self = data;
  gint64 left = self->until - g_get_monotonic_time ();
  guint seconds = left > 0 ? (guint) ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
  g_autofree char *text =
      g_strdup_printf (ngettext ("Too many tries. The next one is possible in %u second.",
                                 "Too many tries. The next one is possible in %u seconds.",
                                 seconds),
                       seconds);

  if (seconds > 0)
    {
      mns_banner_show (self->banner, text);
      return G_SOURCE_CONTINUE;
    }
  self->source = 0;
  mns_banner_hide (self->banner);
  self->over (self->user_data);
  return G_SOURCE_REMOVE;
}

void
mns_password_wait_start (MnsPasswordWait *self, guint seconds)
{
  mns_password_wait_stop (self);
  self->until = g_get_monotonic_time () + seconds * (gint64) G_USEC_PER_SEC;
  self->source = g_timeout_add_seconds (1, tick_cb, self);
  tick_cb (self);
}

void
mns_password_wait_stop (MnsPasswordWait *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
}

gboolean
mns_password_wait_is_on (MnsPasswordWait *self)
{
  return self->source != 0;
}
