/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Ice bucket: the last look before work begins. Nothing is reserved until Begin work, so the list
 * is asked anew whenever something changed, and samples that somebody else took are shown as such.
 */

#define G_LOG_DOMAIN "mns-bucket-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/queue/bucket-options.h"
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

  GHashTable *numbers; /* artifact → derived samples, where it is not 1 */

  MnsRowList *list;
  MnsBucketOptions *options;
  GtkWidget *number_box; /* only where the number of derived samples can be chosen */
  GtkSpinButton *number;
  GtkButton *remove;
};

/* The lab's limit of outputs of one input. */
#define NUMBER_MOST 96

G_DEFINE_FINAL_TYPE (MnsBucketScreen, mns_bucket_screen, MNS_TYPE_SCREEN)

static const MnsListColumn list_columns[] = {
  { "name", N_ ("Sample"), FALSE, -1, TRUE, FALSE },
  { "project", N_ ("Project"), FALSE, 180, FALSE, FALSE },
  { "container", N_ ("Container"), FALSE, 160, FALSE, FALSE },
  { "well", N_ ("Well"), FALSE, 70, FALSE, FALSE },
  { "priority", N_ ("Priority"), FALSE, 90, FALSE, FALSE },
  { "number", N_ ("Derived"), TRUE, 80, FALSE, FALSE },
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

/* Whether each sample may have a number of derived samples of its own. */
static gboolean
is_variable (MnsBucketScreen *self)
{
  return makes_samples (self) &&
         g_strcmp0 (mns_cell_text (self->config->rows, 0, "variability"), "FIXED") != 0;
}

static guint
get_number (MnsBucketScreen *self, const char *id)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, id));

  if (!makes_samples (self))
    return 0;
  if (!is_variable (self))
    return (guint) MAX (1, mns_cell_int (self->config->rows, 0, "outputs_per_input"));
  return n > 0 ? n : 1;
}

static guint
count_outputs (MnsBucketScreen *self)
{
  guint n = 0;

  for (guint i = 0; i < count_samples (self); i++)
    {
      g_autofree char *id = mns_cell_dup_id (self->bucket->rows, i, "artifact_id");

      n += get_number (self, id);
    }
  return n;
}

static void
update_reason (MnsBucketScreen *self)
{
  g_autofree char *reason = NULL;

  mns_bucket_options_set_outputs (self->options, count_samples (self), count_outputs (self));
  if (self->beginning)
    reason = g_strdup (_ ("Work is being begun"));
  else if (count_samples (self) == 0 && mns_bucket_options_count_controls (self->options) == 0)
    reason = g_strdup (_ ("The ice bucket is empty"));
  else if (count_taken (self) > 0)
    reason = g_strdup (_ ("Some samples were taken by someone else"));
  else
    reason = mns_bucket_options_dup_reason (self->options);
  mns_screen_set_primary_reason (MNS_SCREEN (self), reason);
}

static MnsRow *
make_row (MnsBucketScreen *self, guint row)
{
  const MnsRows *rows = self->bucket->rows;
  g_autofree char *id = mns_cell_dup_id (rows, row, "artifact_id");
  g_autofree char *number = g_strdup_printf ("%u", get_number (self, id));
  MnsRow *made;
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
                          makes_samples (self) ? number : "",
                          state,
                          NULL };

  for (guint i = 0; i < G_N_ELEMENTS (texts) - 1; i++)
    if (texts[i] == NULL)
      texts[i] = "";
  made = mns_row_new (id, texts);
  mns_row_set_struck (made, mns_cell_int (rows, row, "queued") == 0);
  return made;
}

/* "3 samples were taken by Mira Example": one name if it is one person. */
static char *
describe_taken (MnsBucketScreen *self)
{
  guint n = count_taken (self);
  const char *who = NULL;

  for (guint i = 0; i < count_samples (self); i++)
    {
      const char *by = mns_cell_text (self->bucket->rows, i, "taken_by");

      if (mns_cell_int (self->bucket->rows, i, "queued") != 0)
        continue;
      if (by == NULL || (who != NULL && !g_str_equal (who, by)))
        return g_strdup_printf (
            ngettext ("%u sample is no longer waiting.", "%u samples are no longer waiting.", n),
            n);
      who = by;
    }
  return g_strdup_printf (
      ngettext ("%u sample was taken by %s.", "%u samples were taken by %s.", n), n, who);
}

