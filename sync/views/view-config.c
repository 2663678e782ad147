/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Lists of the configuration, search, conflicts. */

#include "config.h"

#include "sync/views/columns.h"
#include "sync/views/tables.h"

/* Lists without arguments are a row of this table each. */
static gboolean
look_plainly (const MnsLook *look, const char *sql, MnsViewResult *result, GError **error)
{
  result->rows = mns_transaction_query (
      look->transaction, sql, MNS_ARGS (MNS_ARG_ID ("person", &look->person)), error);
  return result->rows != NULL;
}

#define PLAIN(c_name, sql)                                                                         \
  static gboolean look_at_##c_name (                                                               \
      const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)                \
  {                                                                                                \
    return look_plainly (look, sql, result, error);                                                \
  }

PLAIN (container_types,
       "SELECT id AS container_type_id, lims_id, name, is_tube, x_size, y_size, x_alpha, x_offset, "
       "y_alpha, y_offset, unavailable FROM container_type WHERE archived = 0 ORDER BY name, id")
PLAIN (accounts, "SELECT id AS account_id, lims_id, name, website FROM account ORDER BY name, id")
PLAIN (clients,
       "SELECT p.id AS client_id, p.lims_id, p.first_name || ' ' || p.last_name AS name, p.email, "
       "a.id AS account_id, a.name AS account FROM person p JOIN account a ON a.id = p.account_id "
       "WHERE p.status = 'ACTIVE' ORDER BY p.last_name, p.first_name, p.id")
PLAIN (users,
       "SELECT p.id AS user_id, p.lims_id, p.username, p.first_name || ' ' || p.last_name AS name, "
       "p.email, p.status, a.name AS account FROM person p JOIN account a ON a.id = p.account_id "
       "WHERE p.username IS NOT NULL ORDER BY p.last_name, p.first_name, p.id")
PLAIN (roles, "SELECT id AS role_id, lims_id, name, built_in FROM role ORDER BY name, id")
PLAIN (settings, "SELECT name, value, type, changed_at FROM setting ORDER BY name")
PLAIN (instruments,
       "SELECT i.id AS instrument_id, i.lims_id, i.name, i.serial_number, i.expiry_date, "
       "t.id AS instrument_type_id, t.name AS type FROM instrument i "
       "JOIN instrument_type t ON t.id = i.instrument_type_id WHERE i.archived = 0 "
       "ORDER BY i.name, i.id")
PLAIN (lots,
       "SELECT l.id AS lot_id, l.lims_id, k.id AS kit_id, k.name AS kit, l.name, l.lot_number, "
       "l.expiry_date, l.status FROM reagent_lot l JOIN reagent_kit k ON k.id = l.reagent_kit_id "
       "ORDER BY k.name, l.name, l.id")
PLAIN (
    fields,
    "SELECT id AS field_id, lims_id, 'f' || CAST(field_no AS text) AS key, name AS title, object, "
    "master_step_id, type, options, phi, position FROM custom_field WHERE deleted = 0 "
    "ORDER BY object, position, name, id")
PLAIN (conflicts,
       "SELECT c.id AS conflict_id, c.n, c.command, c.code, c.detail, c.cause, c.state, c.body, "
       "c.seen, c.there, c.client_id, c.resolution, c.said FROM conflict c "
       "WHERE c.person_id = $person AND c.state = 'OPEN' ORDER BY c.client_id, c.n")

static gboolean
look_at_conflict (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId id;

  mns_look_get_id (args, "conflict", &id);
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT id AS conflict_id, n, command, code, detail, cause, state, body, seen, there, "
      "client_id, resolution, said FROM conflict WHERE id = $id AND person_id = $person",
      MNS_ARGS (MNS_ARG_ID ("id", &id), MNS_ARG_ID ("person", &look->person)),
      error);
  return result->rows != NULL;
}

/* What can be found: by its id exactly, by its name if names are looked for. */
static const struct
{
  const char *kind, *table, *place, *also; /* also: beside the id */
  gboolean named;
} kinds[] = {
  { "SAMPLE", "sample", "(SELECT j.name FROM project j WHERE j.id = t.project_id)", "", TRUE },
  { "PROJECT", "project", "NULL", "", TRUE },
  { "CONTAINER", "container", "t.state", "", TRUE },
  { "DERIVED",
    "artifact",
    "(SELECT s.name FROM step_run r JOIN step s ON s.id = r.step_id WHERE r.id = t.run_id)",
    " AND t.kind <> 'ROOT'",
    FALSE },
  { "STEP", "step_run", "(SELECT s.name FROM step s WHERE s.id = t.step_id)", "", FALSE },
};

