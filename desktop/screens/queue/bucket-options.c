/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-bucket-options"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/queue/bucket-options.h"

/* The lab's limits of one run and of one control (domain/step-run.md section 3). */
#define OUTPUTS_MOST 9216
#define REPLICATES_MOST 96
#define SUGGESTIONS 5

struct _MnsBucketOptions
{
  AdwBin parent_instance;

  MnsSession *session;
  MnsRows *config, *types;
  guint n_samples, n_outputs;

  GtkBox *container_box, *control_box;
  GtkDropDown *type;
  GtkEntry *existing;
  GtkListBox *found;        /* containers whose name has what was typed */
  MnsViewResult *container; /* the existing one that was chosen, a row; NULL: none */
  GCancellable *searching;
  GtkLabel *capacity;
  GPtrArray *control_ids;
  GPtrArray *control_spins; /* GtkSpinButton, unowned */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (MnsBucketOptions, mns_bucket_options, ADW_TYPE_BIN)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static gboolean
makes_samples (MnsBucketOptions *self)
{
  return self->config != NULL && mns_rows_get_n_rows (self->config) > 0 &&
         mns_cell_int (self->config, 0, "makes_samples") != 0;
}

static const char *
get_typed (MnsBucketOptions *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->existing));
}

guint
mns_bucket_options_count_controls (MnsBucketOptions *self)
{
  guint n = 0;

  for (guint i = 0; i < self->control_spins->len; i++)
    n += (guint) gtk_spin_button_get_value_as_int (g_ptr_array_index (self->control_spins, i));
  return n;
}

/* ---- capacity ---- */

/* Wells of a row of container types, without those that hold nothing. */
static guint
count_wells (const MnsRows *rows, guint row)
{
  g_autoptr (JsonNode) unavailable = mns_cell_parse_json (rows, row, "unavailable");
  gint64 wells = mns_cell_int (rows, row, "x_size") * mns_cell_int (rows, row, "y_size");

  if (unavailable != NULL && JSON_NODE_HOLDS_ARRAY (unavailable))
    wells -= json_array_get_length (json_node_get_array (unavailable));
  return (guint) MAX (1, wells);
}

static char *
describe_outputs (MnsBucketOptions *self)
{
  guint n_controls = mns_bucket_options_count_controls (self);
  guint each = self->n_samples > 0 ? self->n_outputs / self->n_samples : 0;
  g_autofree char *samples =
      g_strdup_printf (ngettext ("%u sample", "%u samples", self->n_samples), self->n_samples);
  g_autofree char *controls =
      g_strdup_printf (ngettext ("%u control", "%u controls", n_controls), n_controls);
  g_autoptr (GString) text = g_string_new (samples);

  if (each > 1 && each * self->n_samples == self->n_outputs)
    g_string_append_printf (text, " × %u", each);
  else if (self->n_outputs != self->n_samples)
    g_string_append_printf (text, _ (", %u derived samples"), self->n_outputs);
  if (n_controls > 0)
    g_string_append_printf (text, " + %s", controls);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "41 samples × 2 = 82 of 96 wells; 1 plate": more plates are made as needed. */
static void
show_capacity (MnsBucketOptions *self)
{
  guint type = gtk_drop_down_get_selected (self->type);
  guint total = self->n_outputs + mns_bucket_options_count_controls (self);
  g_autofree char *what = describe_outputs (self);
  g_autofree char *where = NULL;
  g_autofree char *text = NULL;
  guint wells, plates;

  if (!makes_samples (self) || self->types == NULL ||
      (self->container == NULL && type >= mns_rows_get_n_rows (self->types)))
    {
      gtk_label_set_text (self->capacity, makes_samples (self) ? "" : what);
      return;
    }
  if (self->container != NULL)
    {
      wells = count_wells (self->container->rows, 0) -
              (guint) mns_cell_int (self->container->rows, 0, "occupied");
      where = g_strdup_printf (_ ("%u of %u free wells"), total, wells);
    }
  else if (mns_cell_int (self->types, type, "is_tube") != 0)
    where = g_strdup_printf (ngettext ("%u tube", "%u tubes", total), total);
  else
    {
      g_autofree char *count = NULL;

      wells = count_wells (self->types, type);
      plates = MAX (1, (total + wells - 1) / wells);
      count = g_strdup_printf (ngettext ("%u container", "%u containers", plates), plates);
      where = g_strdup_printf (_ ("%u of %u wells; %s"), total, wells * plates, count);
    }
  text = g_strdup_printf ("%s = %s", what, where);
  gtk_label_set_text (self->capacity, text);
}

static void
changed (MnsBucketOptions *self)
{
  show_capacity (self);
  if (!self->filling)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* ---- an existing container ---- */

static void
clear_found (MnsBucketOptions *self)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->found, 0)) != NULL)
    gtk_list_box_remove (self->found, GTK_WIDGET (row));
  gtk_widget_set_visible (GTK_WIDGET (self->found), FALSE);
}

