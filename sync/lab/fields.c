/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Custom fields: what they are, and whether a value may go into one. Values lie packed in the row
 * (data-model.md section 5); here they are JSON nodes: texts, numbers, or null for none.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "sync/lab/fields.h"
#include "sync/model/packed.h"
#include "sync/model/sentence.h"

/* One line, and several. */
#define STRING_CHARACTERS 2000
#define TEXT_CHARACTERS 20000

/* Not changed once loaded: several threads may hold one (sync/store/memo.h). */
struct _MnsCustomFields
{
  GPtrArray *all; /* MnsCustomField, ascending by number */
};

static const struct
{
  const char *word;
  MnsCustomFieldType type;
} type_words[] = {
  { "STRING", MNS_FIELD_TYPE_STRING },   { "TEXT", MNS_FIELD_TYPE_TEXT },
  { "NUMERIC", MNS_FIELD_TYPE_NUMERIC }, { "BOOLEAN", MNS_FIELD_TYPE_BOOLEAN },
  { "DATE", MNS_FIELD_TYPE_DATE },       { "URI", MNS_FIELD_TYPE_URI },
};

gboolean
mns_custom_field_type_from_word (const char *word, MnsCustomFieldType *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_words); i++)
    if (g_str_equal (type_words[i].word, word))
      {
        *type = type_words[i].type;
        return TRUE;
      }
  return FALSE;
}

void
mns_custom_field_free (MnsCustomField *self)
{
  if (self == NULL)
    return;
  g_free (self->lims_id);
  g_free (self->object);
  g_free (self->name);
  g_strfreev (self->presets);
  g_free (self->default_text);
  g_free (self);
}

/* A scalar as text; NULL for null and for what is no scalar. */
static char *
scalar_to_text (JsonNode *node)
{
  char number[MNS_NUMBER_SIZE];

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
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

static char **
read_presets (JsonArray *list)
{
  GPtrArray *presets;

  if (list == NULL || json_array_get_length (list) == 0)
    return NULL;
  presets = g_ptr_array_new ();
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      char *text = scalar_to_text (json_array_get_element (list, i));

      if (text != NULL)
        g_ptr_array_add (presets, text);
    }
  g_ptr_array_add (presets, NULL);
  return (char **) g_ptr_array_free (presets, FALSE);
}

static void
read_options (MnsCustomField *self, const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  JsonObject *options;
  JsonNode *limit;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  options = json_node_get_object (node);
  self->required = mns_object_get_bool (options, "required");
  self->read_only = mns_object_get_bool (options, "read_only");
  self->custom_entries = mns_object_get_bool (options, "custom_entries");
  self->presets = read_presets (mns_object_get_list (options, "presets"));
  self->default_text = scalar_to_text (json_object_get_member (options, "default"));
  if (self->default_text == NULL && mns_object_get_bool (options, "first_is_default") &&
      self->presets != NULL)
    self->default_text = g_strdup (self->presets[0]);
  limit = json_object_get_member (options, "min");
  self->has_min = limit != NULL && JSON_NODE_HOLDS_VALUE (limit);
  self->min = self->has_min ? json_node_get_double (limit) : 0;
  limit = json_object_get_member (options, "max");
  self->has_max = limit != NULL && JSON_NODE_HOLDS_VALUE (limit);
  self->max = self->has_max ? json_node_get_double (limit) : 0;
}

/**
 * mns_custom_field_new:
 * @type: STRING TEXT NUMERIC BOOLEAN DATE URI
 * @options: JSON as custom_field.options has it
 *
 * Returns: (transfer full): a field that has no row yet, to check values against
 */
MnsCustomField *
mns_custom_field_new (const char *name, const char *type, const char *options)
{
  MnsCustomField *self = g_new0 (MnsCustomField, 1);

  self->name = g_strdup (name);
  mns_custom_field_type_from_word (type, &self->type);
  read_options (self, options);
  return self;
}

