/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-record-save"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/app/refusal.h"
#include "desktop/screens/step/record-save.h"

/* The cells of one command, to find the cell of a fault. */
typedef struct
{
  MnsRecordTable *table; /* of the page, which lives until the answer */
  MnsRecordSaved saved;
  GArray *places; /* of MnsCellEdit without text, in the order of the command's cells */
} Saving;

static void
mark_faults (Saving *saving, MnsResult *result)
{
  for (guint i = 0; result->faults != NULL && i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);
      gboolean is_name = g_strcmp0 (fault->at, "/name") == 0; /* of container.rename */
      guint64 n = 0;

      if (!is_name && (fault->at == NULL || !g_str_has_prefix (fault->at, "/cells/")))
        continue;
      n = is_name ? 0 : g_ascii_strtoull (fault->at + strlen ("/cells/"), NULL, 10);
      if (n < saving->places->len)
        {
          const MnsCellEdit *place = &g_array_index (saving->places, MnsCellEdit, n);

          g_autofree char *said = mns_refusal_say_fault (fault);

          mns_grid_model_refuse (
              mns_record_table_get_model (saving->table), place->row, place->column, said);
        }
    }
}

static void
saved_cb (MnsStepPage *page, MnsResult *result, gboolean refused, gpointer data)
{
  Saving *saving = data;

  if (mns_step_page_get_screen (page) != NULL)
    {
      if (refused && result != NULL)
        mark_faults (saving, result);
      saving->saved (page);
      if (mns_step_page_get_n_saving (page) == 0)
        mns_step_page_load (page);
    }
  g_array_unref (saving->places);
  g_free (saving);
}

static JsonNode *
make_value (const MnsGridColumn *column, const char *text)
{
  JsonNode *node = json_node_alloc ();
  double number;

  if (text != NULL && text[0] != '\0')
    return column->kind == MNS_CELL_NUMBER && mns_cell_parse_number (text, &number)
               ? json_node_init_double (node, number)
               : json_node_init_string (node, text);
  return column->kind == MNS_CELL_QC ? json_node_init_string (node, "UNKNOWN")
                                     : json_node_init_null (node);
}

static void
add_cell (MnsRecordTable *table, const MnsCellEdit *edit, JsonArray *cells, JsonObject *expect)
{
  const MnsGridColumn *column =
      mns_grid_model_get_column (mns_record_table_get_model (table), edit->column);
  g_autofree char *artifact = mns_record_table_dup_artifact (table, edit->row);
  g_autofree char *field = mns_record_table_dup_field (table, edit->column);
  g_autofree char *key = g_strconcat ("artifact:", artifact, NULL);
  const char *before = mns_record_table_get_stored (table, edit->row, edit->column);
  JsonObject *cell = mns_args_new ("artifact", artifact, "field", field, NULL);
  JsonObject *seen;

  json_object_set_member (cell, "value", make_value (column, edit->text));
  json_array_add_object_element (cells, cell);
  if (!json_object_has_member (expect, key))
    json_object_set_object_member (expect, key, json_object_new ());
  seen = json_object_get_object_member (expect, key);
  if (before[0] == '\0')
    json_object_set_null_member (seen, field);
  else
    json_object_set_string_member (seen, field, before);
}

static Saving *
saving_new (MnsRecordTable *table, MnsRecordSaved saved)
{
  Saving *saving = g_new0 (Saving, 1);

  saving->table = table;
  saving->saved = saved;
  saving->places = g_array_new (FALSE, FALSE, sizeof (MnsCellEdit));
  return saving;
}

/* The name of the tube that an output lies in. */
static void
rename_tube (MnsStepPage *page,
             MnsRecordTable *table,
             const MnsCellEdit *edit,
             MnsRecordSaved saved)
{
  g_autofree char *container = mns_record_table_dup_container (table, edit->row);
  const char *before = mns_record_table_get_stored (table, edit->row, edit->column);
  const MnsCellEdit place = { edit->row, edit->column, NULL };
  JsonObject *expect;
  g_autofree char *key = NULL;
  Saving *saving;

  if (container == NULL || g_strcmp0 (before, edit->text) == 0)
    return;
  if (edit->text == NULL || edit->text[0] == '\0')
    {
      mns_grid_model_refuse (mns_record_table_get_model (table),
                             edit->row,
                             edit->column,
                             _ ("A tube must have a name"));
      return;
    }
  saving = saving_new (table, saved);
  g_array_append_val (saving->places, place);
  expect = json_object_new ();
  key = g_strconcat ("container:", container, NULL);
  json_object_set_object_member (expect, key, mns_args_new ("name", before, NULL));
  mns_step_page_do (page,
                    "container.rename@1",
                    mns_args_new ("container", container, "name", edit->text, NULL),
                    expect,
                    saved_cb,
                    saving);
}

/**
 * mns_record_save:
 * @page: the page, for the run
 * @table: its table
 * @edits: what the person changed; a cell that cannot be right stays a draft and is left out
 * @saved: called when an answer is there
 *
 * Gives the cells to the lab in one command; names of tubes are renamings of containers.
 */
void
mns_record_save (MnsStepPage *page,
                 MnsRecordTable *table,
                 const GArray *edits,
                 MnsRecordSaved saved)
{
  JsonObject *args, *expect = json_object_new ();
  JsonArray *cells = json_array_new ();
  Saving *saving = saving_new (table, saved);

  for (guint i = 0; i < edits->len; i++)
    {
      const MnsCellEdit *edit = &g_array_index (edits, MnsCellEdit, i);
      const MnsCellEdit place = { edit->row, edit->column, NULL };
      g_autofree char *fault =
          mns_grid_model_dup_fault (mns_record_table_get_model (table), edit->row, edit->column);
      g_autofree char *field = mns_record_table_dup_field (table, edit->column);

      if (fault != NULL)
        continue; /* stays as a draft */
      if (field == NULL)
        {
          rename_tube (page, table, edit, saved);
          continue;
        }
      add_cell (table, edit, cells, expect);
      g_array_append_val (saving->places, place);
    }
  if (saving->places->len == 0)
    {
      g_array_unref (saving->places);
      g_free (saving);
      json_array_unref (cells);
      json_object_unref (expect);
      return;
    }
  args = mns_step_page_new_args (page);
  json_object_set_array_member (args, "cells", cells);
  mns_step_page_do (page, "step.record@1", args, expect, saved_cb, saving);
}
