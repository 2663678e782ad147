/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/wire/envelope.h"

/* What each error is called and answered with. Several share an HTTP code: the word decides. */
static const struct
{
  MnsError code;
  guint status;
  MnsOutcome outcome;
  const char *word;
} errors[] = {
  { MNS_ERROR_FAILED, 500, MNS_OUTCOME_ERROR, "failed" },
  { MNS_ERROR_NOT_FOUND, 404, MNS_OUTCOME_INVALID, "not_found" },
  { MNS_ERROR_CONFLICT, 409, MNS_OUTCOME_CONFLICT, "conflict" },
  { MNS_ERROR_DENIED, 403, MNS_OUTCOME_DENIED, "denied" },
  { MNS_ERROR_INVALID, 422, MNS_OUTCOME_INVALID, "invalid" },
  { MNS_ERROR_OFFLINE, 503, MNS_OUTCOME_ERROR, "offline" },
  { MNS_ERROR_BUSY, 503, MNS_OUTCOME_ERROR, "busy" },
  { MNS_ERROR_FULL, 507, MNS_OUTCOME_ERROR, "disk_full" },
  { MNS_ERROR_CORRUPT, 500, MNS_OUTCOME_ERROR, "corrupt" },
  { MNS_ERROR_UNAUTHORIZED, 401, MNS_OUTCOME_DENIED, "unauthorized" },
};

static const struct
{
  MnsOutcome outcome;
  guint status;
} outcomes[] = {
  { MNS_OUTCOME_OK, 200 },      { MNS_OUTCOME_CONFLICT, 409 }, { MNS_OUTCOME_DENIED, 403 },
  { MNS_OUTCOME_INVALID, 422 }, { MNS_OUTCOME_ERROR, 500 },
};

/**
 * mns_outcome_to_http:
 * @outcome: how a command ended; not %MNS_OUTCOME_NOT_LOCAL, which never travels
 *
 * Returns: the HTTP status of its envelope
 */
guint
mns_outcome_to_http (MnsOutcome outcome)
{
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (outcomes[i].outcome == outcome)
      return outcomes[i].status;
  g_return_val_if_reached (500);
}

guint
mns_error_code_to_http (MnsError code)
{
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == code)
      return errors[i].status;
  return 500;
}

const char *
mns_error_code_to_word (MnsError code)
{
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == code)
      return errors[i].word;
  return "failed";
}

/**
 * mns_error_code_from_http:
 * @status: of an answer that is not 2xx
 *
 * For answers without an envelope, a proxy's for instance.
 *
 * Returns: the code a caller acts on; what a proxy says while the server restarts is
 *   %MNS_ERROR_OFFLINE
 */
MnsError
mns_error_code_from_http (guint status)
{
  static const struct
  {
    guint status;
    MnsError code;
  } rows[] = {
    { 400, MNS_ERROR_INVALID },   { 401, MNS_ERROR_UNAUTHORIZED }, { 403, MNS_ERROR_DENIED },
    { 404, MNS_ERROR_NOT_FOUND }, { 408, MNS_ERROR_BUSY },         { 409, MNS_ERROR_CONFLICT },
    { 413, MNS_ERROR_INVALID },   { 415, MNS_ERROR_INVALID },      { 416, MNS_ERROR_INVALID },
    { 422, MNS_ERROR_INVALID },   { 426, MNS_ERROR_INVALID },      { 429, MNS_ERROR_BUSY },
    { 502, MNS_ERROR_OFFLINE },   { 503, MNS_ERROR_OFFLINE },      { 504, MNS_ERROR_OFFLINE },
    { 507, MNS_ERROR_FULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].status == status)
      return rows[i].code;
  return MNS_ERROR_FAILED;
}

/* ---- out ---- */

static void
add_fault (
    JsonArray *faults, const char *at, const char *code, const char *message, JsonObject *values)
{
  JsonObject *fault = json_object_new ();

  json_object_set_string_member (fault, "at", at != NULL ? at : "");
  json_object_set_string_member (fault, "code", code);
  json_object_set_string_member (fault, "message", message);
  if (values != NULL && json_object_get_size (values) > 0)
    json_object_set_object_member (fault, "values", json_object_ref (values));
  json_array_add_object_element (faults, fault);
}

static JsonObject *
new_envelope (MnsOutcome outcome)
{
  JsonObject *envelope = json_object_new ();

  json_object_set_string_member (envelope, "outcome", mns_outcome_to_word (outcome));
  json_object_set_array_member (envelope, "faults", json_array_new ());
  return envelope;
}

