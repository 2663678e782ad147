/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What waits for a step, and an ice bucket looked at again. An artifact that waits in two
 * workflows has two entries; the first one speaks for it.
 */

#include "config.h"

#include "sync/model/error.h"
#include "sync/store/memo.h"
#include "sync/views/columns.h"
#include "sync/views/tables.h"

/* What the configuration says of a step; remembered, so shared between threads: borrow only. */
typedef struct
{
  MnsId queue;
  JsonObject *settings; /* of its newest version */
} StepInfo;

static void
clear_step_info (gpointer data)
{
  g_clear_pointer (&((StepInfo *) data)->settings, json_object_unref);
}

static const MnsMemoKind step_kind = { "step", clear_step_info };

/* The step's queue and the columns its settings give to the screens. */
typedef struct
{
  MnsId step;
  MnsId queue;
  StepInfo *info;
  MnsCatalog *catalog;
  GArray *columns;
} Queue;

static void
queue_clear (Queue *self)
{
  g_clear_pointer (&self->columns, g_array_unref);
  g_clear_pointer (&self->catalog, mns_catalog_free);
  mns_memo_release (&step_kind, self->info);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Queue, queue_clear)

static StepInfo *
load_step (MnsTransaction *tx, const MnsId *step, GError **error)
{
  StepInfo *info = mns_transaction_recall (tx, &step_kind, step);
  g_autoptr (MnsRows) rows = NULL;

  if (info != NULL)
    return info;
  rows = mns_transaction_query (
      tx,
      "SELECT s.queue_id, (SELECT v.settings FROM step_version v WHERE v.step_id = s.id "
      "ORDER BY v.number DESC LIMIT 1) AS settings FROM step s WHERE s.id = $step",
      MNS_ARGS (MNS_ARG_ID ("step", step)),
      error);
  if (rows == NULL)
    return NULL;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "there is no such step");
      return NULL;
    }
  info = g_atomic_rc_box_new0 (StepInfo);
  info->queue = *mns_rows_get_id (rows, 0, 0);
  info->settings = mns_settings_parse (mns_rows_get_text (rows, 0, 1));
  mns_transaction_remember (tx, &step_kind, step, info);
  return info;
}

static gboolean
queue_load (Queue *self, const MnsLook *look, JsonObject *args, const char *list, GError **error)
{
  mns_look_get_id (args, "step", &self->step);
  self->info = load_step (look->transaction, &self->step, error);
  if (self->info == NULL)
    return FALSE;
  self->queue = self->info->queue;
  self->catalog = mns_catalog_load (look->transaction, error);
  if (self->catalog == NULL)
    return FALSE;
  self->columns = mns_settings_get_field_columns (self->catalog, self->info->settings, list, "");
  return TRUE;
}

#define QUEUE_COLUMNS                                                                              \
  "SELECT e.artifact_id, a.lims_id, a.name, s.lims_id AS sample_lims_id, "                         \
  "c.id AS container_id, c.name AS container, c.lims_id AS container_lims_id, p.y, p.x, "          \
  "c.container_type_id AS _type, j.id AS project_id, j.name AS project, e.priority, "              \
  "e.queued_at, a.qc_flag, f.name AS from_step, a.fields AS _artifact, s.fields AS _sample, "      \
  "c.fields AS _container, j.fields AS _project"

/* content is counted from 0: the first sample speaks for a pool. */
#define QUEUE_JOINS                                                                                \
  " JOIN artifact a ON a.id = e.artifact_id "                                                      \
  "LEFT JOIN placement p ON p.artifact_id = a.id "                                                 \
  "LEFT JOIN container c ON c.id = p.container_id "                                                \
  "LEFT JOIN content k ON k.artifact_id = a.content_id AND k.n = 0 "                               \
  "LEFT JOIN sample s ON s.id = k.sample_id "                                                      \
  "LEFT JOIN project j ON j.id = s.project_id "                                                    \
  "LEFT JOIN step f ON f.id = e.from_step_id "

#define QUEUE_WHERE                                                                                \
  "WHERE e.queue_id = $queue AND e.status = 'QUEUED' AND NOT EXISTS ("                             \
  "SELECT 1 FROM stage_entry o WHERE o.artifact_id = e.artifact_id "                               \
  "AND o.queue_id = e.queue_id AND o.status = 'QUEUED' AND o.n < e.n) "

