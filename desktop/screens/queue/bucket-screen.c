/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Ice bucket: the last look before work begins. Nothing is reserved until Begin work, so the list
 * is asked anew whenever something changed, and samples that somebody else took are shown as such.
 */

#define G_LOG_DOMAIN "mns-bucket-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/queue/bucket-screen.h"
#include "desktop/widgets/row-list.h"

struct _MnsBucketScreen
{
  MnsScreen parent_instance;

  char *step_id;
  MnsViewResult *config;
  MnsViewResult *types;
  MnsViewResult *bucket;
  GListStore *rows;
  gboolean beginning;

  MnsRowList *list;
  GtkDropDown *type;
  GtkEntry *existing;
  GtkLabel *capacity;
  GtkWidget *container_box;
  GtkButton *remove;
  GtkButton *go_on;
};

G_DEFINE_FINAL_TYPE (MnsBucketScreen, mns_bucket_screen, MNS_TYPE_SCREEN)

static const MnsListColumn list_columns[] = {
  { "name", N_ ("Sample"), FALSE, -1, TRUE, FALSE },
  { "project", N_ ("Project"), FALSE, 180, FALSE, FALSE },
  { "container", N_ ("Container"), FALSE, 160, FALSE, FALSE },
  { "well", N_ ("Well"), FALSE, 70, FALSE, FALSE },
  { "priority", N_ ("Priority"), FALSE, 90, FALSE, FALSE },
  { "state", N_ ("State"), FALSE, 200, FALSE, FALSE },
};

static guint
count_taken (MnsBucketScreen *self)
{
  guint n = 0;

  for (guint i = 0; self->bucket != NULL && i < mns_rows_get_n_rows (self->bucket->rows); i++)
    n += mns_cell_int (self->bucket->rows, i, "queued") == 0;
  return n;
}

static guint
count_samples (MnsBucketScreen *self)
{
  return self->bucket != NULL ? mns_rows_get_n_rows (self->bucket->rows) : 0;
}

static gboolean
makes_samples (MnsBucketScreen *self)
{
  return self->config != NULL && mns_rows_get_n_rows (self->config->rows) > 0 &&
         mns_cell_int (self->config->rows, 0, "makes_samples") != 0;
}

/* The whole wells of the chosen type, without those that hold nothing. */
static gint64
get_wells (MnsBucketScreen *self, guint type)
{
  g_autoptr (JsonNode) unavailable = mns_cell_parse_json (self->types->rows, type, "unavailable");
  gint64 wells = mns_cell_int (self->types->rows, type, "x_size") *
                 mns_cell_int (self->types->rows, type, "y_size");

  if (unavailable != NULL && JSON_NODE_HOLDS_ARRAY (unavailable))
    wells -= json_array_get_length (json_node_get_array (unavailable));
  return MAX (1, wells);
}

static void
update_capacity (MnsBucketScreen *self)
{
  guint type = gtk_drop_down_get_selected (self->type);
  gint64 outputs, wells, plates;
  g_autofree char *places = NULL;
  g_autofree char *text = NULL;

  if (!makes_samples (self) || self->types == NULL || type == GTK_INVALID_LIST_POSITION)
    {
      gtk_label_set_text (self->capacity, "");
      return;
    }
  outputs =
      count_samples (self) * MAX (1, mns_cell_int (self->config->rows, 0, "outputs_per_input"));
  wells = get_wells (self, type);
  plates = (outputs + wells - 1) / wells;
  places = g_strdup_printf (ngettext ("%d container", "%d containers", plates), (int) plates);
  text = g_strdup_printf (
      _ ("%d of %d wells; %s"), (int) outputs, (int) (wells * MAX (1, plates)), places);
  gtk_label_set_text (self->capacity, text);
}

