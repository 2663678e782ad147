/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Conflicts: what I saw, what I gave, what is there now, and what is to become of it. Nothing is
 * settled before the choices are saved, and leaving loses nothing but the choices.
 */

#define G_LOG_DOMAIN "mns-conflicts-screen"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/screens/conflicts/conflict-follow.h"
#include "desktop/screens/conflicts/conflict-plates.h"
#include "desktop/screens/conflicts/conflict-row.h"
#include "desktop/screens/conflicts/conflict-settle.h"
#include "desktop/screens/conflicts/conflicts-screen.h"

struct _MnsConflictsScreen
{
  MnsScreen parent_instance;

  GPtrArray *conflicts; /* MnsConflict */
  GPtrArray *bundles;   /* arrays of them, unowned */
  guint shown;          /* number of the bundle on the right */
  GHashTable *titles;   /* field key → title */
  GHashTable *names;    /* "artifact:<id>" → name */
  GHashTable *places;   /* artifact id → MnsWhere */
  GPtrArray *saving;    /* MnsConflict whose choices go out; NULL while none do */
  guint n_saved;

  GtkListBox *list;
  GtkBox *lines;
  GtkScrolledWindow *lines_window;
  GtkWidget *reason_box;
  GtkEditable *reason;
  GtkWidget *redo_button;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (MnsConflictsScreen, mns_conflicts_screen, MNS_TYPE_SCREEN)

static GPtrArray *
get_bundle (MnsConflictsScreen *self)
{
  if (self->bundles == NULL || self->shown >= self->bundles->len)
    return NULL;
  return g_ptr_array_index (self->bundles, self->shown);
}

/* ---- what is chosen ---- */

static void
update_primary (MnsConflictsScreen *self)
{
  GPtrArray *bundle = get_bundle (self);
  g_autofree char *text = NULL;
  gboolean drops = FALSE;
  guint n = 0;

  for (guint i = 0; bundle != NULL && i < bundle->len; i++)
    {
      const MnsConflict *conflict = g_ptr_array_index (bundle, i);

      n += mns_conflict_count_open (conflict);
      drops = drops || mns_conflict_needs_reason (conflict);
    }
  gtk_widget_set_visible (self->reason_box, drops);
  if (self->saving != NULL)
    text = g_strdup (_ ("Choices are being saved"));
  else if (bundle == NULL)
    text = g_strdup (_ ("No conflicts"));
  else if (n > 0)
    text = g_strdup_printf (ngettext ("%u value is not chosen", "%u values are not chosen", n), n);
  else if (drops && gtk_editable_get_text (self->reason)[0] == '\0')
    text = g_strdup (_ ("Dropping needs a reason"));
  mns_screen_set_primary_reason (MNS_SCREEN (self), text);
}

static void
pick_all (MnsConflictsScreen *self, const MnsPick *wanted)
{
  GPtrArray *bundle = get_bundle (self);

  for (guint i = 0; bundle != NULL && i < bundle->len; i++)
    {
      MnsConflict *conflict = g_ptr_array_index (bundle, i);

      for (guint k = 0; k < conflict->lines->len; k++)
        {
          MnsConflictLine *line = g_ptr_array_index (conflict->lines, k);

          for (const MnsPick *p = wanted; *p != MNS_PICK_NONE; p++)
            if (mns_conflict_line_allows (line, *p))
              {
                line->pick = *p;
                break;
              }
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->lines)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (MNS_IS_CONFLICT_ROWS (child))
      mns_conflict_rows_update (MNS_CONFLICT_ROWS (child));
    else if (MNS_IS_CONFLICT_PLATES (child))
      mns_conflict_plates_update (MNS_CONFLICT_PLATES (child));
  update_primary (self);
}

static void
all_mine_cb (MnsConflictsScreen *self)
{
  pick_all (self, (const MnsPick[]){ MNS_PICK_MINE, MNS_PICK_APPLY, MNS_PICK_NONE });
}

static void
all_theirs_cb (MnsConflictsScreen *self)
{
  pick_all (self, (const MnsPick[]){ MNS_PICK_THEIRS, MNS_PICK_NONE });
}

static void
redo_all_cb (MnsConflictsScreen *self)
{
  pick_all (self, (const MnsPick[]){ MNS_PICK_REDO, MNS_PICK_APPLY, MNS_PICK_NONE });
}

/* ---- the right side ---- */

/* Of one conflict, a table of lines and perhaps its plates stand below each other. */
static void
rows_picked_cb (MnsConflictsScreen *self, MnsConflictRows *rows)
{
  GtkWidget *next = gtk_widget_get_next_sibling (GTK_WIDGET (rows));

  if (MNS_IS_CONFLICT_PLATES (next))
    mns_conflict_plates_update (MNS_CONFLICT_PLATES (next));
  update_primary (self);
}

static void
plates_picked_cb (MnsConflictsScreen *self, MnsConflictPlates *plates)
{
  GtkWidget *rows = gtk_widget_get_prev_sibling (GTK_WIDGET (plates));

  mns_conflict_rows_update (MNS_CONFLICT_ROWS (rows));
  update_primary (self);
}

static void
other_well_cb (MnsConflictsScreen *self, guint line, MnsConflictRows *rows)
{
  GtkWidget *next = gtk_widget_get_next_sibling (GTK_WIDGET (rows));

  if (MNS_IS_CONFLICT_PLATES (next))
    mns_conflict_plates_choose (MNS_CONFLICT_PLATES (next), line);
}

static void
add_conflict (MnsConflictsScreen *self, MnsConflict *conflict)
{
  GtkWidget *rows = mns_conflict_rows_new (conflict, self->names, self->titles);
  GtkWidget *plates;

  g_signal_connect_object (rows, "picked", G_CALLBACK (rows_picked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rows, "other-well", G_CALLBACK (other_well_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->lines, rows);
  if (mns_conflict_plates_find_container (conflict) == NULL)
    return;
  plates =
      mns_conflict_plates_new (conflict, mns_screen_get_session (MNS_SCREEN (self)), self->names);
  g_signal_connect_object (
      plates, "picked", G_CALLBACK (plates_picked_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->lines, plates);
}

static void
show_lines (MnsConflictsScreen *self)
{
  GPtrArray *bundle = get_bundle (self);
  GtkWidget *child;
  gboolean redo = FALSE;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->lines))) != NULL)
    gtk_box_remove (self->lines, child);
  for (guint i = 0; bundle != NULL && i < bundle->len; i++)
    {
      MnsConflict *conflict = g_ptr_array_index (bundle, i);

      add_conflict (self, conflict);
      for (guint k = 0; k < conflict->lines->len; k++)
        redo = redo ||
               mns_conflict_line_allows (g_ptr_array_index (conflict->lines, k), MNS_PICK_REDO);
    }
  gtk_widget_set_visible (self->redo_button, redo);
  update_primary (self);
}

static void
take_name (MnsConflictsScreen *self,
           const char *kind,
           const MnsRows *rows,
           guint i,
           const char *id,
           const char *name)
{
  g_autofree char *text = mns_cell_dup_id (rows, i, id);
  const char *shown = mns_cell_text (rows, i, name);

  if (text != NULL && shown != NULL)
    g_hash_table_insert (self->names, g_strconcat (kind, ":", text, NULL), g_strdup (shown));
}

static void
pairs_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsConflictsScreen) self = user_data;
  g_autoptr (MnsViewResult) pairs = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (pairs == NULL) /* names are a help; the lines show without them */
    return;
  for (guint i = 0; i < mns_rows_get_n_rows (pairs->rows); i++)
    {
      char *id = mns_cell_dup_id (pairs->rows, i, "output_id");
      MnsWhere *where;

      take_name (self, "artifact", pairs->rows, i, "output_id", "output");
      take_name (self, "artifact", pairs->rows, i, "input_id", "input");
      take_name (self, "sample", pairs->rows, i, "sample_id", "sample");
      if (id == NULL)
        continue;
      where = g_new0 (MnsWhere, 1);
      where->container = mns_cell_dup_id (pairs->rows, i, "container_id");
      where->well = g_strdup (mns_cell_text (pairs->rows, i, "well"));
      g_hash_table_insert (self->places, id, where);
    }
  show_lines (self);
}

