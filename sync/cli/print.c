/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a person reads: aligned tables, sentences. Scripts read --json. */

#include "config.h"

#include <stdio.h>

#include "sync/cli/cli.h"
#include "sync/wire/envelope.h"

#define MAX_WIDTH 40

char *
cli_print_time (gint64 us)
{
  g_autoptr (GDateTime) time = us > 0 ? g_date_time_new_from_unix_local (us / 1000000) : NULL;

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("never");
}

static char *
print_cell (const char *column, const MnsValue *value)
{
  char id[MNS_ID_TEXT_SIZE];

  if (value->is_null)
    return g_strdup ("");
  switch (value->kind)
    {
    case MNS_KIND_ID:
      mns_id_print (&value->v.id, id);
      return g_strdup (id);
    case MNS_KIND_INT:
      if (g_str_equal (column, "at") || g_str_has_suffix (column, "_at"))
        return cli_print_time (value->v.integer);
      return g_strdup_printf ("%" G_GINT64_FORMAT, value->v.integer);
    case MNS_KIND_REAL:
      return g_strdup_printf ("%g", value->v.real);
    case MNS_KIND_TEXT:
    case MNS_KIND_JSON:
      return g_strdup (value->v.text);
    case MNS_KIND_BYTES:
      return g_strdup_printf ("%zu bytes", g_bytes_get_size (value->v.bytes));
    }
  g_return_val_if_reached (g_strdup (""));
}

/* Line breaks would tear the table; a long text is cut with a mark. */
static void
tidy (char **cell)
{
  glong length;

  for (char *p = *cell; *p != '\0'; p++)
    if (*p == '\n' || *p == '\t' || *p == '\r')
      *p = ' ';
  length = g_utf8_strlen (*cell, -1);
  if (length > MAX_WIDTH)
    {
      g_autofree char *cut = g_utf8_substring (*cell, 0, MAX_WIDTH - 1);

      g_free (*cell);
      *cell = g_strconcat (cut, "…", NULL);
    }
}

static GPtrArray *
list_cells (MnsRows *rows)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);

  for (guint c = 0; c < mns_rows_get_n_columns (rows); c++)
    g_ptr_array_add (cells, g_strdup (mns_rows_get_column_name (rows, c)));
  for (guint r = 0; r < mns_rows_get_n_rows (rows); r++)
    for (guint c = 0; c < mns_rows_get_n_columns (rows); c++)
      {
        char *cell = print_cell (mns_rows_get_column_name (rows, c), mns_rows_get (rows, r, c));

        tidy (&cell);
        g_ptr_array_add (cells, cell);
      }
  return cells;
}

static void
print_line (GPtrArray *cells, guint from, guint n, const glong *widths)
{
  for (guint c = 0; c < n; c++)
    {
      const char *cell = g_ptr_array_index (cells, from + c);
      glong pad = c + 1 < n ? widths[c] - g_utf8_strlen (cell, -1) + 2 : 0;

      printf ("%s%*s", cell, (int) pad, "");
    }
  printf ("\n");
}

void
cli_print_rows (const MnsViewResult *result)
{
  g_autoptr (GPtrArray) cells = list_cells (result->rows);
  guint n = mns_rows_get_n_columns (result->rows);
  g_autofree glong *widths = g_new0 (glong, MAX (n, 1));

  for (guint i = 0; i < cells->len; i++)
    widths[i % n] = MAX (widths[i % n], g_utf8_strlen (g_ptr_array_index (cells, i), -1));
  for (guint at = 0; at < cells->len; at += n)
    print_line (cells, at, n, widths);
  if (result->next != NULL)
    printf ("(more: {\"after\": \"%s\"})\n", result->next);
}

static void
print_object (JsonObject *object)
{
  g_autofree char *text = mns_json_print (object);

  printf ("%s\n", text);
}

/**
 * cli_print_result:
 * @conflict: (nullable): the conflict that the server opened
 */
void
cli_print_result (const Cli *cli, const MnsResult *result, const MnsId *conflict)
{
  g_autofree char *sentence = NULL;

  if (cli->json)
    {
      print_object (mns_envelope_from_result (result, conflict));
      return;
    }
  if (result->outcome == MNS_OUTCOME_OK)
    {
      g_autofree char *text =
          result->result != NULL ? json_to_string (result->result, FALSE) : NULL;

      printf ("ok%s%s\n", text != NULL ? " " : "", text != NULL ? text : "");
      return;
    }
  if (result->faults->len > 1)
    for (guint i = 0; i < result->faults->len; i++)
      {
        const MnsFault *fault = g_ptr_array_index (result->faults, i);

        fprintf (stderr, "%s: %s\n", fault->at, fault->message);
      }
  sentence = mns_result_to_sentence (result);
  fprintf (stderr, "%s: %s\n", mns_outcome_to_word (result->outcome), sentence);
}

int
cli_fail (const Cli *cli, const GError *error)
{
  if (cli->json)
    print_object (mns_envelope_from_error (error));
  else
    fprintf (stderr, "mns: %s\n", error->message);
  return CLI_REFUSED;
}
