/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* One container: its picture and the table of what is in it. What is chosen in one is chosen in the
 * other.
 */

#define G_LOG_DOMAIN "mns-container-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/container/container-screen.h"
#include "desktop/widgets/plate.h"
#include "desktop/widgets/row-list.h"

struct _MnsContainerScreen
{
  MnsScreen parent_instance;

  char *container;
  MnsViewResult *info, *wells;
  guint n_answers; /* still missing */
  MnsPlateModel *model;
  gboolean following; /* a choice is being carried over */

  GListStore *rows;
  MnsRowList *list;
  AdwBin *plate_bin;
  MnsPlate *plate;
  GtkLabel *line;
};

G_DEFINE_FINAL_TYPE (MnsContainerScreen, mns_container_screen, MNS_TYPE_SCREEN)

static const struct
{
  const char *word, *text;
} states[] = {
  { "EMPTY", N_ ("Empty") },
  { "POPULATED", N_ ("Populated") },
  { "DEPLETED", N_ ("Depleted") },
  { "DISCARDED", N_ ("Discarded") },
};

static const MnsPageColumn columns[] = {
  { "well", NULL },
  { "name", NULL },
  { "lims_id", NULL },
  { "project", NULL },
};

static const MnsListColumn list_columns[] = {
  { "well", N_ ("Well"), FALSE, 60, FALSE, FALSE },
  { "name", N_ ("Sample"), FALSE, -1, TRUE, FALSE },
  { "lims_id", N_ ("LIMS ID"), FALSE, 120, FALSE, FALSE },
  { "project", N_ ("Project"), FALSE, 130, FALSE, FALSE },
};

const char *
mns_container_state_to_text (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (word, states[i].word) == 0)
      return _ (states[i].text);
  return word != NULL ? word : "";
}

/* ---- the picture ---- */

static void
add_container (MnsContainerScreen *self)
{
  const MnsRows *rows = self->info->rows;
  const MnsAxis down = { (guint) mns_cell_int (rows, 0, "y_size"),
                         mns_cell_int (rows, 0, "y_alpha") != 0,
                         (guint) mns_cell_int (rows, 0, "y_offset") };
  const MnsAxis across = { (guint) mns_cell_int (rows, 0, "x_size"),
                           mns_cell_int (rows, 0, "x_alpha") != 0,
                           (guint) mns_cell_int (rows, 0, "x_offset") };
  g_autofree char *id = mns_cell_dup_id (rows, 0, "container_id");
  g_autoptr (JsonNode) missing = mns_cell_parse_json (rows, 0, "unavailable");
  JsonArray *wells =
      missing != NULL && JSON_NODE_HOLDS_ARRAY (missing) ? json_node_get_array (missing) : NULL;

  mns_plate_model_add_container (self->model, id, mns_cell_text (rows, 0, "name"), &down, &across);
  for (guint i = 0; wells != NULL && i < json_array_get_length (wells); i++)
    {
      JsonArray *well = json_array_get_array_element (wells, i);

      mns_plate_model_set_unavailable (
          self->model,
          mns_plate_model_at (self->model,
                              0,
                              (guint) json_array_get_int_element (well, 0),
                              (guint) json_array_get_int_element (well, 1)),
          _ ("This container holds nothing here"));
    }
}

/* Colours by project, in the order in which the projects appear. */
static int
get_group (GHashTable *groups, const char *project)
{
  gpointer known;

  if (project == NULL)
    return -1;
  if (!g_hash_table_lookup_extended (groups, project, NULL, &known))
    {
      known = GINT_TO_POINTER (g_hash_table_size (groups));
      g_hash_table_insert (groups, g_strdup (project), known);
    }
  return GPOINTER_TO_INT (known);
}

static void
add_wells (MnsContainerScreen *self)
{
  const MnsRows *rows = self->wells->rows;
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (rows, i, "artifact_id");
      guint pos = mns_plate_model_at (
          self->model, 0, (guint) mns_cell_int (rows, i, "y"), (guint) mns_cell_int (rows, i, "x"));
      const char *name = mns_cell_text (rows, i, "name");
      MnsPlateSample sample = { .id = id, .name = name };

      if (name == NULL) /* known to be there, but not by this computer */
        {
          mns_plate_model_set_foreign (
              self->model, pos, _ ("Other sample"), _ ("This computer does not hold this sample"));
          continue;
        }
      sample.detail = mns_cell_text (rows, i, "project");
      sample.group = get_group (groups, sample.detail);
      mns_plate_model_set_sample (self->model, &sample);
      mns_plate_model_load (self->model, pos, id);
    }
}