static void
update_reason (MnsBucketScreen *self)
{
  const char *reason = NULL;

  if (self->beginning)
    reason = _ ("Work is being begun");
  else if (count_samples (self) == 0)
    reason = _ ("The ice bucket is empty");
  else if (count_taken (self) > 0)
    reason = _ ("Some samples were taken by someone else");
  else if (makes_samples (self) && self->types != NULL &&
           mns_rows_get_n_rows (self->types->rows) == 0)
    reason = _ ("The step allows no destination container");
  mns_screen_set_primary_reason (MNS_SCREEN (self), reason);
}

static MnsRow *
make_row (const MnsRows *rows, guint row)
{
  g_autofree char *id = mns_cell_dup_id (rows, row, "artifact_id");
  g_autofree char *priority = mns_format_priority (rows, row, "priority");
  const char *by = mns_cell_text (rows, row, "taken_by");
  g_autofree char *state = mns_cell_int (rows, row, "queued") != 0 ? g_strdup (_ ("waiting"))
                           : by != NULL ? g_strdup_printf (_ ("taken by %s"), by)
                                        : g_strdup (_ ("no longer waiting"));
  const char *texts[] = { mns_cell_text (rows, row, "name"),
                          mns_cell_text (rows, row, "project"),
                          mns_cell_text (rows, row, "container"),
                          mns_cell_text (rows, row, "well"),
                          priority,
                          state,
                          NULL };

  for (guint i = 0; i < G_N_ELEMENTS (texts) - 1; i++)
    if (texts[i] == NULL)
      texts[i] = "";
  return mns_row_new (id, texts);
}

static void
show_bucket (MnsBucketScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  guint n = count_samples (self);
  guint taken = count_taken (self);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *facts = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);
  g_autofree char *warning = g_strdup_printf (
      ngettext ("%u sample is no longer waiting.", "%u samples are no longer waiting.", taken),
      taken);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (rows, make_row (self->bucket->rows, i));
  g_list_store_remove_all (self->rows);
  g_list_store_splice (self->rows, 0, 0, rows->pdata, rows->len);
  mns_screen_set_facts (screen, facts);
  mns_screen_set_banner (screen, MNS_BANNER_WARNING, taken > 0 ? warning : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->go_on), taken > 0);
  update_capacity (self);
  update_reason (self);
  if (n == 0)
    mns_screen_show_empty (screen, _ ("The ice bucket is empty"), NULL, _ ("Lab View"), "/lab");
  else
    mns_screen_show_content (screen);
}

static void
bucket_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *bucket = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (bucket == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (&self->bucket, mns_view_result_free);
  self->bucket = bucket;
  show_bucket (self);
}

static void
config_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketScreen) self = user_data;
  MnsViewResult *config = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (config == NULL)
    return;
  g_clear_pointer (&self->config, mns_view_result_free);
  self->config = config;
  if (mns_rows_get_n_rows (config->rows) > 0)
    mns_screen_set_title (MNS_SCREEN (self), mns_cell_text (config->rows, 0, "step"));
  gtk_widget_set_visible (self->container_box, makes_samples (self));
  update_capacity (self);
  update_reason (self);
}

static void
types_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketScreen) self = user_data;
  MnsViewResult *types = mns_session_look_finish (MNS_SESSION (source), result, NULL);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  if (types == NULL)
    return;
  g_clear_pointer (&self->types, mns_view_result_free);
  self->types = types;
  for (guint i = 0; i < mns_rows_get_n_rows (types->rows); i++)
    gtk_string_list_append (names, mns_cell_text (types->rows, i, "name"));
  gtk_drop_down_set_model (self->type, G_LIST_MODEL (names));
  update_capacity (self);
  update_reason (self);
}

