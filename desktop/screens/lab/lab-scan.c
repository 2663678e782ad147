/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-lab-scan"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/lab/lab-scan.h"

typedef struct
{
  MnsScreen *screen;
  char *text;
  MnsViewResult *waiting;
  GPtrArray *steps; /* ids, in the order of the lab */
} Scan;

static void
scan_free (Scan *self)
{
  g_object_unref (self->screen);
  g_free (self->text);
  g_clear_pointer (&self->waiting, mns_view_result_free);
  g_ptr_array_unref (self->steps);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scan, scan_free)

static void
open_queue (Scan *self, guint at)
{
  g_autofree char *escaped = g_uri_escape_string (self->text, NULL, TRUE);

  mns_screen_open (
      self->screen, "/queue/%s/%s", (const char *) g_ptr_array_index (self->steps, at), escaped);
}

static void
queue_chosen_cb (AdwMessageDialog *dialog, const char *response, Scan *scan)
{
  if (g_str_has_prefix (response, "step-"))
    open_queue (scan, (guint) g_ascii_strtoull (response + 5, NULL, 10));
}

/* What was scanned waits for several steps: the person knows for which one it is here. */
static void
ask_which (Scan *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->screen))), self->text, NULL);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), _ ("It waits for several steps."));
  for (guint i = 0; i < self->steps->len; i++)
    for (guint row = 0; row < mns_rows_get_n_rows (self->waiting->rows); row++)
      {
        g_autofree char *id = mns_cell_dup_id (self->waiting->rows, row, "step_id");
        g_autofree char *response = g_strdup_printf ("step-%u", i);

        if (!g_str_equal (id, g_ptr_array_index (self->steps, i)))
          continue;
        adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog),
                                         response,
                                         mns_cell_text (self->waiting->rows, row, "step"));
        break;
      }
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Cancel"));
  g_object_set_data_full (G_OBJECT (dialog), "scan", self, (GDestroyNotify) scan_free);
  g_signal_connect (dialog, "response", G_CALLBACK (queue_chosen_cb), self);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
waiting_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Scan) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *escaped = NULL;

  self->waiting = mns_session_look_finish (MNS_SESSION (source), result, &error);
  if (self->waiting == NULL)
    {
      mns_screen_show_refusal (self->screen, NULL, error);
      return;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (self->waiting->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (self->waiting->rows, i, "step_id");

      if (!g_ptr_array_find_with_equal_func (self->steps, id, g_str_equal, NULL))
        g_ptr_array_add (self->steps, g_steal_pointer (&id));
    }
  if (self->steps->len == 1)
    open_queue (self, 0);
  else if (self->steps->len > 1)
    ask_which (g_steal_pointer (&self));
  else
    {
      escaped = g_uri_escape_string (self->text, NULL, TRUE);
      mns_screen_open (self->screen, "/search/%s", escaped);
    }
}

void
mns_lab_scan (MnsScreen *screen, const char *text)
{
  Scan *scan = g_new0 (Scan, 1);

  scan->screen = g_object_ref (screen);
  scan->text = g_strdup (text);
  scan->steps = g_ptr_array_new_with_free_func (g_free);
  mns_session_look (mns_screen_get_session (screen),
                    "waiting",
                    mns_args_new ("text", text, NULL),
                    NULL,
                    waiting_read_cb,
                    scan);
}