static MnsCustomField *
read_field (MnsRows *rows, guint i)
{
  MnsCustomField *self = g_new0 (MnsCustomField, 1);

  self->id = *mns_rows_get_id (rows, i, 0);
  self->lims_id = g_strdup (mns_rows_get_text (rows, i, 1));
  self->number = mns_rows_get_int (rows, i, 2);
  self->object = g_strdup (mns_rows_get_text (rows, i, 3));
  self->name = g_strdup (mns_rows_get_text (rows, i, 4));
  mns_custom_field_type_from_word (mns_rows_get_text (rows, i, 5), &self->type);
  read_options (self, mns_rows_get_text (rows, i, 6));
  self->phi = mns_rows_get_int (rows, i, 7) != 0;
  return self;
}

#define FIELDS                                                                                     \
  "SELECT f.id, f.lims_id, f.field_no, f.object, f.name, f.type, f.options, f.phi"                 \
  " FROM {v} JOIN custom_field f ON f.object = v.object"                                           \
  " WHERE f.deleted = 0 AND (f.master_step_id IS NULL OR f.master_step_id = $master)"              \
  " ORDER BY f.field_no"

static MnsRowSet *
list_objects (const char *objects)
{
  MnsRowSet *set = mns_row_set_new ("object text");
  g_auto (GStrv) words = g_strsplit (objects, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    mns_row_set_add (set, mns_value_text (words[i]));
  return set;
}

static void
clear_fields (gpointer data)
{
  MnsCustomFields *self = data;

  g_clear_pointer (&self->all, g_ptr_array_unref);
}

static const MnsMemoKind fields_kind = { "custom fields", clear_fields };

/* Under which id they are remembered. */
static MnsId
name_fields (const char *objects, const MnsId *master_step)
{
  MnsId id;

  mns_id_derive (&id, master_step != NULL ? master_step : &MNS_ID_CONFIGURATION, objects, 0);
  return id;
}

/* Asks ahead what mns_custom_fields_load() will ask with the same arguments, if it will. */
void
mns_custom_fields_ask (MnsCall *call, const char *objects, const MnsId *master_step)
{
  MnsId id = name_fields (objects, master_step);
  g_autoptr (MnsCustomFields) known = mns_transaction_recall (call->tx, &fields_kind, &id);
  g_autoptr (MnsRowSet) set = known == NULL ? list_objects (objects) : NULL;

  if (known == NULL)
    mns_transaction_ask (
        call->tx, FIELDS, MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("master", master_step)));
}

/**
 * mns_custom_fields_load:
 * @objects: objects of the global fields wanted, separated by spaces; MASTER_STEP for those of
 *   @master_step
 * @master_step: (nullable): a master step
 *
 * Reads the fields that objects have; one statement, or none where they are remembered.
 *
 * Returns: (transfer full): the fields, or %NULL with @error set
 */
MnsCustomFields *
mns_custom_fields_load (MnsCall *call,
                        const char *objects,
                        const MnsId *master_step,
                        GError **error)
{
  MnsId id = name_fields (objects, master_step);
  MnsCustomFields *self = mns_transaction_recall (call->tx, &fields_kind, &id);
  g_autoptr (MnsRowSet) set = NULL;
  g_autoptr (MnsRows) rows = NULL;

  if (self != NULL)
    return self;
  set = list_objects (objects);
  rows =
      mns_transaction_query (call->tx,
                             FIELDS,
                             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("master", master_step)),
                             error);
  if (rows == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (MnsCustomFields);
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_custom_field_free);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_ptr_array_add (self->all, read_field (rows, i));
  mns_transaction_remember (call->tx, &fields_kind, &id, self);
  return self;
}

void
mns_custom_fields_free (MnsCustomFields *self)
{
  mns_memo_release (&fields_kind, self);
}

guint
mns_custom_fields_get_n (const MnsCustomFields *self)
{
  return self->all->len;
}

const MnsCustomField *
mns_custom_fields_get (const MnsCustomFields *self, guint i)
{
  return g_ptr_array_index (self->all, i);
}

/**
 * mns_custom_fields_find:
 * @object: the object it must belong to
 * @key: its name, its key f<number>, its row id or its LIMS id
 *
 * Returns: (nullable): the field; a name goes before a key of the same letters
 */
