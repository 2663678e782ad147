/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-page"

#include "config.h"

#include "desktop/app/cells.h"
#include "desktop/screens/step/step-page.h"
#include "desktop/screens/step/step-screen.h"

typedef struct
{
  MnsScreen *screen; /* unowned */
  MnsRows *run;
  char *run_id;
  gboolean read_only;
} MnsStepPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MnsStepPage, mns_step_page, ADW_TYPE_BIN)

static MnsStepPagePrivate *
priv_of (MnsStepPage *self)
{
  return mns_step_page_get_instance_private (self);
}

static void
mns_step_page_dispose (GObject *object)
{
  MnsStepPagePrivate *priv = priv_of (MNS_STEP_PAGE (object));

  g_clear_pointer (&priv->run, mns_rows_unref);
  g_clear_pointer (&priv->run_id, g_free);
  priv->screen = NULL;

  G_OBJECT_CLASS (mns_step_page_parent_class)->dispose (object);
}

static void
mns_step_page_class_init (MnsStepPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_step_page_dispose;
}

static void
mns_step_page_init (MnsStepPage *self)
{
}

void
mns_step_page_set_screen (MnsStepPage *self, MnsScreen *screen)
{
  priv_of (self)->screen = screen;
}

MnsScreen *
mns_step_page_get_screen (MnsStepPage *self)
{
  return priv_of (self)->screen;
}

MnsSession *
mns_step_page_get_session (MnsStepPage *self)
{
  return mns_screen_get_session (priv_of (self)->screen);
}

void
mns_step_page_set_run (MnsStepPage *self, MnsRows *run, gboolean read_only)
{
  MnsStepPagePrivate *priv = priv_of (self);

  g_clear_pointer (&priv->run, mns_rows_unref);
  priv->run = mns_rows_ref (run);
  g_free (priv->run_id);
  priv->run_id = mns_cell_dup_id (run, 0, "run_id");
  priv->read_only = read_only;
}

const MnsRows *
mns_step_page_get_run (MnsStepPage *self)
{
  return priv_of (self)->run;
}

const char *
mns_step_page_get_run_id (MnsStepPage *self)
{
  return priv_of (self)->run_id;
}

gboolean
mns_step_page_is_read_only (MnsStepPage *self)
{
  return priv_of (self)->read_only;
}

JsonObject *
mns_step_page_new_args (MnsStepPage *self)
{
  return mns_args_new ("run", priv_of (self)->run_id, NULL);
}

void
mns_step_page_look (MnsStepPage *self, const char *view, GAsyncReadyCallback callback)
{
  mns_session_look (mns_step_page_get_session (self),
                    view,
                    mns_step_page_new_args (self),
                    mns_screen_get_cancellable (priv_of (self)->screen),
                    callback,
                    g_object_ref (self));
}

void
mns_step_page_go_on (MnsStepPage *self, const char *state)
{
  mns_step_screen_go_on (MNS_STEP_SCREEN (priv_of (self)->screen), state);
}
