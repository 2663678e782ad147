/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Import of a sample list: a file or the clipboard is read into a grid, where each fault is marked
 * in its cell and can be mended; nothing is stored until all rows are good.
 */

#define G_LOG_DOMAIN "mns-import-screen"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/app/refusal.h"
#include "desktop/screens/projects/import-match.h"
#include "desktop/screens/projects/import-screen.h"
#include "desktop/widgets/grid.h"
#include "sync/lab/import-columns.h"
#include "sync/sheet/sample-list.h"

#define EMPTY_ROWS 96

struct _MnsImportScreen
{
  MnsScreen parent_instance;

  char *project;
  MnsImportColumns *columns;
  GPtrArray *headers;    /* of the table as it came */
  GPtrArray *rows;       /* GStrv: number in the sheet, then a text a column */
  GPtrArray *fields;     /* headers of the custom fields of samples: UDF/… */
  MnsImportMatch *match; /* what the columns mean; NULL before there is a table */
  MnsGridModel *model;
  GArray *sent; /* guint: the row of the grid of each sample that was sent */
  gboolean importing;
  GtkFileChooserNative *chooser;

  AdwBin *match_bin;
  AdwBin *holder;
  MnsGrid *grid;
  GtkLabel *line;
};

G_DEFINE_FINAL_TYPE (MnsImportScreen, mns_import_screen, MNS_TYPE_SCREEN)

/* A row in which nothing stands is no sample. */
static gboolean
is_filled (MnsImportScreen *self, guint row)
{
  for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
    if (mns_grid_model_get_text (self->model, row, c)[0] != '\0')
      return TRUE;
  return FALSE;
}

static guint
count_filled (MnsImportScreen *self)
{
  guint n = 0;

  for (guint row = 0; self->model != NULL && row < mns_grid_model_get_n_rows (self->model); row++)
    n += is_filled (self, row);
  return n;
}

static void
show_state (MnsImportScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  guint n = count_filled (self);
  guint n_faults = self->model != NULL ? mns_grid_model_count_faults (self->model) : 0;
  g_autofree char *label = g_strdup_printf (ngettext ("Add %u sample", "Add %u samples", n), n);
  g_autofree char *faults = g_strdup_printf (
      ngettext ("%u cell is not valid", "%u cells are not valid", n_faults), n_faults);
  const char *reason = NULL;

  if (self->importing)
    reason = _ ("The samples are being added");
  else if (n == 0)
    reason = self->model == NULL ? _ ("Choose a sample list first") : _ ("The table is empty");
  else if (mns_import_columns_get_faults (self->columns)->len > 0)
    reason = _ ("The columns of the list are not right");
  mns_screen_set_primary (screen, n > 0 ? label : _ ("Add samples"));
  mns_screen_set_primary_reason (screen, reason);
  gtk_label_set_text (self->line, n_faults > 0 ? faults : "");
}

static void
edited_cb (MnsImportScreen *self)
{
  show_state (self);
}

static void
message_cb (MnsImportScreen *self, const char *message)
{
  gtk_label_set_text (self->line, message);
}

static void
show_header_faults (MnsImportScreen *self)
{
  GPtrArray *faults = mns_import_columns_get_faults (self->columns);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < faults->len; i++)
    g_string_append_printf (
        text, "%s%s", i > 0 ? "\n" : "", (const char *) g_ptr_array_index (faults, i));
  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_ERROR, text->len > 0 ? text->str : NULL);
}

static void
append_rows (MnsImportScreen *self)
{
  mns_grid_model_freeze (self->model);
  for (guint row = 0; row < self->rows->len; row++)
    {
      char **cells = g_ptr_array_index (self->rows, row);
      g_autoptr (GPtrArray) texts = g_ptr_array_new ();

      for (guint c = 0; c < self->headers->len; c++)
        if (mns_import_match_get (self->match, c) != NULL)
          g_ptr_array_add (texts, cells[c + 1]);
      g_ptr_array_add (texts, NULL);
      mns_grid_model_append_row (self->model, cells[0], (const char *const *) texts->pdata);
    }
  mns_grid_model_thaw (self->model);
}