static void
container_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketOptions) self = user_data;
  MnsViewResult *container = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (container == NULL)
    return;
  g_clear_pointer (&self->container, mns_view_result_free);
  if (mns_rows_get_n_rows (container->rows) > 0)
    self->container = container;
  else
    mns_view_result_free (container);
  changed (self);
}

static void
choose_container (MnsBucketOptions *self, const char *id)
{
  clear_found (self);
  mns_session_look (self->session,
                    "container",
                    mns_args_new ("container", id, NULL),
                    self->searching,
                    container_read_cb,
                    g_object_ref (self));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketOptions) self = user_data;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (found == NULL)
    return; /* another letter was typed meanwhile */
  clear_found (self);
  for (guint i = 0; i < mns_rows_get_n_rows (found->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (found->rows, i, "id");
      const char *name = mns_cell_text (found->rows, i, "name");
      g_autofree char *text =
          g_strdup_printf ("%s (%s)", name, mns_cell_text (found->rows, i, "lims_id"));
      GtkWidget *label;

      if (mns_cell_int (found->rows, i, "exact") != 0)
        {
          choose_container (self, id);
          return;
        }
      label = gtk_label_new (text);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
      gtk_widget_set_margin_start (label, 8);
      gtk_widget_set_margin_end (label, 8);
      gtk_widget_set_margin_top (label, 6);
      gtk_widget_set_margin_bottom (label, 6);
      g_object_set_data_full (G_OBJECT (label), "name", g_strdup (name), g_free);
      gtk_list_box_append (self->found, label);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->found), mns_rows_get_n_rows (found->rows) > 0);
  changed (self);
}

static void
typed_cb (MnsBucketOptions *self)
{
  JsonObject *args;

  if (self->searching != NULL)
    g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  self->searching = g_cancellable_new ();
  g_clear_pointer (&self->container, mns_view_result_free);
  clear_found (self);
  changed (self);
  if (get_typed (self)[0] == '\0')
    return;
  args = mns_args_new ("text", get_typed (self), "kind", "CONTAINER", NULL);
  json_object_set_int_member (args, "limit", SUGGESTIONS);
  mns_session_look (self->session, "search", args, self->searching, found_cb, g_object_ref (self));
}

static void
picked_cb (MnsBucketOptions *self, GtkListBoxRow *row)
{
  gtk_editable_set_text (GTK_EDITABLE (self->existing),
                         g_object_get_data (G_OBJECT (gtk_list_box_row_get_child (row)), "name"));
}

void
mns_bucket_options_set_existing (MnsBucketOptions *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->existing), text);
}

/* ---- what is not possible ---- */

static gboolean
is_permitted (MnsBucketOptions *self)
{
  g_autofree char *type = mns_cell_dup_id (self->container->rows, 0, "container_type_id");

  for (guint i = 0; i < mns_rows_get_n_rows (self->types); i++)
    {
      g_autofree char *one = mns_cell_dup_id (self->types, i, "container_type_id");

      if (g_strcmp0 (one, type) == 0)
        return TRUE;
    }
  return mns_rows_get_n_rows (self->types) == 0;
}

