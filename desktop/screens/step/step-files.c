/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-files"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/screens/step/step-files.h"

typedef struct
{
  GWeakRef owner;
  GtkFileChooserNative *chooser;
  GFile *file;
  MnsSheet *sheet; /* to be written; NULL: one is read */
  MnsStepSheetRead read;
  MnsStepSheetWritten written;
} Transfer;

static void
transfer_free (gpointer data)
{
  Transfer *self = data;

  g_weak_ref_clear (&self->owner);
  g_clear_object (&self->chooser);
  g_clear_object (&self->file);
  g_clear_pointer (&self->sheet, mns_sheet_unref);
  g_free (self);
}

static void
read_in_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Transfer *self = data;
  g_autofree char *path = g_file_get_path (self->file);
  GError *error = NULL;
  MnsSheet *sheet = path != NULL ? mns_sheet_read_file (path, &error) : NULL;

  if (sheet != NULL)
    g_task_return_pointer (task, sheet, (GDestroyNotify) mns_sheet_unref);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (
        task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "only files of this computer can be read");
}

static void
write_in_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Transfer *self = data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = mns_sheet_write_csv (self->sheet, &error);

  if (bytes != NULL && g_file_replace_contents (self->file,
                                                g_bytes_get_data (bytes, NULL),
                                                g_bytes_get_size (bytes),
                                                NULL,
                                                FALSE,
                                                G_FILE_CREATE_REPLACE_DESTINATION,
                                                NULL,
                                                cancellable,
                                                &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
transferred_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Transfer *self = g_task_get_task_data (G_TASK (result));
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GError) error = NULL;

  if (self->sheet == NULL)
    {
      g_autoptr (MnsSheet) sheet = g_task_propagate_pointer (G_TASK (result), &error);

      if (owner != NULL)
        self->read (owner, sheet, error);
      return;
    }
  g_task_propagate_boolean (G_TASK (result), &error);
  if (owner != NULL)
    self->written (owner, error);
}

static void
chosen_cb (GtkNativeDialog *chooser, int response, Transfer *self)
{
  g_autoptr (GTask) task = NULL;

  self->file = response == GTK_RESPONSE_ACCEPT
                   ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser))
                   : NULL;
  if (self->file == NULL)
    {
      transfer_free (self);
      return;
    }
  task = g_task_new (NULL, NULL, transferred_cb, NULL);
  g_task_set_source_tag (task, chosen_cb);
  g_task_set_task_data (task, self, transfer_free);
  g_task_run_in_thread (task, self->sheet != NULL ? write_in_thread : read_in_thread);
}

static Transfer *
choose (GtkWidget *owner, const char *title, GtkFileChooserAction action)
{
  Transfer *self = g_new0 (Transfer, 1);

  g_weak_ref_init (&self->owner, owner);
  self->chooser = gtk_file_chooser_native_new (
      title, GTK_WINDOW (gtk_widget_get_root (owner)), action, NULL, NULL);
  g_signal_connect (self->chooser, "response", G_CALLBACK (chosen_cb), self);
  return self;
}

void
mns_step_open_sheet (GtkWidget *owner, const char *title, MnsStepSheetRead done)
{
  static const char *const endings[] = { "csv", "tsv", "txt", "xlsx", "ods" };
  Transfer *self = choose (owner, title, GTK_FILE_CHOOSER_ACTION_OPEN);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  self->read = done;
  gtk_file_filter_set_name (filter, _ ("Tables (csv, xlsx, ods)"));
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    gtk_file_filter_add_suffix (filter, endings[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

void
mns_step_save_sheet (GtkWidget *owner,
                     const char *title,
                     const char *name,
                     MnsSheet *sheet,
                     MnsStepSheetWritten done)
{
  Transfer *self = choose (owner, title, GTK_FILE_CHOOSER_ACTION_SAVE);

  self->written = done;
  self->sheet = mns_sheet_ref (sheet);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}
