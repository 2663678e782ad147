/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which well each of many samples would get: the patterns of the Placement screen. */

#define G_LOG_DOMAIN "mns-plate-model"

#include "config.h"

#include "desktop/widgets/plate-model-private.h"

typedef struct
{
  MnsPlateModel *model;
  const MnsFillRule *rule;
  guint container; /* of the first well */
  guint row;
  guint column;
  gboolean only_selected; /* the first well lies in a selection: stay inside it */
  GHashTable *leaving;    /* samples to be placed now; their old wells count as free */
  GHashTable *used;       /* positions that this plan has given away */
} Plan;

static gboolean
is_open (const Plan *plan, guint pos)
{
  const MnsPlateWell *well;

  if (pos == MNS_PLATE_NOWHERE || g_hash_table_contains (plan->used, GUINT_TO_POINTER (pos)))
    return FALSE;
  well = mns_plate_well (plan->model, pos);
  if (well->blocked != MNS_WELL_FREE || (plan->only_selected && !well->selected))
    return FALSE;
  return well->sample == NO_SAMPLE ||
         g_hash_table_contains (plan->leaving, GUINT_TO_POINTER (well->sample));
}

static guint
take (Plan *plan, guint pos)
{
  if (!is_open (plan, pos))
    return MNS_PLATE_NOWHERE;
  g_hash_table_add (plan->used, GUINT_TO_POINTER (pos));
  return pos;
}

/* The well that is @n-th in the fill order of a container, or nowhere if the pattern leaves it out.
 * Inside a selection the skipped lines are counted from the first well as well. */
static guint
nth_in_order (const Plan *plan, guint container, guint n)
{
  const MnsPlateContainer *c = mns_plate_container (plan->model, container);
  gboolean down = plan->rule->order == MNS_FILL_COLUMNS;
  guint row = down ? n % c->rows.size : n / c->columns.size;
  guint column = down ? n / c->rows.size : n % c->columns.size;
  gboolean first = container == plan->container;
  guint from_row = first ? plan->row : 0;
  guint from_column = first ? plan->column : 0;

  if (plan->rule->skip_rows && (row + from_row) % 2 != 0)
    return MNS_PLATE_NOWHERE;
  if (plan->rule->skip_columns && (column + from_column) % 2 != 0)
    return MNS_PLATE_NOWHERE;
  return mns_plate_model_at (plan->model, container, row, column);
}

static void
fill_in_order (Plan *plan, GArray *result)
{
  const MnsPlateContainer *c = mns_plate_container (plan->model, plan->container);
  guint container = plan->container;
  guint n = plan->rule->order == MNS_FILL_COLUMNS ? plan->column * c->rows.size + plan->row
                                                  : plan->row * c->columns.size + plan->column;

  for (guint i = 0; i < result->len;)
    {
      guint pos;

      if (n >= c->rows.size * c->columns.size)
        {
          if (!plan->rule->spill || ++container >= plan->model->containers->len)
            return;
          c = mns_plate_container (plan->model, container);
          n = 0;
        }
      pos = take (plan, nth_in_order (plan, container, n++));
      if (pos != MNS_PLATE_NOWHERE)
        g_array_index (result, guint, i++) = pos;
    }
}

/* Number of the sample's source among the sources of this plan, in order of appearance. */
static guint
source_number (GHashTable *sources, const MnsPlateSample *sample)
{
  gpointer known = g_hash_table_lookup (sources, sample->source);

  if (known == NULL)
    {
      known = GUINT_TO_POINTER (g_hash_table_size (sources) + 1);
      g_hash_table_insert (sources, (gpointer) sample->source, known);
    }
  return GPOINTER_TO_UINT (known) - 1;
}

static guint
same_shape (const Plan *plan, const MnsPlateSample *sample, guint source)
{
  return mns_plate_model_at (
      plan->model, plan->container + source, sample->source_row, sample->source_column);
}

/* Source q (0 to 3) well (r, c) goes to (2r + q div 2, 2c + q mod 2). The first source takes the
 * quadrant of the first well, so that four plates can also be stamped one after the other. */
static guint
quadrant (const Plan *plan, const MnsPlateSample *sample, guint source)
{
  guint first = plan->row % 2 * 2 + plan->column % 2;
  guint q = (first + source) % 4;
  guint container = plan->container + (first + source) / 4;

  return mns_plate_model_at (
      plan->model, container, 2 * sample->source_row + q / 2, 2 * sample->source_column + q % 2);
}