static char *
dup_container_reason (MnsBucketOptions *self, guint total)
{
  const MnsRows *rows = self->container != NULL ? self->container->rows : NULL;
  const char *name = get_typed (self);
  guint free_wells;

  if (rows == NULL)
    return name[0] != '\0' ? g_strdup_printf (_ ("There is no container “%s”"), name) : NULL;
  if (!is_permitted (self))
    return g_strdup_printf (_ ("Container %s is of type %s, which this step does not allow"),
                            mns_cell_text (rows, 0, "name"),
                            mns_cell_text (rows, 0, "type"));
  free_wells = count_wells (rows, 0) - (guint) mns_cell_int (rows, 0, "occupied");
  if (free_wells == 0)
    return g_strdup_printf (_ ("Container %s is full"), mns_cell_text (rows, 0, "name"));
  if (mns_cell_int (rows, 0, "is_tube") != 0 && total > 1)
    return g_strdup_printf (_ ("Container %s is a tube and takes one sample"),
                            mns_cell_text (rows, 0, "name"));
  return NULL;
}

char *
mns_bucket_options_dup_reason (MnsBucketOptions *self)
{
  guint total = self->n_outputs + mns_bucket_options_count_controls (self);

  if (total > OUTPUTS_MOST)
    return g_strdup_printf (
        _ ("%u samples would be made; at most %u are possible"), total, OUTPUTS_MOST);
  if (!makes_samples (self) || self->types == NULL)
    return NULL;
  if (mns_rows_get_n_rows (self->types) == 0 && self->container == NULL)
    return g_strdup (_ ("The step allows no destination container"));
  return dup_container_reason (self, total);
}

void
mns_bucket_options_fill (MnsBucketOptions *self, JsonObject *args)
{
  guint type = gtk_drop_down_get_selected (self->type);
  JsonArray *controls = json_array_new ();

  if (makes_samples (self) && self->container != NULL)
    {
      g_autofree char *id = mns_cell_dup_id (self->container->rows, 0, "container_id");

      json_object_set_string_member (args, "container", id);
    }
  else if (makes_samples (self) && self->types != NULL && type < mns_rows_get_n_rows (self->types))
    {
      g_autofree char *id = mns_cell_dup_id (self->types, type, "container_type_id");

      json_object_set_string_member (args, "container_type", id);
    }
  for (guint i = 0; i < self->control_spins->len; i++)
    {
      int n = gtk_spin_button_get_value_as_int (g_ptr_array_index (self->control_spins, i));
      JsonObject *control;

      if (n == 0)
        continue;
      control = mns_args_new ("control_type", g_ptr_array_index (self->control_ids, i), NULL);
      json_object_set_int_member (control, "replicates", n);
      json_array_add_object_element (controls, control);
    }
  if (json_array_get_length (controls) > 0)
    json_object_set_array_member (args, "controls", json_array_ref (controls));
  json_array_unref (controls);
}

/* ---- filling ---- */

static void
add_control (MnsBucketOptions *self, JsonObject *item)
{
  const char *name = json_object_get_string_member_with_default (item, "name", "");
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *spin = gtk_spin_button_new_with_range (0, REPLICATES_MOST, 1);
  g_autofree char *spoken = g_strdup_printf (_ ("Replicates of %s"), name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), spin);
  gtk_box_append (self->control_box, row);
  g_ptr_array_add (self->control_ids,
                   g_strdup (json_object_get_string_member_with_default (item, "id", "")));
  g_ptr_array_add (self->control_spins, spin);
  g_signal_connect_object (spin, "value-changed", G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
}

static void
fill_controls (MnsBucketOptions *self)
{
  g_autoptr (JsonNode) settings = mns_cell_parse_json (self->config, 0, "settings");
  JsonNode *node = settings != NULL && JSON_NODE_HOLDS_OBJECT (settings)
                       ? json_object_get_member (json_node_get_object (settings), "controls")
                       : NULL;
  JsonArray *list =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    add_control (self, json_array_get_object_element (list, i));
  gtk_widget_set_visible (GTK_WIDGET (self->control_box), self->control_ids->len > 0);
}