static JsonObject *
describe_conflict (const MnsResult *result, const MnsId *id)
{
  JsonObject *conflict = json_object_new ();
  char text[MNS_ID_TEXT_SIZE];

  if (id != NULL && !mns_id_is_null (id))
    {
      mns_id_print (id, text);
      json_object_set_string_member (conflict, "id", text);
    }
  json_object_set_string_member (
      conflict, "code", result->conflict_code != NULL ? result->conflict_code : "");
  json_object_set_string_member (
      conflict, "detail", result->conflict_detail != NULL ? result->conflict_detail : "");
  if (result->conflict_values != NULL)
    json_object_set_object_member (conflict, "values", json_object_ref (result->conflict_values));
  if (result->seen != NULL)
    json_object_set_member (conflict, "seen", json_node_copy (result->seen));
  if (result->there != NULL)
    json_object_set_member (conflict, "there", json_node_copy (result->there));
  return conflict;
}

/**
 * mns_envelope_list_said:
 * @result: not %MNS_OUTCOME_OK
 *
 * Returns: (transfer full): what was said against a command: its faults as in an envelope, or its
 *   conflict in the same form, [{"at", "code", "message", "values"?}]
 */
JsonArray *
mns_envelope_list_said (const MnsResult *result)
{
  JsonArray *said = json_array_new ();

  if (result->conflict_code != NULL)
    add_fault (said,
               "",
               result->conflict_code,
               result->conflict_detail != NULL ? result->conflict_detail : "",
               result->conflict_values);
  for (guint i = 0; i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);

      add_fault (said, fault->at, fault->code, fault->message, fault->values);
    }
  return said;
}

/**
 * mns_envelope_from_result:
 * @result: how a command ended
 * @conflict: (nullable): id of the conflict row that was made
 *
 * Returns: (transfer full): the envelope
 */
JsonObject *
mns_envelope_from_result (const MnsResult *result, const MnsId *conflict)
{
  JsonObject *envelope = new_envelope (result->outcome);
  JsonArray *faults = json_object_get_array_member (envelope, "faults");

  for (guint i = 0; i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);

      add_fault (faults, fault->at, fault->code, fault->message, fault->values);
    }
  if (result->result != NULL)
    json_object_set_member (envelope, "result", json_node_copy (result->result));
  if (result->outcome == MNS_OUTCOME_CONFLICT)
    json_object_set_object_member (envelope, "conflict", describe_conflict (result, conflict));
  return envelope;
}

/**
 * mns_envelope_new_refusal:
 * @outcome: not %MNS_OUTCOME_OK
 * @code: one word for programs
 * @format: an English sentence for people: object, value, rule
 * @...: what goes into it
 *
 * Returns: (transfer full): an envelope with one fault
 */
JsonObject *
mns_envelope_new_refusal (MnsOutcome outcome, const char *code, const char *format, ...)
{
  JsonObject *envelope = new_envelope (outcome);
  g_autofree char *message = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  add_fault (json_object_get_array_member (envelope, "faults"), "", code, message, NULL);
  return envelope;
}

/**
 * mns_envelope_from_error:
 * @failure: an error of %MNS_ERROR; others count as %MNS_ERROR_FAILED
 *
 * Returns: (transfer full): the envelope that says it
 */
JsonObject *
mns_envelope_from_error (const GError *failure)
{
  MnsError code = failure->domain == MNS_ERROR ? (MnsError) failure->code : MNS_ERROR_FAILED;

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == code)
      return mns_envelope_new_refusal (errors[i].outcome, errors[i].word, "%s", failure->message);
  return mns_envelope_new_refusal (MNS_OUTCOME_ERROR, "failed", "%s", failure->message);
}

/* ---- in ---- */

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonNode *
copy_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? json_node_copy (node) : NULL;
}

static void
read_faults (JsonArray *faults, MnsResult *result)
{
  for (guint i = 0; i < json_array_get_length (faults); i++)
    {
      JsonNode *node = json_array_get_element (faults, i);
      JsonObject *fault = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *at = fault != NULL ? get_text (fault, "at") : NULL;
      const char *code = fault != NULL ? get_text (fault, "code") : NULL;
      const char *message = fault != NULL ? get_text (fault, "message") : NULL;
      JsonObject *values = fault != NULL ? get_object (fault, "values") : NULL;

      mns_result_add_fault (result,
                            at != NULL ? at : "",
                            code != NULL ? code : "failed",
                            values != NULL ? json_object_ref (values) : NULL,
                            "%s",
                            message != NULL ? message : "The server gave no reason.");
    }
}

static void
read_conflict (JsonObject *conflict, MnsResult *result, MnsId *id)
{
  const char *text = get_text (conflict, "id");

  if (id != NULL && text != NULL)
    mns_id_parse (id, text);
  result->conflict_code = g_strdup (get_text (conflict, "code"));
  result->conflict_detail = g_strdup (get_text (conflict, "detail"));
  if (get_object (conflict, "values") != NULL)
    result->conflict_values = json_object_ref (get_object (conflict, "values"));
  result->seen = copy_member (conflict, "seen");
  result->there = copy_member (conflict, "there");
}

