/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-queue-lookup"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/screens/queue/queue-lookup.h"

#define MAX_LINES 3456
#define MAX_NAMED 10

typedef struct
{
  MnsScreen *screen;
  MnsQueueList *list;
  char *step_id;
  GStrv texts;
  guint at;
  guint n_chosen;
  GPtrArray *missing; /* texts */
  char *elsewhere;    /* name of a step where the last of them waits */
  char *path;         /* and the way there */
} Lookup;

static void
lookup_free (Lookup *self)
{
  g_object_unref (self->screen);
  g_object_unref (self->list);
  g_free (self->step_id);
  g_strfreev (self->texts);
  g_ptr_array_unref (self->missing);
  g_free (self->elsewhere);
  g_free (self->path);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lookup, lookup_free)

static char *
dup_missing (Lookup *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (self->missing->len, MAX_NAMED); i++)
    g_string_append_printf (
        text, "%s%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index (self->missing, i));
  if (self->missing->len > MAX_NAMED)
    g_string_append_printf (text, ", … (%u)", self->missing->len);
  return g_string_free (text, FALSE);
}

static void
say_missing (Lookup *self)
{
  g_autofree char *names = dup_missing (self);
  g_autofree char *text = g_strdup_printf (_ ("Not in this queue: %s"), names);
  g_autofree char *there = NULL;

  if (self->path == NULL || self->missing->len > 1)
    {
      mns_screen_set_banner (self->screen, MNS_BANNER_WARNING, text);
      return;
    }
  there = g_strdup_printf (_ ("%s. It waits for %s."), text, self->elsewhere);
  mns_screen_set_banner_link (self->screen, MNS_BANNER_WARNING, there, _ ("Go there"), self->path);
}

static void
finish (Lookup *self)
{
  g_autofree char *text = NULL;

  mns_screen_set_banner (self->screen, MNS_BANNER_WARNING, NULL);
  mns_queue_list_choice_changed (self->list);
  if (self->missing->len > 0)
    say_missing (self);
  if (self->n_chosen == 0)
    return;
  if (self->n_chosen == 1 && self->texts[1] == NULL)
    text = g_strdup_printf (_ ("%s selected"), self->texts[0]);
  else
    text = g_strdup_printf (ngettext ("%u sample selected", "%u samples selected", self->n_chosen),
                            self->n_chosen);
  mns_screen_toast (self->screen, text);
}

static void look_next (Lookup *self);

static void
note_elsewhere (Lookup *self, const MnsRows *rows, const char *text)
{
  g_autofree char *escaped = g_uri_escape_string (text, NULL, TRUE);
  g_autofree char *step = mns_cell_dup_id (rows, 0, "step_id");

  g_free (self->elsewhere);
  g_free (self->path);
  self->elsewhere = g_strdup (mns_cell_text (rows, 0, "step"));
  self->path = g_strdup_printf ("/queue/%s/%s", step, escaped);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Lookup) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, &error);
  const char *text = self->texts[self->at];
  guint n = 0;

  if (found == NULL)
    {
      mns_screen_show_refusal (self->screen, NULL, error);
      return;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (found->rows); i++)
    {
      g_autofree char *step = mns_cell_dup_id (found->rows, i, "step_id");
      int column = mns_rows_find_column (found->rows, "artifact_id");

      if (g_str_equal (step, self->step_id))
        n += mns_queue_list_choose (
            self->list, mns_rows_get_id (found->rows, i, column), self->n_chosen + n == 0);
    }
  if (n == 0)
    g_ptr_array_add (self->missing, g_strdup (text));
  if (n == 0 && mns_rows_get_n_rows (found->rows) > 0)
    note_elsewhere (self, found->rows, text);
  self->n_chosen += n;
  self->at++;
  look_next (g_steal_pointer (&self));
}

/* One after the other, so that what is said at the end is in their order. */
static void
look_next (Lookup *self)
{
  if (self->texts[self->at] == NULL || self->at >= MAX_LINES)
    {
      finish (self);
      lookup_free (self);
      return;
    }
  mns_session_look (mns_screen_get_session (self->screen),
                    "waiting",
                    mns_args_new ("text", self->texts[self->at], NULL),
                    NULL,
                    found_cb,
                    self);
}

void
mns_queue_lookup (MnsScreen *screen,
                  MnsQueueList *list,
                  const char *step_id,
                  const char *const *texts)
{
  Lookup *self = g_new0 (Lookup, 1);

  self->screen = g_object_ref (screen);
  self->list = g_object_ref (list);
  self->step_id = g_strdup (step_id);
  self->texts = g_strdupv ((GStrv) texts);
  self->missing = g_ptr_array_new_with_free_func (g_free);
  look_next (self);
}

/* ---- pasted lines ---- */

typedef struct
{
  MnsLinesFunc func;
  gpointer user_data;
} Watch;

static GStrv
split_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_strstrip (lines[i])[0] != '\0')
      g_strv_builder_add (kept, lines[i]);
  return g_strv_builder_end (kept);
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  g_autoptr (GtkWidget) entry = user_data;
  const Watch *watch = g_object_get_data (G_OBJECT (entry), "mns-watch");
  g_auto (GStrv) lines = text != NULL ? split_lines (text) : NULL;

  if (lines == NULL || lines[0] == NULL)
    return;
  if (lines[1] != NULL)
    watch->func (watch->user_data, (const char *const *) lines);
  else
    {
      int at = gtk_editable_get_position (GTK_EDITABLE (entry));

      gtk_editable_delete_selection (GTK_EDITABLE (entry));
      gtk_editable_insert_text (GTK_EDITABLE (entry), lines[0], -1, &at);
      gtk_editable_set_position (GTK_EDITABLE (entry), at);
    }
}

static gboolean
paste_key_cb (GtkWidget *entry, guint keyval, guint keycode, GdkModifierType state)
{
  gboolean control =
      (state & GDK_CONTROL_MASK) != 0 && (keyval == GDK_KEY_v || keyval == GDK_KEY_V);
  gboolean insert = (state & GDK_SHIFT_MASK) != 0 && keyval == GDK_KEY_Insert;

  if (!control && !insert)
    return GDK_EVENT_PROPAGATE;
  gdk_clipboard_read_text_async (
      gtk_widget_get_clipboard (entry), NULL, pasted_cb, g_object_ref (entry));
  return GDK_EVENT_STOP;
}

void
mns_queue_lookup_watch_paste (GtkWidget *entry, MnsLinesFunc func, gpointer user_data)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  Watch *watch = g_new0 (Watch, 1);

  watch->func = func;
  watch->user_data = user_data;
  g_object_set_data_full (G_OBJECT (entry), "mns-watch", watch, g_free);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (paste_key_cb), entry);
  gtk_widget_add_controller (entry, keys);
}
