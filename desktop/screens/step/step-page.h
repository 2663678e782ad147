/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_STEP_PAGE (mns_step_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (MnsStepPage, mns_step_page, MNS, STEP_PAGE, AdwBin)

/**
 * MnsStepPageClass:
 * @load: reads again what the page shows; the run's row is new
 * @primary: the way to the next milestone
 * @scan: a barcode was scanned
 * @undo: undo or redo in the page's grid or plate
 * @concerns: whether changes of these tables concern it
 *
 * One milestone of a step in progress. It says what the frame shows (facts, primary action, why it
 * is not possible) through its screen.
 */
struct _MnsStepPageClass
{
  AdwBinClass parent_class;

  void (*load) (MnsStepPage *self);
  void (*primary) (MnsStepPage *self);
  gboolean (*scan) (MnsStepPage *self, const char *text);
  void (*undo) (MnsStepPage *self, gboolean again);
  gboolean (*concerns) (MnsStepPage *self, const char *const *tables);
};

/* The frame; it outlives the page. */
void mns_step_page_set_screen (MnsStepPage *self, MnsScreen *screen);
MnsScreen *mns_step_page_get_screen (MnsStepPage *self);
MnsSession *mns_step_page_get_session (MnsStepPage *self);

/* The row of the view "run"; the page keeps a reference. */
void mns_step_page_set_run (MnsStepPage *self, MnsRows *run, gboolean read_only);
const MnsRows *mns_step_page_get_run (MnsStepPage *self);
const char *mns_step_page_get_run_id (MnsStepPage *self);
gboolean mns_step_page_is_read_only (MnsStepPage *self);

/* Looks at a view whose only argument is the run. */
void mns_step_page_look (MnsStepPage *self, const char *view, GAsyncReadyCallback callback);
/* {"run": id} to add to */
JsonObject *mns_step_page_new_args (MnsStepPage *self);
/* Moves the run to a later state if it is not there yet, then shows that milestone. */
void mns_step_page_go_on (MnsStepPage *self, const char *state);

G_END_DECLS