/* The grid, with the columns that are not left out under the names by which they are known. */
static void
show_table (MnsImportScreen *self)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, TRUE, sizeof (MnsGridColumn));
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  for (guint c = 0; c < self->headers->len; c++)
    {
      const char *header = mns_import_match_get (self->match, c);
      const MnsGridColumn column = { .id = header, .title = header, .decimals = -1 };

      if (header == NULL)
        continue;
      g_array_append_val (columns, column);
      g_ptr_array_add (headers, (gpointer) header);
    }
  g_ptr_array_add (headers, NULL);
  g_clear_pointer (&self->columns, mns_import_columns_free);
  self->columns = mns_import_columns_new ((const char *const *) headers->pdata);
  g_clear_object (&self->model);
  self->model = mns_grid_model_new ((const MnsGridColumn *) columns->data, columns->len);
  append_rows (self);
  g_signal_connect_object (self->model, "changed", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  self->grid = MNS_GRID (mns_grid_new (self->model, _ ("Samples to add")));
  g_signal_connect_object (self->grid, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->grid));
  adw_bin_set_child (self->holder, scrolled);
  show_header_faults (self);
  show_state (self);
  mns_screen_show_content (MNS_SCREEN (self));
}

/* What the columns of the table mean is guessed, shown, and the person's to change. */
static void
match_columns (MnsImportScreen *self)
{
  GtkWidget *match = mns_import_match_new (self->headers, self->fields);

  self->match = MNS_IMPORT_MATCH (match);
  adw_bin_set_child (self->match_bin, match);
  g_signal_connect_object (match, "changed", G_CALLBACK (show_table), self, G_CONNECT_SWAPPED);
  show_table (self);
}

static void
show_list (MnsImportScreen *self, MnsSampleList *list)
{
  guint n_columns = mns_sample_list_get_n_columns (list);

  g_ptr_array_set_size (self->headers, 0);
  g_ptr_array_set_size (self->rows, 0);
  for (guint c = 0; c < n_columns; c++)
    g_ptr_array_add (self->headers, g_strdup (mns_sample_list_get_header (list, c)));
  for (guint row = 0; row < mns_sample_list_get_n_rows (list); row++)
    {
      g_autoptr (GStrvBuilder) cells = g_strv_builder_new ();
      g_autofree char *number = g_strdup_printf ("%u", mns_sample_list_get_sheet_row (list, row));

      g_strv_builder_add (cells, number);
      for (guint c = 0; c < n_columns; c++)
        {
          const char *text = mns_sample_list_get_text (list, row, c);

          g_strv_builder_add (cells, text != NULL ? text : "");
        }
      g_ptr_array_add (self->rows, g_strv_builder_end (cells));
    }
  match_columns (self);
}

/* A table to type or paste into, with all columns that a sample of this lab can have. */
static void
empty_table_cb (MnsImportScreen *self)
{
  static const char *const always[] = { "Sample/Name",
                                        "Container/Type",
                                        "Container/Name",
                                        "Sample/Well Location",
                                        "Sample/Reagent Label" };

  g_ptr_array_set_size (self->headers, 0);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    g_ptr_array_add (self->headers, g_strdup (always[i]));
  for (guint i = 0; i < self->fields->len; i++)
    g_ptr_array_add (self->headers, g_strdup (g_ptr_array_index (self->fields, i)));
  for (guint row = 0; row < EMPTY_ROWS; row++)
    {
      g_autoptr (GStrvBuilder) cells = g_strv_builder_new ();
      g_autofree char *number = g_strdup_printf ("%u", row + 1);

      g_strv_builder_add (cells, number);
      for (guint c = 0; c < self->headers->len; c++)
        g_strv_builder_add (cells, "");
      g_ptr_array_add (self->rows, g_strv_builder_end (cells));
    }
  match_columns (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->grid));
}

static void
fields_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsImportScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (found == NULL)
    {
      mns_screen_show_refusal (MNS_SCREEN (self), NULL, error);
      return;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (found->rows); i++)
    if (g_strcmp0 (mns_cell_text (found->rows, i, "object"), "SAMPLE") == 0 &&
        mns_cell_int (found->rows, i, "phi") == 0)
      g_ptr_array_add (self->fields,
                       g_strconcat ("UDF/", mns_cell_text (found->rows, i, "title"), NULL));
}

