/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-conflict-plates"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/screens/conflicts/conflict-plates.h"
#include "desktop/widgets/plate.h"

struct _MnsConflictPlates
{
  AdwBin parent_instance;

  MnsConflict *conflict;
  GHashTable *names;
  GCancellable *cancellable;
  char *container;
  MnsViewResult *info, *wells;

  MnsPlateModel *mine_model, *now_model;
  MnsPlate *mine, *now;
  AdwBin *mine_bin, *now_bin;
  GtkLabel *line;
  gboolean updating;
  guint wanted; /* line whose well is to be chosen once the plates are there; G_MAXUINT: none */
};

G_DEFINE_FINAL_TYPE (MnsConflictPlates, mns_conflict_plates, ADW_TYPE_BIN)

static guint picked_signal;

/* ---- the conflict's places ---- */

static const char *
get_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

/* The taken well of a line, as the lab told it; NULL if it is in another container. */
static JsonObject *
get_taken (MnsConflictPlates *self, guint line)
{
  JsonArray *there = json_node_get_array (self->conflict->there);
  JsonObject *taken =
      line < json_array_get_length (there) ? json_array_get_object_element (there, line) : NULL;

  return taken != NULL && g_strcmp0 (get_text (taken, "container"), self->container) == 0 ? taken
                                                                                          : NULL;
}

const char *
mns_conflict_plates_find_container (const MnsConflict *conflict)
{
  JsonArray *there;

  if (g_strcmp0 (conflict->code, "well_taken") != 0 || conflict->there == NULL ||
      !JSON_NODE_HOLDS_ARRAY (conflict->there))
    return NULL;
  there = json_node_get_array (conflict->there);
  return json_array_get_length (there) > 0
             ? get_text (json_array_get_object_element (there, 0), "container")
             : NULL;
}

static const char *
get_name (MnsConflictPlates *self, const char *artifact)
{
  g_autofree char *key = g_strconcat ("artifact:", artifact, NULL);
  const char *name = g_hash_table_lookup (self->names, key);

  return name != NULL ? name : _ ("Sample");
}

static guint
find_line (MnsConflictPlates *self, const char *artifact)
{
  for (guint i = 0; i < self->conflict->lines->len; i++)
    {
      JsonObject *taken = get_taken (self, i);

      if (taken != NULL && g_strcmp0 (get_text (taken, "wanted_by"), artifact) == 0)
        return i;
    }
  return G_MAXUINT;
}

static JsonArray *
get_places (MnsConflictPlates *self)
{
  JsonNode *node = json_object_get_member (self->conflict->args, "places");

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* ---- the models ---- */

static MnsPlateModel *
new_model (MnsConflictPlates *self)
{
  const MnsRows *rows = self->info->rows;
  const MnsAxis down = { (guint) mns_cell_int (rows, 0, "y_size"),
                         mns_cell_int (rows, 0, "y_alpha") != 0,
                         (guint) mns_cell_int (rows, 0, "y_offset") };
  const MnsAxis across = { (guint) mns_cell_int (rows, 0, "x_size"),
                           mns_cell_int (rows, 0, "x_alpha") != 0,
                           (guint) mns_cell_int (rows, 0, "x_offset") };
  g_autoptr (JsonNode) missing = mns_cell_parse_json (rows, 0, "unavailable");
  JsonArray *wells =
      missing != NULL && JSON_NODE_HOLDS_ARRAY (missing) ? json_node_get_array (missing) : NULL;
  MnsPlateModel *model = mns_plate_model_new ();

  mns_plate_model_add_container (
      model, self->container, mns_cell_text (rows, 0, "name"), &down, &across);
  for (guint i = 0; wells != NULL && i < json_array_get_length (wells); i++)
    {
      JsonArray *well = json_array_get_array_element (wells, i);

      mns_plate_model_set_unavailable (
          model,
          mns_plate_model_at (model,
                              0,
                              (guint) json_array_get_int_element (well, 0),
                              (guint) json_array_get_int_element (well, 1)),
          _ ("This container holds nothing here"));
    }
  return model;
}

static void
load_sample (MnsConflictPlates *self, MnsPlateModel *model, const char *artifact, guint pos)
{
  const MnsPlateSample sample = { .id = artifact, .name = get_name (self, artifact), .group = 0 };

  mns_plate_model_set_sample (model, &sample);
  if (pos != MNS_PLATE_NOWHERE && mns_plate_model_get_state (model, pos) == MNS_WELL_FREE)
    mns_plate_model_load (model, pos, artifact);
}

/* What is in the plate now, where no sample of the person is shown. */
static void
add_foreign (MnsConflictPlates *self, MnsPlateModel *model)
{
  const MnsRows *rows = self->wells->rows;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      guint pos = mns_plate_model_at (
          model, 0, (guint) mns_cell_int (rows, i, "y"), (guint) mns_cell_int (rows, i, "x"));
      const char *name = mns_cell_text (rows, i, "name");

      if (mns_plate_model_get_state (model, pos) == MNS_WELL_FREE)
        mns_plate_model_set_foreign (model, pos, name != NULL ? name : _ ("Other sample"), NULL);
    }
}