/* Only where it is asked for: tables that nothing asks about are then not looked at. */
#define QUEUE_FILTER                                                                               \
  "AND (mns_contains (a.name, $filter) = 1 OR mns_contains (c.name, $filter) = 1 "                 \
  "OR mns_contains (j.name, $filter) = 1 OR a.lims_id = $filter OR s.lims_id = $filter "           \
  "OR c.lims_id = $filter) "

typedef struct
{
  const char *filter;
  MnsId project, container;
  char *where; /* continues QUEUE_WHERE */
} Narrowing;

static void
narrowing_clear (Narrowing *self)
{
  g_free (self->where);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Narrowing, narrowing_clear)

static void
narrowing_read (Narrowing *self, JsonObject *args)
{
  self->filter = mns_look_get_text (args, "filter");
  self->where = g_strconcat (
      self->filter != NULL ? QUEUE_FILTER : "",
      mns_look_get_id (args, "project", &self->project) ? "AND j.id = $project " : "",
      mns_look_get_id (args, "container", &self->container) ? "AND c.id = $container " : "",
      NULL);
}

/* Arguments that a statement does not name are not bound. */
#define NARROWING_ARGS(narrowing)                                                                  \
  MNS_ARG_TEXT ("filter", (narrowing).filter != NULL ? (narrowing).filter : ""),                   \
      MNS_ARG_ID ("project", &(narrowing).project),                                                \
      MNS_ARG_ID ("container", &(narrowing).container)

/* Orders by a word of the argument sort; each ends with the artifact, so that pages do not move. */
static const struct
{
  const char *word;
  const char *order; /* %s: direction */
} orders[] = {
  { "priority", "e.priority %s, e.queued_at, e.artifact_id" },
  { "queued", "e.queued_at %s, e.artifact_id" },
  { "name", "a.name_key %s, e.artifact_id" },
  { "container", "c.name_key %s NULLS LAST, p.x, p.y, e.artifact_id" },
  { "project", "j.name_key %s NULLS LAST, a.name_key, e.artifact_id" },
  { "well", "p.x %s NULLS LAST, p.y, c.name_key, e.artifact_id" },
  { "qc", "a.qc_flag %s, a.name_key, e.artifact_id" },
  { "from_step", "f.name %s NULLS LAST, a.name_key, e.artifact_id" },
  { "lims_id", "a.lims_id %s, e.artifact_id" },
  { "submitted", "s.received_date %s NULLS LAST, a.name_key, e.artifact_id" },
};

/* Words of the argument group: the order of the groups, and what a group is called. */
static const struct
{
  const char *word;
  const char *order;
  const char *title;
} groupings[] = {
  { "project", "j.name_key NULLS LAST, j.id", "j.name" },
  { "container", "c.name_key NULLS LAST, c.id", "c.name" },
  { "submitted", "s.received_date NULLS LAST", "s.received_date" },
  { "priority", "e.priority", "CAST(e.priority AS text)" },
};

static guint
find_grouping (JsonObject *args)
{
  const char *word = mns_look_get_text (args, "group");
  guint i = 0;

  while (i < G_N_ELEMENTS (groupings) && g_strcmp0 (groupings[i].word, word) != 0)
    i++;
  return i;
}

/* NULL with @error set if nothing in the queue's columns has that word. */
static char *
write_order_in_group (const Queue *self, JsonObject *args, GError **error)
{
  const char *word = mns_look_get_text (args, "sort");
  const char *direction =
      json_object_get_boolean_member_with_default (args, "descending", FALSE) ? "DESC" : "ASC";

  if (word == NULL)
    word = "priority";
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    if (g_str_equal (orders[i].word, word))
      {
        g_auto (GStrv) halves = g_strsplit (orders[i].order, "%s", 2);

        return g_strconcat (halves[0], direction, halves[1], NULL);
      }
  for (guint i = 0; i < self->columns->len; i++)
    {
      const MnsFieldColumn *column = &g_array_index (self->columns, MnsFieldColumn, i);
      gboolean number = g_str_equal (column->field->type, "NUMERIC");

      if (g_str_equal (column->field->key, word))
        return g_strdup_printf (
            number ? "CAST(%s.fields ->> '%s' AS double precision) %s NULLS LAST, e.artifact_id"
                   : "%s.fields ->> '%s' %s NULLS LAST, e.artifact_id",
            g_str_equal (column->source, "_artifact")    ? "a"
            : g_str_equal (column->source, "_sample")    ? "s"
            : g_str_equal (column->source, "_container") ? "c"
                                                         : "j",
            column->field->key,
            direction);
    }
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_INVALID,
               "the queue cannot be sorted by \"%s\": no such column",
               word);
  return NULL;
}

