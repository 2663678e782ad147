/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Queue of a step: choose samples and put them into the ice bucket. The ids of all that wait (and
 * match) are read at once, for selecting and for scans; the rows come page by page.
 */

#define G_LOG_DOMAIN "mns-queue-screen"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/bench.h"
#include "desktop/app/cells.h"
#include "desktop/app/personal.h"
#include "desktop/screens/queue/queue-list.h"
#include "desktop/screens/queue/queue-lookup.h"
#include "desktop/screens/queue/queue-menu.h"
#include "desktop/screens/queue/queue-screen.h"
#include "desktop/screens/sample/sample-side.h"

/* So many of the chosen are asked about when they have left the list; the view takes no more. */
#define MAX_ASKED_ABOUT 9216

struct _MnsQueueScreen
{
  MnsScreen parent_instance;

  char *step_id;
  char *arrived_with; /* what was scanned to come here; nullable */
  char *sort;
  gboolean descending;
  char *asked;           /* the arguments of what is shown, as text */
  MnsViewResult *config; /* of the step; NULL until it was read */
  MnsViewResult *groups; /* of the question on its way */
  MnsQueueColumns *columns;
  MnsQueueList *list; /* NULL until the columns are known */
  gint64 n_high;

  AdwBin *holder;
  GtkSearchEntry *filter;
  GtkDropDown *grouping;
  GtkMenuButton *columns_button;
  GtkLabel *selected_label;
  GtkButton *bucket_button;
  MnsQueueMenu *menu;
  MnsSampleSide *side; /* made when it is first wanted */
  gboolean side_shown;
};

G_DEFINE_FINAL_TYPE (MnsQueueScreen, mns_queue_screen, MNS_TYPE_SCREEN)

static const struct
{
  const char *word, *text;
} groupings[] = {
  { "none", N_ ("No groups") },      { "project", N_ ("Project") },
  { "container", N_ ("Container") }, { "submitted", N_ ("Submitted date") },
  { "priority", N_ ("Priority") },
};

static const char *
get_grouping (MnsQueueScreen *self)
{
  guint at = gtk_drop_down_get_selected (self->grouping);

  return at > 0 && at < G_N_ELEMENTS (groupings) ? groupings[at].word : NULL;
}

static const char *
get_filter (MnsQueueScreen *self)
{
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));

  return filter[0] != '\0' ? filter : NULL;
}

static JsonObject *
make_args (MnsQueueScreen *self)
{
  JsonObject *args = mns_args_new ("step",
                                   self->step_id,
                                   "filter",
                                   get_filter (self),
                                   "sort",
                                   self->sort != NULL ? self->sort : "priority",
                                   "group",
                                   get_grouping (self),
                                   NULL);

  if (self->descending)
    json_object_set_boolean_member (args, "descending", TRUE);
  return args;
}

static char *
print_args (JsonObject *args)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, args);
  return json_to_string (node, FALSE);
}

/* ---- what is selected ---- */

static void
update_selection (MnsQueueScreen *self)
{
  MnsQueueChoice *choice = self->list != NULL ? mns_queue_list_get_choice (self->list) : NULL;
  guint n = choice != NULL ? mns_queue_choice_count (choice) : 0;
  guint n_seen = choice != NULL ? mns_queue_choice_count_range (choice, 0, choice->ids->len) : 0;
  g_autofree char *text = g_strdup_printf (ngettext ("%u selected", "%u selected", n), n);
  g_autofree char *hidden = g_strdup_printf (ngettext ("%u selected is hidden by the filter",
                                                       "%u selected are hidden by the filter",
                                                       n - n_seen),
                                             n - n_seen);
  g_autofree char *both = g_strdup_printf ("%s · %s", text, hidden);

  gtk_label_set_text (self->selected_label, n > n_seen ? both : text);
  mns_queue_menu_set_n_chosen (self->menu, n);
  mns_screen_set_primary_reason (MNS_SCREEN (self), n > 0 ? NULL : _ ("Select samples first"));
}

