/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The triggers of the change log, written from the descriptors: one function and one trigger a
 * table and operation. A statement leaves one line a row, and for tables whose rows belong to an
 * owner one line an owner (data-model.md 2 and 3.7). "old" is the image before: of a row an object,
 * of an owner's rows an array of those that the statement touched.
 *
 * The functions run as their owner, so that the application's role can read the log and nothing
 * else. They name all tables with their schema.
 *
 * An update has its rows twice, as they were and as they are. They are not joined: PostgreSQL keeps
 * the plan that fitted the first statement, and a nested loop over two plates of 384 takes longer
 * than the statement. Rows before and after are put below each other and grouped by key.
 */

#include "config.h"

#include "server/store/migrate.h"
#include "sync/model/entity.h"

#define CONFIGURATION "'00000000-0000-7000-8000-000000000001'::uuid"

/* The home scope of a row of the transition table, in SQL over its columns. Only a child of a table
 * with a scope column has to look elsewhere: its parent is still, or already, there.
 */
static char *
scope_expression (const MnsEntity *entity)
{
  const MnsEntity *parent;

  switch (entity->scope)
    {
    case MNS_SCOPE_CONFIG:
      return g_strdup (CONFIGURATION);
    case MNS_SCOPE_OWN:
      return g_strdup ("r.id");
    case MNS_SCOPE_COLUMN:
      return g_strdup ("r.scope_id");
    case MNS_SCOPE_USER:
      return g_strdup ("r.person_id");
    case MNS_SCOPE_PARENT:
      break;
    }
  parent = mns_entity_find (entity->parent);
  g_assert (parent != NULL);
  if (parent->scope == MNS_SCOPE_OWN)
    return g_strdup_printf ("r.%s", entity->key[0]);
  g_assert (parent->scope == MNS_SCOPE_COLUMN);
  return g_strdup_printf (
      "(SELECT p.scope_id FROM public.%s p WHERE p.id = r.%s)", parent->table, entity->key[0]);
}

typedef struct
{
  char op;
  const char *event;
  const char *tables; /* transition tables of the trigger */
  const char *line;   /* of a row: %s key, %s scope */
  const char *lines;  /* of an owner's rows: the same */
} Operation;

static const Operation operations[] = {
  { 'I',
    "INSERT",
    "NEW TABLE AS new_rows",
    "SELECT r.%s, NULL::uuid, %s, NULL::json FROM new_rows r",
    "SELECT r.k, NULL::uuid, r.s, NULL::json FROM (SELECT r.%s AS k, %s AS s FROM new_rows r) AS r "
    "GROUP BY r.k, r.s" },
  { 'D',
    "DELETE",
    "OLD TABLE AS old_rows",
    "SELECT r.%s, %s, NULL::uuid, row_to_json (r) FROM old_rows r",
    "SELECT r.k, r.s, NULL::uuid, json_agg (r.o) FROM "
    "(SELECT r.%s AS k, %s AS s, row_to_json (r) AS o FROM old_rows r) AS r GROUP BY r.k, r.s" },
};

/* Updates. Keys never change, so a row before and its row after have the same key. A row's scope
 * may change; the scopes of an owner's rows before and after are told in one line if there is one
 * of each.
 */
static const char update_line[] =
    "SELECT r.k, (array_agg (r.s) FILTER (WHERE r.o IS NOT NULL))[1], "
    "(array_agg (r.s) FILTER (WHERE r.o IS NULL))[1], "
    "%s FROM "
    "(SELECT r.%s AS k, %s AS s, row_to_json (r) AS o FROM old_rows r "
    "UNION ALL SELECT r.%s, %s, NULL FROM new_rows r) AS r GROUP BY r.k%s";

static char *
select_lines (const MnsEntity *entity, const Operation *operation, const char *scope)
{
  gboolean is_child = mns_entity_is_child (entity);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return g_strdup_printf (is_child ? operation->lines : operation->line, entity->key[0], scope);
#pragma GCC diagnostic pop
}

static char *
select_updated (const MnsEntity *entity, const char *scope)
{
  gboolean is_child = mns_entity_is_child (entity);

  return g_strdup_printf (update_line,
                          is_child ? "json_agg (r.o) FILTER (WHERE r.o IS NOT NULL)"
                                   : "(array_agg (r.o) FILTER (WHERE r.o IS NOT NULL))[1]",
                          entity->key[0],
                          scope,
                          entity->key[0],
                          scope,
                          is_child && entity->scope == MNS_SCOPE_COLUMN ? ", r.s" : "");
}

static void
append_trigger (GString *sql,
                const MnsEntity *entity,
                char op,
                const char *event,
                const char *tables,
                const char *lines)
{
  g_autofree char *name = g_strdup_printf ("mns_log_%s_%c", entity->table, g_ascii_tolower (op));

  g_string_append_printf (
      sql,
      "CREATE OR REPLACE FUNCTION public.%s () RETURNS trigger\n"
      "  LANGUAGE plpgsql VOLATILE SECURITY DEFINER\n"
      "AS $body$\n"
      "BEGIN\n"
      "  INSERT INTO public.change_log (at, tbl, op, row_id, scope_before, scope_after, old)\n"
      "    SELECT public.mns_now (), %d, '%c', l.* FROM (%s) AS l;\n"
      "  RETURN NULL;\n"
      "END\n"
      "$body$;\n"
      "CREATE OR REPLACE TRIGGER %s AFTER %s ON public.%s\n"
      "  REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION public.%s ();\n\n",
      name,
      entity->number,
      op,
      lines,
      name,
      event,
      entity->table,
      tables,
      name);
}

static void
append_entity (GString *sql, const MnsEntity *entity)
{
  g_autofree char *scope = scope_expression (entity);
  g_autofree char *updated = select_updated (entity, scope);

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *lines = select_lines (entity, &operations[i], scope);

      append_trigger (
          sql, entity, operations[i].op, operations[i].event, operations[i].tables, lines);
    }
  append_trigger (
      sql, entity, 'U', "UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows", updated);
}

/**
 * mns_change_log_sql:
 *
 * Returns: (transfer full): statements that make the triggers of all synced tables, and replace
 * those that are there
 */
char *
mns_change_log_sql (void)
{
  GString *sql = g_string_new (NULL);
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  for (guint i = 0; i < n; i++)
    append_entity (sql, entities[i]);
  return g_string_free (sql, FALSE);
}
