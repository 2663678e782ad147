/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_STEP_SCREEN (mns_step_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsStepScreen, mns_step_screen, MNS, STEP_SCREEN, MnsScreen)

GtkWidget *mns_step_screen_new (MnsSession *session, const char *argument);

/* Takes the run to @state, a later milestone, and shows it. */
void mns_step_screen_go_on (MnsStepScreen *self, const char *state);
/* Shows a milestone that was reached already. */
void mns_step_screen_show (MnsStepScreen *self, const char *state);

G_END_DECLS
