/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* One project with its samples; from here samples come in and go into a workflow. */

#define G_LOG_DOMAIN "mns-project-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/projects/project-screen.h"
#include "desktop/widgets/row-list.h"

/* Assigning is one command whatever the number; the view gives at most so many ids a page. */
#define PAGE 500

struct _MnsProjectScreen
{
  MnsScreen parent_instance;

  char *project;
  MnsViewPages *pages;
  gboolean asked;
  MnsViewResult *workflows;
  JsonArray *gathered; /* samples for the workflow being assigned */
  char *workflow;
  char *stage; /* NULL: the first one */

  MnsRowList *list;
  GtkSearchEntry *filter;
};

G_DEFINE_FINAL_TYPE (MnsProjectScreen, mns_project_screen, MNS_TYPE_SCREEN)

static const MnsPageColumn columns[] = {
  { "name", NULL }, { "lims_id", NULL },       { "container", NULL },
  { "well", NULL }, { "received_date", NULL }, { "stage", NULL },
};

static const MnsListColumn list_columns[] = {
  { "name", N_ ("Sample"), FALSE, -1, TRUE, FALSE },
  { "lims_id", N_ ("LIMS ID"), FALSE, 140, FALSE, FALSE },
  { "container", N_ ("Container"), FALSE, 180, FALSE, FALSE },
  { "well", N_ ("Well"), FALSE, 70, FALSE, FALSE },
  { "received_date", N_ ("Received"), FALSE, 110, FALSE, FALSE },
  { "stage", N_ ("Is now in"), FALSE, 200, FALSE, FALSE },
};

static void
loaded_cb (MnsProjectScreen *self, guint n_rows)
{
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));

  mns_screen_set_banner (MNS_SCREEN (self),
                         MNS_BANNER_INFO,
                         n_rows > 0          ? NULL
                         : filter[0] != '\0' ? _ ("Nothing matches.")
                                             : _ ("No samples yet. Add some."));
}

static void
failed_cb (MnsProjectScreen *self, const char *message)
{
  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_ERROR, message);
}

static void
project_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsProjectScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) project =
      mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autofree char *facts = NULL;
  gint64 n;

  if (project == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  if (mns_rows_get_n_rows (project->rows) == 0)
    {
      mns_screen_show_empty (MNS_SCREEN (self),
                             _ ("This project is no longer there"),
                             NULL,
                             _ ("Projects"),
                             "/projects");
      return;
    }
  n = mns_cell_int (project->rows, 0, "samples");
  facts = g_strdup_printf (ngettext ("%s · %s · %d sample", "%s · %s · %d samples", n),
                           mns_cell_text (project->rows, 0, "lims_id"),
                           mns_cell_text (project->rows, 0, "account"),
                           (int) n);
  mns_screen_set_title (MNS_SCREEN (self), mns_cell_text (project->rows, 0, "name"));
  mns_screen_set_facts (MNS_SCREEN (self), facts);
  mns_screen_show_content (MNS_SCREEN (self));
}

static void
workflows_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsProjectScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *workflows = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (workflows == NULL)
    {
      mns_screen_show_refusal (MNS_SCREEN (self), NULL, error);
      return;
    }
  g_clear_pointer (&self->workflows, mns_view_result_free);
  self->workflows = workflows;
}

static void
mns_project_screen_refresh (MnsScreen *screen)
{
  MnsProjectScreen *self = MNS_PROJECT_SCREEN (screen);
  MnsSession *session = mns_screen_get_session (screen);
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));

  mns_session_look (session,
                    "project",
                    mns_args_new ("project", self->project, NULL),
                    mns_screen_get_cancellable (screen),
                    project_read_cb,
                    g_object_ref (self));
  mns_session_look (session,
                    "workflows",
                    mns_args_new ("status", "ACTIVE", NULL),
                    mns_screen_get_cancellable (screen),
                    workflows_read_cb,
                    g_object_ref (self));
  if (self->asked)
    mns_view_pages_refresh (self->pages, -1);
  else
    mns_view_pages_ask (
        self->pages,
        mns_args_new ("project", self->project, "filter", filter[0] != '\0' ? filter : NULL, NULL),
        -1);
  self->asked = TRUE;
}

