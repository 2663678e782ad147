/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "desktop/app/screen.h"
#include "sync/client/replica-private.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"
#include "sync/wire/envelope.h"
#include "tests/mns-test.h"

MnsScreenLab *
mns_screen_lab_new (void)
{
  MnsScreenLab *self = g_new0 (MnsScreenLab, 1);

  self->world = mns_world_new (mns_world_open_sqlite ());
  self->dir = mns_test_make_tmp_dir ();
  return self;
}

void
mns_screen_lab_free (MnsScreenLab *self)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  if (self->session != NULL)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      mns_workspace_close (mns_session_get_workspace (self->session));
      g_clear_object (&self->session);
    }
  mns_world_free (self->world);
  mns_test_remove_tree (self->dir);
  g_free (self->dir);
  g_free (self);
}

/* ---- the world into a replica ---- */

static gint64
now_hook (gpointer data)
{
  return g_get_real_time ();
}

static void
make_id_hook (MnsId *id, gpointer data)
{
  mns_id_make (id);
}

static MnsResult *
run_hook (const MnsLab *lab, MnsCommand *command, gpointer data, GError **error)
{
  return mns_lab_run (lab, command, error);
}

static void
copy_table (MnsScreenLab *self, MnsTransaction *from, MnsTransaction *to, const MnsEntity *entity)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *columns = mns_entity_column_list (entity, NULL);
  g_autofree char *select = g_strdup_printf ("SELECT %s FROM %s", columns, entity->table);
  g_autoptr (MnsRows) rows = mns_transaction_query (from, select, NULL, &error);
  g_autoptr (GString) insert = g_string_new (NULL);
  guint n_columns;
  g_autofree MnsArg *args = NULL;

  g_assert_no_error (error);
  n_columns = mns_rows_get_n_columns (rows);
  args = g_new0 (MnsArg, n_columns + 1);
  g_string_append_printf (insert, "INSERT INTO %s (%s) VALUES (", entity->table, columns);
  for (guint c = 0; c < n_columns; c++)
    g_string_append_printf (insert, "%s$%s", c > 0 ? ", " : "", entity->fields[c].name);
  g_string_append_c (insert, ')');
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      for (guint c = 0; c < n_columns; c++)
        args[c] = (MnsArg) MNS_ARG_VALUE (entity->fields[c].name, *mns_rows_get (rows, i, c));
      mns_transaction_run (to, insert->str, args, &error);
      g_assert_no_error (error);
    }
}

static void
fill_replica (MnsScreenLab *self)
{
  static const MnsReplicaHooks hooks = { now_hook, make_id_hook, run_hook, NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsReplica) replica = mns_replica_open (
      self->dir, &hooks, &self->world->people[MNS_WORLD_RESEARCHER], "Rosa Researcher", &error);
  g_autoptr (MnsTransaction) from = NULL;
  MnsTransaction *to;
  guint n_entities;
  const MnsEntity *const *entities = mns_entities_get_all (&n_entities);

  g_assert_no_error (error);
  from = mns_store_begin (self->world->store, MNS_ACCESS_READ, &error);
  g_assert_no_error (error);
  to = mns_replica_begin (replica, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_entities; i++)
    copy_table (self, from, to, entities[i]);
  /* as after a first sync: with no cursor the replica takes no commands */
  replica->state.cursor = g_strdup ("1");
  g_assert_true (mns_replica_commit (replica, to, &error));
  g_assert_no_error (error);
}

