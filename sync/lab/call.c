/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a handler may ask and say while it runs. */

#include "config.h"

#include <string.h>

#include "sync/lab/call.h"
#include "sync/model/entity.h"
#include "sync/model/error.h"

gboolean
mns_call_has (MnsCall *call, const char *name)
{
  return json_object_has_member (call->command->args, name);
}

gboolean
mns_object_get_id (JsonObject *object, const char *name, MnsId *id)
{
  return mns_id_parse (id, mns_object_get_text (object, name));
}

const char *
mns_object_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

gint64
mns_object_get_int (JsonObject *object, const char *name, gint64 otherwise)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return otherwise;
  return json_node_get_int (node);
}

gboolean
mns_object_get_bool (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

JsonArray *
mns_object_get_list (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

JsonObject *
mns_object_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

gboolean
mns_call_get_id (MnsCall *call, const char *name, MnsId *id)
{
  return mns_object_get_id (call->command->args, name, id);
}

const char *
mns_call_get_text (MnsCall *call, const char *name)
{
  return mns_object_get_text (call->command->args, name);
}

gint64
mns_call_get_int (MnsCall *call, const char *name, gint64 otherwise)
{
  return mns_object_get_int (call->command->args, name, otherwise);
}

gboolean
mns_call_get_bool (MnsCall *call, const char *name)
{
  return mns_object_get_bool (call->command->args, name);
}

JsonArray *
mns_call_get_list (MnsCall *call, const char *name)
{
  return mns_object_get_list (call->command->args, name);
}

JsonObject *
mns_call_get_object (MnsCall *call, const char *name)
{
  return mns_object_get_object (call->command->args, name);
}

/**
 * mns_call_derive_id:
 * @what: a word for the kind of row
 * @n: number of the row within the command and kind
 *
 * The id of a new row, the same wherever the command runs.
 */
void
mns_call_derive_id (MnsCall *call, const char *what, guint n, MnsId *id)
{
  mns_id_derive (id, &call->command->id, what, n);
}

static char *
tape_key (const char *klass, const MnsId *owner)
{
  char text[MNS_ID_TEXT_SIZE];

  if (owner == NULL)
    return g_strdup (klass);
  mns_id_print (owner, text);
  return g_strdup_printf ("%s:%s", klass, text);
}

/* The tape of a class, and how far it is read. */
static JsonArray *
get_tape (MnsCall *call, const char *key)
{
  if (call->command->lims_ids == NULL)
    call->command->lims_ids = json_object_new ();
  if (mns_object_get_list (call->command->lims_ids, key) == NULL)
    json_object_set_array_member (call->command->lims_ids, key, json_array_new ());
  return mns_object_get_list (call->command->lims_ids, key);
}

gboolean
mns_call_reserve_lims_ids (
    MnsCall *call, const char *klass, const MnsId *owner, guint n, GError **error)
{
  g_autofree char *key = tape_key (klass, owner);
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (call->tape_at, key));
  guint left = json_array_get_length (get_tape (call, key)) - at;

  if (n <= left || call->lab->ids.reserve == NULL)
    return TRUE;
  return call->lab->ids.reserve (call->lab->ids.data, klass, owner, n - left, error);
}

/**
 * mns_call_take_lims_id:
 * @klass: see #MnsIdSource
 * @owner: (nullable): the project, for samples
 *
 * The next LIMS id: from the command's tape, and where that ends from the source, which is then
 * noted on the tape.
 *
 * Returns: (transfer full): the id, or %NULL with @error set
 */
char *
mns_call_take_lims_id (MnsCall *call, const char *klass, const MnsId *owner, GError **error)
{
  g_autofree char *key = tape_key (klass, owner);
  JsonArray *tape = get_tape (call, key);
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (call->tape_at, key));
  g_autofree char *taken = NULL;

  if (at < json_array_get_length (tape))
    {
      JsonNode *node = json_array_get_element (tape, at);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        taken = g_strdup (json_node_get_string (node));
      if (taken == NULL || taken[0] == '\0' || strlen (taken) > 64)
        {
          g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "lims_ids of %s are no texts", key);
          return NULL;
        }
    }
  else
    {
      taken = call->lab->ids.take (call->lab->ids.data, klass, owner, error);
      if (taken == NULL)
        return NULL;
      json_array_add_string_element (tape, taken);
    }
  g_hash_table_insert (call->tape_at, g_steal_pointer (&key), GUINT_TO_POINTER (at + 1));
  return g_steal_pointer (&taken);
}

static void
add_fault (MnsCall *call,
           const char *at,
           const char *code,
           JsonObject *values,
           const char *format,
           va_list list)
{
  mns_result_add_fault_va (call->result, at, code, values, format, list);
  call->result->outcome = MNS_OUTCOME_INVALID;
}

void
mns_call_fault (MnsCall *call, const char *at, const char *code, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  add_fault (call, at, code, NULL, format, list);
  va_end (list);
}

void
mns_call_fault_values (
    MnsCall *call, const char *at, const char *code, JsonObject *values, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  add_fault (call, at, code, values, format, list);
  va_end (list);
}

gboolean
mns_call_has_faults (MnsCall *call)
{
  return call->result->faults->len > 0;
}

/**
 * mns_call_conflict:
 * @code: one of sync-protocol.md section 10, or "taken_over", "id_taken"
 * @seen: (nullable) (transfer full): what the person saw
 * @there: (nullable) (transfer full): what is there now
 *
 * Says that the world moved on. The first conflict of a command is the one that is told; a fault
 * outweighs it, for what can never work is no conflict.
 */