static guint
find_place (MnsConflictPlates *self, MnsPlateModel *model, JsonObject *place)
{
  const char *well = get_text (place, "well");

  if (g_strcmp0 (get_text (place, "container"), self->container) != 0 || well == NULL)
    return MNS_PLATE_NOWHERE;
  return mns_plate_model_find_well (model, 0, well);
}

/* As the person filled it: their samples first, what else is there in the other wells. */
static void
fill_mine (MnsConflictPlates *self)
{
  JsonArray *places = get_places (self);

  for (guint i = 0; places != NULL && i < json_array_get_length (places); i++)
    {
      JsonObject *place = json_array_get_object_element (places, i);
      const char *artifact = get_text (place, "artifact");
      guint pos = find_place (self, self->mine_model, place);

      if (artifact != NULL && pos != MNS_PLATE_NOWHERE)
        load_sample (self, self->mine_model, artifact, pos);
    }
  add_foreign (self, self->mine_model);
}

/* As it is: wells that the rest of the same command fills cannot be chosen. */
static void
fill_now (MnsConflictPlates *self)
{
  JsonArray *places = get_places (self);

  add_foreign (self, self->now_model);
  for (guint i = 0; places != NULL && i < json_array_get_length (places); i++)
    {
      JsonObject *place = json_array_get_object_element (places, i);
      const char *artifact = get_text (place, "artifact");
      guint pos = find_place (self, self->now_model, place);
      g_autofree char *reason = NULL;

      if (artifact == NULL || pos == MNS_PLATE_NOWHERE)
        continue;
      if (find_line (self, artifact) != G_MAXUINT)
        {
          load_sample (self, self->now_model, artifact, MNS_PLATE_NOWHERE);
          continue;
        }
      if (mns_plate_model_get_state (self->now_model, pos) != MNS_WELL_FREE)
        continue;
      reason = g_strdup_printf (_ ("%s goes here once the choices are saved"),
                                get_name (self, artifact));
      mns_plate_model_set_unavailable (self->now_model, pos, reason);
    }
}

static void
mark_taken (MnsConflictPlates *self)
{
  for (guint i = 0; i < self->conflict->lines->len; i++)
    {
      JsonObject *taken = get_taken (self, i);
      const char *name = taken != NULL ? get_text (taken, "name") : NULL;
      const char *wanted = taken != NULL ? get_text (taken, "wanted_by") : NULL;
      guint pos = taken != NULL && get_text (taken, "well") != NULL
                      ? mns_plate_model_find_well (self->now_model, 0, get_text (taken, "well"))
                      : MNS_PLATE_NOWHERE;
      g_autofree char *is_there = NULL;
      g_autofree char *was_wanted = NULL;

      if (pos == MNS_PLATE_NOWHERE)
        continue;
      is_there = g_strdup_printf (_ ("%s is here now"), name != NULL ? name : _ ("Other sample"));
      was_wanted =
          g_strdup_printf (_ ("you put %s here"), wanted != NULL ? get_name (self, wanted) : "");
      mns_plate_model_set_clash (self->mine_model, pos, is_there);
      mns_plate_model_set_clash (self->now_model, pos, was_wanted);
    }
}

/* ---- choosing ---- */