const MnsCustomField *
mns_custom_fields_find (const MnsCustomFields *self, const char *object, const char *key)
{
  const MnsCustomField *found = NULL;
  guint64 number = 0;
  MnsId id;
  gboolean is_id = mns_id_parse (&id, key);
  gboolean is_key =
      key[0] == 'f' && g_ascii_string_to_unsigned (key + 1, 10, 1, G_MAXINT64, &number, NULL);

  for (guint i = 0; i < self->all->len; i++)
    {
      const MnsCustomField *field = g_ptr_array_index (self->all, i);

      if (!g_str_equal (field->object, object))
        continue;
      if (g_str_equal (field->name, key))
        return field;
      if ((is_key && field->number == (gint64) number) ||
          (is_id && mns_id_equal (&field->id, &id)) || g_str_equal (field->lims_id, key))
        found = field;
    }
  return found;
}

MnsFieldValues *
mns_field_values_new (const char *fields, const char *phi_fields)
{
  MnsFieldValues *self = g_new0 (MnsFieldValues, 1);

  self->plain = mns_packed_parse (fields);
  self->phi = mns_packed_parse (phi_fields);
  return self;
}

void
mns_field_values_free (MnsFieldValues *self)
{
  if (self == NULL)
    return;
  json_object_unref (self->plain);
  json_object_unref (self->phi);
  g_free (self);
}

/**
 * mns_field_values_get:
 *
 * Returns: (nullable) (transfer none): the value of a field; %NULL if it has none
 */
JsonNode *
mns_field_values_get (const MnsFieldValues *self, const MnsCustomField *field)
{
  char key[24];

  g_snprintf (key, sizeof key, "f%" G_GINT64_FORMAT, field->number);
  return json_object_get_member (field->phi ? self->phi : self->plain, key);
}

/**
 * mns_field_values_set:
 * @value: a checked value; null takes the value away
 */
void
mns_field_values_set (MnsFieldValues *self, const MnsCustomField *field, JsonNode *value)
{
  JsonObject *object = field->phi ? self->phi : self->plain;

  if (JSON_NODE_HOLDS_NULL (value))
    mns_packed_set_text (object, field->number, NULL);
  else if (json_node_get_value_type (value) == G_TYPE_STRING)
    mns_packed_set_text (object, field->number, json_node_get_string (value));
  else
    mns_packed_set_number (object, field->number, json_node_get_double (value));
}

static void refuse_value (MnsCall *call,
                          const MnsCustomField *field,
                          const char *at,
                          const char *code,
                          const char *value,
                          const char *owner,
                          const char *rule,
                          ...) G_GNUC_PRINTF (7, 8);

/* The rule is a sentence of its own: "inner" of the values says what it is made of. */
static void
refuse_value (MnsCall *call,
              const MnsCustomField *field,
              const char *at,
              const char *code,
              const char *value,
              const char *owner,
              const char *rule,
              ...)
{
  JsonObject *values = json_object_new ();
  JsonObject *inner = json_object_new ();
  g_autofree char *told = NULL;
  va_list list;

  va_start (list, rule);
  mns_sentence_record (inner, rule, list);
  told = g_strdup_vprintf (rule, list);
  va_end (list);
  json_object_set_string_member (values, "field", field->name);
  json_object_set_string_member (values, "value", value != NULL ? value : "");
  json_object_set_string_member (values, "owner", owner);
  json_object_set_object_member (values, "inner", inner);
  mns_call_fault_values (call,
                         at,
                         code,
                         values,
                         "“%s” of %s is “%s”: %s",
                         field->name,
                         owner,
                         value != NULL ? value : "",
                         told);
}

static JsonNode *
text_node (const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);
  return node;
}

static gboolean
is_preset (const MnsCustomField *field, const char *text)
{
  if (field->presets == NULL || field->custom_entries)
    return TRUE;
  for (guint i = 0; field->presets[i] != NULL; i++)
    {
      if (g_str_equal (field->presets[i], text))
        return TRUE;
      if (field->type == MNS_FIELD_TYPE_NUMERIC &&
          g_ascii_strtod (field->presets[i], NULL) == g_ascii_strtod (text, NULL))
        return TRUE;
    }
  return FALSE;
}