typedef struct
{
  const MnsLook *look;
  const char *text;
  gint64 limit;
  MnsRows *found;
  GHashTable *seen; /* MnsId set */
} Search;

/* @rows: id, lims_id, name, place and, if @exact is -1, whether it is what was looked for. */
static guint
add_found (Search *self, const MnsRows *rows, const char *kind, int exact)
{
  guint n_added = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      if (!g_hash_table_add (self->seen, mns_id_dup (mns_rows_get_id (rows, i, 0))))
        continue;
      n_added++;
      mns_rows_add (self->found, mns_value_text (kind));
      for (guint c = 0; c < 4; c++)
        mns_rows_add (self->found, *mns_rows_get (rows, i, c));
      mns_rows_add (self->found,
                    mns_value_int (exact >= 0 ? exact : mns_rows_get_int (rows, i, 4)));
    }
  return n_added;
}

/* One statement a kind: the thing with that id, and things whose names begin so, between two bounds
 * of the index on names: those of exactly that name come first there.
 */
static char *
write_start (guint kind)
{
  g_autofree char *by_id = g_strdup_printf (
      "SELECT t.id, t.lims_id, %s AS name, %s AS place, 1 AS exact, 0 AS part FROM %s t "
      "WHERE t.lims_id = $text%s",
      kinds[kind].named ? "t.name" : "t.lims_id",
      kinds[kind].place,
      kinds[kind].table,
      kinds[kind].also);

  if (!kinds[kind].named)
    return g_steal_pointer (&by_id);
  return g_strdup_printf (
      "SELECT * FROM (%s UNION ALL SELECT * FROM (SELECT t.id, t.lims_id, t.name, %s AS place, "
      "CASE WHEN t.name = $text THEN 1 ELSE 0 END AS exact, 1 AS part FROM %s t "
      "WHERE t.name >= $text AND t.name < $end ORDER BY t.name, t.id LIMIT $limit) AS b) AS f "
      "ORDER BY part, name, id",
      by_id,
      kinds[kind].place,
      kinds[kind].table);
}

static gboolean
find_start (Search *self, guint kind, gboolean ahead, guint *n_found, GError **error)
{
  g_autofree char *sql = write_start (kind);
  g_autofree char *end = g_strconcat (self->text, "\xf4\x8f\xbf\xbf", NULL); /* U+10FFFF */
  const MnsArg *args = MNS_ARGS (MNS_ARG_TEXT ("text", self->text),
                                 MNS_ARG_TEXT ("end", end),
                                 MNS_ARG_INT ("limit", self->limit));
  g_autoptr (MnsRows) rows = NULL;

  if (ahead)
    {
      mns_transaction_ask (self->look->transaction, sql, args);
      return TRUE;
    }
  rows = mns_transaction_query (self->look->transaction, sql, args, error);
  if (rows == NULL)
    return FALSE;
  *n_found = add_found (self, rows, kinds[kind].kind, -1);
  return TRUE;
}

static gboolean
find_part (Search *self, guint kind, GError **error)
{
  MnsTransaction *tx = self->look->transaction;
  g_autoptr (MnsRows) names =
      mns_transaction_match_names (tx, kinds[kind].table, self->text, self->limit, error);
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id, place int");
  g_autoptr (MnsRows) rows = NULL;
  g_autofree char *sql = NULL;

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (names); i++)
    mns_row_set_add (ids, mns_value_id (mns_rows_get_id (names, i, 0)), mns_value_int (i));
  sql = g_strdup_printf (
      "SELECT t.id, t.lims_id, t.name, %s AS place FROM {v} "
      "JOIN %s t ON t.id = v.id ORDER BY v.place",
      kinds[kind].place,
      kinds[kind].table);
  rows = mns_transaction_query (tx, sql, MNS_ARGS (MNS_ARG_SET ("v", ids)), error);
  if (rows == NULL)
    return FALSE;
  add_found (self, rows, kinds[kind].kind, FALSE);
  return TRUE;
}

/* Names that contain the text are looked for only where none begins with it: the index for parts
 * costs fifty times the other's price.
 */
