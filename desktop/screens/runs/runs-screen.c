/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What the instruments are doing, now. A tile is made once for an instrument and then only written
 * into, so that the focus stays where it is while a run goes on.
 */

#define G_LOG_DOMAIN "mns-runs-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/runs/run-tables.h"
#include "desktop/screens/runs/runs-screen.h"
#include "desktop/widgets/row-list.h"

typedef struct
{
  char *instrument;
  char *path;
  GtkWidget *button;
  GtkLabel *name, *model, *status, *run;
  GtkProgressBar *progress;
} Tile;

struct _MnsRunsScreen
{
  MnsScreen parent_instance;

  MnsViewPages *pages;
  gboolean asked;
  GPtrArray *tiles; /* Tile */
  GtkFlowBox *tile_box;
  GtkSearchEntry *filter;
  MnsRowList *list;
};

G_DEFINE_FINAL_TYPE (MnsRunsScreen, mns_runs_screen, MNS_TYPE_SCREEN)

/* Instruments write the day; it is the same day everywhere. */
static char *
format_day (const MnsRows *rows, guint row, const char *name)
{
  gint64 at = mns_cell_int (rows, row, name);
  g_autoptr (GDateTime) day = at > 0 ? g_date_time_new_from_unix_utc (at / G_USEC_PER_SEC) : NULL;

  return day != NULL ? g_date_time_format (day, "%Y-%m-%d") : g_strdup ("");
}

static const MnsPageColumn columns[] = {
  { "run", NULL },
  { "instrument", NULL },
  { "status", mns_format_run_status },
  { "cycle", mns_format_cycle },
  { "q30", mns_format_percent },
  { "pf", mns_format_percent },
  { "yield_g", mns_format_yield },
  { "flow_cell", NULL },
  { "started_at", format_day },
};

static const MnsListColumn list_columns[] = {
  { "run", N_ ("Run"), FALSE, -1, TRUE, FALSE },
  { "instrument", N_ ("Instrument"), FALSE, 120, FALSE, FALSE },
  { "status", N_ ("State"), FALSE, 150, FALSE, FALSE },
  { "cycle", N_ ("Cycle"), TRUE, 90, FALSE, FALSE },
  { "q30", N_ ("≥ Q30"), TRUE, 80, FALSE, FALSE },
  { "pf", N_ ("PF"), TRUE, 80, FALSE, FALSE },
  { "yield_g", N_ ("Yield"), TRUE, 100, FALSE, FALSE },
  { "flow_cell", N_ ("Flow cell"), FALSE, 140, FALSE, FALSE },
  { "started_at", N_ ("Started"), FALSE, 110, FALSE, FALSE },
};

/* ---- tiles ---- */

static void
free_tile (gpointer data)
{
  Tile *tile = data;

  g_free (tile->instrument);
  g_free (tile->path);
  g_free (tile);
}

static void
tile_clicked_cb (GtkButton *button, Tile *tile)
{
  gtk_widget_activate_action (GTK_WIDGET (button), "win.open", "s", tile->path);
}