static void
mns_bucket_screen_refresh (MnsScreen *screen)
{
  MnsBucketScreen *self = MNS_BUCKET_SCREEN (screen);
  MnsSession *session = mns_screen_get_session (screen);
  GCancellable *cancellable = mns_screen_get_cancellable (screen);
  GPtrArray *ids = mns_session_get_bucket (session, self->step_id);
  JsonObject *args = mns_args_new ("step", self->step_id, NULL);
  JsonArray *artifacts = json_array_new ();

  for (guint i = 0; i < ids->len; i++)
    json_array_add_string_element (artifacts, g_ptr_array_index (ids, i));
  json_object_set_array_member (args, "artifacts", artifacts);
  if (self->config == NULL)
    {
      mns_screen_show_loading (screen);
      mns_session_look (session,
                        "step_config",
                        mns_args_new ("step", self->step_id, NULL),
                        NULL,
                        config_read_cb,
                        g_object_ref (self));
      mns_session_look (session,
                        "step_containers",
                        mns_args_new ("step", self->step_id, NULL),
                        NULL,
                        types_read_cb,
                        g_object_ref (self));
    }
  mns_session_look (session, "bucket", args, cancellable, bucket_read_cb, g_object_ref (self));
}

static gboolean
mns_bucket_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  return !MNS_BUCKET_SCREEN (screen)->beginning && g_strv_contains (tables, "stage_entry");
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  MnsScreen *screen = MNS_SCREEN (self);
  g_autofree char *path = NULL;
  const char *run = NULL;

  self->beginning = FALSE;
  update_reason (self);
  if (mns_screen_show_refusal (screen, done, error))
    {
      mns_screen_refresh (screen);
      return;
    }
  mns_session_empty_bucket (MNS_SESSION (source), self->step_id);
  if (done->result != NULL && JSON_NODE_HOLDS_OBJECT (done->result))
    run = json_object_get_string_member_with_default (
        json_node_get_object (done->result), "run", NULL);
  if (run == NULL) /* the server decides alone; the run comes with a later sync */
    {
      mns_screen_toast (screen, _ ("Work begins when the server has answered"));
      mns_screen_open (screen, "/lab");
      return;
    }
  path = g_strconcat ("/step/", run, NULL);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.replace", "s", path);
}

static void
mns_bucket_screen_primary (MnsScreen *screen)
{
  MnsBucketScreen *self = MNS_BUCKET_SCREEN (screen);
  JsonObject *args = mns_args_new ("step", self->step_id, NULL);
  JsonArray *inputs = json_array_new ();
  const char *existing = gtk_editable_get_text (GTK_EDITABLE (self->existing));
  guint type = gtk_drop_down_get_selected (self->type);

  for (guint i = 0; i < count_samples (self); i++)
    {
      g_autofree char *id = mns_cell_dup_id (self->bucket->rows, i, "artifact_id");

      json_array_add_object_element (inputs, mns_args_new ("artifact", id, NULL));
    }
  json_object_set_array_member (args, "inputs", inputs);
  if (makes_samples (self) && type != GTK_INVALID_LIST_POSITION)
    {
      g_autofree char *type_id = mns_cell_dup_id (self->types->rows, type, "container_type_id");

      json_object_set_string_member (args, "container_type", type_id);
    }
  if (existing[0] != '\0')
    json_object_set_string_member (args, "container", existing);
  self->beginning = TRUE;
  update_reason (self);
  mns_session_do (mns_screen_get_session (screen),
                  "step.begin@1",
                  args,
                  NULL,
                  NULL,
                  begun_cb,
                  g_object_ref (self));
}

static void
remove_cb (MnsBucketScreen *self)
{
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (self->list, NULL);

  mns_session_remove_from_bucket (
      mns_screen_get_session (MNS_SCREEN (self)), self->step_id, (const char *const *) ids);
  mns_screen_refresh (MNS_SCREEN (self));
}

/* Goes on without those that somebody else took. */
static void
go_on_cb (MnsBucketScreen *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) taken = NULL;

  for (guint i = 0; i < count_samples (self); i++)
    if (mns_cell_int (self->bucket->rows, i, "queued") == 0)
      {
        g_autofree char *id = mns_cell_dup_id (self->bucket->rows, i, "artifact_id");

        g_strv_builder_add (builder, id);
      }
  taken = g_strv_builder_end (builder);
  mns_session_remove_from_bucket (
      mns_screen_get_session (MNS_SCREEN (self)), self->step_id, (const char *const *) taken);
  mns_screen_refresh (MNS_SCREEN (self));
}