static char *
write_order (const Queue *self, JsonObject *args, GError **error)
{
  guint grouping = find_grouping (args);
  g_autofree char *order = write_order_in_group (self, args, error);

  if (order == NULL || grouping == G_N_ELEMENTS (groupings))
    return g_steal_pointer (&order);
  return g_strconcat (groupings[grouping].order, ", ", order, NULL);
}

/* The order of the index: pages go on from a key, so the last page costs what the first does. */
static gboolean
read_by_key (
    Queue *self, const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  const char *after = mns_look_get_text (args, "after");
  gint64 limit = mns_look_get_limit (args);
  gint64 priority = 0, queued_at = 0;
  MnsId artifact = { 0 };
  g_auto (GStrv) parts = after != NULL ? g_strsplit (after, "_", 3) : NULL;
  g_autofree char *sql = NULL;
  g_autofree char *limit_sql = mns_look_limit_sql (args);
  g_autoptr (MnsRows) raw = NULL;
  guint last;

  if (parts != NULL && g_strv_length (parts) == 3 && mns_id_parse (&artifact, parts[2]))
    {
      priority = g_ascii_strtoll (parts[0], NULL, 10);
      queued_at = g_ascii_strtoll (parts[1], NULL, 10);
    }
  sql = g_strconcat (QUEUE_COLUMNS " FROM stage_entry e" QUEUE_JOINS QUEUE_WHERE
                                   "AND (e.priority, e.queued_at, e.artifact_id) > "
                                   "($priority, $queued_at, $artifact) "
                                   "ORDER BY e.priority, e.queued_at, e.artifact_id",
                     limit_sql,
                     NULL);
  raw = mns_transaction_query (look->transaction,
                               sql,
                               MNS_ARGS (MNS_ARG_ID ("queue", &self->queue),
                                         MNS_ARG_INT ("priority", priority),
                                         MNS_ARG_INT ("queued_at", queued_at),
                                         MNS_ARG_ID ("artifact", &artifact)),
                               error);
  if (raw == NULL)
    return FALSE;
  result->rows = mns_catalog_finish (self->catalog, raw, self->columns, look->now);
  last = mns_rows_get_n_rows (raw);
  if (last > 0 && last >= limit)
    {
      g_autofree char *id = mns_id_to_string (mns_rows_get_id (raw, last - 1, 0));

      result->next = g_strdup_printf (
          "%" G_GINT64_FORMAT "_%" G_GINT64_FORMAT "_%s",
          mns_rows_get_int (raw, last - 1, mns_rows_find_column (raw, "priority")),
          mns_rows_get_int (raw, last - 1, mns_rows_find_column (raw, "queued_at")),
          id);
    }
  return TRUE;
}

static gboolean
read_by_offset (
    Queue *self, const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  gint64 limit = mns_look_get_limit (args);
  gint64 offset = mns_look_get_offset (args);
  g_auto (Narrowing) narrowing = { 0 };
  g_autofree char *order = write_order (self, args, error);
  g_autofree char *limit_sql = mns_look_limit_sql (args);
  g_autofree char *sql = NULL;
  g_autoptr (MnsRows) raw = NULL;

  if (order == NULL)
    return FALSE;
  narrowing_read (&narrowing, args);
  sql = g_strconcat (QUEUE_COLUMNS " FROM stage_entry e" QUEUE_JOINS QUEUE_WHERE,
                     narrowing.where,
                     "ORDER BY ",
                     order,
                     limit_sql,
                     " OFFSET $offset",
                     NULL);
  raw = mns_transaction_query (look->transaction,
                               sql,
                               MNS_ARGS (MNS_ARG_ID ("queue", &self->queue),
                                         NARROWING_ARGS (narrowing),
                                         MNS_ARG_INT ("offset", offset)),
                               error);
  if (raw == NULL)
    return FALSE;
  mns_view_result_page (
      result, mns_catalog_finish (self->catalog, raw, self->columns, look->now), limit, offset);
  return TRUE;
}