static gboolean
mns_project_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  if (g_strv_contains (tables, "sample"))
    MNS_PROJECT_SCREEN (screen)->asked = FALSE;
  return g_strv_contains (tables, "sample") || g_strv_contains (tables, "project") ||
         g_strv_contains (tables, "stage_entry");
}

static void
filter_changed_cb (MnsProjectScreen *self)
{
  self->asked = FALSE;
  mns_screen_refresh (MNS_SCREEN (self));
}

static void
mns_project_screen_primary (MnsScreen *screen)
{
  mns_screen_open (screen, "/import/%s", MNS_PROJECT_SCREEN (screen)->project);
}

/* ---- assigning ---- */

static void
assigned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsProjectScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);

  if (!mns_screen_show_refusal (MNS_SCREEN (self), done, error))
    mns_screen_toast (MNS_SCREEN (self), _ ("Samples assigned to the workflow"));
}

static void
assign (MnsProjectScreen *self)
{
  JsonObject *args = mns_args_new ("workflow", self->workflow, "stage", self->stage, NULL);

  json_object_set_array_member (args, "samples", g_steal_pointer (&self->gathered));
  mns_session_do (mns_screen_get_session (MNS_SCREEN (self)),
                  "workflow.assign@1",
                  args,
                  NULL,
                  NULL,
                  assigned_cb,
                  g_object_ref (self));
}

static void gather (MnsProjectScreen *self, const char *after);

static void
gathered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsProjectScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) page = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (page == NULL)
    {
      mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_ERROR, error->message);
      return;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (page->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (page->rows, i, "sample_id");

      json_array_add_string_element (self->gathered, id);
    }
  if (page->next != NULL)
    gather (self, page->next);
  else
    assign (self);
}

/* All samples of the project, page by page. */
static void
gather (MnsProjectScreen *self, const char *after)
{
  JsonObject *args = mns_args_new ("project", self->project, "after", after, NULL);

  json_object_set_int_member (args, "limit", PAGE);
  mns_session_look (mns_screen_get_session (MNS_SCREEN (self)),
                    "project_samples",
                    args,
                    NULL,
                    gathered_cb,
                    g_object_ref (self));
}

/* ---- where they begin ---- */

/* Holds what it points to: an answer may come when the dialog's widgets are gone. */
typedef struct
{
  MnsProjectScreen *screen;
  guint n; /* samples; 0: all of the project */
  gboolean answered;
  GtkDropDown *workflow, *stage;
  GtkLabel *summary;
  MnsViewResult *stages;
} AssignForm;

static void
assign_form_free (gpointer data)
{
  AssignForm *form = data;

  g_signal_handlers_disconnect_by_data (form->stage, form);
  g_object_unref (form->workflow);
  g_object_unref (form->stage);
  g_object_unref (form->summary);
  g_object_unref (form->screen);
  g_clear_pointer (&form->stages, mns_view_result_free);
  g_free (form);
}

static char *
dup_stage (AdwMessageDialog *dialog)
{
  const AssignForm *form = g_object_get_data (G_OBJECT (dialog), "form");
  guint at = gtk_drop_down_get_selected (form->stage);

  if (form->stages == NULL || at >= mns_rows_get_n_rows (form->stages->rows))
    return NULL;
  return mns_cell_dup_id (form->stages->rows, at, "stage_id");
}

/* Before it is done: what begins where. */
static void
summarize (AssignForm *form)
{
  guint at = gtk_drop_down_get_selected (form->stage);
  guint w = gtk_drop_down_get_selected (form->workflow);
  const char *stage, *workflow;
  g_autofree char *text = NULL;

  if (form->stages == NULL || at >= mns_rows_get_n_rows (form->stages->rows) ||
      form->screen->workflows == NULL || w >= mns_rows_get_n_rows (form->screen->workflows->rows))
    return;
  stage = mns_cell_text (form->stages->rows, at, "stage");
  workflow = mns_cell_text (form->screen->workflows->rows, w, "name");
  if (form->n == 0)
    text = g_strdup_printf (_ ("All samples of the project begin with %s in %s."), stage, workflow);
  else
    text = g_strdup_printf (ngettext ("%u selected sample begins with %s in %s.",
                                      "%u selected samples begin with %s in %s.",
                                      form->n),
                            form->n,
                            stage,
                            workflow);
  gtk_label_set_text (form->summary, text);
}