static void
update_bucket_button (MnsQueueScreen *self)
{
  GPtrArray *bucket =
      mns_session_get_bucket (mns_screen_get_session (MNS_SCREEN (self)), self->step_id);
  g_autofree char *label = g_strdup_printf (_ ("View ice bucket (%u)"), bucket->len);

  gtk_button_set_label (self->bucket_button, label);
  gtk_widget_set_sensitive (GTK_WIDGET (self->bucket_button), bucket->len > 0);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->bucket_button),
                               bucket->len > 0 ? NULL : _ ("The ice bucket is empty"));
}

static void
show_facts (MnsQueueScreen *self)
{
  guint n = mns_queue_list_get_choice (self->list)->ids->len;
  g_autofree char *count = g_strdup_printf (ngettext ("%'u sample", "%'u samples", n), n);
  g_autofree char *high = g_strdup_printf (_ ("%'d high priority"), (int) MAX (0, self->n_high));
  g_autofree char *both = g_strdup_printf ("%s, %s", count, high);

  mns_screen_set_facts (MNS_SCREEN (self),
                        self->n_high > 0 && get_filter (self) == NULL ? both : count);
}

static void
show_state (MnsQueueScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  gboolean none = mns_queue_list_get_choice (self->list)->ids->len == 0;

  if (none && get_filter (self) == NULL)
    mns_screen_show_empty (screen,
                           _ ("Nothing is waiting for this step"),
                           _ ("Samples come here from the step before, or when they are assigned "
                              "to a workflow."),
                           _ ("Lab View"),
                           "/lab");
  else if (none)
    mns_screen_show_nothing_matches (screen, _ ("Nothing matches"), _ ("Clear filter"));
  else
    mns_screen_show_content (screen);
  show_facts (self);
}

/* ---- chosen samples that left ---- */

/* One sentence: who has how many; those that nobody began were taken out. */
static void
say_who (MnsQueueScreen *self, const char *who, guint n)
{
  g_autofree char *begun =
      g_strdup_printf (ngettext ("%u of your selected samples was begun by %s",
                                 "%u of your selected samples were begun by %s",
                                 n),
                       n,
                       who != NULL ? who : "");
  g_autofree char *gone = g_strdup_printf (ngettext ("%u of your selected samples no longer waits",
                                                     "%u of your selected samples no longer wait",
                                                     n),
                                           n);

  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_WARNING, who != NULL ? begun : gone);
}

static void
left_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) left = mns_session_look_finish (MNS_SESSION (source), result, &error);
  const char *who = NULL;
  guint n = 0;

  if (left == NULL)
    {
      mns_screen_show_refusal (MNS_SCREEN (self), NULL, error);
      return;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (left->rows); i++)
    {
      if (mns_cell_int (left->rows, i, "queued") != 0)
        continue;
      mns_queue_choice_drop (mns_queue_list_get_choice (self->list),
                             mns_rows_get_id (left->rows, i, 0));
      n++;
      if (mns_cell_text (left->rows, i, "taken_by") != NULL)
        who = mns_cell_text (left->rows, i, "taken_by");
    }
  if (n > 0)
    say_who (self, who, n);
  update_selection (self);
}

static void
ask_about_left (MnsQueueScreen *self)
{
  g_autoptr (GPtrArray) hidden =
      mns_queue_choice_dup_hidden (mns_queue_list_get_choice (self->list), MAX_ASKED_ABOUT);
  JsonObject *args;
  JsonArray *artifacts;

  if (hidden->len == 0)
    return;
  args = mns_args_new ("step", self->step_id, NULL);
  artifacts = json_array_new ();
  for (guint i = 0; i < hidden->len; i++)
    json_array_add_string_element (artifacts, g_ptr_array_index (hidden, i));
  json_object_set_array_member (args, "artifacts", artifacts);
  mns_session_look (mns_screen_get_session (MNS_SCREEN (self)),
                    "bucket",
                    args,
                    mns_screen_get_cancellable (MNS_SCREEN (self)),
                    left_read_cb,
                    g_object_ref (self));
}

/* ---- reading ---- */

