/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* One sequencing run: figures, lanes, plots, demultiplexing, sample sheet, log. The plot document
 * is a file of its own, fetched when its hash is another than that of the plots shown.
 */

#define G_LOG_DOMAIN "mns-run-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/runs/run-plots.h"
#include "desktop/screens/runs/run-screen.h"
#include "desktop/screens/runs/run-tables.h"

struct _MnsRunScreen
{
  MnsScreen parent_instance;

  char *run;
  char *plot; /* hash of the document that is shown */
  char *details_text;
  char *status; /* as shown */
  MnsRows *figures, *reads;

  GtkStack *pages;
  GtkProgressBar *progress;
  AdwBin *reads_bin, *lanes_bin, *demux_bin, *log_bin;
  GtkLabel *parameters;
  GtkTextView *sheet;
  MnsRunPlots *plots;
  GtkLabel *no_plots;
  GtkStack *plot_stack;
};

G_DEFINE_FINAL_TYPE (MnsRunScreen, mns_run_screen, MNS_TYPE_SCREEN)

/* ---- plots ---- */

static void
plot_parsed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  JsonParser *parser = JSON_PARSER (source);
  g_autoptr (GError) error = NULL;
  JsonNode *root = NULL;

  if (json_parser_load_from_stream_finish (parser, result, &error))
    root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  mns_run_plots_show (self->plots, json_node_get_object (root));
  gtk_stack_set_visible_child (self->plot_stack, GTK_WIDGET (self->plots));
}

static void
plot_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  g_autoptr (GFileInputStream) stream = g_file_read_finish (G_FILE (source), result, NULL);
  g_autoptr (JsonParser) parser = NULL;

  if (stream == NULL)
    return;
  parser = json_parser_new ();
  json_parser_load_from_stream_async (
      parser, G_INPUT_STREAM (stream), NULL, plot_parsed_cb, g_object_ref (self));
}

static void
plot_fetched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = mns_workspace_get_file_finish (MNS_WORKSPACE (source), result, &error);

  if (file != NULL)
    {
      g_file_read_async (file, G_PRIORITY_DEFAULT, NULL, plot_opened_cb, g_object_ref (self));
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_pointer (&self->plot, g_free); /* asked for again at the next look */
  gtk_label_set_text (self->no_plots, _ ("The plots are not on this computer yet."));
}

static void
ask_plots (MnsRunScreen *self, const char *sha256)
{
  if (sha256 == NULL)
    {
      gtk_label_set_text (self->no_plots, _ ("The instrument has not written metrics yet."));
      return;
    }
  if (g_strcmp0 (self->plot, sha256) == 0)
    return;
  g_free (self->plot);
  self->plot = g_strdup (sha256);
  mns_workspace_get_file_async (
      mns_session_get_workspace (mns_screen_get_session (MNS_SCREEN (self))),
      sha256,
      NULL,
      plot_fetched_cb,
      g_object_ref (self));
}

/* ---- the run ---- */

static void
add_fact (GString *text, const char *name, const char *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", name, value);
}

static const char *
get_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static void
add_parameters (GString *text, JsonObject *details)
{
  static const struct
  {
    const char *member, *title;
  } shown[] = {
    { "application", N_ ("Control software") },
    { "application_version", N_ ("Version") },
    { "rta", N_ ("RTA") },
    { "chemistry", N_ ("Chemistry") },
    { "run_mode", N_ ("Run mode") },
    { "workflow", N_ ("Workflow") },
    { "flowcell_mode", N_ ("Flow cell mode") },
    { "reagent_kit", N_ ("Reagent kit") },
    { "recipe", N_ ("Recipe") },
  };
  JsonNode *node = details != NULL ? json_object_get_member (details, "parameters") : NULL;

  for (guint i = 0; node != NULL && JSON_NODE_HOLDS_OBJECT (node) && i < G_N_ELEMENTS (shown); i++)
    add_fact (text, _ (shown[i].title), get_member (json_node_get_object (node), shown[i].member));
}