/* How many rows all pages have together, for a page that shows how long the list is. Without a
 * filter the server's counters know; a sample that waits twice counts twice there.
 *
 * @rows: (out) (nullable): %NULL: asked ahead, so that it travels with the page
 */
static gboolean
ask_count (Queue *self, const MnsLook *look, JsonObject *args, MnsRows **rows, GError **error)
{
  g_auto (Narrowing) narrowing = { 0 };
  g_autofree char *sql = NULL;
  const MnsArg *bound;

  narrowing_read (&narrowing, args);
  bound = MNS_ARGS (MNS_ARG_ID ("queue", &self->queue), NARROWING_ARGS (narrowing));
  sql = *narrowing.where == '\0'
            ? g_strdup (
                  "SELECT CAST(COALESCE(SUM(c.n), 0) AS bigint) "
                  "FROM stage_count c JOIN stage s ON s.id = c.stage_id "
                  "WHERE s.queue_id = $queue AND c.status = 'QUEUED'")
            : g_strconcat ("SELECT COUNT(*) FROM stage_entry e" QUEUE_JOINS QUEUE_WHERE,
                           narrowing.where,
                           NULL);
  if (rows == NULL)
    {
      mns_transaction_ask (look->transaction, sql, bound);
      return TRUE;
    }
  *rows = mns_transaction_query (look->transaction, sql, bound, error);
  return *rows != NULL;
}

static gboolean
read_page (
    Queue *self, const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  static const char *const by_offset[] = { "filter", "sort", "project", "container", "descending" };

  for (guint i = 0; i < G_N_ELEMENTS (by_offset); i++)
    if (json_object_has_member (args, by_offset[i]))
      return read_by_offset (self, look, args, result, error);
  return read_by_key (self, look, args, result, error);
}

static gboolean
look_at_queue (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_auto (Queue) queue = { 0 };
  gboolean counted = look->on_server && !json_object_has_member (args, "after");
  g_autoptr (MnsRows) count = NULL;

  if (!queue_load (&queue, look, args, "queue_fields", error))
    return FALSE;
  if (counted)
    ask_count (&queue, look, args, NULL, NULL);
  if (!read_page (&queue, look, args, result, error) ||
      (counted && !ask_count (&queue, look, args, &count, error)))
    return FALSE;
  if (counted)
    result->total = mns_rows_get_int (count, 0, 0);
  return TRUE;
}

static gboolean
look_at_queue_ids (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_auto (Narrowing) narrowing = { 0 };
  g_auto (Queue) queue = { 0 };
  const char *word = mns_look_get_text (args, "sort");
  gboolean in_order; /* the entries know it themselves */
  g_autofree char *order = NULL;
  g_autofree char *sql = NULL;

  if (!queue_load (&queue, look, args, "queue_fields", error))
    return FALSE;
  order = write_order (&queue, args, error);
  if (order == NULL)
    return FALSE;
  narrowing_read (&narrowing, args);
  in_order = *narrowing.where == '\0' && find_grouping (args) == G_N_ELEMENTS (groupings) &&
             (word == NULL || g_str_equal (word, "priority") || g_str_equal (word, "queued"));
  sql = g_strconcat ("SELECT e.artifact_id FROM stage_entry e ",
                     in_order ? "" : QUEUE_JOINS,
                     QUEUE_WHERE,
                     narrowing.where,
                     "ORDER BY ",
                     order,
                     NULL);
  result->rows = mns_transaction_query (
      look->transaction,
      sql,
      MNS_ARGS (MNS_ARG_ID ("queue", &queue.queue), NARROWING_ARGS (narrowing)),
      error);
  return result->rows != NULL;
}

