/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/session.h"

G_BEGIN_DECLS

/**
 * mns_personal_get:
 * @session: who
 * @what: a word, such as "queue-columns"
 *
 * What a person has chosen on this computer. Several people share an account of the operating
 * system (decisions.md 4), so a plain setting would be everybody's.
 *
 * Returns: (transfer full) (nullable): a list of texts; %NULL if nothing was chosen yet
 */
GStrv mns_personal_get (MnsSession *session, const char *what);
/* @list: (nullable): %NULL forgets the choice */
void mns_personal_set (MnsSession *session, const char *what, const char *const *list);

/* A choice that is one word. */
char *mns_personal_get_word (MnsSession *session, const char *what);
void mns_personal_set_word (MnsSession *session, const char *what, const char *word);

G_END_DECLS