/* Files that could not be read, with the rule that they break. */
static void
add_set_aside (GString *text, JsonObject *details)
{
  JsonNode *node = details != NULL ? json_object_get_member (details, "set_aside") : NULL;
  JsonArray *list =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      const char *rule = get_member (item, "rule");

      g_string_append_printf (
          text, "\n! %s: %s", get_member (item, "file"), rule != NULL ? rule : "");
    }
}

static void
show_details (MnsRunScreen *self, const MnsRows *rows)
{
  const char *json = mns_cell_text (rows, 0, "details");
  g_autoptr (JsonNode) node = mns_cell_parse_json (rows, 0, "details");
  JsonObject *details =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *sheet = details != NULL ? get_member (details, "sheet") : NULL;
  GtkWidget *demux;

  add_fact (text, _ ("Instrument"), mns_cell_text (rows, 0, "instrument"));
  add_fact (text, _ ("Model"), mns_cell_text (rows, 0, "model"));
  add_fact (text, _ ("Flow cell"), mns_cell_text (rows, 0, "flow_cell"));
  add_fact (text, _ ("Cartridge"), mns_cell_text (rows, 0, "cartridge"));
  add_fact (text, _ ("Experiment"), mns_cell_text (rows, 0, "experiment"));
  add_parameters (text, details);
  add_fact (text, _ ("Folder"), mns_cell_text (rows, 0, "folder"));
  add_set_aside (text, details);
  gtk_label_set_text (self->parameters, text->str);
  if (self->details_text != NULL && g_strcmp0 (self->details_text, json) == 0)
    return;
  g_free (self->details_text);
  self->details_text = g_strdup (json != NULL ? json : "");
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->sheet),
                            sheet != NULL ? sheet : _ ("The run has no sample sheet."),
                            -1);
  demux = mns_run_demux_table (details);
  if (demux == NULL)
    demux = gtk_label_new (_ ("The run has not been demultiplexed where its folder is."));
  adw_bin_set_child (self->demux_bin, demux);
}

static void
run_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) view = mns_session_look_finish (MNS_SESSION (source), result, &error);
  MnsScreen *screen = MNS_SCREEN (self);
  g_autofree char *facts = NULL;
  g_autofree char *cycle = NULL;
  gint64 cycles;

  if (view == NULL)
    {
      mns_screen_show_error (screen, error);
      return;
    }
  if (mns_rows_get_n_rows (view->rows) == 0)
    {
      mns_screen_show_empty (screen,
                             _ ("There is no such run here"),
                             _ ("It may not be on this computer yet."),
                             _ ("Show all runs"),
                             "/runs");
      return;
    }
  g_free (self->status);
  self->status = g_strdup (mns_cell_text (view->rows, 0, "status"));
  cycles = mns_cell_int (view->rows, 0, "cycles");
  cycle = mns_format_cycle (view->rows, 0, "cycle");
  facts = g_strdup_printf (g_strcmp0 (mns_cell_text (view->rows, 0, "status_by"), "USER") == 0
                               ? _ ("%s (set by a person) · cycle %s")
                               : _ ("%s · cycle %s"),
                           mns_run_status_text (self->status),
                           cycle);
  mns_screen_set_title (screen, mns_cell_text (view->rows, 0, "run"));
  mns_screen_set_facts (screen, facts);
  gtk_progress_bar_set_fraction (
      self->progress,
      cycles > 0 ? CLAMP ((double) mns_cell_int (view->rows, 0, "cycle") / (double) cycles, 0, 1)
                 : 0);
  show_details (self, view->rows);
  ask_plots (self, mns_cell_text (view->rows, 0, "plot_sha256"));
  mns_screen_show_content (screen);
}

static void
show_tables (MnsRunScreen *self)
{
  if (self->figures == NULL || self->reads == NULL)
    return;
  adw_bin_set_child (self->reads_bin, mns_run_reads_table (self->figures, self->reads));
  adw_bin_set_child (self->lanes_bin, mns_run_lanes_table (self->figures, self->reads));
}

