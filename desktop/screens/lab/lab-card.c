/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-lab-card"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/lab/lab-card.h"

#define FLASH_MS 1100

typedef struct
{
  GtkListBoxRow *row;
  char *path;
  GtkLabel *name;
  GtkLabel *bucket;
  GtkButton *in_progress; /* a button only where it leads somewhere */
  GtkLabel *high;
  GtkLabel *queued;
  gint64 n_queued; /* as shown; -1 before */
} Step;

struct _MnsLabCard
{
  AdwBin parent_instance;

  GtkListBox *list;
  GPtrArray *steps; /* Step */
};

G_DEFINE_FINAL_TYPE (MnsLabCard, mns_lab_card, ADW_TYPE_BIN)

static void
free_step (gpointer data)
{
  g_free (((Step *) data)->path);
  g_free (data);
}

static void
row_activated_cb (MnsLabCard *self, GtkListBoxRow *row)
{
  Step *step = g_ptr_array_index (self->steps, gtk_list_box_row_get_index (row));

  gtk_widget_activate_action (GTK_WIDGET (self), "win.open", "s", step->path);
}

static void
mns_lab_card_finalize (GObject *object)
{
  g_clear_pointer (&MNS_LAB_CARD (object)->steps, g_ptr_array_unref);

  G_OBJECT_CLASS (mns_lab_card_parent_class)->finalize (object);
}

static void
mns_lab_card_class_init (MnsLabCardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_lab_card_finalize;
}

static void
mns_lab_card_init (MnsLabCard *self)
{
  self->steps = g_ptr_array_new_with_free_func (free_step);
}

GtkWidget *
mns_lab_card_new (const char *protocol)
{
  MnsLabCard *self = g_object_new (MNS_TYPE_LAB_CARD, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *title = gtk_label_new (protocol);

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, protocol, -1);
  g_signal_connect_object (
      self->list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (title, "heading");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list));
  gtk_widget_set_size_request (box, 300, -1);
  gtk_widget_set_valign (box, GTK_ALIGN_START);
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}