static JsonNode *
check_number (
    MnsCall *call, const MnsCustomField *field, JsonNode *value, const char *at, const char *owner)
{
  g_autofree char *text = scalar_to_text (value);
  JsonNode *node;
  char *end = NULL;
  double number;

  if (json_node_get_value_type (value) == G_TYPE_STRING)
    {
      g_strstrip (text);
      number = g_ascii_strtod (text, &end);
      if (end == text || *end != '\0' || strpbrk (text, "xXnN") != NULL)
        number = NAN;
    }
  else if (json_node_get_value_type (value) == G_TYPE_BOOLEAN)
    number = NAN;
  else
    number = json_node_get_double (value);
  if (!isfinite (number))
    {
      refuse_value (call, field, at, "not_a_number", text, owner, "it must be a number");
      return NULL;
    }
  if ((field->has_min && number < field->min) || (field->has_max && number > field->max))
    {
      if (field->has_min && field->has_max)
        refuse_value (call,
                      field,
                      at,
                      "out_of_range",
                      text,
                      owner,
                      "it must be between %.15g and %.15g",
                      field->min,
                      field->max);
      else if (field->has_min)
        refuse_value (
            call, field, at, "out_of_range", text, owner, "it must not be below %.15g", field->min);
      else
        refuse_value (
            call, field, at, "out_of_range", text, owner, "it must not be above %.15g", field->max);
      return NULL;
    }
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_double (node, number);
  return node;
}

/* Says what is wrong with a text of this type; TRUE if something is. */
static gboolean
refuse_text (
    MnsCall *call, const MnsCustomField *field, const char *at, const char *text, const char *owner)
{
  glong most = field->type == MNS_FIELD_TYPE_TEXT ? TEXT_CHARACTERS : STRING_CHARACTERS;

  if (field->type == MNS_FIELD_TYPE_BOOLEAN && !g_str_equal (text, "true") &&
      !g_str_equal (text, "false"))
    refuse_value (call, field, at, "not_yes_or_no", text, owner, "it must be true or false");
  else if (field->type == MNS_FIELD_TYPE_DATE && !mns_date_is_valid (text))
    refuse_value (call, field, at, "bad_date", text, owner, "it must be a day, YYYY-MM-DD");
  else if (field->type == MNS_FIELD_TYPE_URI && !g_uri_is_valid (text, G_URI_FLAGS_NONE, NULL))
    refuse_value (call,
                  field,
                  at,
                  "bad_uri",
                  text,
                  owner,
                  "it must be an address such as https://example.org/");
  else if (field->type == MNS_FIELD_TYPE_STRING && strpbrk (text, "\n\r") != NULL)
    refuse_value (call, field, at, "several_lines", text, owner, "it must be one line");
  else if (field->type != MNS_FIELD_TYPE_BOOLEAN && field->type != MNS_FIELD_TYPE_DATE &&
           g_utf8_strlen (text, -1) > most)
    refuse_value (call, field, at, "length", text, owner, "it is too long");
  else
    return FALSE;
  return TRUE;
}

/**
 * mns_custom_field_check:
 * @value: what was given: a scalar; null and "" stand for no value
 * @at: where in the arguments
 * @owner: what it belongs to, as a person knows it
 *
 * Checks a value against type, range and presets; says what is wrong as faults.
 *
 * Returns: (transfer full) (nullable): the value as it is stored, a null node for none, or %NULL if
 *   it was refused
 */
JsonNode *
mns_custom_field_check (
    MnsCall *call, const MnsCustomField *field, JsonNode *value, const char *at, const char *owner)
{
  g_autofree char *text = scalar_to_text (value);
  JsonNode *node;

  if (field->read_only && !call->lab->as_system)
    {
      refuse_value (call, field, at, "read_only", text, owner, "the field is read only");
      return NULL;
    }
  if (field->phi && mns_transaction_is_partial (call->tx))
    {
      refuse_value (
          call, field, at, "phi_online_only", "", owner, "PHI is only recorded while online");
      return NULL;
    }
  if (text == NULL || text[0] == '\0')
    return json_node_new (JSON_NODE_NULL);
  if (field->type == MNS_FIELD_TYPE_NUMERIC)
    node = check_number (call, field, value, at, owner);
  else
    node = refuse_text (call, field, at, text, owner) ? NULL : text_node (text);
  if (node != NULL && !is_preset (field, text))
    {
      g_autofree char *list = g_strjoinv (", ", field->presets);

      refuse_value (call, field, at, "not_a_preset", text, owner, "allowed are: %s", list);
      g_clear_pointer (&node, json_node_unref);
    }
  return node;
}