static void
figures_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  g_autoptr (MnsViewResult) view = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (view == NULL)
    return;
  g_clear_pointer (&self->figures, mns_rows_unref);
  self->figures = mns_rows_ref (view->rows);
  show_tables (self);
}

static void
reads_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  g_autoptr (MnsViewResult) view = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (view == NULL)
    return;
  g_clear_pointer (&self->reads, mns_rows_unref);
  self->reads = mns_rows_ref (view->rows);
  show_tables (self);
}

static void
history_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  g_autoptr (MnsViewResult) view = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (view != NULL)
    adw_bin_set_child (self->log_bin, mns_run_history_table (view->rows));
}

static void
mns_run_screen_refresh (MnsScreen *screen)
{
  static const struct
  {
    const char *view;
    GAsyncReadyCallback callback;
  } looks[] = {
    { "seq_run", run_read_cb },
    { "seq_run_reads", reads_read_cb },
    { "seq_run_figures", figures_read_cb },
    { "seq_run_history", history_read_cb },
  };
  MnsRunScreen *self = MNS_RUN_SCREEN (screen);

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    mns_session_look (mns_screen_get_session (screen),
                      looks[i].view,
                      mns_args_new ("run", self->run, NULL),
                      mns_screen_get_cancellable (screen),
                      looks[i].callback,
                      g_object_ref (self));
}

/* ---- a person's word ---- */

/* States that a person decides on; the others an instrument knows better. */
static const char *const settable[] = { "completed", "ended_early", "failed", "aborted" };

static void
status_set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);

  if (!mns_screen_show_refusal (MNS_SCREEN (self), done, error))
    mns_screen_refresh (MNS_SCREEN (self));
}

static void
set_status_cb (GSimpleAction *action, GVariant *target, gpointer user_data)
{
  MnsRunScreen *self = user_data;
  const char *status = g_variant_get_string (target, NULL);
  gboolean follow = g_str_equal (status, "follow");
  JsonObject *args =
      mns_args_new ("run", self->run, "status", follow ? self->status : status, NULL);
  JsonObject *expect = json_object_new ();
  g_autofree char *key = g_strconcat ("sequencing_run:", self->run, NULL);

  if (follow)
    json_object_set_boolean_member (args, "follow", TRUE);
  json_object_set_object_member (expect, key, mns_args_new ("status", self->status, NULL));
  mns_session_do (mns_screen_get_session (MNS_SCREEN (self)),
                  "run.set_status@1",
                  args,
                  expect,
                  NULL,
                  status_set_cb,
                  g_object_ref (self));
}

static void
add_status_menu (MnsRunScreen *self)
{
  const GActionEntry entries[] = { { "set-status", set_status_cb, "s", NULL, NULL, { 0 } } };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *button = gtk_menu_button_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "run", G_ACTION_GROUP (group));
  for (guint i = 0; i < G_N_ELEMENTS (settable); i++)
    {
      g_autofree char *action = g_strdup_printf ("run.set-status::%s", settable[i]);

      g_menu_append (menu, mns_run_status_text (settable[i]), action);
    }
  g_menu_append (menu, _ ("As the instrument says"), "run.set-status::follow");
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("Set state"));
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  mns_screen_add_tool (MNS_SCREEN (self), button);
}

static gboolean
mns_run_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  static const char *const shown[] = { "sequencing_run", "run_figure", "run_status", "file" };

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    if (g_strv_contains (tables, shown[i]))
      return TRUE;
  return FALSE;
}

static void
mns_run_screen_finalize (GObject *object)
{
  MnsRunScreen *self = MNS_RUN_SCREEN (object);

  g_clear_pointer (&self->figures, mns_rows_unref);
  g_clear_pointer (&self->reads, mns_rows_unref);
  g_free (self->run);
  g_free (self->plot);
  g_free (self->details_text);
  g_free (self->status);

  G_OBJECT_CLASS (mns_run_screen_parent_class)->finalize (object);
}

