/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-page"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/step-page.h"
#include "desktop/screens/step/step-screen.h"

typedef struct
{
  MnsScreen *screen; /* unowned */
  MnsRows *run;
  char *run_id;
  gboolean read_only;
  GHashTable *answers; /* name of a view → MnsViewResult */
  guint load;          /* counts loads */
  guint n_missing;     /* views of the load that have not answered */
  guint n_saving;
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

  priv->screen = NULL;

  G_OBJECT_CLASS (mns_step_page_parent_class)->dispose (object);
}

static void
mns_step_page_finalize (GObject *object)
{
  MnsStepPagePrivate *priv = priv_of (MNS_STEP_PAGE (object));

  g_clear_pointer (&priv->run, mns_rows_unref);
  g_clear_pointer (&priv->run_id, g_free);
  g_clear_pointer (&priv->answers, g_hash_table_unref);

  G_OBJECT_CLASS (mns_step_page_parent_class)->finalize (object);
}

static void
mns_step_page_class_init (MnsStepPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_step_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_step_page_finalize;
}

static void
mns_step_page_init (MnsStepPage *self)
{
  priv_of (self)->answers =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) mns_view_result_free);
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

gboolean
mns_step_page_is_completed (MnsStepPage *self)
{
  return g_strcmp0 (mns_cell_text (priv_of (self)->run, 0, "state"), "COMPLETED") == 0;
}

JsonObject *
mns_step_page_new_args (MnsStepPage *self)
{
  return mns_args_new ("run", priv_of (self)->run_id, NULL);
}

/* ---- reading ---- */

/* One view of one load; an answer to an older load is dropped. */
typedef struct
{
  MnsStepPage *page;
  const char *view; /* of the class, static */
  guint load;
} Reading;

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;
  g_autoptr (MnsStepPage) self = reading->page;
  MnsStepPagePrivate *priv = priv_of (self);
  g_autoptr (GError) error = NULL;
  MnsViewResult *answer = mns_session_look_finish (MNS_SESSION (source), result, &error);
  const char *view = reading->view;
  gboolean late = reading->load != priv->load || priv->screen == NULL;

  g_free (reading);
  if (answer == NULL)
    {
      if (!late)
        mns_screen_show_error (priv->screen, error);
      return;
    }
  if (late)
    {
      mns_view_result_free (answer);
      return;
    }
  g_hash_table_replace (priv->answers, (gpointer) view, answer);
  if (--priv->n_missing > 0)
    return;
  MNS_STEP_PAGE_GET_CLASS (self)->show (self);
  mns_screen_show_content (priv->screen);
}

/**
 * mns_step_page_load:
 * @self: a page that is in its frame and has its run
 *
 * What it showed before stays until everything has been read anew.
 */
void
mns_step_page_load (MnsStepPage *self)
{
  MnsStepPagePrivate *priv = priv_of (self);
  const char *const *views = MNS_STEP_PAGE_GET_CLASS (self)->views;

  priv->load++;
  priv->n_missing = g_strv_length ((GStrv) views);
  for (guint i = 0; views[i] != NULL; i++)
    {
      Reading *reading = g_new0 (Reading, 1);

      reading->page = g_object_ref (self);
      reading->view = views[i];
      reading->load = priv->load;
      mns_session_look (mns_step_page_get_session (self),
                        views[i],
                        mns_step_page_new_args (self),
                        mns_screen_get_cancellable (priv->screen),
                        read_cb,
                        reading);
    }
}

const MnsRows *
mns_step_page_get_rows (MnsStepPage *self, const char *view)
{
  const MnsViewResult *answer = g_hash_table_lookup (priv_of (self)->answers, view);

  return answer != NULL ? answer->rows : NULL;
}

/* ---- writing ---- */

typedef struct
{
  MnsStepPage *page;
  MnsStepPageDone done;
  gpointer data;
} Doing;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Doing *doing = user_data;
  g_autoptr (MnsStepPage) self = doing->page;
  MnsStepPagePrivate *priv = priv_of (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  gboolean refused = TRUE;

  priv->n_saving--;
  if (priv->screen != NULL)
    {
      refused = mns_screen_show_refusal (priv->screen, done, error);
      mns_step_screen_note_saving (MNS_STEP_SCREEN (priv->screen), priv->n_saving, refused);
    }
  if (doing->done != NULL)
    doing->done (self, done, refused, doing->data);
  g_free (doing);
}

void
mns_step_page_do (MnsStepPage *self,
                  const char *command,
                  JsonObject *args,
                  JsonObject *expect,
                  MnsStepPageDone done,
                  gpointer data)
{
  MnsStepPagePrivate *priv = priv_of (self);
  Doing *doing = g_new0 (Doing, 1);

  doing->page = g_object_ref (self);
  doing->done = done;
  doing->data = data;
  priv->n_saving++;
  mns_step_screen_note_saving (MNS_STEP_SCREEN (priv->screen), priv->n_saving, FALSE);
  mns_session_do (mns_step_page_get_session (self), command, args, expect, NULL, done_cb, doing);
}

guint
mns_step_page_get_n_saving (MnsStepPage *self)
{
  return priv_of (self)->n_saving;
}

void
mns_step_page_go_on (MnsStepPage *self, const char *state)
{
  mns_step_screen_go_on (MNS_STEP_SCREEN (priv_of (self)->screen), state);
}

/* ---- shapes that the pages share ---- */

GtkBox *
mns_step_page_make_bar (void)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_widget_set_margin_start (bar, 16);
  gtk_widget_set_margin_end (bar, 16);
  gtk_widget_set_margin_bottom (bar, 8);
  return GTK_BOX (bar);
}

void
mns_step_page_file_written (gpointer page, const GError *error)
{
  MnsScreen *screen = priv_of (page)->screen;

  if (screen == NULL)
    return;
  if (error != NULL)
    mns_screen_set_banner (screen, MNS_BANNER_ERROR, error->message);
  else
    mns_screen_toast (screen, _ ("File written"));
}

GtkLabel *
mns_step_page_make_line (void)
{
  GtkWidget *line =
      g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, NULL);

  gtk_label_set_xalign (GTK_LABEL (line), 0);
  gtk_label_set_ellipsize (GTK_LABEL (line), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (line, TRUE);
  gtk_widget_set_margin_start (line, 16);
  gtk_widget_set_margin_end (line, 16);
  gtk_widget_set_margin_top (line, 4);
  gtk_widget_set_margin_bottom (line, 8);
  return GTK_LABEL (line);
}

GtkWidget *
mns_step_page_add_button (MnsStepPage *self, GtkBox *bar, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (bar, button);
  return button;
}
