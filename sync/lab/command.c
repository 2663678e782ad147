/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Commands and results: making, freeing, and their JSON as sync-protocol.md section 3 and
 * decisions.md section 1 write it.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/command.h"
#include "sync/model/error.h"
#include "sync/model/sentence.h"

static const char *const outcome_words[] = {
  [MNS_OUTCOME_OK] = "ok",         [MNS_OUTCOME_CONFLICT] = "conflict",
  [MNS_OUTCOME_DENIED] = "denied", [MNS_OUTCOME_INVALID] = "invalid",
  [MNS_OUTCOME_ERROR] = "error",   [MNS_OUTCOME_NOT_LOCAL] = "not_local",
};

const char *
mns_outcome_to_word (MnsOutcome outcome)
{
  g_return_val_if_fail ((guint) outcome < G_N_ELEMENTS (outcome_words), "error");

  return outcome_words[outcome];
}

gboolean
mns_outcome_from_word (const char *word, MnsOutcome *outcome)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (outcome_words); i++)
    if (g_str_equal (outcome_words[i], word))
      {
        *outcome = (MnsOutcome) i;
        return TRUE;
      }
  return FALSE;
}

/* Sets name and version from "step.place@2"; without a version it is 0, the newest. */
static gboolean
set_name (MnsCommand *self, const char *text)
{
  const char *at = strchr (text, '@');
  guint64 version = 0;

  if (at != NULL && !g_ascii_string_to_unsigned (at + 1, 10, 1, 9999, &version, NULL))
    return FALSE;
  self->name = at != NULL ? g_strndup (text, at - text) : g_strdup (text);
  self->version = (int) version;
  return self->name[0] != '\0';
}

/**
 * mns_command_new:
 * @name_at_version: "step.place@1"; without a version the newest there is
 * @args: (nullable): its arguments, which the command then shares
 *
 * Makes a command as the program at the edge gives it: a fresh id, performed now, today the day it
 * is here. Whoever knows better (a device whose clock must not go back, a test) sets them after.
 *
 * Returns: (transfer full): the command
 */
MnsCommand *
mns_command_new (const char *name_at_version, JsonObject *args)
{
  MnsCommand *self = g_new0 (MnsCommand, 1);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (!set_name (self, name_at_version))
    self->name = g_strdup (name_at_version); /* no such command: that is said when it runs */
  mns_id_make (&self->id);
  self->performed_at = g_get_real_time ();
  self->today = g_date_time_format (now, "%Y-%m-%d");
  self->args = args != NULL ? json_object_ref (args) : json_object_new ();
  return self;
}

void
mns_command_free (MnsCommand *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->today);
  g_clear_pointer (&self->args, json_object_unref);
  g_clear_pointer (&self->expect, json_object_unref);
  g_clear_pointer (&self->lims_ids, json_object_unref);
  g_free (self);
}

static void
set_id (JsonObject *object, const char *member, const MnsId *id)
{
  char text[MNS_ID_TEXT_SIZE];

  if (mns_id_is_null (id))
    return;
  mns_id_print (id, text);
  json_object_set_string_member (object, member, text);
}

/**
 * mns_command_to_json:
 *
 * Returns: (transfer full): the command as it travels and as the outbox keeps it
 */
JsonNode *
mns_command_to_json (const MnsCommand *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *name = g_strdup_printf ("%s@%d", self->name, MAX (self->version, 1));

  if (self->n > 0)
    json_object_set_int_member (object, "n", self->n);
  set_id (object, "id", &self->id);
  json_object_set_string_member (object, "cmd", name);
  json_object_set_int_member (object, "performed_at", self->performed_at);
  if (self->today != NULL)
    json_object_set_string_member (object, "today", self->today);
  if (self->skew_us != 0)
    json_object_set_int_member (object, "skew_us", self->skew_us);
  if (self->skew_age_s != 0)
    json_object_set_int_member (object, "skew_age_s", self->skew_age_s);
  json_object_set_object_member (object, "args", json_object_ref (self->args));
  if (self->expect != NULL)
    json_object_set_object_member (object, "expect", json_object_ref (self->expect));
  if (self->lims_ids != NULL)
    json_object_set_object_member (object, "lims_ids", json_object_ref (self->lims_ids));
  set_id (object, "cause", &self->cause);
  json_node_take_object (node, object);
  return node;
}

typedef struct
{
  const char *member;
  gsize offset; /* of a gint64 or, for objects, of a JsonObject * */
} Slot;

static const Slot int_slots[] = {
  { "n", G_STRUCT_OFFSET (MnsCommand, n) },
  { "performed_at", G_STRUCT_OFFSET (MnsCommand, performed_at) },
  { "skew_us", G_STRUCT_OFFSET (MnsCommand, skew_us) },
  { "skew_age_s", G_STRUCT_OFFSET (MnsCommand, skew_age_s) },
};

static const Slot object_slots[] = {
  { "args", G_STRUCT_OFFSET (MnsCommand, args) },
  { "expect", G_STRUCT_OFFSET (MnsCommand, expect) },
  { "lims_ids", G_STRUCT_OFFSET (MnsCommand, lims_ids) },
};

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
read_slots (MnsCommand *self, JsonObject *object, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (int_slots); i++)
    {
      JsonNode *node = json_object_get_member (object, int_slots[i].member);

      if (node == NULL)
        continue;
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_INVALID,
                       "member %s of a command is not a whole number",
                       int_slots[i].member);
          return FALSE;
        }
      G_STRUCT_MEMBER (gint64, self, int_slots[i].offset) = json_node_get_int (node);
    }
  for (guint i = 0; i < G_N_ELEMENTS (object_slots); i++)
    {
      JsonNode *node = json_object_get_member (object, object_slots[i].member);

      if (node == NULL || JSON_NODE_HOLDS_NULL (node))
        continue;
      if (!JSON_NODE_HOLDS_OBJECT (node))
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_INVALID,
                       "member %s of a command is not an object",
                       object_slots[i].member);
          return FALSE;
        }
      G_STRUCT_MEMBER (JsonObject *, self, object_slots[i].offset) = json_node_dup_object (node);
    }
  return TRUE;
}