static void
now_changed_cb (MnsConflictPlates *self)
{
  gboolean any = FALSE;

  if (self->updating)
    return;
  for (guint i = 0; i < self->conflict->lines->len; i++)
    {
      MnsConflictLine *line = g_ptr_array_index (self->conflict->lines, i);
      JsonObject *taken = get_taken (self, i);
      guint pos = taken != NULL
                      ? mns_plate_model_find_sample (self->now_model, get_text (taken, "wanted_by"))
                      : MNS_PLATE_NOWHERE;
      g_autofree char *well = NULL;

      if (taken == NULL || (pos == MNS_PLATE_NOWHERE && line->pick != MNS_PICK_OTHER_WELL))
        continue;
      well = pos != MNS_PLATE_NOWHERE ? mns_plate_model_dup_well_name (self->now_model, pos)
                                      : g_strdup ("");
      if (g_strcmp0 (well, line->text != NULL ? line->text : "") == 0)
        continue;
      g_free (line->text);
      line->text = g_steal_pointer (&well);
      line->pick = MNS_PICK_OTHER_WELL;
      any = TRUE;
    }
  if (any)
    g_signal_emit (self, picked_signal, 0);
}

static void
message_cb (MnsConflictPlates *self, const char *message)
{
  gtk_label_set_text (self->line, message);
}

void
mns_conflict_plates_choose (MnsConflictPlates *self, guint line)
{
  JsonObject *taken = get_taken (self, line);
  const char *pending[] = { taken != NULL ? get_text (taken, "wanted_by") : NULL, NULL };
  g_autofree char *told = NULL;
  guint pos;

  if (pending[0] == NULL)
    return;
  if (self->now == NULL)
    {
      self->wanted = line;
      return;
    }
  pos = mns_plate_model_find_sample (self->now_model, pending[0]);
  if (pos == MNS_PLATE_NOWHERE)
    {
      pos = mns_plate_model_find_well (self->now_model, 0, get_text (taken, "well"));
      mns_plate_set_pending (self->now, pending);
    }
  if (pos != MNS_PLATE_NOWHERE)
    mns_plate_set_cursor (self->now, pos);
  told = g_strdup_printf (_ ("Choose a free well for %s"), get_name (self, pending[0]));
  gtk_label_set_text (self->line, told);
  gtk_widget_grab_focus (GTK_WIDGET (self->now));
}

/* A sample is in the right plate if another, free well has been chosen for it. */
void
mns_conflict_plates_update (MnsConflictPlates *self)
{
  if (self->now_model == NULL || self->updating)
    return;
  self->updating = TRUE;
  for (guint i = 0; i < self->conflict->lines->len; i++)
    {
      const MnsConflictLine *line = g_ptr_array_index (self->conflict->lines, i);
      JsonObject *taken = get_taken (self, i);
      const char *artifact = taken != NULL ? get_text (taken, "wanted_by") : NULL;
      gboolean other = line->pick == MNS_PICK_OTHER_WELL && line->text != NULL;
      guint wanted =
          other ? mns_plate_model_find_well (self->now_model, 0, line->text) : MNS_PLATE_NOWHERE;
      guint pos = artifact != NULL ? mns_plate_model_find_sample (self->now_model, artifact)
                                   : MNS_PLATE_NOWHERE;

      if (artifact == NULL || pos == wanted)
        continue;
      if (pos != MNS_PLATE_NOWHERE)
        mns_plate_model_remove (self->now_model, &pos, 1);
      if (wanted != MNS_PLATE_NOWHERE &&
          mns_plate_model_get_state (self->now_model, wanted) == MNS_WELL_FREE)
        mns_plate_model_load (self->now_model, wanted, artifact);
    }
  self->updating = FALSE;
}

/* ---- reading ---- */

static void
show_plates (MnsConflictPlates *self)
{
  if (mns_rows_get_n_rows (self->info->rows) == 0)
    {
      gtk_label_set_text (self->line, _ ("This computer does not hold the container"));
      return;
    }
  self->mine_model = new_model (self);
  self->now_model = new_model (self);
  fill_mine (self);
  fill_now (self);
  mark_taken (self);
  self->mine = MNS_PLATE (mns_plate_new (self->mine_model));
  mns_plate_set_read_only (self->mine, TRUE);
  mns_plate_set_small (self->mine, TRUE);
  self->now = MNS_PLATE (mns_plate_new (self->now_model));
  mns_plate_set_small (self->now, TRUE);
  mns_conflict_plates_update (self);
  g_signal_connect_object (
      self->now_model, "changed", G_CALLBACK (now_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->now, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->mine),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The plate as I filled it"),
                                  -1);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->now), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("The plate as it is now"), -1);
  adw_bin_set_child (self->mine_bin, GTK_WIDGET (self->mine));
  adw_bin_set_child (self->now_bin, GTK_WIDGET (self->now));
  if (self->wanted != G_MAXUINT)
    mns_conflict_plates_choose (self, self->wanted);
}