static void
sample_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsConflictsScreen) self = user_data;
  g_autoptr (MnsViewResult) answer = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (answer == NULL || mns_rows_get_n_rows (answer->rows) == 0)
    return;
  take_name (self, "sample", answer->rows, 0, "sample_id", "name");
  take_name (self, "project", answer->rows, 0, "project_id", "project");
  if (mns_rows_find_column (answer->rows, "sample_id") < 0)
    {
      take_name (self, "project", answer->rows, 0, "project_id", "name");
      take_name (self, "container", answer->rows, 0, "container_id", "name");
    }
  show_lines (self);
}

/* Asks for the names of what the lines are about. */
static void
ask_for_names (MnsConflictsScreen *self)
{
  static const char *const kinds[] = { "sample", "project", "container" };
  MnsScreen *screen = MNS_SCREEN (self);
  GPtrArray *bundle = get_bundle (self);
  const char *run = NULL;

  for (guint i = 0; bundle != NULL && i < bundle->len; i++)
    {
      const MnsConflict *conflict = g_ptr_array_index (bundle, i);

      run = run != NULL ? run : conflict->run;
      for (guint k = 0; k < conflict->lines->len; k++)
        {
          const MnsConflictLine *line = g_ptr_array_index (conflict->lines, k);
          g_auto (GStrv) parts = g_strsplit (line->owner, ":", 2);

          if (!g_hash_table_contains (self->names, line->owner) && parts[0] != NULL &&
              g_strv_contains (kinds, parts[0]) && parts[1] != NULL)
            mns_session_look (mns_screen_get_session (screen),
                              parts[0],
                              mns_args_new (parts[0], parts[1], NULL),
                              mns_screen_get_cancellable (screen),
                              sample_read_cb,
                              g_object_ref (self));
        }
    }
  if (run != NULL)
    mns_session_look (mns_screen_get_session (screen),
                      "run_pairs",
                      mns_args_new ("run", run, NULL),
                      mns_screen_get_cancellable (screen),
                      pairs_read_cb,
                      g_object_ref (self));
}