/**
 * mns_command_from_json:
 * @node: what travelled
 *
 * Reads a command. The envelope only: its arguments are checked when it runs. Fails with
 * %MNS_ERROR_INVALID.
 *
 * Returns: (transfer full): the command, or %NULL with @error set
 */
MnsCommand *
mns_command_from_json (JsonNode *node, GError **error)
{
  g_autoptr (MnsCommand) self = g_new0 (MnsCommand, 1);
  JsonObject *object;
  const char *name;
  const char *today;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "a command is a JSON object");
      return NULL;
    }
  object = json_node_get_object (node);
  name = get_text (object, "cmd");
  if (name == NULL || !set_name (self, name))
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_INVALID, "a command needs cmd, such as step.place@1");
      return NULL;
    }
  if (!mns_id_parse (&self->id, get_text (object, "id")))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "command %s needs an id", name);
      return NULL;
    }
  if (json_object_has_member (object, "cause") && !json_object_get_null_member (object, "cause") &&
      !mns_id_parse (&self->cause, get_text (object, "cause")))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "cause of command %s is no id", name);
      return NULL;
    }
  if (!read_slots (self, object, error))
    return NULL;
  today = get_text (object, "today");
  self->today = g_strdup (today);
  if (self->args == NULL)
    self->args = json_object_new ();
  return g_steal_pointer (&self);
}

static void
free_fault (gpointer data)
{
  MnsFault *self = data;

  g_free (self->at);
  g_free (self->code);
  g_free (self->message);
  g_clear_pointer (&self->values, json_object_unref);
  g_free (self);
}

MnsResult *
mns_result_new (MnsOutcome outcome)
{
  MnsResult *self = g_new0 (MnsResult, 1);

  self->outcome = outcome;
  self->faults = g_ptr_array_new_with_free_func (free_fault);
  return self;
}

void
mns_result_free (MnsResult *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->faults);
  g_clear_pointer (&self->result, json_node_unref);
  mns_result_clear_conflict (self);
  g_clear_pointer (&self->seen, json_node_unref);
  g_clear_pointer (&self->there, json_node_unref);
  g_free (self);
}

/**
 * mns_result_add_fault:
 * @self: a result
 * @at: JSON pointer into the arguments; "" is all of them
 * @code: a word a program tests
 * @values: (nullable) (transfer full): what a translation is made from
 * @format: the English sentence: object, value and rule
 *
 * Adds a fault; the outcome stays as it is. @values gets what the sentence is made of.
 */
void
mns_result_add_fault (
    MnsResult *self, const char *at, const char *code, JsonObject *values, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  mns_result_add_fault_va (self, at, code, values, format, list);
  va_end (list);
}

void
mns_result_add_fault_va (MnsResult *self,
                         const char *at,
                         const char *code,
                         JsonObject *values,
                         const char *format,
                         va_list list)
{
  MnsFault *fault = g_new0 (MnsFault, 1);

  fault->at = g_strdup (at);
  fault->code = g_strdup (code);
  fault->values = values != NULL ? values : json_object_new ();
  mns_sentence_record (fault->values, format, list);
  fault->message = g_strdup_vprintf (format, list);
  g_ptr_array_add (self->faults, fault);
}

void
mns_result_clear_conflict (MnsResult *self)
{
  g_clear_pointer (&self->conflict_code, g_free);
  g_clear_pointer (&self->conflict_detail, g_free);
  g_clear_pointer (&self->conflict_values, json_object_unref);
}

void
mns_result_take_sentence (MnsResult *self, const MnsResult *from)
{
  g_clear_pointer (&self->conflict_values, json_object_unref);
  if (from->conflict_values != NULL)
    self->conflict_values = json_object_ref (from->conflict_values);
}

void
mns_result_set_conflict (MnsResult *self, const char *code, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  mns_result_set_conflict_va (self, code, format, list);
  va_end (list);
}

void
mns_result_set_conflict_va (MnsResult *self, const char *code, const char *format, va_list list)
{
  mns_result_clear_conflict (self);
  self->conflict_code = g_strdup (code);
  self->conflict_values = json_object_new ();
  mns_sentence_record (self->conflict_values, format, list);
  self->conflict_detail = g_strdup_vprintf (format, list);
}

/**
 * mns_result_to_sentence:
 *
 * Returns: (transfer full): what a person reads first: the conflict's detail, or the first fault
 *   and how many more there are
 */
char *
mns_result_to_sentence (const MnsResult *self)
{
  const MnsFault *first;

  if (self->conflict_detail != NULL)
    return g_strdup (self->conflict_detail);
  if (self->faults->len == 0)
    return g_strdup (mns_outcome_to_word (self->outcome));
  first = g_ptr_array_index (self->faults, 0);
  if (self->faults->len == 1)
    return g_strdup (first->message);
  return g_strdup_printf ("%s (and %u more)", first->message, self->faults->len - 1);
}
