/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-placement-file"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/screens/step/placement-file.h"

enum
{
  SAMPLE,
  CONTAINER,
  WELL,
  N_COLUMNS,
};

/* As a file of this program has them, in English whatever the person's language: robots read it. */
static const char *const headings[N_COLUMNS] = { "Sample", "Container", "Well" };

MnsSheet *
mns_placement_to_sheet (MnsPlateModel *model)
{
  MnsSheet *sheet = mns_sheet_new ();
  guint line = 1;

  for (guint c = 0; c < N_COLUMNS; c++)
    mns_sheet_set (sheet, 0, c, MNS_SHEET_TEXT, headings[c], NULL);
  for (guint i = 0; i < mns_plate_model_get_n_samples (model); i++)
    {
      const MnsPlateSample *sample = mns_plate_model_get_nth_sample (model, i);
      guint pos = mns_plate_model_find_sample (model, sample->id);
      g_autofree char *well = NULL;
      guint container, row, column;

      mns_sheet_set (sheet, line, SAMPLE, MNS_SHEET_TEXT, sample->name, NULL);
      if (pos != MNS_PLATE_NOWHERE)
        {
          mns_plate_model_locate (model, pos, &container, &row, &column);
          well = mns_plate_model_dup_well_name (model, pos);
          mns_sheet_set (sheet,
                         line,
                         CONTAINER,
                         MNS_SHEET_TEXT,
                         mns_plate_model_get_container_name (model, container),
                         NULL);
          mns_sheet_set (sheet, line, WELL, MNS_SHEET_TEXT, well, NULL);
        }
      line++;
    }
  return sheet;
}

static gboolean
find_columns (MnsSheet *sheet, guint *columns, GPtrArray *faults)
{
  gboolean whole = TRUE;

  for (guint i = 0; i < N_COLUMNS; i++)
    {
      columns[i] = G_MAXUINT;
      for (guint c = 0; c < mns_sheet_get_n_cols (sheet); c++)
        {
          const char *heading = mns_sheet_get_text (sheet, 0, c);

          if (heading != NULL && g_ascii_strcasecmp (heading, headings[i]) == 0)
            columns[i] = c;
        }
      if (columns[i] != G_MAXUINT || (i == CONTAINER))
        continue; /* with one container its name may be left out */
      whole = FALSE;
      g_ptr_array_add (faults,
                       g_strdup_printf (_ ("Line 1: the column “%s” is missing"), headings[i]));
    }
  return whole;
}

static const char *
get_cell (MnsSheet *sheet, guint line, guint column)
{
  const char *text = column != G_MAXUINT ? mns_sheet_get_text (sheet, line, column) : NULL;

  return text != NULL ? text : "";
}

/* A sample of that name; controls of one name are taken in turn. */
static const MnsPlateSample *
find_sample (MnsPlateModel *model, const char *name, GHashTable *used)
{
  for (guint i = 0; i < mns_plate_model_get_n_samples (model); i++)
    {
      const MnsPlateSample *sample = mns_plate_model_get_nth_sample (model, i);

      if (g_str_equal (sample->name, name) && !g_hash_table_contains (used, sample->id))
        return sample;
    }
  return NULL;
}

static guint
find_container (MnsPlateModel *model, const char *name)
{
  guint n = mns_plate_model_get_n_containers (model);

  if (name[0] == '\0')
    return n == 1 ? 0 : G_MAXUINT;
  for (guint i = 0; i < n; i++)
    if (g_str_equal (mns_plate_model_get_container_name (model, i), name))
      return i;
  return G_MAXUINT;
}

static gboolean
put (MnsPlateModel *model, const MnsPlateSample *sample, guint pos)
{
  const MnsFillRule rule = { .order = MNS_FILL_COLUMNS };
  const char *ids[] = { sample->id, NULL };
  guint from = mns_plate_model_find_sample (model, sample->id);

  if (from == pos)
    return TRUE;
  if (mns_plate_model_get_state (model, pos) != MNS_WELL_FREE)
    return FALSE;
  return from != MNS_PLATE_NOWHERE ? mns_plate_model_move (model, from, pos)
                                   : mns_plate_model_place (model, ids, pos, &rule) == 1;
}

static char *
read_line (
    MnsPlateModel *model, MnsSheet *sheet, guint line, const guint *columns, GHashTable *used)
{
  const char *name = get_cell (sheet, line, columns[SAMPLE]);
  const char *plate = get_cell (sheet, line, columns[CONTAINER]);
  const char *well = get_cell (sheet, line, columns[WELL]);
  const MnsPlateSample *sample = find_sample (model, name, used);
  guint container, pos;

  if (sample == NULL)
    return g_strdup_printf (_ ("Line %u: sample “%s” is not in this step"), line + 1, name);
  container = find_container (model, plate);
  if (container == G_MAXUINT)
    return g_strdup_printf (_ ("Line %u: container “%s” is none of this step"), line + 1, plate);
  pos = mns_plate_model_find_well (model, container, well);
  if (pos == MNS_PLATE_NOWHERE)
    return g_strdup_printf (_ ("Line %u: there is no well “%s”"), line + 1, well);
  g_hash_table_add (used, (gpointer) sample->id);
  if (!put (model, sample, pos))
    return g_strdup_printf (_ ("Line %u: well %s is not free for %s"), line + 1, well, name);
  return NULL;
}

guint
mns_placement_read_sheet (MnsPlateModel *model, MnsSheet *sheet, GPtrArray *faults)
{
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  guint columns[N_COLUMNS];
  guint n = 0;

  if (!find_columns (sheet, columns, faults))
    return 0;
  mns_plate_model_freeze (model);
  for (guint line = 1; line < mns_sheet_get_n_rows (sheet); line++)
    {
      char *fault;

      if (get_cell (sheet, line, columns[WELL])[0] == '\0')
        continue; /* a sample that is in no well */
      fault = read_line (model, sheet, line, columns, used);
      if (fault != NULL)
        g_ptr_array_add (faults, fault);
      else
        n++;
    }
  mns_plate_model_thaw (model);
  return n;
}