static void
fill_by_source (Plan *plan, const guint *indices, GArray *result)
{
  g_autoptr (GHashTable) sources = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < result->len; i++)
    {
      const MnsPlateSample *sample;
      guint n;

      if (indices[i] == NO_SAMPLE)
        continue;
      sample = &mns_plate_entry (plan->model, indices[i])->data;
      if (sample->source == NULL) /* has no well to take the shape from */
        continue;
      n = source_number (sources, sample);
      g_array_index (result, guint, i) =
          take (plan,
                plan->rule->order == MNS_FILL_QUADRANT ? quadrant (plan, sample, n)
                                                       : same_shape (plan, sample, n));
    }
}

/* Unknown ids and repeated ones get no well. */
static guint *
find_entries (MnsPlateModel *self, const char *const *ids, guint n, GHashTable *leaving)
{
  guint *indices = g_new (guint, n + 1);

  for (guint i = 0; i < n; i++)
    {
      indices[i] = mns_plate_find_entry (self, ids[i]);
      if (indices[i] != NO_SAMPLE && !g_hash_table_add (leaving, GUINT_TO_POINTER (indices[i])))
        indices[i] = NO_SAMPLE;
    }
  return indices;
}

/* Gives the found wells, in order, to the samples that are known. */
static void
deal_out (const guint *indices, const GArray *wells, GArray *result)
{
  guint next = 0;

  for (guint i = 0; i < result->len; i++)
    if (indices[i] != NO_SAMPLE && next < wells->len)
      g_array_index (result, guint, i) = g_array_index (wells, guint, next++);
}

static void
set_nowhere (GArray *positions)
{
  for (guint i = 0; i < positions->len; i++)
    g_array_index (positions, guint, i) = MNS_PLATE_NOWHERE;
}

static guint
count_placed (const GArray *positions)
{
  guint n = 0;

  for (guint i = 0; i < positions->len; i++)
    n += g_array_index (positions, guint, i) != MNS_PLATE_NOWHERE;
  return n;
}

static gboolean
has_selection (MnsPlateModel *self, guint start)
{
  g_autoptr (GArray) selected = NULL;

  if (!mns_plate_model_is_selected (self, start))
    return FALSE;
  selected = mns_plate_model_dup_selected (self);
  return selected->len > 1;
}

/**
 * mns_plate_model_plan:
 * @self: a model
 * @ids: samples, in the order in which they are to be placed
 * @start: the first well
 * @rule: which wells follow
 * @n_placed: (out) (optional): how many samples find a well
 *
 * Says where the samples would go, and changes nothing. Columns and rows skip full and unavailable
 * wells and stay inside the selection where @start is in one of several wells. The two other
 * patterns go by the wells that the samples come from: of @start they use the container and, for
 * the quadrant, whether row and column are even.
 *
 * Returns: (transfer full) (element-type guint): a position a sample, or %MNS_PLATE_NOWHERE
 */
GArray *
mns_plate_model_plan (MnsPlateModel *self,
                      const char *const *ids,
                      guint start,
                      const MnsFillRule *rule,
                      guint *n_placed)
{
  g_autoptr (GHashTable) leaving = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  g_autofree guint *indices = NULL;
  Plan plan = { self, rule, 0, 0, 0, FALSE, leaving, used };
  GArray *result;
  guint n;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (start < self->wells->len, NULL);
  g_return_val_if_fail (rule != NULL, NULL);

  n = g_strv_length ((GStrv) ids);
  result = g_array_sized_new (FALSE, TRUE, sizeof (guint), n);
  g_array_set_size (result, n);
  set_nowhere (result);
  indices = find_entries (self, ids, n, leaving);
  mns_plate_model_locate (self, start, &plan.container, &plan.row, &plan.column);

  if (rule->order == MNS_FILL_SAME_SHAPE || rule->order == MNS_FILL_QUADRANT)
    fill_by_source (&plan, indices, result);
  else
    {
      g_autoptr (GArray) wells = g_array_new (FALSE, TRUE, sizeof (guint));

      plan.only_selected = has_selection (self, start);
      g_array_set_size (wells, g_hash_table_size (leaving));
      set_nowhere (wells);
      fill_in_order (&plan, wells);
      deal_out (indices, wells, result);
    }
  if (n_placed != NULL)
    *n_placed = count_placed (result);
  return result;
}
