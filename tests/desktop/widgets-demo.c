/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A window with all widgets, for widgets-user.py and for trying them by hand. Not installed. */

#include "config.h"

#include <adwaita.h>

#include "desktop/widgets/banner.h"
#include "desktop/widgets/grid.h"
#include "desktop/widgets/plate.h"
#include "desktop/widgets/row-list.h"
#include "desktop/widgets/scanner.h"

static const char *const lots[] = { "2411A", "2411B", NULL };

static const MnsGridColumn columns[] = {
  { .id = "sample", .title = "Sample", .read_only = TRUE },
  { .id = "conc", .title = "Conc.", .unit = "ng/µl", .kind = MNS_CELL_NUMBER, .decimals = -1 },
  { .id = "qc", .title = "QC", .kind = MNS_CELL_QC },
  { .id = "lot", .title = "Lot", .kind = MNS_CELL_CHOICE, .options = lots },
};

static const MnsListColumn list_columns[] = {
  { .id = "name", .title = "Sample", .width = -1, .expand = TRUE, .sortable = TRUE },
};

typedef struct
{
  MnsPlate *plate;
  MnsRowList *list;
  GtkLabel *status;
} Demo;

static Demo demo;

static void
message_cb (GtkWidget *widget, const char *message)
{
  gtk_label_set_text (demo.status, message);
}

static void
scanned_cb (MnsScanner *scanner, const char *text)
{
  g_autofree char *message = g_strdup_printf ("scanned %s", text);

  gtk_label_set_text (demo.status, message);
}

static void
selected_cb (MnsRowList *list)
{
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (list, NULL);

  mns_plate_set_pending (demo.plate, (const char *const *) ids);
}

static void
add_samples (MnsPlateModel *plate, GListStore *rows, MnsGridModel *grid)
{
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("S-%03u", i);
      const char *texts[] = { name, "", "", "2411A", NULL };
      MnsPlateSample sample = { .id = name, .name = name, .group = (int) (i / 4) };
      g_autoptr (MnsRow) row = mns_row_new (name, texts);

      mns_row_set_group (row, (int) (i / 4));
      mns_plate_model_set_sample (plate, &sample);
      g_list_store_append (rows, row);
      mns_grid_model_append_row (grid, name, texts);
    }
}

static GtkWidget *
make_content (void)
{
  const MnsAxis letters = { 4, TRUE, 0 };
  const MnsAxis numbers = { 6, FALSE, 1 };
  g_autoptr (MnsPlateModel) plate = mns_plate_model_new ();
  g_autoptr (MnsGridModel) grid = mns_grid_model_new (columns, G_N_ELEMENTS (columns));
  g_autoptr (GListStore) rows = g_list_store_new (MNS_TYPE_ROW);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *upper = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *widget;

  mns_plate_model_add_container (plate, "27-2001", "27-2001", &letters, &numbers);
  add_samples (plate, rows, grid);

  widget = mns_row_list_new (G_LIST_MODEL (rows), list_columns, 1, "Samples to place");
  demo.list = MNS_ROW_LIST (widget);
  mns_row_list_set_draggable (demo.list, TRUE);
  gtk_widget_set_size_request (widget, 200, 260);
  gtk_box_append (GTK_BOX (upper), widget);
  widget = mns_plate_new (plate);
  demo.plate = MNS_PLATE (widget);
  gtk_box_append (GTK_BOX (upper), widget);
  g_signal_connect (demo.list, "selection-changed", G_CALLBACK (selected_cb), NULL);
  g_signal_connect (widget, "message", G_CALLBACK (message_cb), NULL);
  gtk_box_append (GTK_BOX (box), upper);

  widget = mns_grid_new (grid, "Results");
  g_signal_connect (widget, "message", G_CALLBACK (message_cb), NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), widget);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), scrolled);

  widget = gtk_label_new ("ready");
  demo.status = GTK_LABEL (widget);
  gtk_box_append (GTK_BOX (box), widget);
  return box;
}

static void
activate_cb (GApplication *application)
{
  GtkWidget *window = adw_application_window_new (GTK_APPLICATION (application));
  MnsScanner *scanner = mns_scanner_new (window);

  gtk_window_set_title (GTK_WINDOW (window), "Widgets");
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 700);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), make_content ());
  g_signal_connect (scanner, "scanned", G_CALLBACK (scanned_cb), NULL);
  g_object_set_data_full (G_OBJECT (window), "mns-scanner", scanner, g_object_unref);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application =
      adw_application_new ("org.meniscus.WidgetsDemo", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