static GtkLabel *
add_label (GtkWidget *box, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static Tile *
add_tile (MnsRunsScreen *self, const char *instrument)
{
  Tile *tile = g_new0 (Tile, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  tile->instrument = g_strdup (instrument);
  tile->name = add_label (box, "heading");
  tile->model = add_label (box, "dim-label");
  tile->status = add_label (box, "body");
  tile->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (tile->progress));
  tile->run = add_label (box, "caption");
  tile->button = gtk_button_new ();
  gtk_widget_set_size_request (box, 240, -1);
  gtk_button_set_child (GTK_BUTTON (tile->button), box);
  gtk_widget_add_css_class (tile->button, "card");
  g_object_set (
      box, "margin-start", 12, "margin-end", 12, "margin-top", 8, "margin-bottom", 8, NULL);
  g_signal_connect (tile->button, "clicked", G_CALLBACK (tile_clicked_cb), tile);
  gtk_flow_box_append (self->tile_box, tile->button);
  gtk_widget_set_focusable (gtk_widget_get_parent (tile->button), FALSE);
  g_ptr_array_add (self->tiles, tile);
  return tile;
}

static Tile *
get_tile (MnsRunsScreen *self, const char *instrument)
{
  for (guint i = 0; i < self->tiles->len; i++)
    {
      Tile *tile = g_ptr_array_index (self->tiles, i);

      if (g_str_equal (tile->instrument, instrument))
        return tile;
    }
  return add_tile (self, instrument);
}

static gboolean
is_under_way (const char *status)
{
  static const char *const words[] = { "running", "copying", "demultiplexing", NULL };

  return status != NULL && g_strv_contains (words, status);
}

static void
fill_tile (Tile *tile, const MnsRows *rows, guint row)
{
  const char *status = mns_cell_text (rows, row, "status");
  gint64 cycle = mns_cell_int (rows, row, "cycle");
  gint64 cycles = mns_cell_int (rows, row, "cycles");
  gboolean busy = is_under_way (status);
  g_autofree char *id = mns_cell_dup_id (rows, row, "run_id");
  g_autofree char *when = mns_time_to_text (mns_cell_int (rows, row, "changed_at"));
  g_autofree char *state =
      busy && cycles > 0
          ? g_strdup_printf (
                _ ("%s, cycle %d/%d"), mns_run_status_text (status), (int) cycle, (int) cycles)
          : g_strdup_printf (_ ("Idle; last run: %s"), mns_run_status_text (status));
  g_autofree char *run = g_strdup_printf ("%s · %s", mns_cell_text (rows, row, "run"), when);
  g_autofree char *label = g_strdup_printf ("%s, %s, %s, %s",
                                            mns_cell_text (rows, row, "name"),
                                            mns_cell_text (rows, row, "model"),
                                            state,
                                            run);

  g_free (tile->path);
  tile->path = g_strconcat ("/seqrun/", id, NULL);
  gtk_label_set_text (tile->name, mns_cell_text (rows, row, "name"));
  gtk_label_set_text (tile->model, mns_cell_text (rows, row, "model"));
  gtk_label_set_text (tile->status, state);
  gtk_label_set_text (tile->run, run);
  gtk_widget_set_visible (GTK_WIDGET (tile->progress), busy && cycles > 0);
  if (cycles > 0)
    gtk_progress_bar_set_fraction (tile->progress, CLAMP ((double) cycle / (double) cycles, 0, 1));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (tile->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
tiles_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRunsScreen) self = user_data;
  g_autoptr (MnsViewResult) view = mns_session_look_finish (MNS_SESSION (source), result, NULL);
  g_autofree char *facts = NULL;
  guint busy = 0;
  gint64 runs = 0;

  if (view == NULL) /* the list tells what is wrong */
    return;
  for (guint i = 0; i < mns_rows_get_n_rows (view->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (view->rows, i, "instrument_id");

      fill_tile (get_tile (self, id), view->rows, i);
      busy += is_under_way (mns_cell_text (view->rows, i, "status"));
      runs += mns_cell_int (view->rows, i, "runs");
    }
  facts = g_strdup_printf (_ ("%u running, %d in all"), busy, (int) runs);
  mns_screen_set_facts (MNS_SCREEN (self), facts);
}

/* ---- the list ---- */

static void
loaded_cb (MnsRunsScreen *self, guint n_rows)
{
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));
  const char *text = NULL;

  mns_row_list_set_loading (self->list, FALSE);
  if (n_rows == 0)
    text = filter[0] != '\0' ? _ ("Nothing matches.")
                             : _ ("No runs yet. An administrator names the folders that the "
                                  "sequencers write into.");
  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_INFO, text);
}

static void
failed_cb (MnsRunsScreen *self, const char *message)
{
  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_ERROR, message);
}

static void
mns_runs_screen_refresh (MnsScreen *screen)
{
  MnsRunsScreen *self = MNS_RUNS_SCREEN (screen);
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));

  mns_session_look (mns_screen_get_session (screen),
                    "instrument_tiles",
                    NULL,
                    mns_screen_get_cancellable (screen),
                    tiles_read_cb,
                    g_object_ref (self));
  if (self->asked)
    {
      mns_view_pages_refresh (self->pages, -1);
      return;
    }
  self->asked = TRUE;
  mns_view_pages_ask (
      self->pages, mns_args_new ("filter", filter[0] != '\0' ? filter : NULL, NULL), -1);
}

