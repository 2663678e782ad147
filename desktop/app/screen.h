/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/app/session.h"
#include "desktop/widgets/banner.h"

G_BEGIN_DECLS

#define MNS_TYPE_SCREEN (mns_screen_get_type ())
G_DECLARE_DERIVABLE_TYPE (MnsScreen, mns_screen, MNS, SCREEN, AdwBin)

/**
 * MnsScreenClass:
 * @refresh: reads again what the screen shows; called first when it is opened
 * @concerns: (nullable): whether a change of these tables asks for a refresh; all do otherwise
 * @primary: the primary action was asked for and is allowed
 * @otherwise: the primary action was asked for by its key while it is not possible; %TRUE if the
 *   screen has something else to do then
 * @scan: a barcode was scanned with the focus in no text field; %TRUE if it meant something here
 * @filter: puts the focus into the filter of the list, if there is one
 * @clear_filter: takes off whatever narrows the list, after "nothing matches"
 * @undo: takes back, or does again, what was done in the grid or plate
 * @save: takes what is still being typed as entered
 * @banner: the button of a banner was pressed
 *
 * A page of the main window: title, facts, banners, one primary action at top right, content
 * below. It talks to the lab through its session and to other screens by their address alone.
 */
struct _MnsScreenClass
{
  AdwBinClass parent_class;

  void (*refresh) (MnsScreen *self);
  gboolean (*concerns) (MnsScreen *self, const char *const *tables);
  void (*primary) (MnsScreen *self);
  gboolean (*otherwise) (MnsScreen *self);
  gboolean (*scan) (MnsScreen *self, const char *text);
  void (*filter) (MnsScreen *self);
  void (*clear_filter) (MnsScreen *self);
  void (*undo) (MnsScreen *self, gboolean again);
  void (*save) (MnsScreen *self);
  void (*banner) (MnsScreen *self, MnsBannerKind kind);
};

MnsSession *mns_screen_get_session (MnsScreen *self);
/* For what the screen asked for last: cancelled by the next refresh and by closing. */
GCancellable *mns_screen_get_cancellable (MnsScreen *self);

void mns_screen_set_title (MnsScreen *self, const char *title);
const char *mns_screen_get_title (MnsScreen *self);
void mns_screen_set_facts (MnsScreen *self, const char *facts);
void mns_screen_set_content (MnsScreen *self, GtkWidget *content);
void mns_screen_set_side (MnsScreen *self, GtkWidget *side);
void mns_screen_add_tool (MnsScreen *self, GtkWidget *widget); /* before the primary action */
void mns_screen_set_under_title (MnsScreen *self, GtkWidget *widget);

void mns_screen_set_primary (MnsScreen *self, const char *label);
/* @reason: NULL allows the action, else says why not */
void mns_screen_set_primary_reason (MnsScreen *self, const char *reason);

/* Main region: the content, or one of the states every screen has. */
void mns_screen_show_content (MnsScreen *self);
void mns_screen_show_loading (MnsScreen *self);
void mns_screen_show_empty (
    MnsScreen *self, const char *title, const char *sentence, const char *button, const char *path);
/* Something is there, but not what was filtered for; @button (nullable) takes the filter off. */
void mns_screen_show_nothing_matches (MnsScreen *self, const char *title, const char *button);
void mns_screen_show_error (MnsScreen *self, const GError *error);

void mns_screen_set_banner (MnsScreen *self, MnsBannerKind kind, const char *text);
/* A banner with a button that goes somewhere. */
void mns_screen_set_banner_link (
    MnsScreen *self, MnsBannerKind kind, const char *text, const char *button, const char *path);
/* @label: a verb for a button in that banner, or NULL: none */
void mns_screen_set_banner_button (MnsScreen *self, MnsBannerKind kind, const char *label);
/* Shows a refusal: sentence first, all its faults below; TRUE if @result was one. */
gboolean mns_screen_show_refusal (MnsScreen *self, MnsResult *result, GError *error);
void mns_screen_toast (MnsScreen *self, const char *text);
/* The same with a button that opens an address. */
void
mns_screen_toast_open (MnsScreen *self, const char *text, const char *button, const char *path);

void mns_screen_open (MnsScreen *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* What the window calls. */
void mns_screen_refresh (MnsScreen *self);
void mns_screen_note_change (MnsScreen *self, const char *const *tables);
void mns_screen_activate_primary (MnsScreen *self);
gboolean mns_screen_scan (MnsScreen *self, const char *text);
void mns_screen_focus_filter (MnsScreen *self);
void mns_screen_clear_filter (MnsScreen *self);
/* The parts between which F6 moves, in order: toolbar, main region, side. */
GPtrArray *mns_screen_get_regions (MnsScreen *self);
void mns_screen_undo (MnsScreen *self, gboolean again);
void mns_screen_save (MnsScreen *self);

G_END_DECLS