void
mns_call_conflict (
    MnsCall *call, const char *code, JsonNode *seen, JsonNode *there, const char *format, ...)
{
  MnsResult *result = call->result;
  va_list list;

  if (result->conflict_code != NULL)
    {
      g_clear_pointer (&seen, json_node_unref);
      g_clear_pointer (&there, json_node_unref);
      return;
    }
  va_start (list, format);
  mns_result_set_conflict_va (result, code, format, list);
  va_end (list);
  result->seen = seen;
  result->there = there;
  if (result->outcome == MNS_OUTCOME_OK)
    result->outcome = MNS_OUTCOME_CONFLICT;
}

/**
 * mns_call_missing:
 * @at: JSON pointer of the argument
 * @table: what was asked for
 * @shown: (nullable): how a person knows it
 *
 * Says that a row the command names is not there. On a device that may only mean that it is not
 * held here, unless it is configuration, which every device holds.
 */
void
mns_call_missing (MnsCall *call, const char *at, const char *table, const char *shown)
{
  const MnsEntity *entity = mns_entity_find (table);
  gboolean held = entity != NULL && entity->scope == MNS_SCOPE_CONFIG;
  JsonNode *there = NULL;

  if (mns_transaction_is_partial (call->tx) && !held)
    {
      if (call->result->outcome == MNS_OUTCOME_OK)
        call->result->outcome = MNS_OUTCOME_NOT_LOCAL;
      return;
    }
  there = json_node_new (JSON_NODE_VALUE);
  json_node_set_string (there, at);
  if (shown != NULL)
    mns_call_conflict (call, "gone", NULL, there, "%s %s is not there any more", table, shown);
  else
    mns_call_conflict (
        call, "gone", NULL, there, "%s named by the command is not there any more", table);
}

gboolean
mns_call_failed (MnsCall *call)
{
  return call->result->outcome != MNS_OUTCOME_OK;
}

/* See mns_lab_ask(). */
void
mns_call_ask_rights (MnsCall *call)
{
  mns_rights_ask (call->tx, &call->lab->person);
}

/**
 * mns_call_may:
 * @permission: name of a permission
 * @may: (out): whether the acting person has it; the system has all
 *
 * Returns: %FALSE with @error only if the store failed
 */
gboolean
mns_call_may (MnsCall *call, const char *permission, gboolean *may, GError **error)
{
  *may = TRUE;
  if (call->lab->as_system)
    return TRUE;
  if (call->rights == NULL)
    call->rights = mns_rights_load (call->tx, &call->lab->person, error);
  if (call->rights == NULL)
    return FALSE;
  *may = mns_rights_have (call->rights, permission);
  return TRUE;
}

void
mns_call_deny (MnsCall *call, const char *permission)
{
  JsonObject *values = json_object_new ();

  json_object_set_string_member (values, "permission", permission);
  mns_result_add_fault (call->result,
                        "",
                        "denied",
                        values,
                        "this needs the permission %s, which you do not have",
                        permission);
  call->result->outcome = MNS_OUTCOME_DENIED;
}

/**
 * mns_call_get_result:
 *
 * Returns: (transfer none): the object that the caller of the command gets
 */
JsonObject *
mns_call_get_result (MnsCall *call)
{
  if (call->result->result == NULL)
    {
      call->result->result = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (call->result->result, json_object_new ());
    }
  return json_node_get_object (call->result->result);
}

/**
 * mns_call_get_seen:
 *
 * Returns: (nullable) (transfer none): what the person saw of a row, by field
 */
JsonObject *
mns_call_get_seen (MnsCall *call, const char *table, const MnsId *id)
{
  char text[MNS_ID_TEXT_SIZE];
  g_autofree char *key = NULL;

  if (call->command->expect == NULL)
    return NULL;
  mns_id_print (id, text);
  key = g_strdup_printf ("%s:%s", table, text);
  return mns_object_get_object (call->command->expect, key);
}

/**
 * mns_call_get_today:
 *
 * Returns: (transfer none): the lab's day when the command was performed, YYYY-MM-DD; by UTC if the
 *   command does not say
 */
const char *
mns_call_get_today (MnsCall *call)
{
  g_autoptr (GDateTime) time = NULL;

  if (!mns_date_is_valid (call->command->today))
    {
      time = g_date_time_new_from_unix_utc (call->command->performed_at / G_USEC_PER_SEC);
      g_free (call->command->today);
      call->command->today = g_date_time_format (time, "%Y-%m-%d");
    }
  return call->command->today;
}

/**
 * mns_call_put_id:
 *
 * Puts an id into the object that the caller gets.
 */
void
mns_call_put_id (MnsCall *call, const char *member, const MnsId *id)
{
  char text[MNS_ID_TEXT_SIZE];

  mns_id_print (id, text);
  json_object_set_string_member (mns_call_get_result (call), member, text);
}

void
mns_call_put_text (MnsCall *call, const char *member, const char *text)
{
  json_object_set_string_member (mns_call_get_result (call), member, text);
}

/* Adds an id to a list in the object that the caller gets. */
void
mns_call_add_id (MnsCall *call, const char *member, const MnsId *id)
{
  JsonObject *result = mns_call_get_result (call);
  char text[MNS_ID_TEXT_SIZE];

  if (mns_object_get_list (result, member) == NULL)
    json_object_set_array_member (result, member, json_array_new ());
  mns_id_print (id, text);
  json_array_add_string_element (mns_object_get_list (result, member), text);
}