static void
take_answer (MnsConflictPlates *self, MnsViewResult **place, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  MnsViewResult *answer = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (answer == NULL) /* the plates are a help; the lines show without them */
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        gtk_label_set_text (self->line, error->message);
      return;
    }
  *place = answer;
  if (self->info != NULL && self->wells != NULL)
    show_plates (self);
}

static void
info_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsConflictPlates) self = user_data;

  take_answer (self, &self->info, source, result);
}

static void
wells_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsConflictPlates) self = user_data;

  take_answer (self, &self->wells, source, result);
}

/* ---- making ---- */

static void
mns_conflict_plates_dispose (GObject *object)
{
  MnsConflictPlates *self = MNS_CONFLICT_PLATES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->mine_model);
  g_clear_object (&self->now_model);

  G_OBJECT_CLASS (mns_conflict_plates_parent_class)->dispose (object);
}

static void
mns_conflict_plates_finalize (GObject *object)
{
  MnsConflictPlates *self = MNS_CONFLICT_PLATES (object);

  g_object_unref (self->cancellable);
  g_clear_pointer (&self->info, mns_view_result_free);
  g_clear_pointer (&self->wells, mns_view_result_free);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_free (self->container);

  G_OBJECT_CLASS (mns_conflict_plates_parent_class)->finalize (object);
}

static void
mns_conflict_plates_class_init (MnsConflictPlatesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_conflict_plates_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_conflict_plates_finalize;

  picked_signal = g_signal_new (
      "picked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/* The wheel over a plate that can scroll sideways moves the screen all the same. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, gpointer data)
{
  GtkWidget *window = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  GtkWidget *outer =
      gtk_widget_get_ancestor (gtk_widget_get_parent (window), GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *down =
      outer != NULL ? gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (outer)) : NULL;

  if (down == NULL || dy == 0)
    return GDK_EVENT_PROPAGATE;
  gtk_adjustment_set_value (
      down, gtk_adjustment_get_value (down) + dy * gtk_adjustment_get_page_size (down) / 8);
  return GDK_EVENT_STOP;
}

static AdwBin *
add_side (GtkGrid *grid, int column, const char *title)
{
  GtkWidget *heading = gtk_label_new (title);
  GtkWidget *window = gtk_scrolled_window_new ();
  GtkWidget *bin = adw_bin_new ();
  GtkEventController *wheel =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  gtk_event_controller_set_propagation_phase (wheel, GTK_PHASE_CAPTURE);
  g_signal_connect (wheel, "scroll", G_CALLBACK (scroll_cb), NULL);
  gtk_widget_add_controller (window, wheel);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "caption-heading");
  gtk_widget_add_css_class (heading, "dim-label");
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (window), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (window), bin);
  gtk_widget_set_hexpand (window, TRUE);
  gtk_grid_attach (grid, heading, column, 0, 1, 1);
  gtk_grid_attach (grid, window, column, 1, 1, 1);
  return ADW_BIN (bin);
}

static void
mns_conflict_plates_init (MnsConflictPlates *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *grid = gtk_grid_new ();

  self->cancellable = g_cancellable_new ();
  self->wanted = G_MAXUINT;
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 16);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  self->mine_bin = add_side (GTK_GRID (grid), 0, _ ("Mine"));
  self->now_bin = add_side (GTK_GRID (grid), 1, _ ("Now"));
  self->line = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->line, 0);
  gtk_label_set_ellipsize (self->line, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->line), "dim-label");
  gtk_box_append (GTK_BOX (box), grid);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->line));
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
mns_conflict_plates_new (MnsConflict *conflict, MnsSession *session, GHashTable *names)
{
  MnsConflictPlates *self = g_object_new (MNS_TYPE_CONFLICT_PLATES, NULL);

  self->conflict = conflict;
  self->names = g_hash_table_ref (names);
  self->container = g_strdup (mns_conflict_plates_find_container (conflict));
  mns_session_look (session,
                    "container",
                    mns_args_new ("container", self->container, NULL),
                    self->cancellable,
                    info_read_cb,
                    g_object_ref (self));
  mns_session_look (session,
                    "container_wells",
                    mns_args_new ("container", self->container, NULL),
                    self->cancellable,
                    wells_read_cb,
                    g_object_ref (self));
  return GTK_WIDGET (self);
}
