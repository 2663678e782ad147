/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

/* Questions of the step screens. @owner is the widget that asks; it gets the answer, unless it is
 * gone by then. @word: what was typed, or "".
 */
typedef void (*MnsStepAnswer) (gpointer owner, const char *word);

void mns_step_ask_abort (GtkWidget *owner, MnsStepAnswer answer);
/* Answers "sample" or "position". */
void mns_step_ask_paste (GtkWidget *owner, MnsStepAnswer answer);
/* @words: runs, ends with NULL. Answers the place of the chosen one, or "" if none was. */
void mns_step_ask_rework (GtkWidget *owner, const char *const *words, MnsStepAnswer answer);
/* @summary: what will happen; @reminders: (nullable): markup with links. Answers "" for yes, or
 * where a link leads.
 */
void mns_step_ask_finish (GtkWidget *owner,
                          const char *summary,
                          const char *reminders,
                          MnsStepAnswer answer);
/* What in a file did not fit, a line each; nothing happens if there is none. */
void mns_step_show_faults (MnsScreen *screen, GPtrArray *faults);
void mns_step_ask_take_over (GtkWidget *owner, const char *who, MnsStepAnswer answer);

G_END_DECLS