static void
mns_run_screen_class_init (MnsRunScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mns_run_screen_finalize;
  screen_class->refresh = mns_run_screen_refresh;
  screen_class->concerns = mns_run_screen_concerns;
}

/* ---- building ---- */

static AdwBin *
add_page (MnsRunScreen *self, const char *name, const char *title)
{
  GtkWidget *bin = adw_bin_new ();

  gtk_stack_add_titled (self->pages, bin, name, title);
  return ADW_BIN (bin);
}

static GtkWidget *
scroll (GtkWidget *child)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), child);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
make_overview (MnsRunScreen *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *facts;

  self->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Cycles done"), -1);
  self->reads_bin = ADW_BIN (adw_bin_new ());
  gtk_widget_set_size_request (GTK_WIDGET (self->reads_bin), -1, 230);
  self->parameters = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->parameters, 0);
  gtk_label_set_yalign (self->parameters, 0);
  gtk_label_set_selectable (self->parameters, TRUE);
  gtk_label_set_wrap (self->parameters, TRUE);
  facts = scroll (GTK_WIDGET (self->parameters));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->progress));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->reads_bin));
  gtk_box_append (GTK_BOX (box), facts);
  g_object_set (box, "margin-start", 16, "margin-end", 16, "margin-bottom", 16, NULL);
  gtk_stack_add_titled (self->pages, box, "overview", _ ("Overview"));
}

static void
make_plots (MnsRunScreen *self)
{
  self->plot_stack = GTK_STACK (gtk_stack_new ());
  self->no_plots = GTK_LABEL (gtk_label_new (_ ("Loading…")));
  self->plots = MNS_RUN_PLOTS (mns_run_plots_new ());
  gtk_stack_add_child (self->plot_stack, GTK_WIDGET (self->no_plots));
  gtk_stack_add_child (self->plot_stack, GTK_WIDGET (self->plots));
  gtk_stack_add_titled (self->pages, GTK_WIDGET (self->plot_stack), "plots", _ ("Plots"));
}

static void
make_sheet (MnsRunScreen *self)
{
  self->sheet = GTK_TEXT_VIEW (gtk_text_view_new ());
  gtk_text_view_set_editable (self->sheet, FALSE);
  gtk_text_view_set_monospace (self->sheet, TRUE);
  g_object_set (self->sheet, "left-margin", 16, "right-margin", 16, NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->sheet), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Sample sheet"), -1);
  gtk_stack_add_titled (
      self->pages, scroll (GTK_WIDGET (self->sheet)), "sheet", _ ("Sample sheet"));
}

static void
mns_run_screen_init (MnsRunScreen *self)
{
  GtkWidget *switcher = gtk_stack_switcher_new ();

  self->pages = GTK_STACK (gtk_stack_new ());
  make_overview (self);
  self->lanes_bin = add_page (self, "lanes", _ ("Lanes"));
  make_plots (self);
  self->demux_bin = add_page (self, "demux", _ ("Demultiplexing"));
  make_sheet (self);
  self->log_bin = add_page (self, "log", _ ("Log"));
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), self->pages);
  g_object_set (switcher, "halign", GTK_ALIGN_START, "margin-start", 16, "margin-bottom", 8, NULL);
  mns_screen_set_under_title (MNS_SCREEN (self), switcher);
  add_status_menu (self);
  mns_screen_set_content (MNS_SCREEN (self), GTK_WIDGET (self->pages));
}

GtkWidget *
mns_run_screen_new (MnsSession *session, const char *argument)
{
  MnsRunScreen *self = g_object_new (MNS_TYPE_RUN_SCREEN, "session", session, NULL);

  self->run = g_strdup (argument);
  mns_screen_set_title (MNS_SCREEN (self), _ ("Run"));
  mns_screen_show_loading (MNS_SCREEN (self));
  return GTK_WIDGET (self);
}
