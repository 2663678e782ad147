/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A sentence that can be said in another language later: {"says": "well %s of %s is taken",
 * "with": ["A:1", "Plate 1"]}. "says" is the English format as the source has it, and so the key of
 * a catalogue; "with" has what goes into it, each as text.
 */

/* Adds says and with to @values; "%s" alone says nothing of its own and is left out. */
void mns_sentence_record (JsonObject *values, const char *format, va_list list)
    G_GNUC_PRINTF (2, 0);

/**
 * MnsTranslate:
 * @says: an English format
 *
 * Returns: (transfer none): the same in another language, or @says
 */
typedef const char *(*MnsTranslate) (const char *says);

/**
 * MnsSayWord:
 * @says: the English format
 * @at: number of a value in it, from 0
 * @word: the value
 *
 * Returns: (transfer none): how to say that value; @word itself where it is somebody's own
 */
typedef const char *(*MnsSayWord) (const char *says, guint at, const char *word);

char *mns_sentence_fill (JsonObject *values, MnsTranslate translate, MnsSayWord say);

G_END_DECLS