/* How long each group of the list is, in the order in which queue_ids has them. */
static gboolean
look_at_queue_groups (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_auto (Narrowing) narrowing = { 0 };
  g_auto (Queue) queue = { 0 };
  guint grouping = find_grouping (args);
  g_auto (GStrv) keys = NULL;
  g_autoptr (GString) by = g_string_new (groupings[grouping].title);
  g_autofree char *sql = NULL;

  if (!queue_load (&queue, look, args, "queue_fields", error))
    return FALSE;
  narrowing_read (&narrowing, args);
  keys = g_strsplit (groupings[grouping].order, ", ", -1);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (keys[i], " ", 2);

      g_string_append_printf (by, ", %s", parts[0]);
    }
  sql = g_strconcat ("SELECT ",
                     groupings[grouping].title,
                     " AS title, COUNT(*) AS n FROM stage_entry e",
                     QUEUE_JOINS QUEUE_WHERE,
                     narrowing.where,
                     "GROUP BY ",
                     by->str,
                     " ORDER BY ",
                     groupings[grouping].order,
                     NULL);
  result->rows = mns_transaction_query (
      look->transaction,
      sql,
      MNS_ARGS (MNS_ARG_ID ("queue", &queue.queue), NARROWING_ARGS (narrowing)),
      error);
  return result->rows != NULL;
}

/* Where something waits that was scanned: a sample by name or id, a container with all in it. Each
 * branch of the union is served by an index. */
static gboolean
look_at_waiting (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  result->rows = mns_transaction_query (
      look->transaction,
      "WITH found (id) AS ("
      "SELECT a.id FROM artifact a WHERE a.name = $text UNION "
      "SELECT a.id FROM artifact a WHERE a.lims_id = $text UNION "
      "SELECT k.artifact_id FROM sample s JOIN content k ON k.sample_id = s.id "
      "WHERE s.lims_id = $text UNION "
      "SELECT p.artifact_id FROM container c JOIN placement p ON p.container_id = c.id "
      "WHERE c.name = $text UNION "
      "SELECT p.artifact_id FROM container c JOIN placement p ON p.container_id = c.id "
      "WHERE c.lims_id = $text) "
      "SELECT t.id AS step_id, t.name AS step, p.name AS protocol, e.artifact_id "
      "FROM found JOIN stage_entry e ON e.artifact_id = found.id AND e.status = 'QUEUED' "
      "JOIN step t ON t.queue_id = e.queue_id JOIN protocol p ON p.id = t.protocol_id "
      "WHERE t.archived = 0 ORDER BY p.position, p.name, t.position, t.id, e.artifact_id "
      "LIMIT 4000",
      MNS_ARGS (MNS_ARG_TEXT ("text", mns_look_get_text (args, "text"))),
      error);
  return result->rows != NULL;
}

static MnsRowSet *
make_set (JsonArray *artifacts)
{
  MnsRowSet *set = mns_row_set_new ("id id, place int");

  for (guint i = 0; i < json_array_get_length (artifacts); i++)
    {
      MnsId id;

      if (mns_id_parse (&id, json_array_get_string_element (artifacts, i)))
        mns_row_set_add (set, mns_value_id (&id), mns_value_int (i));
    }
  return set;
}

/* Samples in the order of the bucket; those that no longer wait say who has them. */
static gboolean
look_at_bucket (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (MnsRowSet) artifacts = make_set (json_object_get_array_member (args, "artifacts"));
  g_autoptr (MnsRows) raw = NULL;

  if (!queue_load (&queue, look, args, "ice_bucket_fields", error))
    return FALSE;
  raw = mns_transaction_query (
      look->transaction,
      QUEUE_COLUMNS
      ", CASE WHEN e.status = 'QUEUED' THEN 1 ELSE 0 END AS queued, "
      "t.first_name || ' ' || t.last_name AS taken_by "
      "FROM {v} JOIN stage_entry e ON e.artifact_id = v.id" QUEUE_JOINS
      "LEFT JOIN step_run r ON r.id = e.run_id LEFT JOIN person t ON t.id = r.technician_id "
      "WHERE e.queue_id = $queue AND NOT EXISTS (SELECT 1 FROM stage_entry o "
      "WHERE o.artifact_id = e.artifact_id AND o.queue_id = e.queue_id AND o.n > e.n) "
      "ORDER BY v.place",
      MNS_ARGS (MNS_ARG_SET ("v", artifacts), MNS_ARG_ID ("queue", &queue.queue)),
      error);
  if (raw == NULL)
    return FALSE;
  result->rows = mns_catalog_finish (queue.catalog, raw, queue.columns, look->now);
  return TRUE;
}