void
mns_bucket_options_set (MnsBucketOptions *self, const MnsRows *config, const MnsRows *types)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  g_clear_pointer (&self->config, mns_rows_unref);
  g_clear_pointer (&self->types, mns_rows_unref);
  self->config = mns_rows_ref ((MnsRows *) config);
  self->types = mns_rows_ref ((MnsRows *) types);
  self->filling = TRUE;
  for (guint i = 0; i < mns_rows_get_n_rows (types); i++)
    gtk_string_list_append (names, mns_cell_text (types, i, "name"));
  gtk_drop_down_set_model (self->type, G_LIST_MODEL (names));
  gtk_widget_set_visible (GTK_WIDGET (self->container_box), makes_samples (self));
  if (self->control_ids->len == 0 && mns_rows_get_n_rows (config) > 0)
    fill_controls (self);
  self->filling = FALSE;
  changed (self);
}

void
mns_bucket_options_set_outputs (MnsBucketOptions *self, guint n_samples, guint n_outputs)
{
  self->n_samples = n_samples;
  self->n_outputs = n_outputs;
  show_capacity (self);
}

/* ---- life ---- */

static void
mns_bucket_options_dispose (GObject *object)
{
  MnsBucketOptions *self = MNS_BUCKET_OPTIONS (object);

  if (self->searching != NULL)
    g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  g_clear_object (&self->session);
  g_clear_pointer (&self->config, mns_rows_unref);
  g_clear_pointer (&self->types, mns_rows_unref);
  g_clear_pointer (&self->container, mns_view_result_free);

  G_OBJECT_CLASS (mns_bucket_options_parent_class)->dispose (object);
}

static void
mns_bucket_options_finalize (GObject *object)
{
  MnsBucketOptions *self = MNS_BUCKET_OPTIONS (object);

  g_ptr_array_unref (self->control_ids);
  g_ptr_array_unref (self->control_spins);

  G_OBJECT_CLASS (mns_bucket_options_parent_class)->finalize (object);
}

static void
mns_bucket_options_class_init (MnsBucketOptionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_bucket_options_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_bucket_options_finalize;

  signals[CHANGED] = g_signal_new (
      "changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkBox *
add_section (GtkWidget *box)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_box_append (GTK_BOX (box), section);
  return GTK_BOX (section);
}

static void
add_captioned (GtkBox *box, const char *caption, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new (caption);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_box_append (box, label);
  if (widget == NULL)
    return;
  gtk_box_append (box, widget);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, caption, -1);
}

static void
mns_bucket_options_init (MnsBucketOptions *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);

  self->control_ids = g_ptr_array_new_with_free_func (g_free);
  self->control_spins = g_ptr_array_new ();
  self->container_box = add_section (box);
  self->type = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  g_signal_connect_object (
      self->type, "notify::selected", G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
  add_captioned (self->container_box, _ ("Destination container"), GTK_WIDGET (self->type));
  self->existing = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (self->existing, _ ("Scan, or type a name"));
  g_signal_connect_object (
      self->existing, "changed", G_CALLBACK (typed_cb), self, G_CONNECT_SWAPPED);
  add_captioned (self->container_box, _ ("Existing container"), GTK_WIDGET (self->existing));
  self->found = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->found), "boxed-list");
  gtk_widget_set_visible (GTK_WIDGET (self->found), FALSE);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->found), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Containers found"), -1);
  g_signal_connect_object (
      self->found, "row-activated", G_CALLBACK (picked_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->container_box, GTK_WIDGET (self->found));
  self->control_box = add_section (box);
  add_captioned (self->control_box, _ ("Controls"), NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->control_box), FALSE);
  self->capacity = GTK_LABEL (
      g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, NULL));
  gtk_label_set_xalign (self->capacity, 0);
  gtk_label_set_wrap (self->capacity, TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->capacity));
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
mns_bucket_options_new (MnsSession *session)
{
  MnsBucketOptions *self = g_object_new (MNS_TYPE_BUCKET_OPTIONS, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}