static void
show_bucket (MnsBucketScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  guint n = count_samples (self);
  guint taken = count_taken (self);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *facts = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);
  g_autofree char *warning = taken > 0 ? describe_taken (self) : NULL;
  g_auto (GStrv) kept = mns_row_list_dup_selected_ids (self->list, NULL);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (rows, make_row (self, i));
  g_list_store_remove_all (self->rows);
  g_list_store_splice (self->rows, 0, 0, rows->pdata, rows->len);
  mns_screen_set_facts (screen, facts);
  mns_row_list_select_ids (self->list, (const char *const *) kept);
  mns_screen_set_banner (screen, MNS_BANNER_WARNING, warning);
  mns_screen_set_banner_button (
      screen, MNS_BANNER_WARNING, taken > 0 ? _ ("Go on without them") : NULL);
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
show_config (MnsBucketScreen *self)
{
  if (self->config == NULL || self->types == NULL)
    return;
  mns_bucket_options_set (self->options, self->config->rows, self->types->rows);
  gtk_widget_set_visible (self->number_box, is_variable (self));
  if (self->bucket != NULL)
    show_bucket (self);
}

static void
config_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *config = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (config == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (&self->config, mns_view_result_free);
  self->config = config;
  if (mns_rows_get_n_rows (config->rows) > 0)
    mns_screen_set_title (MNS_SCREEN (self), mns_cell_text (config->rows, 0, "step"));
  show_config (self);
}