/* ---- the left side ---- */

static void
bundle_chosen_cb (MnsConflictsScreen *self, GtkListBoxRow *row)
{
  if (self->filling || row == NULL)
    return;
  self->shown = (guint) gtk_list_box_row_get_index (row);
  show_lines (self);
  ask_for_names (self);
}

static GtkWidget *
make_bundle_row (GPtrArray *bundle)
{
  const MnsConflict *first = g_ptr_array_index (bundle, 0);
  g_autofree char *when = mns_time_to_text (first->performed_at);
  g_autofree char *count = g_strdup_printf (
      ngettext ("%u conflict · %s", "%u conflicts · %s", bundle->len), bundle->len, when);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 mns_conflict_code_to_text (first->code));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), count);
  gtk_widget_set_tooltip_text (row, first->detail);
  return row;
}

static void
show_bundles (MnsConflictsScreen *self)
{
  GtkListBoxRow *row;

  self->filling = TRUE;
  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < self->bundles->len; i++)
    gtk_list_box_append (self->list, make_bundle_row (g_ptr_array_index (self->bundles, i)));
  self->shown = MIN (self->shown, MAX (self->bundles->len, 1) - 1);
  gtk_list_box_select_row (self->list,
                           gtk_list_box_get_row_at_index (self->list, (int) self->shown));
  gtk_widget_set_visible (
      gtk_widget_get_ancestor (GTK_WIDGET (self->list), GTK_TYPE_SCROLLED_WINDOW),
      self->bundles->len > 1);
  self->filling = FALSE;
  show_lines (self);
  ask_for_names (self);
}

/* ---- reading ---- */

static const MnsConflict *
find_conflict (GPtrArray *conflicts, const char *id)
{
  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    if (g_strcmp0 (((MnsConflict *) g_ptr_array_index (conflicts, i))->id, id) == 0)
      return g_ptr_array_index (conflicts, i);
  return NULL;
}

static void
conflicts_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsConflictsScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) answer = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autofree char *facts = NULL;
  guint n;

  if (answer == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  n = mns_rows_get_n_rows (answer->rows);
  conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_conflict_free);
  for (guint i = 0; i < n; i++)
    {
      MnsConflict *conflict = mns_conflict_new (answer->rows, i);
      const MnsConflict *old = find_conflict (self->conflicts, conflict->id);

      if (old != NULL)
        mns_conflict_take_picks (conflict, old);
      g_ptr_array_add (conflicts, conflict);
    }
  facts = g_strdup_printf (ngettext ("%u conflict", "%u conflicts", n), n);
  mns_screen_set_facts (MNS_SCREEN (self), facts);
  g_clear_pointer (&self->bundles, g_ptr_array_unref);
  self->bundles = mns_conflicts_bundle (conflicts);
  show_bundles (self); /* lets go of the old rows before their conflicts go */
  g_clear_pointer (&self->conflicts, g_ptr_array_unref);
  self->conflicts = g_steal_pointer (&conflicts);
  if (n > 0)
    mns_screen_show_content (MNS_SCREEN (self));
  else
    mns_screen_show_empty (MNS_SCREEN (self),
                           _ ("No conflicts"),
                           _ ("All your work has been taken over."),
                           _ ("Lab View"),
                           "/lab");
}

