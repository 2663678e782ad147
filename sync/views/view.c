/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <math.h>
#include <string.h>

#include "sync/lab/rights.h"
#include "sync/model/error.h"
#include "sync/model/packed.h"
#include "sync/views/tables.h"

static const MnsViewSpec *const *const groups[] = {
  mns_views_lab,         mns_views_queue,   mns_views_step,   mns_views_run,
  mns_views_run_details, mns_views_project, mns_views_config, mns_views_sequencers,
};

#define MAX_VIEWS 96

static const MnsViewSpec *all[MAX_VIEWS];
static guint n_all;

const MnsViewSpec *const *
mns_views_get_all (guint *n_views)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
        for (guint i = 0; groups[g][i] != NULL; i++)
          {
            g_assert (n_all < MAX_VIEWS);
            all[n_all++] = groups[g][i];
          }
      g_once_init_leave (&done, 1);
    }
  if (n_views != NULL)
    *n_views = n_all;
  return all;
}

const MnsViewSpec *
mns_view_find (const char *name)
{
  guint n_views;
  const MnsViewSpec *const *views = mns_views_get_all (&n_views);

  for (guint i = 0; i < n_views; i++)
    if (g_str_equal (views[i]->name, name))
      return views[i];
  return NULL;
}

MnsViewResult *
mns_view_result_new (void)
{
  MnsViewResult *self = g_new0 (MnsViewResult, 1);

  self->total = -1;
  return self;
}

void
mns_view_result_free (MnsViewResult *self)
{
  if (self == NULL)
    return;
  mns_rows_unref (self->rows);
  g_free (self->next);
  g_free (self);
}

/* Pages are mostly small numbers; printf() is slow. */
static void
print_int (GString *text, gint64 number)
{
  char digits[24];
  char *p = digits + sizeof digits;
  guint64 rest = number < 0 ? -(guint64) number : (guint64) number;

  do
    *--p = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0)
    *--p = '-';
  g_string_append_len (text, p, digits + sizeof digits - p);
}

static void
print_value (GString *text, const MnsValue *value)
{
  char id[MNS_ID_TEXT_SIZE + 1];
  char number[MNS_NUMBER_SIZE];
  g_autofree char *base64 = NULL;
  gsize size;
  const guchar *data;

  if (value->is_null)
    {
      g_string_append (text, "null");
      return;
    }
  switch (value->kind)
    {
    case MNS_KIND_ID:
      g_string_append_c (text, '"');
      mns_id_print (&value->v.id, id);
      id[MNS_ID_TEXT_SIZE - 1] = '"';
      g_string_append_len (text, id, MNS_ID_TEXT_SIZE);
      break;
    case MNS_KIND_TEXT:
      mns_json_append_string (text, value->v.text);
      break;
    case MNS_KIND_JSON:
      g_string_append (text, value->v.text);
      break;
    case MNS_KIND_INT:
      print_int (text, value->v.integer);
      break;
    case MNS_KIND_REAL:
      g_string_append (
          text, isfinite (value->v.real) ? mns_number_print (value->v.real, number) : "null");
      break;
    case MNS_KIND_BYTES:
      data = g_bytes_get_data (value->v.bytes, &size);
      base64 = g_base64_encode (data, size);
      mns_json_append_string (text, base64);
      break;
    }
}

/* JSON columns of SQLite come as text; what the view calls json goes out as it is. */
static void
print_cell (const MnsViewResult *self, guint row, guint column, GString *text)
{
  MnsValue value = *mns_rows_get (self->rows, row, column);

  if (!value.is_null && value.kind == MNS_KIND_TEXT &&
      mns_rows_get_column_kind (self->rows, column) == MNS_KIND_JSON)
    value.kind = MNS_KIND_JSON;
  print_value (text, &value);
}

/**
 * mns_view_result_print:
 * @self: an answer
 * @as_of: microseconds UTC
 * @text: where {"cols": …, "rows": …, "next"?, "total"?, "as_of"} is appended
 */
