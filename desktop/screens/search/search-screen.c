/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What was found, grouped by kind, exact hits first. With nothing to look for it shows the steps
 * begun last; a single exact hit, as a scan gives it, opens at once.
 */

#define G_LOG_DOMAIN "mns-search-screen"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/screens/container/container-screen.h"
#include "desktop/screens/search/search-screen.h"

#define MIN_CHARACTERS 2
#define SHOWN_OF_A_KIND 5
#define LIMIT_OF_A_KIND 200

struct _MnsSearchScreen
{
  MnsScreen parent_instance;

  char *text;
  MnsViewResult *found;
  guint only;     /* 0: all kinds; n: only kinds[n - 1] */
  guint unfolded; /* bit n: all of kinds[n] are shown */
  gboolean opened;

  GtkBox *facets;
  GtkBox *groups;
};

G_DEFINE_FINAL_TYPE (MnsSearchScreen, mns_search_screen, MNS_TYPE_SCREEN)

/* In the order in which they are shown. A derived sample has no page of its own. */
static const struct
{
  const char *kind;
  const char *title;
  const char *path;
} kinds[] = {
  { "SAMPLE", N_ ("Samples"), "/sample/" },          { "PROJECT", N_ ("Projects"), "/project/" },
  { "CONTAINER", N_ ("Containers"), "/container/" }, { "STEP", N_ ("Steps"), "/step/" },
  { "DERIVED", N_ ("Derived samples"), NULL },
};

/* Markup of a name in which the part that was looked for is bold. */
static char *
mark_hit (const char *name, const char *text)
{
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  glong n = g_utf8_strlen (text, -1);

  for (const char *at = name; g_utf8_strlen (at, -1) >= n && n > 0; at = g_utf8_next_char (at))
    {
      const char *end = g_utf8_offset_to_pointer (at, n);
      g_autofree char *part = g_utf8_casefold (at, end - at);
      g_autofree char *before = NULL;
      g_autofree char *hit = NULL;
      g_autofree char *after = NULL;

      if (!g_str_equal (part, wanted))
        continue;
      before = g_markup_escape_text (name, at - name);
      hit = g_markup_escape_text (at, end - at);
      after = g_markup_escape_text (end, -1);
      return g_strconcat (before, "<b>", hit, "</b>", after, NULL);
    }
  return g_markup_escape_text (name, -1);
}

static GtkWidget *
make_label (const char *text, gboolean markup, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  if (markup)
    gtk_label_set_markup (GTK_LABEL (label), text);
  else
    gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* One hit: name with the hit marked, id, where it is. */
static GtkWidget *
make_row (MnsSearchScreen *self, const MnsRows *rows, guint i, const char *path)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  const char *name = mns_cell_text (rows, i, "name");
  const char *lims_id = mns_cell_text (rows, i, "lims_id");
  const char *place = g_strcmp0 (mns_cell_text (rows, i, "kind"), "CONTAINER") == 0
                          ? mns_container_state_to_text (mns_cell_text (rows, i, "place"))
                          : mns_cell_text (rows, i, "place");
  g_autofree char *id = mns_cell_dup_id (rows, i, "id");
  g_autofree char *marked = mark_hit (name != NULL ? name : "", self->text);
  g_autofree char *spoken = NULL;
  GtkWidget *label = make_label (marked, TRUE, NULL);

  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  label = make_label (place != NULL ? place : "", FALSE, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
  label = make_label (lims_id != NULL ? lims_id : "", FALSE, "dim-label");
  gtk_label_set_width_chars (GTK_LABEL (label), 12);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), path != NULL);
  spoken = g_strdup_printf (
      "%s %s %s", name != NULL ? name : "", lims_id != NULL ? lims_id : "", place ? place : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  if (path != NULL)
    g_object_set_data_full (G_OBJECT (row), "path", g_strconcat (path, id, NULL), g_free);
  return row;
}

static void
activated_cb (MnsSearchScreen *self, GtkListBoxRow *row)
{
  const char *path = g_object_get_data (G_OBJECT (row), "path");

  if (path != NULL)
    mns_screen_open (MNS_SCREEN (self), "%s", path);
}

static void show_groups (MnsSearchScreen *self);

static void
unfold_cb (GtkButton *button, MnsSearchScreen *self)
{
  self->unfolded |= 1u << GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "kind"));
  show_groups (self);
}

static char *
dup_show_all (guint kind, guint n)
{
  switch (kind)
    {
    case 0:
      return g_strdup_printf (_ ("Show all %u samples"), n);
    case 1:
      return g_strdup_printf (_ ("Show all %u projects"), n);
    case 2:
      return g_strdup_printf (_ ("Show all %u containers"), n);
    case 3:
      return g_strdup_printf (_ ("Show all %u steps"), n);
    default:
      return g_strdup_printf (_ ("Show all %u derived samples"), n);
    }
}