/* ---- one choice in both ---- */

static void
list_chosen_cb (MnsContainerScreen *self)
{
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (self->list, NULL);
  guint first = MNS_PLATE_NOWHERE;

  if (self->following || self->model == NULL)
    return;
  self->following = TRUE;
  mns_plate_model_freeze (self->model);
  mns_plate_model_select_none (self->model);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      guint pos = mns_plate_model_find_sample (self->model, ids[i]);

      if (pos == MNS_PLATE_NOWHERE)
        continue;
      mns_plate_model_select (self->model, pos, TRUE);
      first = MIN (first, pos);
    }
  mns_plate_model_thaw (self->model);
  if (first != MNS_PLATE_NOWHERE)
    mns_plate_set_cursor (self->plate, first);
  self->following = FALSE;
}

static void
plate_chosen_cb (MnsContainerScreen *self)
{
  g_autoptr (GArray) selected = NULL;
  g_autoptr (GPtrArray) ids = NULL;

  if (self->following)
    return;
  selected = mns_plate_model_dup_selected (self->model);
  ids = g_ptr_array_new ();
  for (guint i = 0; i < selected->len; i++)
    {
      const MnsPlateSample *sample =
          mns_plate_model_get_well (self->model, g_array_index (selected, guint, i));

      if (sample != NULL)
        g_ptr_array_add (ids, (gpointer) sample->id);
    }
  g_ptr_array_add (ids, NULL);
  self->following = TRUE;
  mns_row_list_select_none (self->list);
  mns_row_list_select_ids (self->list, (const char *const *) ids->pdata);
  self->following = FALSE;
}

static void
message_cb (MnsContainerScreen *self, const char *message)
{
  gtk_label_set_text (self->line, message);
}

static void
show_plate (MnsContainerScreen *self)
{
  g_clear_object (&self->model);
  self->model = mns_plate_model_new ();
  mns_plate_model_freeze (self->model);
  add_container (self);
  add_wells (self);
  mns_plate_model_thaw (self->model);
  g_signal_connect_object (
      self->model, "changed", G_CALLBACK (plate_chosen_cb), self, G_CONNECT_SWAPPED);
  self->plate = MNS_PLATE (mns_plate_new (self->model));
  mns_plate_set_read_only (self->plate, TRUE);
  g_signal_connect_object (
      self->plate, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (self->plate_bin, GTK_WIDGET (self->plate));
}

static void
show_all (MnsContainerScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  const MnsRows *rows = self->info->rows;
  g_autofree char *facts = NULL;
  guint n;

  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_screen_show_empty (
          screen, _ ("There is no such container"), NULL, _ ("Lab View"), "/lab");
      return;
    }
  n = (guint) mns_cell_int (rows, 0, "occupied");
  facts = g_strdup_printf (ngettext ("%s · %s · %s · %u sample", "%s · %s · %s · %u samples", n),
                           mns_cell_text (rows, 0, "lims_id"),
                           mns_cell_text (rows, 0, "type"),
                           mns_container_state_to_text (mns_cell_text (rows, 0, "state")),
                           n);
  mns_screen_set_title (screen, mns_cell_text (rows, 0, "name"));
  mns_screen_set_facts (screen, facts);
  mns_screen_set_banner (screen, MNS_BANNER_INFO, n == 0 ? _ ("This container is empty.") : NULL);
  mns_view_rows_show (
      self->rows, self->wells->rows, "artifact_id", columns, G_N_ELEMENTS (columns));
  show_plate (self);
  mns_screen_show_content (screen);
}

static void
take_answer (MnsContainerScreen *self, GObject *source, GAsyncResult *result, MnsViewResult **place)
{
  g_autoptr (GError) error = NULL;
  MnsViewResult *answer = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (answer == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (place, mns_view_result_free);
  *place = answer;
  if (--self->n_answers == 0)
    show_all (self);
}

static void
info_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsContainerScreen) self = user_data;

  take_answer (self, source, result, &self->info);
}

static void
wells_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsContainerScreen) self = user_data;

  take_answer (self, source, result, &self->wells);
}

static void
mns_container_screen_refresh (MnsScreen *screen)
{
  MnsContainerScreen *self = MNS_CONTAINER_SCREEN (screen);
  MnsSession *session = mns_screen_get_session (screen);

  if (self->info == NULL)
    mns_screen_show_loading (screen);
  self->n_answers = 2;
  mns_session_look (session,
                    "container",
                    mns_args_new ("container", self->container, NULL),
                    mns_screen_get_cancellable (screen),
                    info_read_cb,
                    g_object_ref (self));
  mns_session_look (session,
                    "container_wells",
                    mns_args_new ("container", self->container, NULL),
                    mns_screen_get_cancellable (screen),
                    wells_read_cb,
                    g_object_ref (self));
}