/* ---- reading ---- */

typedef struct
{
  GFile *file;   /* or */
  GBytes *bytes; /* what the clipboard held */
} Source;

static void
source_free (gpointer data)
{
  Source *self = data;

  g_clear_object (&self->file);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static void
read_in_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Source *source = data;
  GError *error = NULL;
  g_autoptr (MnsSheet) sheet = NULL;
  g_autofree char *path = source->file != NULL ? g_file_get_path (source->file) : NULL;
  MnsSampleList *list = NULL;

  if (path != NULL)
    sheet = mns_sheet_read_file (path, &error);
  else
    sheet = mns_sheet_read (source->bytes, "clipboard.csv", &error);
  if (sheet != NULL)
    list = mns_sample_list_find (sheet, &error);
  if (list != NULL)
    g_task_return_pointer (task, list, (GDestroyNotify) mns_sample_list_free);
  else
    g_task_return_error (task, error);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsImportScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsSampleList) list = g_task_propagate_pointer (G_TASK (result), &error);

  if (list != NULL)
    show_list (self, list);
  else
    mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_ERROR, error->message);
}

static void
read_source (MnsImportScreen *self, GFile *file, GBytes *bytes)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, read_cb, g_object_ref (self));
  Source *source = g_new0 (Source, 1);

  source->file = file != NULL ? g_object_ref (file) : NULL;
  source->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  g_task_set_source_tag (task, read_source);
  g_task_set_task_data (task, source, source_free);
  g_task_run_in_thread (task, read_in_thread);
}

static void
file_chosen_cb (GtkNativeDialog *chooser, int response, MnsImportScreen *self)
{
  g_autoptr (GFile) file = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;
  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  if (file != NULL)
    read_source (self, file, NULL);
}

static void
choose_cb (MnsImportScreen *self)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  static const char *const endings[] = { "xlsx", "ods", "csv", "tsv", "txt", "xls" };

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Choose a sample list"),
                                               GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                               GTK_FILE_CHOOSER_ACTION_OPEN,
                                               NULL,
                                               NULL);
  gtk_file_filter_set_name (filter, _ ("Sample lists (xlsx, ods, csv)"));
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    gtk_file_filter_add_suffix (filter, endings[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (file_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsImportScreen) self = user_data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (text == NULL || text[0] == '\0')
    {
      mns_screen_toast (MNS_SCREEN (self), _ ("The clipboard holds no table"));
      return;
    }
  bytes = g_bytes_new (text, strlen (text));
  read_source (self, NULL, bytes);
}

static void
paste_cb (MnsImportScreen *self)
{
  gdk_clipboard_read_text_async (
      gtk_widget_get_clipboard (GTK_WIDGET (self)), NULL, pasted_cb, g_object_ref (self));
}

static gboolean
drop_cb (MnsImportScreen *self, const GValue *value)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  read_source (self, files->data, NULL);
  return TRUE;
}

/* ---- importing ---- */

static void
mark_faults (MnsImportScreen *self, MnsResult *result)
{
  for (guint i = 0; result->faults != NULL && i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);
      guint row, column;

      if (mns_import_columns_locate (self->columns, fault->at, &row, &column) &&
          row < self->sent->len)
        {
          g_autofree char *said = mns_refusal_say_fault (fault);

          mns_grid_model_refuse (self->model, g_array_index (self->sent, guint, row), column, said);
        }
    }
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsImportScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  guint n = self->sent->len;
  g_autofree char *text = NULL;

  self->importing = FALSE;
  if (mns_screen_show_refusal (MNS_SCREEN (self), done, error))
    {
      if (done != NULL)
        mark_faults (self, done);
      show_state (self);
      return;
    }
  text = g_strdup_printf (ngettext ("%u sample added", "%u samples added", n), n);
  mns_screen_toast (MNS_SCREEN (self), text);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.back", NULL);
}

