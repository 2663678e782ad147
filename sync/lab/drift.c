/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/lab/drift.h"
#include "sync/model/packed.h"
#include "sync/model/sentence.h"

void
mns_drift_init (MnsDrift *self, MnsCall *call)
{
  *self = (MnsDrift){ .call = call, .seen = json_object_new (), .there = json_object_new () };
  self->compared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
mns_drift_clear (MnsDrift *self)
{
  g_clear_pointer (&self->seen, json_object_unref);
  g_clear_pointer (&self->there, json_object_unref);
  g_clear_pointer (&self->first, g_free);
  g_clear_pointer (&self->values, json_object_unref);
  g_clear_pointer (&self->compared, g_hash_table_unref);
}

/**
 * mns_scalar_to_text:
 * @node: (nullable): a scalar
 *
 * Returns: (transfer full): it as text; "" for none
 */
char *
mns_scalar_to_text (JsonNode *node)
{
  char number[MNS_NUMBER_SIZE];

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return g_strdup ("");
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return g_strdup (json_node_get_string (node));
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "true" : "false");
    default:
      return g_strdup (mns_number_print (json_node_get_double (node), number));
    }
}

/**
 * mns_scalar_equal:
 *
 * Returns: %TRUE if two values mean the same to a person: 12 and 12.0 and "12" do, and so do null
 *   and ""
 */
gboolean
mns_scalar_equal (JsonNode *a, JsonNode *b)
{
  g_autofree char *left = mns_scalar_to_text (a);
  g_autofree char *right = mns_scalar_to_text (b);

  return g_str_equal (left, right);
}

JsonNode *
mns_text_node (const char *text)
{
  JsonNode *node;

  if (text == NULL)
    return json_node_new (JSON_NODE_NULL);
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_string (node, text);
  return node;
}

JsonNode *
mns_int_node (gint64 number)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_int (node, number);
  return node;
}

static void
put (JsonObject *object, const char *key, const char *member, JsonNode *value)
{
  if (!json_object_has_member (object, key))
    json_object_set_object_member (object, key, json_object_new ());
  json_object_set_member (json_object_get_object_member (object, key),
                          member,
                          value != NULL ? json_node_copy (value) : json_node_new (JSON_NODE_NULL));
}

/**
 * mns_drift_add:
 * @seen: (nullable) (transfer none): what the person saw
 * @there: (nullable) (transfer none): what is there
 *
 * Notes a difference; the sentence of the first one is told.
 */
void
mns_drift_add (MnsDrift *self,
               const char *table,
               const MnsId *id,
               const char *member,
               JsonNode *seen,
               JsonNode *there,
               const char *format,
               ...)
{
  char text[MNS_ID_TEXT_SIZE];
  g_autofree char *key = NULL;
  va_list list;

  mns_id_print (id, text);
  key = g_strdup_printf ("%s:%s", table, text);
  put (self->seen, key, member, seen);
  put (self->there, key, member, there);
  if (self->n++ > 0)
    return;
  va_start (list, format);
  self->values = json_object_new ();
  mns_sentence_record (self->values, format, list);
  self->first = g_strdup_vprintf (format, list);
  va_end (list);
}

/**
 * mns_drift_check:
 * @shown: how a person knows the row
 * @member: name of the value in expect
 * @title: (nullable): what a person calls it, if that is something else
 * @there: (nullable): the value now
 * @wanted: (nullable): the value the command sets
 *
 * Compares what the person saw with what is there. Where both agree, or where somebody else has set
 * just what this command sets, there is nothing to tell.
 *
 * Returns: %FALSE if they differ
 */
gboolean
mns_drift_check (MnsDrift *self,
                 const char *table,
                 const MnsId *id,
                 const char *shown,
                 const char *member,
                 const char *title,
                 JsonNode *there,
                 JsonNode *wanted)
{
  JsonObject *seen = mns_call_get_seen (self->call, table, id);
  g_autofree char *saw = NULL;
  g_autofree char *is = NULL;
  char text[MNS_ID_TEXT_SIZE];

  if (seen == NULL || !json_object_has_member (seen, member))
    return TRUE;
  /* a second value for it in the same command finds the first one there */
  mns_id_print (id, text);
  if (!g_hash_table_add (self->compared, g_strconcat (table, ":", text, "/", member, NULL)))
    return TRUE;

  if (mns_scalar_equal (json_object_get_member (seen, member), there) ||
      mns_scalar_equal (there, wanted))
    return TRUE;
  saw = mns_scalar_to_text (json_object_get_member (seen, member));
  is = mns_scalar_to_text (there);
  mns_drift_add (self,
                 table,
                 id,
                 member,
                 json_object_get_member (seen, member),
                 there,
                 "“%s” of %s was “%s” when you saw it and is now “%s”",
                 title != NULL ? title : member,
                 shown,
                 saw,
                 is);
  return FALSE;
}

/**
 * mns_drift_tell:
 * @code: the conflict's code
 *
 * Says the conflict, if there is any difference.
 *
 * Returns: %TRUE if there is one
 */
gboolean
mns_drift_tell (MnsDrift *self, const char *code)
{
  JsonNode *seen;
  JsonNode *there;
  gboolean is_told;

  if (self->n == 0)
    return FALSE;
  seen = json_node_new (JSON_NODE_OBJECT);
  there = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (seen, self->seen);
  json_node_set_object (there, self->there);
  is_told = self->call->result->conflict_code == NULL; /* else an earlier conflict is */
  if (self->n == 1)
    mns_call_conflict (self->call, code, seen, there, "%s", self->first);
  else
    mns_call_conflict (self->call, code, seen, there, "%s (and %u more)", self->first, self->n - 1);
  if (!is_told)
    return TRUE;
  json_object_set_int_member (self->values, "more", self->n - 1);
  g_clear_pointer (&self->call->result->conflict_values, json_object_unref);
  self->call->result->conflict_values = json_object_ref (self->values);
  return TRUE;
}