static void
stages_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AdwMessageDialog) dialog = user_data;
  AssignForm *form = g_object_get_data (G_OBJECT (dialog), "form");
  g_autoptr (GError) error = NULL;
  MnsViewResult *stages = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  if (stages == NULL || form->answered)
    {
      if (stages == NULL)
        gtk_label_set_text (form->summary, error->message);
      g_clear_pointer (&stages, mns_view_result_free);
      return;
    }
  g_clear_pointer (&form->stages, mns_view_result_free);
  form->stages = stages;
  for (guint i = 0; i < mns_rows_get_n_rows (stages->rows); i++)
    gtk_string_list_append (names, mns_cell_text (stages->rows, i, "stage"));
  gtk_drop_down_set_model (form->stage, G_LIST_MODEL (names));
  adw_message_dialog_set_response_enabled (
      dialog, "assign", mns_rows_get_n_rows (stages->rows) > 0);
  summarize (form);
}

/* The dialog goes away with its answer; what still comes for it is not shown. */
static void
note_answer (AssignForm *form)
{
  form->answered = TRUE;
}

static void
ask_stages (AdwMessageDialog *dialog)
{
  AssignForm *form = g_object_get_data (G_OBJECT (dialog), "form");
  guint at = gtk_drop_down_get_selected (form->workflow);
  g_autofree char *id = NULL;

  if (form->screen->workflows == NULL || at >= mns_rows_get_n_rows (form->screen->workflows->rows))
    return;
  id = mns_cell_dup_id (form->screen->workflows->rows, at, "workflow_id");
  mns_session_look (mns_screen_get_session (MNS_SCREEN (form->screen)),
                    "stages",
                    mns_args_new ("workflow", id, NULL),
                    NULL,
                    stages_read_cb,
                    g_object_ref (dialog));
}

static GtkDropDown *
add_drop_down (GtkWidget *box, const char *label, GListModel *model)
{
  GtkWidget *title = gtk_label_new (label);
  GtkWidget *choice = gtk_drop_down_new (model, NULL);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "heading");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), choice);
  return GTK_DROP_DOWN (choice);
}

static void
assign_answered_cb (AdwMessageDialog *dialog, const char *response, MnsProjectScreen *self)
{
  GtkDropDown *choice = g_object_get_data (G_OBJECT (dialog), "choice");
  guint at = gtk_drop_down_get_selected (choice);
  g_auto (GStrv) chosen = NULL;
  guint n_missing;

  if (!g_str_equal (response, "assign") || self->workflows == NULL ||
      at >= mns_rows_get_n_rows (self->workflows->rows))
    return;
  g_free (self->workflow);
  self->workflow = mns_cell_dup_id (self->workflows->rows, at, "workflow_id");
  g_free (self->stage);
  self->stage = dup_stage (dialog);
  g_clear_pointer (&self->gathered, json_array_unref);
  self->gathered = json_array_new ();
  chosen = mns_row_list_dup_selected_ids (self->list, &n_missing);
  for (guint i = 0; chosen[i] != NULL; i++)
    json_array_add_string_element (self->gathered, chosen[i]);
  if (chosen[0] != NULL && n_missing == 0)
    {
      assign (self);
      return;
    }
  json_array_unref (self->gathered);
  self->gathered = json_array_new ();
  gather (self, NULL);
}

static GtkWidget *
make_assign_form (MnsProjectScreen *self, AdwMessageDialog *dialog, guint n)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkStringList *names = gtk_string_list_new (NULL);
  AssignForm *form = g_new0 (AssignForm, 1);

  for (guint i = 0; i < mns_rows_get_n_rows (self->workflows->rows); i++)
    gtk_string_list_append (names, mns_cell_text (self->workflows->rows, i, "name"));
  form->screen = g_object_ref (self);
  form->n = n;
  form->workflow = g_object_ref (add_drop_down (box, _ ("Workflow"), G_LIST_MODEL (names)));
  form->stage = g_object_ref (
      add_drop_down (box, _ ("First step"), G_LIST_MODEL (gtk_string_list_new (NULL))));
  form->summary = g_object_ref_sink (GTK_LABEL (gtk_label_new (NULL)));
  gtk_label_set_wrap (form->summary, TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (form->summary));
  g_object_set_data_full (G_OBJECT (dialog), "form", form, assign_form_free);
  g_object_set_data (G_OBJECT (dialog), "choice", form->workflow);
  g_signal_connect_object (
      form->workflow, "notify::selected", G_CALLBACK (ask_stages), dialog, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (form->stage, "notify::selected", G_CALLBACK (summarize), form);
  g_signal_connect_swapped (dialog, "response", G_CALLBACK (note_answer), form);
  return box;
}