static void
types_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsBucketScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *types = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (types == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (&self->types, mns_view_result_free);
  self->types = types;
  show_config (self);
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
  if (ids->len == 0) /* there is nothing to ask for */
    {
      json_object_unref (args);
      g_clear_pointer (&self->bucket, mns_view_result_free);
      show_bucket (self);
      return;
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

  for (guint i = 0; i < count_samples (self); i++)
    {
      g_autofree char *id = mns_cell_dup_id (self->bucket->rows, i, "artifact_id");
      JsonObject *input = mns_args_new ("artifact", id, NULL);

      if (is_variable (self))
        json_object_set_int_member (input, "replicates", get_number (self, id));
      json_array_add_object_element (inputs, input);
    }
  json_object_set_array_member (args, "inputs", inputs);
  mns_bucket_options_fill (self->options, args);
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
mns_bucket_screen_banner (MnsScreen *screen, MnsBannerKind kind)
{
  MnsBucketScreen *self = MNS_BUCKET_SCREEN (screen);
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

/* ---- number of derived samples ---- */

static void
set_numbers (MnsBucketScreen *self, const char *const *ids)
{
  guint n = (guint) gtk_spin_button_get_value_as_int (self->number);

  for (guint i = 0; ids[i] != NULL; i++)
    g_hash_table_insert (self->numbers, g_strdup (ids[i]), GUINT_TO_POINTER (n));
  show_bucket (self);
}

static void
number_selected_cb (MnsBucketScreen *self)
{
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (self->list, NULL);

  if (ids[0] == NULL)
    mns_screen_toast (MNS_SCREEN (self), _ ("Select samples first"));
  else
    set_numbers (self, (const char *const *) ids);
}

static void
number_all_cb (MnsBucketScreen *self)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < count_samples (self); i++)
    g_ptr_array_add (ids, mns_cell_dup_id (self->bucket->rows, i, "artifact_id"));
  g_ptr_array_add (ids, NULL);
  set_numbers (self, (const char *const *) ids->pdata);
}

/* ---- scan ---- */

typedef struct
{
  MnsBucketScreen *screen;
  char *text;
} Scan;

/* A sample that waits for the step comes in; anything else is the name of a container. */
static void
scanned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Scan *scan = user_data;
  g_autoptr (MnsBucketScreen) self = scan->screen;
  g_autofree char *text = scan->text;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  g_free (scan);
  for (guint i = 0; found != NULL && i < mns_rows_get_n_rows (found->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (found->rows, i, "artifact_id");
      const char *ids[] = { id, NULL };

      if (g_strcmp0 (mns_cell_text (found->rows, i, "name"), text) != 0 &&
          g_strcmp0 (mns_cell_text (found->rows, i, "lims_id"), text) != 0)
        continue;
      mns_session_add_to_bucket (MNS_SESSION (source), self->step_id, ids);
      mns_screen_refresh (MNS_SCREEN (self));
      return;
    }
  mns_bucket_options_set_existing (self->options, text);
}

static gboolean
mns_bucket_screen_scan (MnsScreen *screen, const char *text)
{
  MnsBucketScreen *self = MNS_BUCKET_SCREEN (screen);
  Scan *scan = g_new0 (Scan, 1);
  JsonObject *args = mns_args_new ("step", self->step_id, "filter", text, NULL);

  scan->screen = g_object_ref (self);
  scan->text = g_strdup (text);
  json_object_set_int_member (args, "limit", 10);
  mns_session_look (mns_screen_get_session (screen), "queue", args, NULL, scanned_cb, scan);
  return TRUE;
}

static gboolean
delete_cb (GtkWidget *list, GVariant *target, gpointer user_data)
{
  remove_cb (user_data);
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
  g_clear_pointer (&self->numbers, g_hash_table_unref);

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
  screen_class->banner = mns_bucket_screen_banner;
}

static void
make_number (MnsBucketScreen *self, GtkBox *box)
{
  static const struct
  {
    const char *label;
    GCallback clicked;
  } buttons[] = {
    { N_ ("Apply to all"), G_CALLBACK (number_all_cb) },
    { N_ ("Apply to selected"), G_CALLBACK (number_selected_cb) },
  };
  GtkWidget *caption = gtk_label_new (_ ("Derived samples of each sample"));

  self->number_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_label_set_xalign (GTK_LABEL (caption), 0);
  gtk_widget_add_css_class (caption, "caption-heading");
  gtk_box_append (GTK_BOX (self->number_box), caption);
  self->number = GTK_SPIN_BUTTON (gtk_spin_button_new_with_range (1, NUMBER_MOST, 1));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->number),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Derived samples of each sample"),
                                  -1);
  gtk_box_append (GTK_BOX (self->number_box), GTK_WIDGET (self->number));
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      GtkWidget *button = gtk_button_new_with_label (_ (buttons[i].label));

      g_signal_connect_object (button, "clicked", buttons[i].clicked, self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (self->number_box), button);
    }
  gtk_widget_set_visible (self->number_box, FALSE);
  gtk_box_append (box, self->number_box);
}

static GtkWidget *
make_side (MnsBucketScreen *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);

  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, 16);
  self->options =
      MNS_BUCKET_OPTIONS (mns_bucket_options_new (mns_screen_get_session (MNS_SCREEN (self))));
  g_signal_connect_object (
      self->options, "changed", G_CALLBACK (update_reason), self, G_CONNECT_SWAPPED);
  make_number (self, GTK_BOX (box));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->options));
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_widget_set_hexpand (scrolled, FALSE); /* whatever is in there: the list has the room */
  return scrolled;
}

static void
add_delete_key (MnsBucketScreen *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Delete"),
                        gtk_callback_action_new (delete_cb, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
}

static void
mns_bucket_screen_init (MnsBucketScreen *self)
{
  self->rows = g_list_store_new (MNS_TYPE_ROW);
  self->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
  mns_screen_add_tool (screen, GTK_WIDGET (self->remove));
  add_delete_key (self);
  mns_screen_set_title (screen, _ ("Ice bucket"));
  mns_screen_set_primary (screen, _ ("Begin work"));
  mns_screen_set_content (screen, GTK_WIDGET (self->list));
  mns_screen_set_side (screen, make_side (self));
  update_reason (self);
  return GTK_WIDGET (self);
}
