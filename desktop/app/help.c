/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Help on the screen that is shown: what it is for, and what cannot be seen on it. The same routes
 * as in routes.c; a new screen is a row here too.
 */

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/help.h"

static const struct
{
  const char *prefix;
  const char *text;
} pages[] = {
  { "/lab",
    N_ ("What work is there, now. Each card is a protocol, each row a step with what waits for it. "
        "A row opens its queue; the number in progress opens your step, if only one is yours.\n\n"
        "Scan a sample or a container to go to the queue in which it waits.") },
  { "/queue/",
    N_ ("Choose samples and put them into the ice bucket. A click or Space ticks a row, Shift adds "
        "a range, a group's heading ticks the group; Enter shows the details of a sample or folds "
        "a group. What is ticked stays ticked when you filter.\n\n"
        "Scan a sample or a container to tick it. Paste a list of names into the filter to tick "
        "them all. Ctrl+Enter goes on to the ice bucket when nothing is ticked.") },
  { "/bucket/",
    N_ ("The last look before work begins. Nothing is reserved until Begin work; whoever begins "
        "first has the samples.") },
  { "/step/",
    N_ ("A step in progress, milestone by milestone. All you do is saved at once, and sent as soon "
        "as the server is reached.") },
  { "/projects",
    N_ ("All projects with how many of their samples are done. Enter opens a project.") },
  { "/project/",
    N_ ("The samples of one project. Add samples brings more; Assign to workflow lets those that "
        "are selected, or all, begin with a step.") },
  { "/import/",
    N_ ("Add samples by a sheet (xlsx, ods, csv), by pasting a table, or by typing into an empty "
        "one. Columns with other names are matched above the table. Nothing is stored until all "
        "rows are good; what is not good is marked in its cell, and F8 goes from one to the "
        "next.") },
  { "/runs", N_ ("The sequencers and their runs.") },
  { "/seqrun/", N_ ("One run of a sequencer: its lanes, figures and plots.") },
  { "/search/", N_ ("Search by name, id or barcode. A scan of something exact opens it at once.") },
  { "/sample/",
    N_ ("All that is known of one sample: where it is, where it was, what was made of it.") },
  { "/container/", N_ ("A container with what is in its wells.") },
  { "/conflicts",
    N_ ("Work done offline that met work of others. Each value shows what you saw, what you wrote "
        "and what is there now; nothing is thrown away before you choose.") },
};

static const char *
find_text (const char *path)
{
  for (guint i = 0; path != NULL && i < G_N_ELEMENTS (pages); i++)
    if (g_str_has_suffix (pages[i].prefix, "/") ? g_str_has_prefix (path, pages[i].prefix)
                                                : g_str_equal (path, pages[i].prefix))
      return _ (pages[i].text);
  return NULL;
}

static void
answered_cb (AdwMessageDialog *dialog, const char *response, GtkWidget *parent)
{
  if (g_str_equal (response, "keys"))
    gtk_widget_activate_action (parent, "win.show-help-overlay", NULL);
}

void
mns_help_present (GtkWindow *parent, const char *title, const char *path)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, title, find_text (path));

  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "keys", _ ("Keyboard shortcuts"), "close", _ ("Close"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  g_signal_connect_object (dialog, "response", G_CALLBACK (answered_cb), parent, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