static void
arrive (MnsQueueScreen *self)
{
  g_autofree char *text = g_steal_pointer (&self->arrived_with);
  const char *const texts[] = { text, NULL };

  if (text != NULL)
    mns_queue_lookup (MNS_SCREEN (self), self->list, self->step_id, texts);
}

static void
ids_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) all = mns_session_look_finish (MNS_SESSION (source), result, &error);
  JsonObject *args;
  g_autofree char *asked = NULL;
  gboolean same;

  if (all == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  args = make_args (self);
  asked = print_args (args);
  same = g_strcmp0 (asked, self->asked) == 0;
  mns_queue_list_show (self->list,
                       all->rows,
                       get_grouping (self) != NULL && self->groups != NULL ? self->groups->rows
                                                                           : NULL,
                       get_grouping (self),
                       args,
                       same);
  g_free (self->asked);
  self->asked = g_steal_pointer (&asked);
  mns_row_list_set_loading (mns_queue_list_get_rows (self->list), FALSE);
  show_state (self);
  mns_bench_scroll (GTK_WIDGET (mns_queue_list_get_rows (self->list)));
  if (same || get_filter (self) == NULL)
    ask_about_left (self);
  arrive (self);
}

static void
ask_ids (MnsQueueScreen *self)
{
  mns_session_look (mns_screen_get_session (MNS_SCREEN (self)),
                    "queue_ids",
                    make_args (self),
                    mns_screen_get_cancellable (MNS_SCREEN (self)),
                    ids_read_cb,
                    g_object_ref (self));
}

static void
groups_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *groups = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (groups == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (&self->groups, mns_view_result_free);
  self->groups = groups;
  ask_ids (self);
}

static void
high_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) groups = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (groups == NULL)
    {
      mns_screen_show_refusal (MNS_SCREEN (self), NULL, error);
      return;
    }
  self->n_high = 0;
  for (guint i = 0; i < mns_rows_get_n_rows (groups->rows); i++)
    if (g_strcmp0 (mns_cell_text (groups->rows, i, "title"), "1") == 0)
      self->n_high = mns_cell_int (groups->rows, i, "n");
  show_facts (self);
}

static void
ask_rows (MnsQueueScreen *self)
{
  MnsSession *session = mns_screen_get_session (MNS_SCREEN (self));
  GCancellable *cancellable = mns_screen_get_cancellable (MNS_SCREEN (self));

  mns_session_look (session,
                    "queue_groups",
                    mns_args_new ("step", self->step_id, "group", "priority", NULL),
                    cancellable,
                    high_read_cb,
                    g_object_ref (self));
  if (get_grouping (self) == NULL)
    {
      ask_ids (self);
      return;
    }
  mns_session_look (
      session,
      "queue_groups",
      mns_args_new (
          "step", self->step_id, "group", get_grouping (self), "filter", get_filter (self), NULL),
      cancellable,
      groups_read_cb,
      g_object_ref (self));
}

static void make_list (MnsQueueScreen *self, const MnsRows *fields);

static void
fields_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) fields = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (fields == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  if (self->list == NULL)
    make_list (self, fields->rows);
  ask_rows (self);
}

static void
config_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *config = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (config == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (&self->config, mns_view_result_free);
  self->config = config;
  if (mns_rows_get_n_rows (config->rows) == 0)
    {
      mns_screen_show_empty (
          MNS_SCREEN (self), _ ("There is no such step"), NULL, _ ("Lab View"), "/lab");
      return;
    }
  mns_screen_set_title (MNS_SCREEN (self), mns_cell_text (config->rows, 0, "step"));
  mns_session_look (mns_screen_get_session (MNS_SCREEN (self)),
                    "fields",
                    NULL,
                    mns_screen_get_cancellable (MNS_SCREEN (self)),
                    fields_read_cb,
                    g_object_ref (self));
}

static void
mns_queue_screen_refresh (MnsScreen *screen)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (screen);

  update_bucket_button (self);
  if (self->list != NULL)
    {
      ask_rows (self);
      return;
    }
  mns_screen_show_loading (screen);
  mns_session_look (mns_screen_get_session (screen),
                    "step_config",
                    mns_args_new ("step", self->step_id, NULL),
                    mns_screen_get_cancellable (screen),
                    config_read_cb,
                    g_object_ref (self));
}