static void
add_group (MnsSearchScreen *self, guint kind, guint n)
{
  GtkWidget *list = gtk_list_box_new ();
  g_autofree char *title = g_strdup_printf ("%s (%u)", _ (kinds[kind].title), n);
  gboolean all = (self->unfolded & 1u << kind) != 0;
  guint n_shown = 0;

  gtk_box_append (self->groups, make_label (title, FALSE, "heading"));
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (kinds[kind].title), -1);
  g_signal_connect_object (
      list, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < mns_rows_get_n_rows (self->found->rows); i++)
    {
      if (g_strcmp0 (mns_cell_text (self->found->rows, i, "kind"), kinds[kind].kind) != 0)
        continue;
      if (n_shown++ >= SHOWN_OF_A_KIND && !all)
        break;
      gtk_list_box_append (GTK_LIST_BOX (list),
                           make_row (self, self->found->rows, i, kinds[kind].path));
    }
  gtk_box_append (self->groups, list);
  if (n > SHOWN_OF_A_KIND && !all)
    {
      g_autofree char *text = dup_show_all (kind, n);
      GtkWidget *button = gtk_button_new_with_label (text);

      gtk_widget_set_halign (button, GTK_ALIGN_START);
      g_object_set_data (G_OBJECT (button), "kind", GUINT_TO_POINTER (kind));
      g_signal_connect_object (button, "clicked", G_CALLBACK (unfold_cb), self, 0);
      gtk_box_append (self->groups, button);
    }
}

static void
facet_toggled_cb (MnsSearchScreen *self, GtkToggleButton *facet)
{
  if (!gtk_toggle_button_get_active (facet))
    return;
  self->only = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (facet), "only"));
  show_groups (self);
}

static void
add_facet (MnsSearchScreen *self, const char *label, guint only)
{
  GtkWidget *facet = gtk_toggle_button_new_with_label (label);
  GtkWidget *first = gtk_widget_get_first_child (GTK_WIDGET (self->facets));

  g_object_set_data (G_OBJECT (facet), "only", GUINT_TO_POINTER (only));
  if (first != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (facet), GTK_TOGGLE_BUTTON (first));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (facet), only == self->only);
  g_signal_connect_object (
      facet, "toggled", G_CALLBACK (facet_toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->facets, facet);
}

static guint
count_kind (const MnsRows *rows, const char *kind)
{
  guint n = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    n += g_strcmp0 (mns_cell_text (rows, i, "kind"), kind) == 0;
  return n;
}

static void
clear_groups (MnsSearchScreen *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->groups))) != NULL)
    gtk_box_remove (self->groups, child);
}

/* Only the kinds that were found are worth a choice, and only if there are several. */
static void
show_facets (MnsSearchScreen *self)
{
  GtkWidget *child;
  guint n_kinds = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->facets))) != NULL)
    gtk_box_remove (self->facets, child);
  add_facet (self, _ ("All"), 0);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    if (count_kind (self->found->rows, kinds[k].kind) > 0)
      {
        add_facet (self, _ (kinds[k].title), k + 1);
        n_kinds++;
      }
  gtk_widget_set_visible (GTK_WIDGET (self->facets), n_kinds > 1);
}

static void
show_groups (MnsSearchScreen *self)
{
  clear_groups (self);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      guint n = count_kind (self->found->rows, kinds[k].kind);

      if (n > 0 && (self->only == 0 || self->only == k + 1))
        add_group (self, k, n);
    }
  mns_screen_show_content (MNS_SCREEN (self));
}

/* The only thing found is what was asked for. */
static gboolean
open_only_hit (MnsSearchScreen *self)
{
  const MnsRows *rows = self->found->rows;
  g_autofree char *path = NULL;
  g_autofree char *id = NULL;

  if (self->opened || mns_rows_get_n_rows (rows) != 1 || mns_cell_int (rows, 0, "exact") == 0)
    return FALSE;
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    if (kinds[k].path != NULL && g_str_equal (mns_cell_text (rows, 0, "kind"), kinds[k].kind))
      {
        id = mns_cell_dup_id (rows, 0, "id");
        path = g_strconcat (kinds[k].path, id, NULL);
      }
  self->opened = TRUE;
  return path != NULL && gtk_widget_activate_action (GTK_WIDGET (self), "win.replace", "s", path);
}

static void
show_nothing (MnsSearchScreen *self)
{
  g_autofree char *title = g_strdup_printf (_ ("Nothing found for “%s”"), self->text);
  gboolean online = mns_session_get_online (mns_screen_get_session (MNS_SCREEN (self)));

  mns_screen_show_empty (MNS_SCREEN (self),
                         title,
                         online ? _ ("Search by name or part of a name, by id or barcode.")
                                : _ ("While offline, only what this computer holds is searched."),
                         NULL,
                         NULL);
}

