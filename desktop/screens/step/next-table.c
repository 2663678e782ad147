/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-next-table"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/step/next-table.h"

struct _MnsNextTable
{
  MnsRows *choices, *actions;
  GArray *offered; /* rows of the choices that the person may choose */
  GArray *rows;    /* of each grid row: row of the actions */
  char *shape;
  MnsGridModel *model;
};

/* The words of the screens for the words of the record. */
static const struct
{
  const char *action, *text;
} texts[] = {
  { "COMPLETE", N_ ("Mark protocol as complete") },
  { "REPEAT", N_ ("Repeat step") },
  { "STORE", N_ ("Store for later") },
  { "REMOVE", N_ ("Remove from workflow") },
  { "LEAVE", N_ ("Leave in QC protocol") },
  { "REVIEW", N_ ("Request manager review") },
  { "REWORK", N_ ("Rework from an earlier step…") },
};

static char *
name_action (const char *action, const char *step, const char *run)
{
  if (action == NULL)
    return g_strdup ("");
  if (g_str_equal (action, "NEXTSTEP"))
    return g_strdup_printf (_ ("Advance to %s"), step);
  if (g_str_equal (action, "COMPLETEREPEAT"))
    return g_strdup_printf (_ ("Advance to %s and repeat"), step);
  if (g_str_equal (action, "REWORK") && run != NULL)
    return g_strdup_printf (_ ("Rework from %s"), run);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].action, action))
      return g_strdup (_ (texts[i].text));
  return g_strdup (action);
}

static char *
name_choice (MnsNextTable *self, guint choice)
{
  return name_action (mns_cell_text (self->choices, choice, "action"),
                      mns_cell_text (self->choices, choice, "step"),
                      NULL);
}

static char *
name_stored (MnsNextTable *self, guint row)
{
  return name_action (mns_cell_text (self->actions, row, "action"),
                      mns_cell_text (self->actions, row, "next_step"),
                      mns_cell_text (self->actions, row, "rework_run"));
}

GStrv
mns_next_table_dup_choices (MnsNextTable *self)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; i < self->offered->len; i++)
    {
      g_autofree char *word = name_choice (self, g_array_index (self->offered, guint, i));

      g_strv_builder_add (words, word);
    }
  return g_strv_builder_end (words);
}

static gboolean
is_shown (MnsNextTable *self, guint row, MnsNextShow shown)
{
  const char *flag = mns_cell_text (self->actions, row, "qc_flag");

  switch (shown)
    {
    case MNS_NEXT_SHOW_PASSED:
      return g_strcmp0 (flag, "PASSED") == 0;
    case MNS_NEXT_SHOW_FAILED:
      return g_strcmp0 (flag, "FAILED") == 0;
    case MNS_NEXT_SHOW_UNFLAGGED:
      return g_strcmp0 (flag, "PASSED") != 0 && g_strcmp0 (flag, "FAILED") != 0;
    case MNS_NEXT_SHOW_MISSING:
      return mns_cell_text (self->actions, row, "action") == NULL;
    case MNS_NEXT_SHOW_ALL:
    default:
      return TRUE;
    }
}

/* What a cell may hold: the choices, and what stands in it already. */
static GStrv
list_options (MnsNextTable *self)
{
  g_autoptr (GStrvBuilder) options = g_strv_builder_new ();
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) choices = mns_next_table_dup_choices (self);

  for (guint i = 0; choices[i] != NULL; i++)
    if (g_hash_table_add (known, g_strdup (choices[i])))
      g_strv_builder_add (options, choices[i]);
  for (guint i = 0; i < mns_rows_get_n_rows (self->actions); i++)
    {
      g_autofree char *stored = name_stored (self, i);

      if (stored[0] != '\0' && g_hash_table_add (known, g_strdup (stored)))
        g_strv_builder_add (options, stored);
    }
  return g_strv_builder_end (options);
}

