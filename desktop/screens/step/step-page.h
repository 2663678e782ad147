/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_STEP_PAGE (mns_step_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (MnsStepPage, mns_step_page, MNS, STEP_PAGE, AdwBin)

/**
 * MnsStepPageClass:
 * @views: names of the views of the run that the page shows, ends with NULL
 * @show: all of them have been read; the run's row is new too
 * @primary: the way to the next milestone
 * @scan: a barcode was scanned
 * @undo: undo or redo in the page's grid or plate
 * @concerns: whether changes of these tables concern it
 * @save: (nullable): takes what is still being typed as entered
 *
 * One milestone of a step in progress. It says what the frame shows (facts, primary action, why it
 * is not possible) through its screen.
 */
struct _MnsStepPageClass
{
  AdwBinClass parent_class;

  const char *const *views;
  void (*show) (MnsStepPage *self);
  void (*primary) (MnsStepPage *self);
  gboolean (*scan) (MnsStepPage *self, const char *text);
  void (*undo) (MnsStepPage *self, gboolean again);
  gboolean (*concerns) (MnsStepPage *self, const char *const *tables);
  void (*save) (MnsStepPage *self);
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
gboolean mns_step_page_is_completed (MnsStepPage *self);

/* Reads the page's views and shows them when all are there. */
void mns_step_page_load (MnsStepPage *self);
/* Rows of one of them; NULL before they were read. */
const MnsRows *mns_step_page_get_rows (MnsStepPage *self, const char *view);

/* {"run": id} to add to */
JsonObject *mns_step_page_new_args (MnsStepPage *self);

/**
 * MnsStepPageDone:
 * @result: (nullable): what the command answered
 * @refused: whether nothing came of it; that was shown above the page
 */
typedef void (*MnsStepPageDone) (MnsStepPage *self,
                                 MnsResult *result,
                                 gboolean refused,
                                 gpointer data);

/* Gives a command to the lab and shows what is refused. @args, @expect: transfer full */
void mns_step_page_do (MnsStepPage *self,
                       const char *command,
                       JsonObject *args,
                       JsonObject *expect,
                       MnsStepPageDone done,
                       gpointer data);
/* How many commands have no answer yet. */
guint mns_step_page_get_n_saving (MnsStepPage *self);

/* Moves the run to a later state if it is not there yet, then shows that milestone. */
void mns_step_page_go_on (MnsStepPage *self, const char *state);

/* A button in a bar that calls @clicked with the page. */
GtkWidget *
mns_step_page_add_button (MnsStepPage *self, GtkBox *bar, const char *label, GCallback clicked);
/* A bar above the main region, its gaps as on every page. */
GtkBox *mns_step_page_make_bar (void);
/* Says that a file was written, or why not; @page as mns_step_save_sheet() hands it back. */
void mns_step_page_file_written (gpointer page, const GError *error);
/* The line below it, which says what just happened. */
GtkLabel *mns_step_page_make_line (void);

G_END_DECLS