static gboolean
mns_queue_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  return g_strv_contains (tables, "stage_entry") || g_strv_contains (tables, "artifact") ||
         g_strv_contains (tables, "placement");
}

/* ---- acting ---- */

static GStrv
dup_chosen (MnsScreen *screen)
{
  return mns_queue_choice_dup_all (mns_queue_list_get_choice (MNS_QUEUE_SCREEN (screen)->list));
}

static void
mns_queue_screen_primary (MnsScreen *screen)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (screen);
  g_auto (GStrv) chosen = dup_chosen (screen);
  guint n = mns_session_add_to_bucket (
      mns_screen_get_session (screen), self->step_id, (const char *const *) chosen);
  g_autofree char *text = g_strdup_printf (
      ngettext ("%u sample put into the ice bucket", "%u samples put into the ice bucket", n), n);

  mns_screen_set_banner (screen, MNS_BANNER_WARNING, NULL);
  mns_queue_list_choose_none (self->list);
  update_bucket_button (self);
  mns_screen_toast (screen, text);
}

static void
open_bucket_cb (MnsQueueScreen *self)
{
  mns_screen_open (MNS_SCREEN (self), "/bucket/%s", self->step_id);
}

static gboolean
mns_queue_screen_otherwise (MnsScreen *screen)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (screen);

  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->bucket_button)))
    return FALSE;
  open_bucket_cb (self);
  return TRUE;
}

static void
select_all_cb (MnsQueueScreen *self)
{
  if (self->list != NULL)
    mns_queue_list_choose_all (self->list);
}

static void
select_none_cb (MnsQueueScreen *self)
{
  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_WARNING, NULL);
  if (self->list != NULL)
    mns_queue_list_choose_none (self->list);
}

static void
ask_anew (MnsQueueScreen *self)
{
  if (self->list == NULL)
    return;
  mns_row_list_set_loading (mns_queue_list_get_rows (self->list), TRUE);
  mns_screen_refresh (MNS_SCREEN (self));
}

static void
grouping_chosen_cb (MnsQueueScreen *self)
{
  guint at = gtk_drop_down_get_selected (self->grouping);

  if (self->list == NULL || at >= G_N_ELEMENTS (groupings))
    return;
  mns_personal_set_word (
      mns_screen_get_session (MNS_SCREEN (self)), "queue-grouping", groupings[at].word);
  ask_anew (self);
}

static void
sort_changed_cb (MnsQueueScreen *self, const char *column, gboolean descending)
{
  g_free (self->sort);
  self->sort = g_strdup (column);
  self->descending = descending;
  ask_anew (self);
}

static gboolean
mns_queue_screen_scan (MnsScreen *screen, const char *text)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (screen);
  const char *const texts[] = { text, NULL };

  if (self->list != NULL)
    mns_queue_lookup (screen, self->list, self->step_id, texts);
  return self->list != NULL;
}

/* What a scanner typed into the field, or names pasted there, a line each. */
static void
filter_entered_cb (MnsQueueScreen *self)
{
  g_autofree char *text = g_strstrip (g_strdup (get_filter (self)));

  if (text == NULL || text[0] == '\0' || self->list == NULL)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->filter), "");
  mns_queue_screen_scan (MNS_SCREEN (self), text);
}

static void
lines_pasted_cb (MnsQueueScreen *self, const char *const *lines)
{
  if (self->list != NULL)
    mns_queue_lookup (MNS_SCREEN (self), self->list, self->step_id, lines);
}

static void
mns_queue_screen_filter (MnsScreen *screen)
{
  gtk_widget_grab_focus (GTK_WIDGET (MNS_QUEUE_SCREEN (screen)->filter));
}

static void
mns_queue_screen_clear_filter (MnsScreen *screen)
{
  gtk_editable_set_text (GTK_EDITABLE (MNS_QUEUE_SCREEN (screen)->filter), "");
}