static void
show_offline (MnsSearchScreen *self)
{
  gboolean online = mns_session_get_online (mns_screen_get_session (MNS_SCREEN (self)));

  mns_screen_set_banner (MNS_SCREEN (self),
                         MNS_BANNER_INFO,
                         online ? NULL
                                : _ ("You are offline: only what this computer holds is searched"));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSearchScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *found = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autofree char *facts = NULL;
  guint n;

  if (found == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (&self->found, mns_view_result_free);
  self->found = found;
  n = mns_rows_get_n_rows (found->rows);
  facts = g_strdup_printf (ngettext ("%u result", "%u results", n), n);
  mns_screen_set_facts (MNS_SCREEN (self), facts);
  show_offline (self);
  if (n == 0)
    show_nothing (self);
  else if (!open_only_hit (self))
    {
      show_facets (self);
      show_groups (self);
    }
}

static void
recent_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSearchScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) recent = mns_session_look_finish (MNS_SESSION (source), result, &error);
  GtkWidget *list;

  if (recent == NULL || mns_rows_get_n_rows (recent->rows) == 0)
    {
      if (recent == NULL)
        mns_screen_show_error (MNS_SCREEN (self), error);
      else
        mns_screen_show_empty (MNS_SCREEN (self),
                               _ ("Type at least two characters"),
                               _ ("Search by name, id or barcode."),
                               NULL,
                               NULL);
      return;
    }
  clear_groups (self);
  list = gtk_list_box_new ();
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  g_signal_connect_object (
      list, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->groups, make_label (_ ("Recent steps"), FALSE, "heading"));
  for (guint i = 0; i < mns_rows_get_n_rows (recent->rows); i++)
    {
      const char *step = mns_cell_text (recent->rows, i, "step");
      const char *lims_id = mns_cell_text (recent->rows, i, "lims_id");
      g_autofree char *id = mns_cell_dup_id (recent->rows, i, "run_id");
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), step);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), lims_id);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data_full (G_OBJECT (row), "path", g_strconcat ("/step/", id, NULL), g_free);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_box_append (self->groups, list);
  mns_screen_set_facts (MNS_SCREEN (self), _ ("Type at least two characters"));
  mns_screen_show_content (MNS_SCREEN (self));
}

static void
mns_search_screen_refresh (MnsScreen *screen)
{
  MnsSearchScreen *self = MNS_SEARCH_SCREEN (screen);
  JsonObject *args;

  if (g_utf8_strlen (self->text, -1) < MIN_CHARACTERS)
    {
      mns_session_look (mns_screen_get_session (screen),
                        "recent",
                        NULL,
                        mns_screen_get_cancellable (screen),
                        recent_read_cb,
                        g_object_ref (self));
      return;
    }
  if (self->found == NULL)
    mns_screen_show_loading (screen);
  args = mns_args_new ("text", self->text, NULL);
  json_object_set_int_member (args, "limit", LIMIT_OF_A_KIND);
  mns_session_look (mns_screen_get_session (screen),
                    "search",
                    args,
                    mns_screen_get_cancellable (screen),
                    found_cb,
                    g_object_ref (self));
}

static gboolean
mns_search_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  return g_strv_contains (tables, "sample") || g_strv_contains (tables, "project") ||
         g_strv_contains (tables, "container") || g_strv_contains (tables, "step_run");
}

static void
mns_search_screen_dispose (GObject *object)
{
  MnsSearchScreen *self = MNS_SEARCH_SCREEN (object);

  g_clear_pointer (&self->found, mns_view_result_free);
  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (mns_search_screen_parent_class)->dispose (object);
}

static void
mns_search_screen_class_init (MnsSearchScreenClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_search_screen_dispose;
  MNS_SCREEN_CLASS (klass)->refresh = mns_search_screen_refresh;
  MNS_SCREEN_CLASS (klass)->concerns = mns_search_screen_concerns;
}

static void
mns_search_screen_init (MnsSearchScreen *self)
{
}

/**
 * mns_search_screen_new:
 * @argument: what to look for
 */
GtkWidget *
mns_search_screen_new (MnsSession *session, const char *argument)
{
  MnsSearchScreen *self = g_object_new (MNS_TYPE_SEARCH_SCREEN, "session", session, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  g_autofree char *title = NULL;

  self->text = g_strstrip (g_strdup (argument));
  title = g_strdup_printf (_ ("Search for “%s”"), self->text);
  self->groups = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  gtk_widget_set_margin_start (GTK_WIDGET (self->groups), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->groups), 16);
  gtk_widget_set_margin_top (GTK_WIDGET (self->groups), 8);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->groups), 16);
  self->facets = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0));
  gtk_widget_add_css_class (GTK_WIDGET (self->facets), "linked");
  gtk_widget_set_halign (GTK_WIDGET (self->facets), GTK_ALIGN_CENTER);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->facets), 8);
  gtk_widget_set_visible (GTK_WIDGET (self->facets), FALSE);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->facets), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Kind"), -1);
  mns_screen_set_under_title (MNS_SCREEN (self), GTK_WIDGET (self->facets));
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 860);
  adw_clamp_set_child (ADW_CLAMP (clamp), GTK_WIDGET (self->groups));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  mns_screen_set_title (MNS_SCREEN (self), title);
  mns_screen_set_content (MNS_SCREEN (self), scrolled);
  return GTK_WIDGET (self);
}