static gboolean
mns_container_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  return g_strv_contains (tables, "container") || g_strv_contains (tables, "placement") ||
         g_strv_contains (tables, "artifact");
}

static void
open_well (MnsContainerScreen *self, guint row)
{
  g_autofree char *id = mns_cell_dup_id (self->wells->rows, row, "sample_id");

  if (id != NULL)
    mns_screen_open (MNS_SCREEN (self), "/sample/%s", id);
}

static void
activated_cb (MnsContainerScreen *self, guint position)
{
  if (position < mns_rows_get_n_rows (self->wells->rows))
    open_well (self, position);
}

/* A sample of this container is chosen; anything else is looked for elsewhere. */
static gboolean
mns_container_screen_scan (MnsScreen *screen, const char *text)
{
  MnsContainerScreen *self = MNS_CONTAINER_SCREEN (screen);
  const MnsRows *rows = self->wells != NULL ? self->wells->rows : NULL;

  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    if (g_strcmp0 (mns_cell_text (rows, i, "lims_id"), text) == 0 ||
        g_strcmp0 (mns_cell_text (rows, i, "name"), text) == 0)
      {
        g_autofree char *id = mns_cell_dup_id (rows, i, "artifact_id");
        const char *ids[] = { id, NULL };

        mns_row_list_select_none (self->list);
        mns_row_list_select_ids (self->list, ids);
        mns_row_list_scroll_to (self->list, i);
        return TRUE;
      }
  return FALSE;
}

static void
mns_container_screen_dispose (GObject *object)
{
  MnsContainerScreen *self = MNS_CONTAINER_SCREEN (object);

  g_clear_object (&self->model);
  g_clear_object (&self->rows);
  g_clear_pointer (&self->info, mns_view_result_free);
  g_clear_pointer (&self->wells, mns_view_result_free);
  g_clear_pointer (&self->container, g_free);

  G_OBJECT_CLASS (mns_container_screen_parent_class)->dispose (object);
}

static void
mns_container_screen_class_init (MnsContainerScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_container_screen_dispose;
  screen_class->refresh = mns_container_screen_refresh;
  screen_class->concerns = mns_container_screen_concerns;
  screen_class->scan = mns_container_screen_scan;
}

static void
mns_container_screen_init (MnsContainerScreen *self)
{
  self->rows = g_list_store_new (MNS_TYPE_ROW);
}

/**
 * mns_container_screen_new:
 * @argument: row id or LIMS id of a container
 */
GtkWidget *
mns_container_screen_new (MnsSession *session, const char *argument)
{
  MnsContainerScreen *self = g_object_new (MNS_TYPE_CONTAINER_SCREEN, "session", session, NULL);
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  GtkWidget *left = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  MnsListColumn shown[G_N_ELEMENTS (list_columns)];

  self->container = g_strdup (argument);
  for (guint i = 0; i < G_N_ELEMENTS (list_columns); i++)
    {
      shown[i] = list_columns[i];
      shown[i].title = _ (list_columns[i].title);
    }
  self->list = MNS_ROW_LIST (
      mns_row_list_new (G_LIST_MODEL (self->rows), shown, G_N_ELEMENTS (shown), _ ("Content")));
  g_signal_connect_object (
      self->list, "selection-changed", G_CALLBACK (list_chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->list, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  self->plate_bin = ADW_BIN (adw_bin_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->plate_bin), TRUE);
  self->line = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->line, 0);
  gtk_label_set_ellipsize (self->line, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->line), "dim-label");
  gtk_widget_set_margin_start (GTK_WIDGET (self->line), 16);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->line), 8);
  gtk_box_append (GTK_BOX (left), GTK_WIDGET (self->plate_bin));
  gtk_box_append (GTK_BOX (left), GTK_WIDGET (self->line));
  gtk_paned_set_start_child (GTK_PANED (paned), left);
  gtk_paned_set_end_child (GTK_PANED (paned), GTK_WIDGET (self->list));
  gtk_paned_set_position (GTK_PANED (paned), 760);
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), FALSE);
  mns_screen_set_title (MNS_SCREEN (self), _ ("Container"));
  mns_screen_set_content (MNS_SCREEN (self), paned);
  return GTK_WIDGET (self);
}