static void
assign_cb (MnsProjectScreen *self)
{
  GtkSelectionModel *selection = mns_row_list_get_selection (self->list);
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (selection);
  GtkWidget *dialog;

  if (self->workflows == NULL || mns_rows_get_n_rows (self->workflows->rows) == 0)
    {
      mns_screen_toast (MNS_SCREEN (self), _ ("There is no active workflow"));
      return;
    }
  dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("Assign to workflow"), NULL);
  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Cancel"), "assign", _ ("Assign"), NULL);
  adw_message_dialog_set_extra_child (
      ADW_MESSAGE_DIALOG (dialog),
      make_assign_form (self, ADW_MESSAGE_DIALOG (dialog), (guint) gtk_bitset_get_size (chosen)));
  adw_message_dialog_set_response_appearance (
      ADW_MESSAGE_DIALOG (dialog), "assign", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "assign");
  g_signal_connect_object (dialog, "response", G_CALLBACK (assign_answered_cb), self, 0);
  ask_stages (ADW_MESSAGE_DIALOG (dialog));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
mns_project_screen_filter (MnsScreen *screen)
{
  gtk_widget_grab_focus (GTK_WIDGET (MNS_PROJECT_SCREEN (screen)->filter));
}

static void
mns_project_screen_dispose (GObject *object)
{
  MnsProjectScreen *self = MNS_PROJECT_SCREEN (object);

  g_clear_object (&self->pages);
  g_clear_pointer (&self->workflows, mns_view_result_free);
  g_clear_pointer (&self->gathered, json_array_unref);
  g_clear_pointer (&self->project, g_free);
  g_clear_pointer (&self->workflow, g_free);
  g_clear_pointer (&self->stage, g_free);

  G_OBJECT_CLASS (mns_project_screen_parent_class)->dispose (object);
}

static void
mns_project_screen_class_init (MnsProjectScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_project_screen_dispose;
  screen_class->refresh = mns_project_screen_refresh;
  screen_class->concerns = mns_project_screen_concerns;
  screen_class->primary = mns_project_screen_primary;
  screen_class->filter = mns_project_screen_filter;
}

static void
mns_project_screen_init (MnsProjectScreen *self)
{
}

GtkWidget *
mns_project_screen_new (MnsSession *session, const char *argument)
{
  MnsProjectScreen *self = g_object_new (MNS_TYPE_PROJECT_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  MnsListColumn shown[G_N_ELEMENTS (list_columns)];
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *button = gtk_button_new_with_label (_ ("Assign to workflow…"));

  self->project = g_strdup (argument);
  self->pages =
      mns_view_pages_new (session, "project_samples", "sample_id", columns, G_N_ELEMENTS (columns));
  g_signal_connect_object (self->pages, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pages, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (list_columns); i++)
    {
      shown[i] = list_columns[i];
      shown[i].title = _ (list_columns[i].title);
    }
  self->list = MNS_ROW_LIST (mns_row_list_new (
      mns_view_pages_get_model (self->pages), shown, G_N_ELEMENTS (shown), _ ("Samples")));
  self->filter = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set (self->filter, "placeholder-text", _ ("Filter"), NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->filter), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Filter"), -1);
  g_signal_connect_object (
      self->filter, "search-changed", G_CALLBACK (filter_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_margin_start (bar, 16);
  gtk_widget_set_margin_bottom (bar, 8);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->filter));
  g_signal_connect_object (button, "clicked", G_CALLBACK (assign_cb), self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (screen, button);
  mns_screen_set_title (screen, _ ("Project"));
  mns_screen_set_primary (screen, _ ("Add samples"));
  mns_screen_set_under_title (screen, bar);
  mns_screen_set_content (screen, GTK_WIDGET (self->list));
  return GTK_WIDGET (self);
}
