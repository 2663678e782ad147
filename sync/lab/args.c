/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Checks arguments against their description, all faults at once, and puts row ids in the place of
 * LIMS ids: one statement a table, however many ids there are.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/command.h"
#include "sync/model/entity.h"

#define TEXT_CHARACTERS 1000
#define LIST_LENGTH 10000

typedef struct
{
  MnsTransaction *transaction;
  MnsResult *result;
  GPtrArray *pending; /* Pending */
} Check;

/* An id in the arguments that is not yet a row id. */
typedef struct
{
  const char *table;
  char *at;
  char *text;
  JsonObject *object; /* where it stands: a member of this, */
  const char *member;
  JsonArray *array; /* or an element of this */
  guint index;
  guint n_found;
} Pending;

static void
free_pending (gpointer data)
{
  Pending *self = data;

  g_free (self->at);
  g_free (self->text);
  g_free (self);
}

static JsonObject *
value_of (const char *name, const char *value)
{
  JsonObject *values = json_object_new ();

  json_object_set_string_member (values, "name", name);
  if (value != NULL)
    json_object_set_string_member (values, "value", value);
  return values;
}

/* A member's name inside a JSON pointer (RFC 6901). */
static char *
join_pointer (const char *at, const char *member)
{
  GString *text = g_string_new (at);

  g_string_append_c (text, '/');
  for (const char *p = member; *p != '\0'; p++)
    {
      if (*p == '~')
        g_string_append (text, "~0");
      else if (*p == '/')
        g_string_append (text, "~1");
      else
        g_string_append_c (text, *p);
    }
  return g_string_free (text, FALSE);
}

static void
refuse_type (Check *check, const char *at, const char *name, const char *wanted)
{
  mns_result_add_fault (
      check->result, at, "wrong_type", value_of (name, wanted), "“%s” must be %s", name, wanted);
}

static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
has_control_character (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text < 0x20 && *text != '\n' && *text != '\t' && *text != '\r')
      return TRUE;
  return FALSE;
}