/**
 * mns_custom_field_get_default:
 *
 * Returns: (transfer full) (nullable): the value that a new row gets, or %NULL
 */
JsonNode *
mns_custom_field_get_default (const MnsCustomField *field)
{
  JsonNode *node;

  if (field->default_text == NULL || field->default_text[0] == '\0')
    return NULL;
  if (field->type != MNS_FIELD_TYPE_NUMERIC)
    return text_node (field->default_text);
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_double (node, g_ascii_strtod (field->default_text, NULL));
  return node;
}

static char *
join_pointer (const char *at, const char *member)
{
  g_auto (GStrv) tildes = g_strsplit (member, "~", -1);
  g_autofree char *first = g_strjoinv ("~0", tildes);
  g_auto (GStrv) slashes = g_strsplit (first, "/", -1);
  g_autofree char *second = g_strjoinv ("~1", slashes);

  return g_strconcat (at, "/", second, NULL);
}

/**
 * mns_custom_fields_apply:
 * @object: whose fields
 * @given: (nullable): values by name or key of field
 * @at: where @given is in the arguments
 * @owner: what they belong to
 * @values: gets those that are right
 *
 * Puts given values into a row's values. Fields that do not exist are faults; a required field can
 * not be emptied.
 */
void
mns_custom_fields_apply (MnsCall *call,
                         const MnsCustomFields *fields,
                         const char *object,
                         JsonObject *given,
                         const char *at,
                         const char *owner,
                         MnsFieldValues *values)
{
  g_autoptr (GList) members = given != NULL ? json_object_get_members (given) : NULL;

  for (GList *l = members; l != NULL; l = l->next)
    {
      g_autofree char *where = join_pointer (at, l->data);
      const MnsCustomField *field = mns_custom_fields_find (fields, object, l->data);
      g_autoptr (JsonNode) value = NULL;

      if (field == NULL)
        {
          mns_call_fault (
              call, where, "unknown_field", "%s has no field “%s”", owner, (const char *) l->data);
          continue;
        }
      value = mns_custom_field_check (
          call, field, json_object_get_member (given, l->data), where, owner);
      if (value == NULL)
        continue;
      if (JSON_NODE_HOLDS_NULL (value) && field->required)
        refuse_value (call, field, where, "required", "", owner, "the field must have a value");
      else
        mns_field_values_set (values, field, value);
    }
}

/**
 * mns_custom_fields_fill:
 *
 * Like mns_custom_fields_apply() for a new row: fields without a value get their default, required
 * ones that still have none are faults.
 *
 * Returns: %FALSE if anything was refused
 */
gboolean
mns_custom_fields_fill (MnsCall *call,
                        const MnsCustomFields *fields,
                        const char *object,
                        JsonObject *given,
                        const char *at,
                        const char *owner,
                        MnsFieldValues *values)
{
  guint before = call->result->faults->len;

  mns_custom_fields_apply (call, fields, object, given, at, owner, values);
  for (guint i = 0; i < fields->all->len; i++)
    {
      const MnsCustomField *field = g_ptr_array_index (fields->all, i);
      g_autoptr (JsonNode) value = NULL;
      gboolean refused = given != NULL && json_object_has_member (given, field->name);

      if (!g_str_equal (field->object, object) || mns_field_values_get (values, field) != NULL)
        continue;
      value = mns_custom_field_get_default (field);
      if (value != NULL && !refused)
        mns_field_values_set (values, field, value);
      else if (field->required && !field->read_only && !refused)
        refuse_value (call, field, at, "required", "", owner, "the field must have a value");
    }
  return call->result->faults->len == before;
}