static void
fields_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsConflictsScreen) self = user_data;
  g_autoptr (MnsViewResult) fields = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  for (guint i = 0; fields != NULL && i < mns_rows_get_n_rows (fields->rows); i++)
    g_hash_table_insert (self->titles,
                         g_strdup (mns_cell_text (fields->rows, i, "key")),
                         g_strdup (mns_cell_text (fields->rows, i, "title")));
  if (self->conflicts != NULL)
    show_lines (self);
}

static void
mns_conflicts_screen_refresh (MnsScreen *screen)
{
  MnsConflictsScreen *self = MNS_CONFLICTS_SCREEN (screen);
  MnsSession *session = mns_screen_get_session (screen);

  if (self->saving != NULL) /* each choice saved changes rows; read when all are */
    return;
  if (self->conflicts == NULL)
    {
      mns_screen_show_loading (screen);
      mns_session_look (session,
                        "fields",
                        NULL,
                        mns_screen_get_cancellable (screen),
                        fields_read_cb,
                        g_object_ref (self));
    }
  mns_session_look (session,
                    "conflicts",
                    NULL,
                    mns_screen_get_cancellable (screen),
                    conflicts_read_cb,
                    g_object_ref (self));
}

static gboolean
mns_conflicts_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  return g_strv_contains (tables, "conflict");
}

/* ---- saving ---- */

static void save_next (MnsConflictsScreen *self);

static void
end_saving (MnsConflictsScreen *self)
{
  g_clear_pointer (&self->saving, g_ptr_array_unref);
  if (self->n_saved > 0)
    {
      g_autofree char *text = g_strdup_printf (
          ngettext ("%u conflict settled", "%u conflicts settled", self->n_saved), self->n_saved);

      mns_screen_toast (MNS_SCREEN (self), text);
    }
  mns_screen_refresh (MNS_SCREEN (self));
}

/* What follows a step that was begun anew is about that one. */
static void
lead_on (MnsConflictsScreen *self, MnsResult *done)
{
  MnsConflict *leader = g_ptr_array_index (self->saving, 0);
  g_autoptr (JsonObject) given = mns_conflict_resolve (leader, self->places, NULL);
  JsonObject *result = done->result != NULL ? json_node_get_object (done->result) : NULL;
  g_autoptr (GHashTable) ids = NULL;

  if (result == NULL || !json_object_has_member (result, "next") ||
      !json_object_has_member (given, "next"))
    return;
  ids = mns_conflict_map_made (leader,
                               json_object_get_object_member (given, "next"),
                               json_object_get_object_member (result, "next"));
  for (guint i = 1; i < self->saving->len; i++)
    mns_conflict_follow (g_ptr_array_index (self->saving, i), ids);
}

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsConflictsScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);

  if (self->saving == NULL)
    return;
  if (mns_screen_show_refusal (MNS_SCREEN (self), done, error))
    {
      if (done != NULL)
        mns_conflict_move (g_ptr_array_index (self->saving, 0), done->there);
      end_saving (self);
      return;
    }
  self->n_saved++;
  lead_on (self, done);
  g_ptr_array_remove_index (self->saving, 0);
  save_next (self);
}

/* One after the other, in the order in which the work was done. */
static void
save_next (MnsConflictsScreen *self)
{
  const char *reason = gtk_editable_get_text (self->reason);
  const MnsConflict *conflict;

  if (self->saving->len == 0)
    {
      end_saving (self);
      return;
    }
  conflict = g_ptr_array_index (self->saving, 0);
  mns_session_do (mns_screen_get_session (MNS_SCREEN (self)),
                  "conflict.resolve@1",
                  mns_conflict_resolve (
                      conflict,
                      self->places,
                      mns_conflict_needs_reason (conflict) && reason[0] != '\0' ? reason : NULL),
                  NULL,
                  NULL,
                  settled_cb,
                  g_object_ref (self));
}