static gboolean
is_blank (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

static gboolean
is_word_of (const char *text, const char *words)
{
  gsize length = strlen (text);
  const char *p = words;

  while (length > 0 && (p = strstr (p, text)) != NULL)
    {
      if ((p == words || p[-1] == ' ') && (p[length] == '\0' || p[length] == ' '))
        return strchr (text, ' ') == NULL;
      p += length;
    }
  return FALSE;
}

static void
check_text (Check *check, const MnsArgSpec *spec, JsonNode *node, const char *at)
{
  const char *text;
  gint64 length;
  gint64 most = spec->max > 0 ? spec->max : TEXT_CHARACTERS;

  if (!is_text (node))
    {
      refuse_type (check, at, spec->name, "text");
      return;
    }
  text = json_node_get_string (node);
  length = g_utf8_strlen (text, -1);
  if (has_control_character (text))
    mns_result_add_fault (check->result,
                          at,
                          "control_character",
                          value_of (spec->name, NULL),
                          "“%s” holds a control character",
                          spec->name);
  else if ((spec->required || spec->min > 0) && is_blank (text))
    mns_result_add_fault (check->result,
                          at,
                          "blank",
                          value_of (spec->name, NULL),
                          "“%s” must not be empty",
                          spec->name);
  else if (length < spec->min || length > most)
    mns_result_add_fault (check->result,
                          at,
                          "length",
                          value_of (spec->name, text),
                          "“%s” has %lld characters; %lld to %lld are allowed",
                          spec->name,
                          (long long) length,
                          (long long) spec->min,
                          (long long) most);
  else if (spec->words != NULL && !is_word_of (text, spec->words))
    mns_result_add_fault (check->result,
                          at,
                          "not_a_word",
                          value_of (spec->name, text),
                          "“%s” is “%s”; allowed are: %s",
                          spec->name,
                          text,
                          spec->words);
}

static void
check_number (Check *check, const MnsArgSpec *spec, JsonNode *node, const char *at)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_NONE;
  double value;

  if (spec->type == MNS_ARG_TYPE_INT ? type != G_TYPE_INT64
                                     : type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    {
      refuse_type (
          check, at, spec->name, spec->type == MNS_ARG_TYPE_INT ? "a whole number" : "a number");
      return;
    }
  value = json_node_get_double (node);
  if ((spec->min == 0 && spec->max == 0) || (value >= spec->min && value <= spec->max))
    return;
  mns_result_add_fault (check->result,
                        at,
                        "out_of_range",
                        value_of (spec->name, NULL),
                        "“%s” is %.15g; it must be between %lld and %lld",
                        spec->name,
                        value,
                        (long long) spec->min,
                        (long long) spec->max);
}

/**
 * mns_date_is_valid:
 * @text: a text
 *
 * Returns: %TRUE if @text is YYYY-MM-DD and that day exists
 */
gboolean
mns_date_is_valid (const char *text)
{
  int parts[3];
  static const int starts[] = { 0, 5, 8 };
  static const int lengths[] = { 4, 2, 2 };

  if (text == NULL || strlen (text) != 10 || text[4] != '-' || text[7] != '-')
    return FALSE;
  for (guint i = 0; i < 3; i++)
    {
      parts[i] = 0;
      for (int k = 0; k < lengths[i]; k++)
        {
          char c = text[starts[i] + k];

          if (!g_ascii_isdigit (c))
            return FALSE;
          parts[i] = parts[i] * 10 + (c - '0');
        }
    }
  return parts[0] >= 1 && g_date_valid_dmy (parts[2], parts[1], parts[0]);
}

static void
check_date (Check *check, const MnsArgSpec *spec, JsonNode *node, const char *at)
{
  if (!is_text (node))
    refuse_type (check, at, spec->name, "a date, YYYY-MM-DD");
  else if (!mns_date_is_valid (json_node_get_string (node)))
    mns_result_add_fault (check->result,
                          at,
                          "bad_date",
                          value_of (spec->name, json_node_get_string (node)),
                          "“%s” is “%s”, which is no day of the form YYYY-MM-DD",
                          spec->name,
                          json_node_get_string (node));
}

static gboolean
is_scalar (JsonNode *node)
{
  GType type;

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  type = json_node_get_value_type (node);
  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE || type == G_TYPE_BOOLEAN ||
         (type == G_TYPE_STRING && !has_control_character (json_node_get_string (node)));
}

static Pending *
check_id (Check *check, const MnsArgSpec *spec, JsonNode *node, const char *at)
{
  Pending *pending;
  MnsId id;

  if (!is_text (node) || has_control_character (json_node_get_string (node)))
    {
      refuse_type (check, at, spec->name, "an id");
      return NULL;
    }
  if (mns_id_parse (&id, json_node_get_string (node)))
    return NULL;
  if (spec->refers == NULL)
    {
      refuse_type (check, at, spec->name, "a row id of 36 characters");
      return NULL;
    }
  pending = g_new0 (Pending, 1);
  pending->table = spec->refers;
  pending->at = g_strdup (at);
  pending->text = json_node_dup_string (node);
  g_ptr_array_add (check->pending, pending);
  return pending;
}

static void
check_members (Check *check, const MnsArgSpec *specs, JsonObject *object, const char *at);

static gboolean
check_length (Check *check, const MnsArgSpec *spec, JsonArray *array, const char *at)
{
  gint64 length = json_array_get_length (array);
  gint64 least = MAX (spec->min, spec->required ? 1 : 0);
  gint64 most = spec->max > 0 ? spec->max : LIST_LENGTH;

  if (length >= least && length <= most)
    return TRUE;
  mns_result_add_fault (check->result,
                        at,
                        "list_length",
                        value_of (spec->name, NULL),
                        "“%s” has %lld entries; %lld to %lld are allowed",
                        spec->name,
                        (long long) length,
                        (long long) least,
                        (long long) most);
  return FALSE;
}

static void
check_list (Check *check, const MnsArgSpec *spec, JsonNode *node, const char *at)
{
  JsonArray *array;
  MnsArgSpec element = { spec->name, MNS_ARG_TYPE_TEXT, .required = TRUE };

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      refuse_type (check, at, spec->name, "a list");
      return;
    }
  array = json_node_get_array (node);
  if (!check_length (check, spec, array, at))
    return;
  element.refers = spec->refers;
  element.words = spec->words;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/%u", at, i);
      JsonNode *item = json_array_get_element (array, i);
      Pending *pending;

      if (spec->type == MNS_ARG_TYPE_TEXTS)
        check_text (check, &element, item, where);
      else if (spec->type == MNS_ARG_TYPE_LIST && !JSON_NODE_HOLDS_OBJECT (item))
        refuse_type (check, where, spec->name, "a list of objects");
      else if (spec->type == MNS_ARG_TYPE_LIST)
        check_members (check, spec->items, json_node_get_object (item), where);
      else if ((pending = check_id (check, &element, item, where)) != NULL)
        {
          pending->array = array;
          pending->index = i;
        }
    }
}