void
mns_view_result_print (const MnsViewResult *self, gint64 as_of, GString *text)
{
  guint n_columns = mns_rows_get_n_columns (self->rows);

  g_string_append (text, "{\"cols\":[");
  for (guint c = 0; c < n_columns; c++)
    {
      if (c > 0)
        g_string_append_c (text, ',');
      mns_json_append_string (text, mns_rows_get_column_name (self->rows, c));
    }
  g_string_append (text, "],\"rows\":[");
  for (guint row = 0; row < mns_rows_get_n_rows (self->rows); row++)
    {
      g_string_append (text, row > 0 ? ",\n[" : "\n[");
      for (guint c = 0; c < n_columns; c++)
        {
          if (c > 0)
            g_string_append_c (text, ',');
          print_cell (self, row, c, text);
        }
      g_string_append_c (text, ']');
    }
  g_string_append_c (text, ']');
  if (self->next != NULL)
    {
      g_string_append (text, ",\"next\":");
      mns_json_append_string (text, self->next);
    }
  if (self->total >= 0)
    g_string_append_printf (text, ",\"total\":%" G_GINT64_FORMAT, self->total);
  g_string_append_printf (text, ",\"as_of\":%" G_GINT64_FORMAT "}", as_of);
}

static gboolean
check_right (const MnsLook *look, const MnsViewSpec *spec, GError **error)
{
  g_autoptr (MnsRights) rights = NULL;

  if (spec->right == NULL || look->as_system)
    return TRUE;
  rights = mns_rights_load (look->transaction, &look->person, error);
  if (rights == NULL)
    return FALSE;
  if (mns_rights_have (rights, spec->right))
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_DENIED,
               "looking at %s needs the right %s",
               spec->name,
               spec->right);
  return FALSE;
}

static gboolean
check_args (const MnsLook *look, const MnsViewSpec *spec, JsonObject *args, GError **error)
{
  g_autoptr (MnsResult) result = mns_result_new (MNS_OUTCOME_OK);
  g_autofree char *sentence = NULL;

  if (!mns_args_check (spec->args, args, look->transaction, result, error))
    return FALSE;
  if (result->faults == NULL || result->faults->len == 0)
    return TRUE;
  sentence = mns_result_to_sentence (result);
  g_set_error_literal (error, MNS_ERROR, MNS_ERROR_INVALID, sentence);
  return FALSE;
}

/* The spec says which columns are JSON; SQLite cannot. */
static void
mark_json_columns (const MnsViewSpec *spec, MnsRows *rows)
{
  g_auto (GStrv) words =
      strstr (spec->columns, " json") != NULL ? g_strsplit (spec->columns, ",", -1) : NULL;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_strstrip (words[i]), " ", 2);
      int column = parts[0] != NULL ? mns_rows_find_column (rows, parts[0]) : -1;

      if (column >= 0 && g_strcmp0 (parts[1], "json") == 0)
        mns_rows_set_column_kind (rows, column, MNS_KIND_JSON);
    }
}

/**
 * mns_view_run:
 * @look: who looks, where
 * @name: of the view
 * @args: (nullable): its arguments; LIMS ids in them are replaced by row ids
 *
 * Returns: (transfer full): the answer, or %NULL with @error set
 */
MnsViewResult *
mns_view_run (const MnsLook *look, const char *name, JsonObject *args, GError **error)
{
  const MnsViewSpec *spec = mns_view_find (name);
  g_autoptr (MnsViewResult) result = mns_view_result_new ();
  g_autoptr (JsonObject) given = args != NULL ? json_object_ref (args) : json_object_new ();

  if (spec == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "there is no view %s", name);
      return NULL;
    }
  if (!check_right (look, spec, error) || !check_args (look, spec, given, error) ||
      !spec->func (look, given, result, error))
    return NULL;
  g_assert (result->rows != NULL);
  mark_json_columns (spec, result->rows);
  return g_steal_pointer (&result);
}
