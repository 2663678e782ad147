/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_STEP_SCREEN (mns_step_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsStepScreen, mns_step_screen, MNS, STEP_SCREEN, MnsScreen)

GtkWidget *mns_step_screen_new (MnsSession *session, const char *argument);

/* Takes the run to @state, a later milestone, and shows it. */
void mns_step_screen_go_on (MnsStepScreen *self, const char *state);
/* The primary action of the milestone shown. */
void mns_step_screen_activate (MnsStepScreen *self);
/* Shows a milestone that was reached already. */
void mns_step_screen_show (MnsStepScreen *self, const char *state);

/* What a page tells its frame: commands without an answer, entries that are not saved because they
 * cannot be right, and why the next milestone cannot be reached (NULL: it can).
 */
void mns_step_screen_note_saving (MnsStepScreen *self, guint n_saving, gboolean refused);
void mns_step_screen_note_drafts (MnsStepScreen *self, guint n_drafts);
/* What the page has for the side region; NULL: nothing. Instructions go below it. */
void mns_step_screen_set_side (MnsStepScreen *self, GtkWidget *content);
void mns_step_screen_set_reason (MnsStepScreen *self, const char *reason);

G_END_DECLS