static void
make_model (MnsNextTable *self)
{
  g_auto (GStrv) options = list_options (self);
  const MnsGridColumn columns[] = {
    { .id = "name", .title = _ ("Sample"), .read_only = TRUE, .decimals = -1 },
    { .id = "qc", .title = _ ("QC"), .read_only = TRUE, .decimals = -1 },
    { .id = "action",
      .title = _ ("Next step"),
      .kind = MNS_CELL_CHOICE,
      .options = (const char *const *) options,
      .required = TRUE,
      .decimals = -1 },
    { .id = "lims_id", .title = _ ("LIMS ID"), .read_only = TRUE, .decimals = -1 },
  };

  g_clear_object (&self->model);
  self->model = mns_grid_model_new (columns, G_N_ELEMENTS (columns));
  mns_grid_model_freeze (self->model);
  for (guint row = 0; row < self->rows->len; row++)
    {
      guint at = g_array_index (self->rows, guint, row);
      g_autofree char *id = mns_cell_dup_id (self->actions, at, "artifact_id");
      g_autofree char *qc = mns_format_qc (self->actions, at, "qc_flag");
      g_autofree char *action = name_stored (self, at);
      const char *cells[] = { mns_cell_text (self->actions, at, "name"),
                              qc,
                              action,
                              mns_cell_text (self->actions, at, "lims_id"),
                              NULL };

      mns_grid_model_append_row (self->model, id, cells);
    }
  mns_grid_model_thaw (self->model);
}

static char *
describe_shape (MnsNextTable *self)
{
  g_autoptr (GString) shape = g_string_new (NULL);
  g_auto (GStrv) options = list_options (self);

  for (guint i = 0; options[i] != NULL; i++)
    g_string_append_printf (shape, "%s\n", options[i]);
  for (guint i = 0; i < self->rows->len; i++)
    {
      g_autofree char *id =
          mns_cell_dup_id (self->actions, g_array_index (self->rows, guint, i), "artifact_id");

      g_string_append (shape, id);
    }
  return g_string_free (g_steal_pointer (&shape), FALSE);
}

/* A cell that was just changed shows what the lab has of it. */
static void
update (MnsNextTable *self)
{
  guint column = mns_grid_model_find_column (self->model, "action");

  for (guint row = 0; row < self->rows->len; row++)
    {
      g_autofree char *stored = name_stored (self, g_array_index (self->rows, guint, row));

      if (g_strcmp0 (stored, mns_grid_model_get_text (self->model, row, column)) != 0)
        mns_grid_model_load (self->model, row, column, stored);
    }
}

gboolean
mns_next_table_set (MnsNextTable *self,
                    const MnsRows *choices,
                    const MnsRows *actions,
                    MnsNextShow shown,
                    gboolean (*may) (const char *right, gpointer data),
                    gpointer data)
{
  g_autofree char *shape = NULL;

  mns_rows_ref ((MnsRows *) choices);
  mns_rows_ref ((MnsRows *) actions);
  g_clear_pointer (&self->choices, mns_rows_unref);
  g_clear_pointer (&self->actions, mns_rows_unref);
  self->choices = (MnsRows *) choices;
  self->actions = (MnsRows *) actions;
  g_array_set_size (self->offered, 0);
  g_array_set_size (self->rows, 0);
  for (guint i = 0; i < mns_rows_get_n_rows (choices); i++)
    {
      const char *right = mns_cell_text (choices, i, "right");

      if (right == NULL || may (right, data))
        g_array_append_val (self->offered, i);
    }
  for (guint i = 0; i < mns_rows_get_n_rows (actions); i++)
    if (is_shown (self, i, shown))
      g_array_append_val (self->rows, i);
  shape = describe_shape (self);
  if (g_strcmp0 (shape, self->shape) == 0)
    {
      update (self);
      return FALSE;
    }
  g_free (self->shape);
  self->shape = g_steal_pointer (&shape);
  make_model (self);
  return TRUE;
}

guint
mns_next_table_count_missing (MnsNextTable *self)
{
  guint n = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (self->actions); i++)
    n += mns_cell_text (self->actions, i, "action") == NULL;
  return n;
}

guint
mns_next_table_count_unflagged (MnsNextTable *self)
{
  guint n = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (self->actions); i++)
    n += is_shown (self, i, MNS_NEXT_SHOW_UNFLAGGED);
  return n;
}

guint
mns_next_table_find_row (MnsNextTable *self, const char *text)
{
  for (guint row = 0; row < self->rows->len; row++)
    {
      guint at = g_array_index (self->rows, guint, row);

      if (g_strcmp0 (mns_cell_text (self->actions, at, "name"), text) == 0 ||
          g_strcmp0 (mns_cell_text (self->actions, at, "lims_id"), text) == 0)
        return row;
    }
  return G_MAXUINT;
}

/* ---- back to the lab's words ---- */

static JsonObject *
make_action (MnsNextTable *self, const char *artifact, guint choice)
{
  g_autofree char *step = mns_cell_dup_id (self->choices, choice, "step_id");

  return mns_args_new ("artifact",
                       artifact,
                       "action",
                       mns_cell_text (self->choices, choice, "action"),
                       "step",
                       step,
                       NULL);
}