static gboolean
mns_runs_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  if (g_strv_contains (tables, "run_status")) /* there may be more of them, in another order */
    MNS_RUNS_SCREEN (screen)->asked = FALSE;
  return g_strv_contains (tables, "sequencing_run") || g_strv_contains (tables, "run_status");
}

static void
ask_anew (MnsRunsScreen *self)
{
  self->asked = FALSE;
  mns_row_list_set_loading (self->list, TRUE);
  mns_screen_refresh (MNS_SCREEN (self));
}

static void
activated_cb (MnsRunsScreen *self, guint position)
{
  g_autoptr (MnsRow) row = g_list_model_get_item (mns_view_pages_get_model (self->pages), position);

  if (row != NULL && mns_row_is_loaded (row))
    mns_screen_open (MNS_SCREEN (self), "/seqrun/%s", mns_row_get_id (row));
}

static void
mns_runs_screen_filter (MnsScreen *screen)
{
  gtk_widget_grab_focus (GTK_WIDGET (MNS_RUNS_SCREEN (screen)->filter));
}

static void
mns_runs_screen_dispose (GObject *object)
{
  g_clear_object (&MNS_RUNS_SCREEN (object)->pages);

  G_OBJECT_CLASS (mns_runs_screen_parent_class)->dispose (object);
}

static void
mns_runs_screen_finalize (GObject *object)
{
  g_clear_pointer (&MNS_RUNS_SCREEN (object)->tiles, g_ptr_array_unref);

  G_OBJECT_CLASS (mns_runs_screen_parent_class)->finalize (object);
}

static void
mns_runs_screen_class_init (MnsRunsScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_runs_screen_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_runs_screen_finalize;
  screen_class->refresh = mns_runs_screen_refresh;
  screen_class->concerns = mns_runs_screen_concerns;
  screen_class->filter = mns_runs_screen_filter;
}

static void
mns_runs_screen_init (MnsRunsScreen *self)
{
  self->tiles = g_ptr_array_new_with_free_func (free_tile);
}

static GtkWidget *
make_content (MnsRunsScreen *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->tile_box = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_selection_mode (self->tile_box, GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (self->tile_box, 12);
  gtk_flow_box_set_row_spacing (self->tile_box, 12);
  gtk_flow_box_set_max_children_per_line (self->tile_box, 6);
  gtk_flow_box_set_min_children_per_line (self->tile_box, 3);
  gtk_flow_box_set_homogeneous (self->tile_box, TRUE);
  gtk_widget_set_valign (GTK_WIDGET (self->tile_box), GTK_ALIGN_START);
  gtk_widget_set_margin_start (GTK_WIDGET (self->tile_box), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->tile_box), 16);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->tile_box), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Instruments"), -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->tile_box));

  self->filter = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set (self->filter, "placeholder-text", _ ("Filter by run, instrument, flow cell"), NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->filter), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Filter"), -1);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->filter), 36);
  gtk_widget_set_halign (GTK_WIDGET (self->filter), GTK_ALIGN_START);
  gtk_widget_set_margin_start (GTK_WIDGET (self->filter), 16);
  g_signal_connect_object (
      self->filter, "search-changed", G_CALLBACK (ask_anew), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->filter));
  gtk_widget_set_vexpand (GTK_WIDGET (self->list), TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list));
  return box;
}

GtkWidget *
mns_runs_screen_new (MnsSession *session, const char *argument)
{
  MnsRunsScreen *self = g_object_new (MNS_TYPE_RUNS_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  MnsListColumn shown[G_N_ELEMENTS (list_columns)];

  self->pages = mns_view_pages_new (session, "runs", "run_id", columns, G_N_ELEMENTS (columns));
  g_signal_connect_object (self->pages, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pages, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (list_columns); i++)
    {
      shown[i] = list_columns[i];
      shown[i].title = _ (list_columns[i].title);
    }
  self->list = MNS_ROW_LIST (mns_row_list_new (
      mns_view_pages_get_model (self->pages), shown, G_N_ELEMENTS (shown), _ ("Runs")));
  g_signal_connect_object (
      self->list, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  mns_screen_set_title (screen, _ ("Runs"));
  mns_screen_set_content (screen, make_content (self));
  return GTK_WIDGET (self);
}