#define GROUPINGS "project container submitted priority"

static const MnsArgSpec queue_args[] = {
  { "step", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "step" },
  { "filter", MNS_ARG_TYPE_TEXT, .max = 200, .help = "part of a name, or an id" },
  { "sort",
    MNS_ARG_TYPE_TEXT,
    .max = 40,
    .help = "priority queued name container project well qc from_step lims_id submitted f<n>" },
  { "descending", MNS_ARG_TYPE_BOOL },
  { "group", MNS_ARG_TYPE_TEXT, .words = GROUPINGS, .help = "what stands together" },
  { "project", MNS_ARG_TYPE_ID, .refers = "project" },
  { "container", MNS_ARG_TYPE_ID, .refers = "container" },
  { "limit", MNS_ARG_TYPE_INT, .min = 1, .max = 500 },
  { "after", MNS_ARG_TYPE_TEXT, .max = 200 },
  { NULL },
};
static const MnsArgSpec queue_ids_args[] = {
  { "step", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "step" },
  { "filter", MNS_ARG_TYPE_TEXT, .max = 200 },
  { "sort", MNS_ARG_TYPE_TEXT, .max = 40 },
  { "descending", MNS_ARG_TYPE_BOOL },
  { "group", MNS_ARG_TYPE_TEXT, .words = GROUPINGS },
  { "project", MNS_ARG_TYPE_ID, .refers = "project" },
  { "container", MNS_ARG_TYPE_ID, .refers = "container" },
  { NULL },
};
static const MnsArgSpec queue_groups_args[] = {
  { "step", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "step" },
  { "group", MNS_ARG_TYPE_TEXT, .required = TRUE, .words = GROUPINGS },
  { "filter", MNS_ARG_TYPE_TEXT, .max = 200 },
  { "project", MNS_ARG_TYPE_ID, .refers = "project" },
  { "container", MNS_ARG_TYPE_ID, .refers = "container" },
  { NULL },
};
static const MnsArgSpec waiting_args[] = {
  { "text", MNS_ARG_TYPE_TEXT, .required = TRUE, .min = 1, .max = 200 },
  { NULL },
};
static const MnsArgSpec bucket_args[] = {
  { "step", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "step" },
  { "artifacts", MNS_ARG_TYPE_IDS, .required = TRUE, .max = 9216, .refers = "artifact" },
  { NULL },
};

#define QUEUE_KINDS                                                                                \
  "artifact_id id, lims_id text, name text, sample_lims_id text, container_id id, container "      \
  "text, "                                                                                         \
  "container_lims_id text, y int, x int, project_id id, project text, priority int, "              \
  "queued_at int, qc_flag text, from_step text, well text, days int"

static const MnsViewSpec queue = {
  .name = "queue",
  .args = queue_args,
  .func = look_at_queue,
  .columns = QUEUE_KINDS,
  .one_statement = TRUE, /* and the count */
  .help = "What waits for a step, by priority and time unless sorted otherwise",
};
static const MnsViewSpec queue_ids = {
  .name = "queue_ids",
  .args = queue_ids_args,
  .func = look_at_queue_ids,
  .columns = "artifact_id id",
  .help = "All that waits for a step and matches, as ids",
};
static const MnsViewSpec queue_groups = {
  .name = "queue_groups",
  .args = queue_groups_args,
  .func = look_at_queue_groups,
  .columns = "title text, n int",
  .help = "The groups of what waits, in order, with how many samples each has",
};
static const MnsViewSpec waiting = {
  .name = "waiting",
  .args = waiting_args,
  .func = look_at_waiting,
  .columns = "step_id id, step text, protocol text, artifact_id id",
  .help = "In which queues a sample, or all of a container, waits: by name, id or barcode",
};
static const MnsViewSpec bucket = {
  .name = "bucket",
  .args = bucket_args,
  .func = look_at_bucket,
  .columns = QUEUE_KINDS ", queued int, taken_by text",
  .help = "Chosen samples looked at again: do they still wait, else who has them",
};

const MnsViewSpec *const mns_views_queue[] = { &queue,   &queue_ids, &queue_groups,
                                               &waiting, &bucket,    NULL };