static GtkLabel *
add_label (GtkWidget *box, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_visible (label, FALSE);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static Step *
add_step (MnsLabCard *self)
{
  Step *step = g_new0 (Step, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, 8);
  step->name = add_label (box, "body");
  gtk_label_set_xalign (step->name, 0);
  gtk_label_set_ellipsize (step->name, PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (GTK_WIDGET (step->name), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (step->name), TRUE);
  step->bucket = add_label (box, "mns-pill");
  step->in_progress = GTK_BUTTON (gtk_button_new_with_label (""));
  gtk_widget_add_css_class (GTK_WIDGET (step->in_progress), "mns-pill");
  gtk_widget_set_valign (GTK_WIDGET (step->in_progress), GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (step->in_progress));
  step->high = add_label (box, "error");
  step->queued = add_label (box, "numeric");
  gtk_label_set_width_chars (step->queued, 5);
  gtk_label_set_xalign (step->queued, 1);
  gtk_widget_set_visible (GTK_WIDGET (step->queued), TRUE);

  step->n_queued = -1;
  step->row = GTK_LIST_BOX_ROW (gtk_list_box_row_new ());
  gtk_list_box_row_set_child (step->row, box);
  gtk_list_box_append (self->list, GTK_WIDGET (step->row));
  g_ptr_array_add (self->steps, step);
  return step;
}

static void
set_count (GtkLabel *label, const char *format, gint64 count)
{
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (label), count > 0);
  if (count == 0)
    return;
  text = g_strdup_printf ("%" G_GINT64_FORMAT, count);
  if (format != NULL)
    {
      g_auto (GStrv) halves = g_strsplit (format, "%d", 2);
      g_autofree char *whole = g_strconcat (halves[0], text, halves[1], NULL);

      gtk_label_set_text (label, whole);
      return;
    }
  gtk_label_set_text (label, text);
}

/* What a screen reader says of the row: all its numbers in words. */
static void
name_row (Step *step, const char *name, gint64 queued, gint64 in_progress, gint64 high)
{
  g_autofree char *waiting =
      g_strdup_printf (ngettext ("%d sample waiting", "%d samples waiting", queued), (int) queued);
  g_autofree char *working = g_strdup_printf (_ ("%d in progress"), (int) in_progress);
  g_autofree char *urgent = g_strdup_printf (_ ("%d of high priority"), (int) high);
  g_autofree char *text = g_strconcat (
      name, ", ", waiting, ", ", working, high > 0 ? ", " : "", high > 0 ? urgent : "", NULL);

  gtk_accessible_update_property (
      GTK_ACCESSIBLE (step->row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
show_in_progress (Step *step, gint64 n)
{
  g_autofree char *text = g_strdup_printf (_ ("%d in progress"), (int) n);

  gtk_widget_set_visible (GTK_WIDGET (step->in_progress), n > 0);
  gtk_button_set_label (step->in_progress, text);
}

static gboolean
end_flash_cb (gpointer data)
{
  gtk_widget_remove_css_class (data, "mns-flash");
  return G_SOURCE_REMOVE;
}

/* Once, and not where animations are switched off. */
static void
flash (GtkWidget *label)
{
  gtk_widget_add_css_class (label, "mns-flash");
  g_timeout_add_full (
      G_PRIORITY_DEFAULT, FLASH_MS, end_flash_cb, g_object_ref (label), g_object_unref);
}

void
mns_lab_card_set_run (MnsLabCard *self, guint at, const char *run)
{
  const Step *step = g_ptr_array_index (self->steps, at);
  g_autofree char *path = run != NULL ? g_strconcat ("/step/", run, NULL) : NULL;
  GtkActionable *pill = GTK_ACTIONABLE (step->in_progress);

  gtk_actionable_set_action_name (pill, NULL);
  if (path != NULL)
    {
      gtk_actionable_set_action_target (pill, "s", path);
      gtk_actionable_set_action_name (pill, "win.open");
    }
  gtk_widget_set_can_target (GTK_WIDGET (pill), path != NULL);
  gtk_widget_set_focusable (GTK_WIDGET (pill), path != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (pill), path != NULL ? _ ("Open my step") : NULL);
}

void
mns_lab_card_set_step (
    MnsLabCard *self, guint at, const MnsRows *rows, guint row, guint in_bucket, gboolean only_work)
{
  Step *step = at < self->steps->len ? g_ptr_array_index (self->steps, at) : add_step (self);
  gint64 queued = mns_cell_int (rows, row, "queued");
  gint64 in_progress = mns_cell_int (rows, row, "in_progress");
  gint64 high = mns_cell_int (rows, row, "high");
  const char *name = mns_cell_text (rows, row, "step");
  g_autofree char *id = mns_cell_dup_id (rows, row, "step_id");
  g_autofree char *count = g_strdup_printf ("%" G_GINT64_FORMAT, queued);
  gboolean idle = queued == 0 && in_progress == 0 && in_bucket == 0;

  g_free (step->path);
  step->path = g_strconcat ("/queue/", id, NULL);
  gtk_label_set_text (step->name, name);
  set_count (step->bucket, _ ("%d in ice bucket"), in_bucket);
  show_in_progress (step, in_progress);
  set_count (step->high, "!%d", high);
  gtk_widget_set_tooltip_text (GTK_WIDGET (step->high), _ ("High priority"));
  gtk_label_set_text (step->queued, count);
  if (step->n_queued >= 0 && step->n_queued != queued)
    flash (GTK_WIDGET (step->queued));
  step->n_queued = queued;
  if (queued > 0)
    gtk_widget_add_css_class (GTK_WIDGET (step->queued), "heading");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (step->queued), "heading");
  if (idle)
    gtk_widget_add_css_class (GTK_WIDGET (step->name), "dim-label");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (step->name), "dim-label");
  gtk_widget_set_visible (GTK_WIDGET (step->row), !(only_work && idle));
  name_row (step, name, queued, in_progress, high);
}

guint
mns_lab_card_get_n_shown (MnsLabCard *self)
{
  guint n = 0;

  for (guint i = 0; i < self->steps->len; i++)
    n += gtk_widget_get_visible (GTK_WIDGET (((Step *) g_ptr_array_index (self->steps, i))->row));
  return n;
}