static void
mns_import_screen_primary (MnsScreen *screen)
{
  MnsImportScreen *self = MNS_IMPORT_SCREEN (screen);
  JsonObject *args = mns_args_new ("project", self->project, NULL);
  JsonArray *samples = json_array_new ();
  guint n_columns = mns_grid_model_get_n_columns (self->model);
  g_autofree const char **texts = g_new0 (const char *, n_columns + 1);

  if (self->grid != NULL)
    mns_grid_stop_editing (self->grid, TRUE);
  g_array_set_size (self->sent, 0);
  for (guint row = 0; row < mns_grid_model_get_n_rows (self->model); row++)
    {
      if (!is_filled (self, row))
        continue;
      g_array_append_val (self->sent, row);
      for (guint c = 0; c < n_columns; c++)
        texts[c] = mns_grid_model_get_text (self->model, row, c);
      json_array_add_object_element (samples,
                                     mns_import_columns_make_sample (self->columns, texts));
    }
  json_object_set_array_member (args, "samples", samples);
  self->importing = TRUE;
  show_state (self);
  mns_session_do (mns_screen_get_session (screen),
                  "sample.import@1",
                  args,
                  NULL,
                  NULL,
                  imported_cb,
                  g_object_ref (self));
}

static void
mns_import_screen_undo (MnsScreen *screen, gboolean again)
{
  MnsImportScreen *self = MNS_IMPORT_SCREEN (screen);

  if (self->grid != NULL)
    again ? mns_grid_redo (self->grid) : mns_grid_undo (self->grid);
}

static void
mns_import_screen_refresh (MnsScreen *screen)
{
  show_state (MNS_IMPORT_SCREEN (screen));
}

static gboolean
mns_import_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  return FALSE;
}

static void
mns_import_screen_dispose (GObject *object)
{
  MnsImportScreen *self = MNS_IMPORT_SCREEN (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->model);
  g_clear_pointer (&self->columns, mns_import_columns_free);
  g_clear_pointer (&self->project, g_free);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->sent, g_array_unref);

  G_OBJECT_CLASS (mns_import_screen_parent_class)->dispose (object);
}

static void
mns_import_screen_class_init (MnsImportScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_import_screen_dispose;
  screen_class->refresh = mns_import_screen_refresh;
  screen_class->concerns = mns_import_screen_concerns;
  screen_class->primary = mns_import_screen_primary;
  screen_class->undo = mns_import_screen_undo;
}

static void
mns_import_screen_init (MnsImportScreen *self)
{
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->fields = g_ptr_array_new_with_free_func (g_free);
  self->sent = g_array_new (FALSE, FALSE, sizeof (guint));
}

static void
add_button (MnsImportScreen *self, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (MNS_SCREEN (self), button);
}

GtkWidget *
mns_import_screen_new (MnsSession *session, const char *argument)
{
  MnsImportScreen *self = g_object_new (MNS_TYPE_IMPORT_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *hint = adw_status_page_new ();
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->project = g_strdup (argument);
  add_button (self, _ ("Choose a file…"), G_CALLBACK (choose_cb));
  add_button (self, _ ("Paste a table"), G_CALLBACK (paste_cb));
  add_button (self, _ ("Empty table"), G_CALLBACK (empty_table_cb));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));

  adw_status_page_set_title (ADW_STATUS_PAGE (hint), _ ("Choose, drop or paste a sample list"));
  adw_status_page_set_description (
      ADW_STATUS_PAGE (hint),
      _ ("Columns: Sample/Name, Container/Type, Container/Name, Sample/Well Location and, for each "
         "custom field, UDF/ and its name. Nothing is stored until all rows are good."));
  self->holder = ADW_BIN (adw_bin_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->holder), TRUE);
  adw_bin_set_child (self->holder, hint);
  self->line = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->line, 0);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->line), 8);
  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  self->match_bin = ADW_BIN (adw_bin_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->match_bin));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->holder));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->line));
  mns_screen_set_title (screen, _ ("Add samples"));
  mns_screen_set_content (screen, box);
  show_state (self);
  mns_session_look (session, "fields", NULL, NULL, fields_read_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}
