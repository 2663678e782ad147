/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/session.h"
#include "desktop/app/window.h"
#include "tests/lab/world.h"

G_BEGIN_DECLS

/**
 * MnsScreenLab:
 *
 * A lab for tests of screens: a world is filled by commands, its rows go into a replica as a first
 * sync would bring them, and a workspace without a server is opened on that. The researcher of the
 * world is signed in.
 */
typedef struct
{
  MnsWorld *world;
  char *dir;
  MnsSession *session;
  GtkWidget *window;
  guint n_conflicts;
} MnsScreenLab;

MnsScreenLab *mns_screen_lab_new (void);
void mns_screen_lab_free (MnsScreenLab *self);

/* Writes the conflict that a push would: @person runs the command, which must be refused. Its
 * number is that of the conflict. @cause: number of the command that it follows, or 0.
 */
void mns_screen_lab_add_conflict (
    MnsScreenLab *self, const char *command, const char *args, const char *expect, guint cause);

/* From now on the world is in the replica; opens session and window. */
void mns_screen_lab_open (MnsScreenLab *self);

/* Opens an address and waits until its screen shows @page: "content", "status". */
GtkWidget *mns_screen_lab_show (MnsScreenLab *self, const char *path, const char *page);
/* Pictures in light and dark; with MNS_SHOT_SUFFIX in the name, for other languages. */
void mns_screen_lab_shoot (MnsScreenLab *self, const char *name);

/* Looks at a view and waits. */
MnsViewResult *mns_screen_lab_look (MnsScreenLab *self, const char *view, const char *args);

/* The first widget below @root of that type whose label, title or text is @text; fails without. */
GtkWidget *mns_screen_lab_find (GtkWidget *root, GType type, const char *text);
/* Whether any label below @root shows @text. */
gboolean mns_screen_lab_says (GtkWidget *root, const char *text);
void mns_screen_lab_wait_says (GtkWidget *root, const char *text);

G_END_DECLS