static void
check_map (Check *check, const MnsArgSpec *spec, JsonNode *node, const char *at)
{
  g_autoptr (GList) members = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      refuse_type (check, at, spec->name, "an object");
      return;
    }
  members = json_object_get_members (json_node_get_object (node));
  for (GList *l = members; l != NULL; l = l->next)
    {
      g_autofree char *where = join_pointer (at, l->data);

      if (!is_scalar (json_object_get_member (json_node_get_object (node), l->data)))
        refuse_type (check, where, l->data, "text, a number, true, false or null");
    }
}

static void
check_value (
    Check *check, const MnsArgSpec *spec, JsonObject *object, JsonNode *node, const char *at)
{
  Pending *pending;

  switch (spec->type)
    {
    case MNS_ARG_TYPE_ID:
      pending = check_id (check, spec, node, at);
      if (pending != NULL)
        {
          pending->object = object;
          pending->member = spec->name;
        }
      break;
    case MNS_ARG_TYPE_TEXT:
      check_text (check, spec, node, at);
      break;
    case MNS_ARG_TYPE_INT:
    case MNS_ARG_TYPE_REAL:
      check_number (check, spec, node, at);
      break;
    case MNS_ARG_TYPE_BOOL:
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        refuse_type (check, at, spec->name, "true or false");
      break;
    case MNS_ARG_TYPE_DATE:
      check_date (check, spec, node, at);
      break;
    case MNS_ARG_TYPE_SCALAR:
      if (!is_scalar (node))
        refuse_type (check, at, spec->name, "text, a number, true, false or null");
      break;
    case MNS_ARG_TYPE_OBJECT:
      if (!JSON_NODE_HOLDS_OBJECT (node))
        refuse_type (check, at, spec->name, "an object");
      else if (spec->items != NULL)
        check_members (check, spec->items, json_node_get_object (node), at);
      break;
    case MNS_ARG_TYPE_MAP:
      check_map (check, spec, node, at);
      break;
    case MNS_ARG_TYPE_LIST:
    case MNS_ARG_TYPE_IDS:
    case MNS_ARG_TYPE_TEXTS:
      check_list (check, spec, node, at);
      break;
    }
}

static const MnsArgSpec *
find_spec (const MnsArgSpec *specs, const char *name)
{
  for (; specs != NULL && specs->name != NULL; specs++)
    if (g_str_equal (specs->name, name))
      return specs;
  return NULL;
}

/* null stands for a member left out, except where a value may be null. */
static void
check_members (Check *check, const MnsArgSpec *specs, JsonObject *object, const char *at)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (const MnsArgSpec *spec = specs; spec != NULL && spec->name != NULL; spec++)
    {
      g_autofree char *where = join_pointer (at, spec->name);
      JsonNode *node = json_object_get_member (object, spec->name);
      gboolean absent =
          node == NULL || (JSON_NODE_HOLDS_NULL (node) && spec->type != MNS_ARG_TYPE_SCALAR);

      if (!absent)
        check_value (check, spec, object, node, where);
      else if (spec->required)
        mns_result_add_fault (check->result,
                              where,
                              "missing",
                              value_of (spec->name, NULL),
                              "“%s” is missing",
                              spec->name);
    }
  for (GList *l = members; l != NULL; l = l->next)
    if (find_spec (specs, l->data) == NULL)
      {
        g_autofree char *where = join_pointer (at, l->data);

        mns_result_add_fault (check->result,
                              where,
                              "unknown_member",
                              value_of (l->data, NULL),
                              "“%s” is not a member that can be given here",
                              (const char *) l->data);
      }
}

