/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Refusals in the person's language. The rules make English sentences and tell what these are made
 * of (sync/model/sentence.h); the formats stand in the catalogue with the screens' own texts. One
 * that a newer server made has no translation here and stays English.
 */

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/refusal.h"
#include "sync/model/sentence.h"

/* Most values are somebody's own: names, numbers. These are words of the rules. */
static const struct
{
  const char *says;
  guint at[2]; /* numbers of the values, from 1; 0 is none */
} worded[] = {
  { "there is no %s “%s”", { 1 } },
  { "there are several of %s “%s”; give its id", { 1 } },
  { "%s %s is not there any more", { 1 } },
  { "%s named by the command is not there any more", { 1 } },
  { "“%s” must be %s", { 2 } },
  { "“%s” of %s was “%s” when you saw it and is now “%s”", { 1 } },
  { "step run %s is in state %s; this can be done from %s on", { 2, 3 } },
  { "step run %s is in state %s; the next one is %s", { 2, 3 } },
  { "container %s is %s", { 2 } },
};

static const struct
{
  const char *word, *text;
} words[] = {
  /* Translators: these words stand within sentences, such as "sample S-1 is not there any more" */
  { "artifact", N_ ("derived sample") },
  { "conflict", N_ ("conflict") },
  { "container", N_ ("container") },
  { "container_type", N_ ("container type") },
  { "instrument", N_ ("instrument") },
  { "person", N_ ("person") },
  { "project", N_ ("project") },
  { "reagent_lot", N_ ("reagent lot") },
  { "sample", N_ ("sample") },
  { "sequencing_run", N_ ("sequencing run") },
  { "step", N_ ("step") },
  { "step_run", N_ ("step run") },
  { "workflow", N_ ("workflow") },
  { "text", N_ ("text") },
  { "a whole number", N_ ("a whole number") },
  { "a number", N_ ("a number") },
  { "a date, YYYY-MM-DD", N_ ("a date, YYYY-MM-DD") },
  { "qc_flag", N_ ("QC flag") },
  { "name", N_ ("Name") },
  { "well", N_ ("Well") },
  { "state", N_ ("State") },
  { "priority", N_ ("Priority") },
  { "open_date", N_ ("Opened") },
  { "close_date", N_ ("Closed") },
  { "received_date", N_ ("Received") },
  { "action", N_ ("Next step") },
  { "PLACEMENT", N_ ("Placement") },
  { "RECORD_DETAILS", N_ ("Record details") },
  { "ASSIGN_NEXT_STEPS", N_ ("Next steps") },
  { "COMPLETED", N_ ("Completed") },
  { "EMPTY", N_ ("Empty") },
  { "POPULATED", N_ ("Populated") },
  { "DEPLETED", N_ ("Depleted") },
  { "DISCARDED", N_ ("Discarded") },
};

static const char *
translate (const char *says)
{
  return _ (says);
}

static const char *
say_word (const char *says, guint at, const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (worded); i++)
    {
      if (!g_str_equal (worded[i].says, says) ||
          (worded[i].at[0] != at + 1 && worded[i].at[1] != at + 1))
        continue;
      for (guint k = 0; k < G_N_ELEMENTS (words); k++)
        if (g_str_equal (words[k].word, word))
          return _ (words[k].text);
    }
  return word;
}

/* A sentence begins with a capital, unless with a value, which is somebody's own. */
static char *
begin_sentence (JsonObject *values, char *sentence)
{
  const char *format = _ (json_object_get_string_member_with_default (values, "says", ""));
  g_autofree char *rest = sentence;
  char first[8] = "";

  if (json_object_get_string_member_with_default (values, "says", "")[0] == '\0' ||
      !g_unichar_isalpha (g_utf8_get_char (format)))
    return g_steal_pointer (&rest);
  g_unichar_to_utf8 (g_unichar_toupper (g_utf8_get_char (sentence)), first);
  return g_strconcat (first, g_utf8_next_char (sentence), NULL);
}

/**
 * mns_refusal_say:
 * @message: the English sentence
 * @values: (nullable): what it is made of
 *
 * Returns: (transfer full): the sentence as a person of this program reads it
 */
char *
mns_refusal_say (const char *message, JsonObject *values)
{
  g_autofree char *sentence = mns_sentence_fill (values, translate, say_word);
  guint more =
      values != NULL
          ? (guint) CLAMP (json_object_get_int_member_with_default (values, "more", 0), 0, G_MAXINT)
          : 0;

  if (sentence == NULL)
    sentence = g_strdup (message);
  else
    sentence = begin_sentence (values, g_steal_pointer (&sentence));
  if (more > 0)
    return g_strdup_printf (
        ngettext ("%s (and %u more)", "%s (and %u more)", more), sentence, more);
  return g_steal_pointer (&sentence);
}

char *
mns_refusal_say_fault (const MnsFault *fault)
{
  return mns_refusal_say (fault->message, fault->values);
}

/**
 * mns_refusal_say_result:
 *
 * Returns: (transfer full): as mns_result_to_sentence(), in the person's language
 */
char *
mns_refusal_say_result (const MnsResult *result)
{
  g_autofree char *first = NULL;
  guint more;

  if (result->conflict_detail != NULL)
    return mns_refusal_say (result->conflict_detail, result->conflict_values);
  if (result->faults->len == 0)
    return mns_result_to_sentence (result);
  first = mns_refusal_say_fault (g_ptr_array_index (result->faults, 0));
  more = result->faults->len - 1;
  if (more == 0)
    return g_steal_pointer (&first);
  return g_strdup_printf (ngettext ("%s (and %u more)", "%s (and %u more)", more), first, more);
}

char *
mns_refusal_say_list (JsonNode *said)
{
  g_autoptr (GString) all = g_string_new (NULL);
  JsonArray *list =
      said != NULL && JSON_NODE_HOLDS_ARRAY (said) ? json_node_get_array (said) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      JsonObject *fault = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonNode *values = fault != NULL ? json_object_get_member (fault, "values") : NULL;
      g_autofree char *sentence = NULL;

      if (fault == NULL)
        continue;
      sentence = mns_refusal_say (
          json_object_get_string_member_with_default (fault, "message", ""),
          values != NULL && JSON_NODE_HOLDS_OBJECT (values) ? json_node_get_object (values) : NULL);
      g_string_append_printf (all, "%s%s", all->len > 0 ? "\n" : "", sentence);
    }
  return all->len > 0 ? g_string_free (g_steal_pointer (&all), FALSE) : NULL;
}