static void
mns_conflicts_screen_primary (MnsScreen *screen)
{
  MnsConflictsScreen *self = MNS_CONFLICTS_SCREEN (screen);
  GPtrArray *bundle = get_bundle (self);

  if (self->saving != NULL || bundle == NULL)
    return;
  self->n_saved = 0;
  self->saving = g_ptr_array_new ();
  for (guint i = 0; i < bundle->len; i++)
    g_ptr_array_add (self->saving, g_ptr_array_index (bundle, i));
  update_primary (self);
  save_next (self);
}

/* ---- making ---- */

static void
mns_conflicts_screen_dispose (GObject *object)
{
  MnsConflictsScreen *self = MNS_CONFLICTS_SCREEN (object);

  G_OBJECT_CLASS (mns_conflicts_screen_parent_class)->dispose (object);

  g_clear_pointer (&self->saving, g_ptr_array_unref);
  g_clear_pointer (&self->bundles, g_ptr_array_unref);
  g_clear_pointer (&self->conflicts, g_ptr_array_unref);
  g_clear_pointer (&self->titles, g_hash_table_unref);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->places, g_hash_table_unref);
}

static void
mns_conflicts_screen_class_init (MnsConflictsScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_conflicts_screen_dispose;
  screen_class->refresh = mns_conflicts_screen_refresh;
  screen_class->concerns = mns_conflicts_screen_concerns;
  screen_class->primary = mns_conflicts_screen_primary;
}

static void
mns_conflicts_screen_init (MnsConflictsScreen *self)
{
  self->titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->places =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mns_where_free);
}

static GtkWidget *
add_button (MnsConflictsScreen *self, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (MNS_SCREEN (self), button);
  return button;
}

static GtkWidget *
make_reason (MnsConflictsScreen *self)
{
  GtkWidget *label = gtk_label_new (_ ("Why it is dropped"));
  GtkWidget *entry = gtk_entry_new ();

  self->reason_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->reason = GTK_EDITABLE (entry);
  gtk_entry_set_max_length (GTK_ENTRY (entry), 500);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_accessible_update_relation (
      GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
  g_signal_connect_object (entry, "changed", G_CALLBACK (update_primary), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->reason_box), label);
  gtk_box_append (GTK_BOX (self->reason_box), entry);
  gtk_widget_set_margin_start (self->reason_box, 16);
  gtk_widget_set_margin_end (self->reason_box, 16);
  gtk_widget_set_margin_bottom (self->reason_box, 12);
  return self->reason_box;
}

GtkWidget *
mns_conflicts_screen_new (MnsSession *session, const char *argument)
{
  MnsConflictsScreen *self = g_object_new (MNS_TYPE_CONFLICTS_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *left = gtk_scrolled_window_new ();
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "navigation-sidebar");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Conflicts"), -1);
  g_signal_connect_object (
      self->list, "row-selected", G_CALLBACK (bundle_chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (left), GTK_WIDGET (self->list));
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (left), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_size_request (left, 230, -1);
  self->lines = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 16));
  gtk_widget_set_margin_start (GTK_WIDGET (self->lines), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->lines), 16);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->lines), 16);
  self->lines_window = GTK_SCROLLED_WINDOW (gtk_scrolled_window_new ());
  gtk_scrolled_window_set_child (self->lines_window, GTK_WIDGET (self->lines));
  gtk_widget_set_vexpand (GTK_WIDGET (self->lines_window), TRUE);
  gtk_widget_set_hexpand (right, TRUE);
  gtk_box_append (GTK_BOX (right), GTK_WIDGET (self->lines_window));
  gtk_box_append (GTK_BOX (right), make_reason (self));
  gtk_box_append (GTK_BOX (box), left);
  gtk_box_append (GTK_BOX (box), right);

  add_button (self, _ ("All mine"), G_CALLBACK (all_mine_cb));
  add_button (self, _ ("All theirs"), G_CALLBACK (all_theirs_cb));
  self->redo_button = add_button (self, _ ("Redo all"), G_CALLBACK (redo_all_cb));
  mns_screen_set_title (screen, _ ("Conflicts"));
  mns_screen_set_primary (screen, _ ("Save choices"));
  mns_screen_set_content (screen, box);
  return GTK_WIDGET (self);
}