/**
 * mns_envelope_to_result:
 * @node: an envelope
 * @conflict: (out) (optional): id of the conflict row; the null id if there is none
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the result; %NULL with %MNS_ERROR_CORRUPT if @node is none
 */
MnsResult *
mns_envelope_to_result (JsonNode *node, MnsId *conflict, GError **error)
{
  JsonObject *envelope =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *word = envelope != NULL ? get_text (envelope, "outcome") : NULL;
  MnsOutcome outcome;
  MnsResult *result;

  if (conflict != NULL)
    memset (conflict, 0, sizeof *conflict);
  if (word == NULL || !mns_outcome_from_word (word, &outcome))
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_CORRUPT, "The server's answer names no known outcome.");
      return NULL;
    }

  result = mns_result_new (outcome);
  if (get_array (envelope, "faults") != NULL)
    read_faults (get_array (envelope, "faults"), result);
  if (get_object (envelope, "conflict") != NULL)
    read_conflict (get_object (envelope, "conflict"), result, conflict);
  result->result = copy_member (envelope, "result");
  return result;
}

static MnsError
code_from_word (const char *word, MnsError otherwise)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (errors); i++)
    if (strcmp (errors[i].word, word) == 0)
      return errors[i].code;
  return otherwise;
}

/**
 * mns_envelope_to_error:
 * @status: HTTP status of an answer that is not 2xx
 * @body: (nullable): its body, of whatever kind
 * @length: of @body, or -1
 *
 * Returns: (transfer full): an error of %MNS_ERROR with the server's first sentence, or with one of
 *   our own if the body is no envelope
 */
GError *
mns_envelope_to_error (guint status, const char *body, gssize length)
{
  g_autoptr (JsonNode) node = body != NULL ? mns_json_parse_object (body, length, NULL) : NULL;
  JsonArray *faults = node != NULL ? get_array (json_node_get_object (node), "faults") : NULL;
  JsonNode *first = faults != NULL && json_array_get_length (faults) > 0
                        ? json_array_get_element (faults, 0)
                        : NULL;
  JsonObject *fault =
      first != NULL && JSON_NODE_HOLDS_OBJECT (first) ? json_node_get_object (first) : NULL;
  const char *message = fault != NULL ? get_text (fault, "message") : NULL;
  MnsError code = mns_error_code_from_http (status);

  if (message == NULL)
    return g_error_new (MNS_ERROR, code, "The server answered with HTTP status %u.", status);
  return g_error_new_literal (
      MNS_ERROR, (int) code_from_word (get_text (fault, "code"), code), message);
}

/* ---- JSON at the edges ---- */

/**
 * mns_json_print:
 * @object: (transfer full): what to print
 *
 * Returns: (transfer full): it as one line of JSON
 */
char *
mns_json_print (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

/* json-glib descends by recursion, and so would a hostile body take the stack. */
#define MAX_DEPTH 64

static gboolean
is_too_deep (const char *text, gsize length)
{
  gboolean in_text = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (in_text && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_text = !in_text;
      else if (!in_text && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
        return TRUE;
      else if (!in_text && (text[i] == ']' || text[i] == '}') && depth > 0)
        depth--;
    }
  return FALSE;
}

/**
 * mns_json_parse:
 * @text: bytes from outside
 * @length: of @text, or -1
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the document; %NULL with %MNS_ERROR_INVALID and a sentence
 *   that names line and column if @text is no JSON, no UTF-8 or nested more than 64 deep
 */
JsonNode *
mns_json_parse (const char *text, gssize length, GError **error)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) failure = NULL;
  JsonNode *root;

  if (memchr (text, '\0', size) != NULL || !g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "The text is not JSON: not in UTF-8.");
      return NULL;
    }
  if (is_too_deep (text, size))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "The text is not accepted: nested more than %d deep.",
                   MAX_DEPTH);
      return NULL;
    }
  if (!json_parser_load_from_data (parser, text, (gssize) size, &failure))
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_INVALID, "The text is not JSON: %s", failure->message);
      return NULL;
    }
  root = json_parser_steal_root (parser);
  if (root == NULL)
    g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "The text is not JSON: it is empty.");
  return root;
}

/**
 * mns_json_parse_object:
 * @text: bytes from outside
 * @length: of @text, or -1
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): a node that holds an object, or %NULL with
 *   %MNS_ERROR_INVALID
 */
JsonNode *
mns_json_parse_object (const char *text, gssize length, GError **error)
{
  JsonNode *node = mns_json_parse (text, length, error);

  if (node == NULL || JSON_NODE_HOLDS_OBJECT (node))
    return node;
  json_node_unref (node);
  g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "The text is JSON, but not an object.");
  return NULL;
}
