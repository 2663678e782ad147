/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-dialogs"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/screens/step/step-dialogs.h"

typedef struct
{
  GWeakRef owner;
  GtkEditable *entry; /* nullable; in the dialog */
  MnsStepAnswer answer;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *self = data;

  g_weak_ref_clear (&self->owner);
  g_free (self);
}

static void
answered_cb (AdwMessageDialog *dialog, const char *response, Question *self)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);

  if (owner == NULL || g_str_equal (response, "no"))
    return;
  if (g_str_equal (response, "yes"))
    response = self->entry != NULL ? gtk_editable_get_text (self->entry) : "";
  self->answer (owner, response);
}

static void
typed_cb (AdwMessageDialog *dialog, GtkEditable *entry)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_message_dialog_set_response_enabled (dialog, "yes", text[0] != '\0');
}

static AdwMessageDialog *
ask (GtkWidget *owner,
     const char *title,
     const char *text,
     const char *no,
     const char *yes,
     const char *entry_label,
     MnsStepAnswer answer)
{
  Question *question = g_new0 (Question, 1);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (
      adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (owner)), title, text));

  g_weak_ref_init (&question->owner, owner);
  question->answer = answer;
  adw_message_dialog_add_responses (dialog, "no", no, "yes", yes, NULL);
  adw_message_dialog_set_response_appearance (dialog, "yes", ADW_RESPONSE_DESTRUCTIVE);
  if (entry_label != NULL)
    {
      GtkWidget *entry = gtk_entry_new ();

      question->entry = GTK_EDITABLE (entry);
      gtk_entry_set_placeholder_text (GTK_ENTRY (entry), entry_label);
      gtk_accessible_update_property (
          GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, entry_label, -1);
      adw_message_dialog_set_extra_child (dialog, entry);
      adw_message_dialog_set_response_enabled (dialog, "yes", FALSE);
      g_signal_connect_object (entry, "changed", G_CALLBACK (typed_cb), dialog, G_CONNECT_SWAPPED);
    }
  g_signal_connect_data (dialog, "response", G_CALLBACK (answered_cb), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

void
mns_step_ask_abort (GtkWidget *owner, MnsStepAnswer answer)
{
  ask (owner,
       _ ("Abort this step?"),
       _ ("Its containers, placements and values are deleted. The samples go back to the queue."),
       _ ("Keep working"),
       _ ("Abort step"),
       _ ("Reason"),
       answer);
}

void
mns_step_ask_take_over (GtkWidget *owner, const char *who, MnsStepAnswer answer)
{
  g_autofree char *text = g_strdup_printf (
      _ ("%s can then only read it. What %s did on a computer that is offline may come back as a "
         "conflict."),
      who,
      who);

  ask (owner, _ ("Take over this step?"), text, _ ("Cancel"), _ ("Take over"), NULL, answer);
}

void
mns_step_ask_paste (GtkWidget *owner, MnsStepAnswer answer)
{
  AdwMessageDialog *dialog =
      ask (owner,
           _ ("Match by sample?"),
           _ ("The first column that is pasted holds names of samples of this step. The values can "
              "be put beside these names, in whatever order they come."),
           _ ("Cancel"),
           _ ("Match by sample"),
           NULL,
           answer);

  adw_message_dialog_add_response (dialog, "position", _ ("Paste by position"));
  adw_message_dialog_set_response_appearance (dialog, "yes", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "yes");
}

/* A dialog holds this many lines; a file may have thousands. */
#define FAULTS_MOST 15

void
mns_step_show_faults (MnsScreen *screen, GPtrArray *faults)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint left = faults->len > FAULTS_MOST ? faults->len - FAULTS_MOST : 0;
  g_autofree char *title = g_strdup_printf (ngettext ("%u line of the file was left out",
                                                      "%u lines of the file were left out",
                                                      faults->len),
                                            faults->len);
  GtkWidget *dialog;

  if (faults->len == 0)
    return;
  for (guint i = 0; i < faults->len - left; i++)
    g_string_append_printf (text, "%s\n", (const char *) g_ptr_array_index (faults, i));
  if (left > 0)
    g_string_append_printf (text, ngettext ("and %u more", "and %u more", left), left);
  dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (screen))), title, text->str);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- rework ---- */

static void
rework_answered_cb (AdwMessageDialog *dialog, const char *response, Question *self)
{
  GtkDropDown *runs = GTK_DROP_DOWN (adw_message_dialog_get_extra_child (dialog));
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  g_autofree char *place = g_strdup_printf ("%u", gtk_drop_down_get_selected (runs));

  if (owner != NULL)
    self->answer (owner, g_str_equal (response, "yes") ? place : "");
}

void
mns_step_ask_rework (GtkWidget *owner, const char *const *words, MnsStepAnswer answer)
{
  Question *question = g_new0 (Question, 1);
  GtkWidget *runs = gtk_drop_down_new_from_strings (words);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (owner)),
      _ ("Rework from which step?"),
      _ ("The sample waits again in the step chosen here, with what went into it then.")));

  g_weak_ref_init (&question->owner, owner);
  question->answer = answer;
  gtk_accessible_update_property (GTK_ACCESSIBLE (runs),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Steps that the sample went through"),
                                  -1);
  adw_message_dialog_set_extra_child (dialog, runs);
  adw_message_dialog_add_responses (dialog, "no", _ ("Cancel"), "yes", _ ("Rework"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "yes", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "yes");
  g_signal_connect_data (
      dialog, "response", G_CALLBACK (rework_answered_cb), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- finish ---- */

static gboolean
link_cb (GtkLabel *label, const char *where, AdwMessageDialog *dialog)
{
  adw_message_dialog_response (dialog, where);
  return TRUE;
}

void
mns_step_ask_finish (GtkWidget *owner,
                     const char *summary,
                     const char *reminders,
                     MnsStepAnswer answer)
{
  AdwMessageDialog *dialog =
      ask (owner, _ ("Finish this step?"), summary, _ ("Cancel"), _ ("Finish step"), NULL, answer);

  adw_message_dialog_set_response_appearance (dialog, "yes", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "yes");
  if (reminders != NULL)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_markup (GTK_LABEL (label), reminders);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      g_signal_connect_object (label, "activate-link", G_CALLBACK (link_cb), dialog, 0);
      adw_message_dialog_set_extra_child (dialog, label);
    }
}