/* ---- side ---- */

static void
show_side (MnsQueueScreen *self, const char *sample)
{
  if (self->side == NULL)
    self->side = g_object_ref_sink (
        MNS_SAMPLE_SIDE (mns_sample_side_new (mns_screen_get_session (MNS_SCREEN (self)))));
  self->side_shown = sample != NULL;
  mns_screen_set_side (MNS_SCREEN (self), sample != NULL ? GTK_WIDGET (self->side) : NULL);
  if (sample != NULL)
    mns_sample_side_show (self->side, sample);
}

static void
opened_cb (MnsQueueScreen *self, const char *sample)
{
  show_side (self, self->side_shown ? NULL : sample);
}

static void
focused_cb (MnsQueueScreen *self, const char *sample)
{
  if (self->side_shown)
    mns_sample_side_show (self->side, sample);
}

/* ---- making it ---- */

static void
column_toggled_cb (MnsQueueScreen *self, GtkCheckButton *check)
{
  const char *id = g_object_get_data (G_OBJECT (check), "column");
  gboolean visible = gtk_check_button_get_active (check);

  mns_queue_columns_set_visible (
      self->columns, mns_screen_get_session (MNS_SCREEN (self)), id, visible);
  mns_row_list_set_column_visible (mns_queue_list_get_rows (self->list), id, visible);
}

/* All but the first, without which a row could not be told from another. */
static void
make_column_chooser (MnsQueueScreen *self)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  for (guint i = 1; i < self->columns->list->len; i++)
    {
      const MnsListColumn *column = &g_array_index (self->columns->list, MnsListColumn, i);
      GtkWidget *check = gtk_check_button_new_with_label (column->title);

      g_object_set_data (G_OBJECT (check), "column", (gpointer) column->id);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check),
                                   mns_queue_columns_is_visible (self->columns, column->id));
      g_signal_connect_object (
          check, "toggled", G_CALLBACK (column_toggled_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (box), check);
    }
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (self->columns_button, popover);
}

static void
make_list (MnsQueueScreen *self, const MnsRows *fields)
{
  MnsSession *session = mns_screen_get_session (MNS_SCREEN (self));
  const char *settings = mns_cell_text (self->config->rows, 0, "settings");
  g_autofree char *chosen = mns_personal_get_word (session, "queue-grouping");
  const char *word = chosen != NULL ? chosen : mns_queue_default_grouping (settings);

  for (guint i = 0; i < G_N_ELEMENTS (groupings); i++)
    if (g_str_equal (groupings[i].word, word))
      gtk_drop_down_set_selected (self->grouping, i);
  self->columns = mns_queue_columns_new (fields, settings);
  mns_queue_columns_load (self->columns, session);
  self->list = MNS_QUEUE_LIST (mns_queue_list_new (session, self->columns));
  g_signal_connect_object (
      self->list, "choice-changed", G_CALLBACK (update_selection), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->list, "sort-changed", G_CALLBACK (sort_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "focused", G_CALLBACK (focused_cb), self, G_CONNECT_SWAPPED);
  make_column_chooser (self);
  adw_bin_set_child (self->holder, GTK_WIDGET (self->list));
}

static void
mns_queue_screen_dispose (GObject *object)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (object);

  if (self->holder != NULL)
    adw_bin_set_child (self->holder, NULL); /* it reads the columns */
  self->holder = NULL;
  self->list = NULL;
  g_clear_object (&self->side);
  g_clear_pointer (&self->columns, mns_queue_columns_free);
  g_clear_pointer (&self->config, mns_view_result_free);
  g_clear_pointer (&self->groups, mns_view_result_free);
  g_clear_pointer (&self->step_id, g_free);
  g_clear_pointer (&self->arrived_with, g_free);
  g_clear_pointer (&self->sort, g_free);
  g_clear_pointer (&self->asked, g_free);

  G_OBJECT_CLASS (mns_queue_screen_parent_class)->dispose (object);
}

