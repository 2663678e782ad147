/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-import-match"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/screens/projects/import-match.h"
#include "sync/lab/import-columns.h"

/* The first choices of a drop-down; behind them the known headers. */
enum
{
  CHOICE_AS_IT_IS,
  CHOICE_LEAVE_OUT,
  N_CHOICES,
};

struct _MnsImportMatch
{
  AdwBin parent_instance;

  GPtrArray *headers;
  GPtrArray *known;   /* headers that a column may be given */
  GPtrArray *choices; /* GtkDropDown a column; NULL: the header is known */
};

G_DEFINE_FINAL_TYPE (MnsImportMatch, mns_import_match, ADW_TYPE_BIN)

static guint changed_signal;

static const char *const members[] = { "Sample/Name",          "Container/Type",
                                       "Container/Name",       "Sample/Well Location",
                                       "Sample/Reagent Label", "Sample/Date Received" };

/* Words that people write above such columns. */
static const struct
{
  const char *word, *header;
} words[] = {
  { "name", "Sample/Name" },
  { "sample", "Sample/Name" },
  { "sample name", "Sample/Name" },
  { "plate", "Container/Name" },
  { "container", "Container/Name" },
  { "container name", "Container/Name" },
  { "container type", "Container/Type" },
  { "plate type", "Container/Type" },
  { "well", "Sample/Well Location" },
  { "well location", "Sample/Well Location" },
  { "position", "Sample/Well Location" },
  { "label", "Sample/Reagent Label" },
  { "index", "Sample/Reagent Label" },
  { "reagent label", "Sample/Reagent Label" },
  { "received", "Sample/Date Received" },
  { "date received", "Sample/Date Received" },
};

static gboolean
is_taken (MnsImportMatch *self, const char *header)
{
  for (guint i = 0; i < self->headers->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (self->headers, i), header) == 0)
      return TRUE;
  for (guint i = 0; i < self->choices->len; i++)
    if (g_strcmp0 (mns_import_match_get (self, i), header) == 0)
      return TRUE;
  return FALSE;
}

/* Row of the known header that is likely meant, as a choice. */
static guint
guess (MnsImportMatch *self, const char *header)
{
  g_autofree char *plain = g_strstrip (g_strdup (header));
  g_autofree char *field = g_strconcat ("UDF/", plain, NULL);
  const char *wanted = field;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i].word, plain) == 0)
      wanted = words[i].header;
  for (guint i = 0; i < self->known->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (self->known, i), wanted) == 0 &&
        !is_taken (self, wanted))
      return N_CHOICES + i;
  return CHOICE_AS_IT_IS;
}

static void
chosen_cb (MnsImportMatch *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static GtkWidget *
make_choice (MnsImportMatch *self, const char *header)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  GtkWidget *choice;

  gtk_string_list_append (list, _ ("Not known"));
  gtk_string_list_append (list, _ ("Leave it out"));
  for (guint i = 0; i < self->known->len; i++)
    gtk_string_list_append (list, g_ptr_array_index (self->known, i));
  choice = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), guess (self, header));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, header, -1);
  g_signal_connect_object (
      choice, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  return choice;
}

static void
add_choice (MnsImportMatch *self, GtkFlowBox *flow, const char *header)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *text = g_strdup_printf (_ ("“%s” is"), header);
  GtkWidget *choice = make_choice (self, header);

  gtk_box_append (GTK_BOX (box), gtk_label_new (text));
  gtk_box_append (GTK_BOX (box), choice);
  gtk_flow_box_append (flow, box);
  gtk_widget_set_focusable (gtk_widget_get_parent (box), FALSE);
  g_ptr_array_add (self->choices, choice);
}

const char *
mns_import_match_get (MnsImportMatch *self, guint column)
{
  GtkDropDown *choice = g_ptr_array_index (self->choices, column);
  guint at = choice != NULL ? gtk_drop_down_get_selected (choice) : CHOICE_AS_IT_IS;

  if (at == CHOICE_LEAVE_OUT)
    return NULL;
  if (at >= N_CHOICES && at - N_CHOICES < self->known->len)
    return g_ptr_array_index (self->known, at - N_CHOICES);
  return g_ptr_array_index (self->headers, column);
}

static void
mns_import_match_finalize (GObject *object)
{
  MnsImportMatch *self = MNS_IMPORT_MATCH (object);

  g_ptr_array_unref (self->headers);
  g_ptr_array_unref (self->known);
  g_ptr_array_unref (self->choices);

  G_OBJECT_CLASS (mns_import_match_parent_class)->finalize (object);
}

static void
mns_import_match_class_init (MnsImportMatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_import_match_finalize;
  changed_signal = g_signal_new (
      "changed", MNS_TYPE_IMPORT_MATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mns_import_match_init (MnsImportMatch *self)
{
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->known = g_ptr_array_new_with_free_func (g_free);
  self->choices = g_ptr_array_new ();
}

GtkWidget *
mns_import_match_new (GPtrArray *headers, GPtrArray *fields)
{
  MnsImportMatch *self = g_object_new (MNS_TYPE_IMPORT_MATCH, NULL);
  GtkWidget *flow = gtk_flow_box_new ();
  guint n_unknown = 0;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_ptr_array_add (self->known, g_strdup (members[i]));
  for (guint i = 0; i < fields->len; i++)
    g_ptr_array_add (self->known, g_strdup (g_ptr_array_index (fields, i)));
  for (guint i = 0; i < headers->len; i++)
    g_ptr_array_add (self->headers, g_strdup (g_ptr_array_index (headers, i)));
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 6);
  for (guint i = 0; i < headers->len; i++)
    if (mns_import_columns_knows (g_ptr_array_index (headers, i)))
      g_ptr_array_add (self->choices, NULL);
    else
      {
        add_choice (self, GTK_FLOW_BOX (flow), g_ptr_array_index (headers, i));
        n_unknown++;
      }
  gtk_widget_set_visible (GTK_WIDGET (self), n_unknown > 0);
  adw_bin_set_child (ADW_BIN (self), flow);
  return GTK_WIDGET (self);
}