/* A container's barcode fills "Existing". */
static gboolean
mns_bucket_screen_scan (MnsScreen *screen, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (MNS_BUCKET_SCREEN (screen)->existing), text);
  return TRUE;
}

static void
mns_bucket_screen_dispose (GObject *object)
{
  MnsBucketScreen *self = MNS_BUCKET_SCREEN (object);

  g_clear_pointer (&self->config, mns_view_result_free);
  g_clear_pointer (&self->types, mns_view_result_free);
  g_clear_pointer (&self->bucket, mns_view_result_free);
  g_clear_object (&self->rows);
  g_clear_pointer (&self->step_id, g_free);

  G_OBJECT_CLASS (mns_bucket_screen_parent_class)->dispose (object);
}

static void
mns_bucket_screen_class_init (MnsBucketScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_bucket_screen_dispose;
  screen_class->refresh = mns_bucket_screen_refresh;
  screen_class->concerns = mns_bucket_screen_concerns;
  screen_class->primary = mns_bucket_screen_primary;
  screen_class->scan = mns_bucket_screen_scan;
}

static GtkWidget *
add_captioned (GtkWidget *box, const char *caption, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new (caption);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), widget);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, caption, -1);
  return widget;
}

static GtkWidget *
make_side (MnsBucketScreen *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_top (box, 8);
  self->type = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  g_signal_connect_object (
      self->type, "notify::selected", G_CALLBACK (update_capacity), self, G_CONNECT_SWAPPED);
  add_captioned (box, _ ("Destination container"), GTK_WIDGET (self->type));
  self->existing = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (self->existing, _ ("Scan or type a LIMS ID"));
  add_captioned (box, _ ("Existing container"), GTK_WIDGET (self->existing));
  self->capacity = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->capacity, 0);
  gtk_label_set_wrap (self->capacity, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->capacity), "dim-label");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->capacity));
  self->container_box = box;
  return box;
}

static void
mns_bucket_screen_init (MnsBucketScreen *self)
{
  self->rows = g_list_store_new (MNS_TYPE_ROW);
}

GtkWidget *
mns_bucket_screen_new (MnsSession *session, const char *argument)
{
  MnsBucketScreen *self = g_object_new (MNS_TYPE_BUCKET_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  MnsListColumn shown[G_N_ELEMENTS (list_columns)];

  self->step_id = g_strdup (argument);
  for (guint i = 0; i < G_N_ELEMENTS (list_columns); i++)
    {
      shown[i] = list_columns[i];
      shown[i].title = _ (list_columns[i].title);
    }
  self->list = MNS_ROW_LIST (mns_row_list_new (
      G_LIST_MODEL (self->rows), shown, G_N_ELEMENTS (shown), _ ("Samples in the ice bucket")));
  self->remove = GTK_BUTTON (gtk_button_new_with_label (_ ("Remove")));
  g_signal_connect_object (
      self->remove, "clicked", G_CALLBACK (remove_cb), self, G_CONNECT_SWAPPED);
  self->go_on = GTK_BUTTON (gtk_button_new_with_label (_ ("Go on without them")));
  gtk_widget_set_visible (GTK_WIDGET (self->go_on), FALSE);
  g_signal_connect_object (self->go_on, "clicked", G_CALLBACK (go_on_cb), self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (screen, GTK_WIDGET (self->go_on));
  mns_screen_add_tool (screen, GTK_WIDGET (self->remove));
  mns_screen_set_title (screen, _ ("Ice bucket"));
  mns_screen_set_primary (screen, _ ("Begin work"));
  mns_screen_set_content (screen, GTK_WIDGET (self->list));
  mns_screen_set_side (screen, make_side (self));
  update_reason (self);
  return GTK_WIDGET (self);
}