static void
mns_queue_screen_class_init (MnsQueueScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_queue_screen_dispose;
  screen_class->refresh = mns_queue_screen_refresh;
  screen_class->concerns = mns_queue_screen_concerns;
  screen_class->primary = mns_queue_screen_primary;
  screen_class->otherwise = mns_queue_screen_otherwise;
  screen_class->scan = mns_queue_screen_scan;
  screen_class->filter = mns_queue_screen_filter;
  screen_class->clear_filter = mns_queue_screen_clear_filter;
}

static void
mns_queue_screen_init (MnsQueueScreen *self)
{
}

static GtkWidget *
make_button (MnsQueueScreen *self, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  return button;
}

static void
make_filter (MnsQueueScreen *self)
{
  self->filter = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set (self->filter, "placeholder-text", _ ("Filter or scan"), "width-chars", 24, NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->filter), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Filter or scan"), -1);
  g_signal_connect_object (
      self->filter, "search-changed", G_CALLBACK (ask_anew), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->filter, "activate", G_CALLBACK (filter_entered_cb), self, G_CONNECT_SWAPPED);
  mns_queue_lookup_watch_paste (GTK_WIDGET (self->filter), (MnsLinesFunc) lines_pasted_cb, self);
}

static void
make_grouping (MnsQueueScreen *self)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (groupings); i++)
    gtk_string_list_append (words, _ (groupings[i].text));
  self->grouping =
      GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&words)), NULL));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->grouping), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Group by"), -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->grouping), _ ("Group by"));
  g_signal_connect_object (
      self->grouping, "notify::selected", G_CALLBACK (grouping_chosen_cb), self, G_CONNECT_SWAPPED);
}

static GtkWidget *
make_toolbar (MnsQueueScreen *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (_ ("Group by"));

  gtk_widget_set_margin_start (bar, 16);
  gtk_widget_set_margin_end (bar, 16);
  gtk_widget_set_margin_bottom (bar, 8);
  make_filter (self);
  make_grouping (self);
  self->columns_button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_label (self->columns_button, _ ("Columns"));
  self->selected_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->selected_label, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (self->selected_label, 1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->selected_label), TRUE);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->filter));
  gtk_box_append (GTK_BOX (bar), label);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->grouping));
  gtk_box_append (GTK_BOX (bar), make_button (self, _ ("Select all"), G_CALLBACK (select_all_cb)));
  gtk_box_append (GTK_BOX (bar), make_button (self, _ ("None"), G_CALLBACK (select_none_cb)));
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->columns_button));
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->selected_label));
  return bar;
}

/**
 * mns_queue_screen_new:
 * @argument: the step; behind a slash what was scanned to come here, which is then selected
 */
GtkWidget *
mns_queue_screen_new (MnsSession *session, const char *argument)
{
  MnsQueueScreen *self = g_object_new (MNS_TYPE_QUEUE_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  g_auto (GStrv) parts = g_strsplit (argument, "/", 2);

  self->step_id = g_strdup (parts[0]);
  self->arrived_with = g_strdup (parts[0] != NULL ? parts[1] : NULL);
  self->menu = MNS_QUEUE_MENU (mns_queue_menu_new (screen, self->step_id, dup_chosen));
  g_signal_connect_object (
      self->menu, "done", G_CALLBACK (select_none_cb), self, G_CONNECT_SWAPPED);
  self->bucket_button =
      GTK_BUTTON (make_button (self, _ ("View ice bucket"), G_CALLBACK (open_bucket_cb)));
  g_signal_connect_object (
      session, "bucket-changed", G_CALLBACK (update_bucket_button), self, G_CONNECT_SWAPPED);
  self->holder = ADW_BIN (adw_bin_new ());
  mns_screen_add_tool (screen, GTK_WIDGET (self->menu));
  mns_screen_add_tool (screen, GTK_WIDGET (self->bucket_button));
  mns_screen_set_title (screen, _ ("Queue"));
  mns_screen_set_primary (screen, _ ("Add to ice bucket"));
  mns_screen_set_under_title (screen, make_toolbar (self));
  mns_screen_set_content (screen, GTK_WIDGET (self->holder));
  update_selection (self);
  return GTK_WIDGET (self);
}