/* The stored action of some sample that reads like this, for rework that was copied or undone. */
static JsonObject *
copy_action (MnsNextTable *self, const char *artifact, const char *text)
{
  for (guint i = 0; i < mns_rows_get_n_rows (self->actions); i++)
    {
      g_autofree char *stored = name_stored (self, i);
      g_autofree char *step = mns_cell_dup_id (self->actions, i, "next_step_id");
      g_autofree char *run = mns_cell_dup_id (self->actions, i, "rework_run_id");

      if (g_str_equal (stored, text))
        return mns_args_new ("artifact",
                             artifact,
                             "action",
                             mns_cell_text (self->actions, i, "action"),
                             "step",
                             step,
                             "run",
                             run,
                             NULL);
    }
  return NULL;
}

guint
mns_next_table_list_actions (MnsNextTable *self,
                             const GArray *edits,
                             JsonArray *actions,
                             GStrvBuilder *rework)
{
  g_auto (GStrv) choices = mns_next_table_dup_choices (self);
  guint n_rework = 0;

  for (guint i = 0; i < edits->len; i++)
    {
      const MnsCellEdit *edit = &g_array_index (edits, MnsCellEdit, i);
      const char *artifact = mns_grid_model_get_row_id (self->model, edit->row);
      guint at = 0;
      JsonObject *action;

      if (edit->text == NULL || edit->text[0] == '\0')
        continue; /* nothing is no choice; the lab's word comes back */
      while (choices[at] != NULL && !g_str_equal (choices[at], edit->text))
        at++;
      if (choices[at] != NULL &&
          mns_cell_int (self->choices, g_array_index (self->offered, guint, at), "needs_run") != 0)
        {
          g_strv_builder_add (rework, artifact);
          n_rework++;
          continue;
        }
      action = choices[at] != NULL
                   ? make_action (self, artifact, g_array_index (self->offered, guint, at))
                   : copy_action (self, artifact, edit->text);
      if (action != NULL)
        json_array_add_object_element (actions, action);
    }
  return n_rework;
}

void
mns_next_table_list_defaults (MnsNextTable *self, JsonArray *actions)
{
  for (guint c = 0; c < mns_rows_get_n_rows (self->choices); c++)
    for (guint i = 0; mns_cell_int (self->choices, c, "is_default") != 0 &&
                      i < mns_rows_get_n_rows (self->actions);
         i++)
      {
        g_autofree char *artifact = mns_cell_dup_id (self->actions, i, "artifact_id");

        if (mns_cell_text (self->actions, i, "action") == NULL)
          json_array_add_object_element (actions, make_action (self, artifact, c));
      }
}

/* ---- the sum ---- */

char *
mns_next_table_sum_up (MnsNextTable *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) options = list_options (self);

  for (guint i = 0; options[i] != NULL; i++)
    {
      guint n = 0;

      for (guint row = 0; row < mns_rows_get_n_rows (self->actions); row++)
        {
          g_autofree char *stored = name_stored (self, row);

          n += g_str_equal (stored, options[i]);
        }
      if (n > 0)
        g_string_append_printf (text, "%s%u × %s", text->len > 0 ? "\n" : "", n, options[i]);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

guint
mns_next_table_find_most (MnsNextTable *self, char **step, char **name)
{
  guint most = 0;

  for (guint c = 0; c < mns_rows_get_n_rows (self->choices); c++)
    {
      g_autofree char *id = mns_cell_dup_id (self->choices, c, "step_id");
      guint n = 0;

      for (guint i = 0; id != NULL && i < mns_rows_get_n_rows (self->actions); i++)
        {
          g_autofree char *next = mns_cell_dup_id (self->actions, i, "next_step_id");

          n += g_strcmp0 (next, id) == 0;
        }
      if (n <= most)
        continue;
      most = n;
      g_free (*step);
      g_free (*name);
      *step = g_steal_pointer (&id);
      *name = g_strdup (mns_cell_text (self->choices, c, "step"));
    }
  return most;
}

MnsGridModel *
mns_next_table_get_model (MnsNextTable *self)
{
  return self->model;
}

MnsNextTable *
mns_next_table_new (void)
{
  MnsNextTable *self = g_new0 (MnsNextTable, 1);

  self->offered = g_array_new (FALSE, FALSE, sizeof (guint));
  self->rows = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

void
mns_next_table_free (MnsNextTable *self)
{
  g_clear_pointer (&self->choices, mns_rows_unref);
  g_clear_pointer (&self->actions, mns_rows_unref);
  g_clear_object (&self->model);
  g_array_unref (self->offered);
  g_array_unref (self->rows);
  g_free (self->shape);
  g_free (self);
}