void
mns_screen_lab_open (MnsScreenLab *self)
{
  MnsWorkspaceSetup setup = { .dir = self->dir, .url = "http://localhost:1", .manual = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = NULL;

  fill_replica (self);
  workspace = mns_workspace_open (&setup, &error);
  g_assert_no_error (error);
  self->session = mns_session_new (workspace);
  self->window = mns_window_new (NULL, self->session);
  gtk_window_present (GTK_WINDOW (self->window));
  mns_screen_lab_show (self, "/projects", "content");
}

/* ---- conflicts ---- */

static JsonObject *
parse (const char *text)
{
  g_autofree char *json = g_strdup (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_strdelimit (json, "'", '"');
  node = json_from_string (json, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

static char *
print_node (JsonNode *node)
{
  return node != NULL ? json_to_string (node, FALSE) : NULL;
}

static void
make_id (MnsId *id, guint kind, guint n)
{
  *id = (MnsId){ { [0] = 0x03, [5] = (guint8) kind, [6] = 0x70, [8] = 0x80, [15] = (guint8) n } };
}

static void
write_conflict (MnsScreenLab *self,
                const MnsCommand *command,
                const MnsResult *result,
                const MnsId *cause)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->world->store, MNS_ACCESS_WRITE, &error);
  g_autoptr (JsonNode) node = mns_command_to_json (command);
  g_autofree char *body = json_to_string (node, FALSE);
  g_autofree char *name = g_strdup_printf ("%s@%d", command->name, command->version);
  g_autofree char *detail = mns_result_to_sentence ((MnsResult *) result);
  g_autofree char *seen = print_node (result->seen);
  g_autofree char *there = print_node (result->there);
  g_autoptr (JsonNode) said = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *said_text = NULL;
  MnsId id;

  g_assert_no_error (error);
  make_id (&id, 2, self->n_conflicts);
  json_node_take_array (said, mns_envelope_list_said (result));
  said_text = json_to_string (said, FALSE);
  mns_transaction_run (
      tx,
      "INSERT INTO conflict (id, person_id, client_id, n, command_id, command, body, code, detail,"
      " seen, there, cause, state, said) VALUES ($id, $person, $client, $n, $command_id, $command,"
      " $body, $code, $detail, $seen, $there, $cause, 'OPEN', $said)",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_ID ("person", &self->world->people[MNS_WORLD_RESEARCHER]),
                MNS_ARG_ID ("client", &self->world->people[MNS_WORLD_RESEARCHER]),
                MNS_ARG_INT ("n", self->n_conflicts),
                MNS_ARG_ID ("command_id", &command->id),
                MNS_ARG_TEXT ("command", name),
                MNS_ARG_JSON ("body", body),
                MNS_ARG_TEXT ("code",
                              result->conflict_code != NULL
                                  ? result->conflict_code
                                  : mns_outcome_to_word (result->outcome)),
                MNS_ARG_TEXT ("detail", detail),
                MNS_ARG_JSON ("seen", seen),
                MNS_ARG_JSON ("there", there),
                MNS_ARG_ID ("cause", cause),
                MNS_ARG_JSON ("said", said_text)),
      &error);
  g_assert_no_error (error);
  mns_transaction_commit (tx, &error);
  g_assert_no_error (error);
}

void
mns_screen_lab_add_conflict (
    MnsScreenLab *self, const char *command, const char *args, const char *expect, guint cause)
{
  g_autoptr (JsonObject) object = parse (args);
  g_autoptr (MnsCommand) made = mns_command_new (command, object);
  g_autoptr (MnsResult) result = NULL;
  MnsId follows;

  self->n_conflicts++;
  make_id (&made->id, 1, self->n_conflicts);
  make_id (&follows, 1, cause);
  made->n = self->n_conflicts;
  g_free (made->today);
  made->today = g_strdup ("2025-11-24");
  if (expect != NULL)
    made->expect = parse (expect);
  result = mns_world_run (self->world, MNS_WORLD_RESEARCHER, made);
  g_assert_cmpint (result->outcome, !=, MNS_OUTCOME_OK);
  write_conflict (self, made, result, cause > 0 ? &follows : NULL);
}

/* ---- looking ---- */

typedef struct
{
  GtkWidget *root;
  const char *text;
  GtkWidget *found;
} Wanted;

static gboolean
has_text (GtkWidget *widget, const char *text)
{
  const char *own = NULL;

  if (GTK_IS_LABEL (widget))
    own = gtk_label_get_text (GTK_LABEL (widget));
  else if (GTK_IS_INSCRIPTION (widget))
    own = gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  else if (GTK_IS_EDITABLE (widget))
    own = gtk_editable_get_text (GTK_EDITABLE (widget));
  return own != NULL && strstr (own, text) != NULL;
}

gboolean
mns_screen_lab_says (GtkWidget *root, const char *text)
{
  if (!gtk_widget_get_mapped (root))
    return FALSE;
  if (has_text (root, text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (mns_screen_lab_says (child, text))
      return TRUE;
  return FALSE;
}

static gboolean
says (gpointer data)
{
  Wanted *wanted = data;

  return mns_screen_lab_says (wanted->root, wanted->text);
}

void
mns_screen_lab_wait_says (GtkWidget *root, const char *text)
{
  Wanted wanted = { root, text, NULL };

  g_test_message ("waiting for “%s”", text);
  mns_ui_wait (says, &wanted);
}

static GtkWidget *
find_saying (GtkWidget *root, GType type, const char *text)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_saying (child, type, text);

      if (found != NULL)
        return found;
    }
  return G_TYPE_CHECK_INSTANCE_TYPE (root, type) && mns_screen_lab_says (root, text) ? root : NULL;
}

GtkWidget *
mns_screen_lab_find (GtkWidget *root, GType type, const char *text)
{
  GtkWidget *found = find_saying (root, type, text);

  if (found == NULL)
    g_error ("no %s says “%s”", g_type_name (type), text);
  return found;
}

static GtkWidget *
find_screen (GtkWidget *root)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (MNS_IS_SCREEN (root))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_screen (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* The stack of the states that every screen has; drop-downs have stacks of their own. */
static GtkStack *
find_pages (GtkWidget *root)
{
  if (GTK_IS_STACK (root) && gtk_stack_get_child_by_name (GTK_STACK (root), "status") != NULL)
    return GTK_STACK (root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkStack *found = find_pages (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
shows_page (gpointer data)
{
  Wanted *wanted = data;

  wanted->found = find_screen (wanted->root);
  if (wanted->found == NULL)
    return FALSE;
  return g_strcmp0 (gtk_stack_get_visible_child_name (find_pages (wanted->found)), wanted->text) ==
         0;
}

GtkWidget *
mns_screen_lab_show (MnsScreenLab *self, const char *path, const char *page)
{
  Wanted wanted = { self->window, page, NULL };

  mns_window_open (MNS_WINDOW (self->window), path);
  mns_ui_wait (shows_page, &wanted);
  mns_ui_settle (self->window);
  return wanted.found;
}

void
mns_screen_lab_shoot (MnsScreenLab *self, const char *name)
{
  const char *language = g_getenv ("LANGUAGE");
  g_autofree char *full =
      language != NULL ? g_strdup_printf ("%s-%s", name, language) : g_strdup (name);

  mns_ui_settle (self->window);
  mns_ui_save_shots (self->window, full);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MnsViewResult **answer = user_data;
  g_autoptr (GError) error = NULL;

  *answer = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_assert_no_error (error);
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

MnsViewResult *
mns_screen_lab_look (MnsScreenLab *self, const char *view, const char *args)
{
  MnsViewResult *answer = NULL;

  mns_session_look (self->session, view, parse (args), NULL, looked_cb, &answer);
  mns_ui_wait (is_set, &answer);
  return answer;
}