static gboolean
run_search (Search *self, const char *only, GError **error)
{
  guint n_found[G_N_ELEMENTS (kinds)] = { 0 };

  for (guint ahead = 0; ahead < 2; ahead++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      if ((only == NULL || g_str_equal (only, kinds[k].kind)) &&
          !find_start (self, k, ahead == 0, &n_found[k], error))
        return FALSE;
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    if (kinds[k].named && n_found[k] == 0 && (only == NULL || g_str_equal (only, kinds[k].kind)) &&
        !find_part (self, k, error))
      return FALSE;
  return TRUE;
}

static gboolean
look_for (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  static const struct
  {
    const char *name;
    MnsKind kind;
  } columns[] = {
    { "kind", MNS_KIND_TEXT }, { "id", MNS_KIND_ID },      { "lims_id", MNS_KIND_TEXT },
    { "name", MNS_KIND_TEXT }, { "place", MNS_KIND_TEXT }, { "exact", MNS_KIND_INT },
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  Search search = { .look = look,
                    .text = mns_look_get_text (args, "text"),
                    .limit = mns_look_get_int (args, "limit", 20),
                    .found = mns_rows_new (),
                    .seen = seen };

  result->rows = search.found;
  for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
    mns_rows_add_column (result->rows, columns[c].name, columns[c].kind);
  return run_search (&search, mns_look_get_text (args, "kind"), error);
}

static const MnsArgSpec no_args[] = { { NULL } };
static const MnsArgSpec conflict_args[] = {
  { "conflict", MNS_ARG_TYPE_ID, .required = TRUE },
  { NULL },
};
static const MnsArgSpec search_args[] = {
  { "text", MNS_ARG_TYPE_TEXT, .required = TRUE, .min = 1, .max = 200 },
  { "kind", MNS_ARG_TYPE_TEXT, .words = "SAMPLE PROJECT CONTAINER DERIVED STEP" },
  { "limit", MNS_ARG_TYPE_INT, .min = 1, .max = 500 },
  { NULL },
};

#define VIEW(c_name, c_args, what, c_right, kinds_text, words, ...)                                \
  static const MnsViewSpec c_name##_view = { .name = #c_name,                                      \
                                             .right = c_right,                                     \
                                             .args = c_args,                                       \
                                             .func = what,                                         \
                                             .columns = kinds_text,                                \
                                             .help = words,                                        \
                                             __VA_ARGS__ }

VIEW (container_types,
      no_args,
      look_at_container_types,
      NULL,
      "container_type_id id, lims_id text, name text, is_tube int, x_size int, y_size int, "
      "x_alpha int, x_offset int, y_alpha int, y_offset int, unavailable json",
      "Container types by name");
VIEW (accounts,
      no_args,
      look_at_accounts,
      NULL,
      "account_id id, lims_id text, name text, website text",
      "Accounts by name");
VIEW (clients,
      no_args,
      look_at_clients,
      NULL,
      "client_id id, lims_id text, name text, email text, account_id id, account text",
      "Clients and users who may own a project");
VIEW (users,
      no_args,
      look_at_users,
      "User:read",
      "user_id id, lims_id text, username text, name text, email text, status text, account text",
      "Users, archived ones too");
VIEW (roles,
      no_args,
      look_at_roles,
      NULL,
      "role_id id, lims_id text, name text, built_in int",
      "Roles by name");
VIEW (settings,
      no_args,
      look_at_settings,
      NULL,
      "name text, value text, type text, changed_at int",
      "Site settings");
VIEW (instruments,
      no_args,
      look_at_instruments,
      NULL,
      "instrument_id id, lims_id text, name text, serial_number text, expiry_date text, "
      "instrument_type_id id, type text",
      "Instruments by name");
VIEW (lots,
      no_args,
      look_at_lots,
      NULL,
      "lot_id id, lims_id text, kit_id id, kit text, name text, lot_number text, "
      "expiry_date text, status text",
      "Reagent lots by kit");
VIEW (fields,
      no_args,
      look_at_fields,
      NULL,
      "field_id id, lims_id text, key text, title text, object text, master_step_id id, type text, "
      "options json, phi int, position int",
      "Custom fields");
#define CONFLICT_KINDS                                                                             \
  "conflict_id id, n int, command text, code text, detail text, cause id, state text, body json, " \
  "seen json, there json, client_id id, resolution text, said json"
VIEW (conflicts, no_args, look_at_conflicts, NULL, CONFLICT_KINDS, "One's own open conflicts");
VIEW (conflict, conflict_args, look_at_conflict, NULL, CONFLICT_KINDS, "One conflict");
VIEW (
    search,
    search_args,
    look_for,
    NULL,
    "kind text, id id, lims_id text, name text, place text, exact int",
    "Exact ids and barcodes first, then starts of names; where no name of a kind starts so, parts",
    .one_statement = TRUE); /* of each kind */

const MnsViewSpec *const mns_views_config[] = {
  &container_types_view, &accounts_view,    &clients_view, &users_view,  &roles_view,
  &settings_view,        &instruments_view, &lots_view,    &fields_view, &conflicts_view,
  &conflict_view,        &search_view,      NULL,
};