static void
put_id (Pending *pending, const MnsId *id)
{
  char text[MNS_ID_TEXT_SIZE];

  mns_id_print (id, text);
  pending->n_found++;
  if (pending->object != NULL)
    json_object_set_string_member (pending->object, pending->member, text);
  else
    json_node_set_string (json_array_get_element (pending->array, pending->index), text);
}

static gboolean
look_up (Check *check, const MnsEntity *entity, const char *column, GError **error)
{
  gboolean current =
      g_str_equal (column, "name") && mns_entity_find_field (entity, "archived") != NULL;
  g_autoptr (MnsRowSet) set = mns_row_set_new ("n int, text text");
  g_autoptr (MnsRows) rows = NULL;
  g_autofree char *sql = NULL;

  for (guint i = 0; i < check->pending->len; i++)
    {
      const Pending *pending = g_ptr_array_index (check->pending, i);

      if (pending->n_found == 0 && g_str_equal (pending->table, entity->table))
        mns_row_set_add (set, mns_value_int (i), mns_value_text (pending->text));
    }
  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  sql = g_strdup_printf ("SELECT v.n, t.id FROM {v} JOIN %s t ON t.%s = v.text%s",
                         entity->table,
                         column,
                         current ? " AND t.archived = 0" : "");
  rows = mns_transaction_query (check->transaction, sql, MNS_ARGS (MNS_ARG_SET ("v", set)), error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    put_id (g_ptr_array_index (check->pending, mns_rows_get_int (rows, i, 0)),
            mns_rows_get_id (rows, i, 1));
  return TRUE;
}

static void
refuse_unknown (Check *check, const MnsEntity *entity, const Pending *pending)
{
  if (mns_transaction_is_partial (check->transaction) && entity->scope != MNS_SCOPE_CONFIG)
    {
      check->result->outcome = MNS_OUTCOME_NOT_LOCAL;
      return;
    }
  mns_result_add_fault (check->result,
                        pending->at,
                        "not_found",
                        value_of (pending->table, pending->text),
                        "there is no %s “%s”",
                        pending->table,
                        pending->text);
}

/* Things of the configuration have names that people use; so have containers: their barcodes. */
static gboolean
is_known_by_name (const MnsEntity *entity)
{
  return (entity->scope == MNS_SCOPE_CONFIG || g_str_equal (entity->table, "container") ||
          g_str_equal (entity->table, "project")) &&
         mns_entity_find_field (entity, "name") != NULL;
}

/* A LIMS id first, then a name where names are used. */
static gboolean
resolve_ids (Check *check, GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < check->pending->len; i++)
    {
      Pending *pending = g_ptr_array_index (check->pending, i);
      const MnsEntity *entity = mns_entity_find (pending->table);

      g_assert (entity != NULL);
      if (g_hash_table_add (done, (gpointer) pending->table))
        {
          if (mns_entity_find_field (entity, "lims_id") != NULL &&
              !look_up (check, entity, "lims_id", error))
            return FALSE;
          if (is_known_by_name (entity) && !look_up (check, entity, "name", error))
            return FALSE;
        }
      if (pending->n_found == 0)
        refuse_unknown (check, entity, pending);
      else if (pending->n_found > 1)
        mns_result_add_fault (check->result,
                              pending->at,
                              "ambiguous",
                              value_of (pending->table, pending->text),
                              "there are several of %s “%s”; give its id",
                              pending->table,
                              pending->text);
    }
  return TRUE;
}

/**
 * mns_args_check:
 * @specs: (nullable): what may be given; ends with a %NULL name
 * @args: what was given; LIMS ids in it are replaced by row ids
 * @transaction: where ids are looked up
 * @result: gets all faults; on a device its outcome becomes %MNS_OUTCOME_NOT_LOCAL where an id of
 *   something that the device need not hold is not known
 *
 * Checks arguments. Members that nobody described are faults.
 *
 * Returns: %FALSE with @error only if the store failed
 */
gboolean
mns_args_check (const MnsArgSpec *specs,
                JsonObject *args,
                MnsTransaction *transaction,
                MnsResult *result,
                GError **error)
{
  Check check = { transaction, result, NULL };
  g_autoptr (GPtrArray) pending = g_ptr_array_new_with_free_func (free_pending);

  check.pending = pending;
  check_members (&check, specs, args, "");
  return resolve_ids (&check, error);
}
