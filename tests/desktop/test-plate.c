/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/widgets/cell.h"
#include "desktop/widgets/plate-private.h"
#include "tests/desktop/ui-test.h"

typedef struct
{
  MnsPlateModel *model;
  MnsPlate *plate;
  GtkWidget *window;
  char *message;
} Fixture;

static void
message_cb (MnsPlate *plate, const char *message, Fixture *fixture)
{
  g_free (fixture->message);
  fixture->message = g_strdup (message);
}

static MnsPlateModel *
make_model (guint rows, guint columns, guint n_samples)
{
  MnsPlateModel *model = mns_plate_model_new ();
  MnsAxis y = { rows, TRUE, 0 };
  MnsAxis x = { columns, FALSE, 1 };

  mns_plate_model_add_container (model, "c0", "27-2001", &y, &x);
  for (guint i = 0; i < n_samples; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);
      g_autofree char *name = g_strdup_printf ("S-%06u", i + 100);
      MnsPlateSample sample = { .id = id, .name = name, .detail = "Project Alpha" };

      sample.group = (int) (i / 8 % 6);
      sample.control = i == 3;
      sample.note = i == 4 ? "UDI0005" : NULL;
      sample.warning = i == 5 ? "label used twice" : NULL;
      mns_plate_model_set_sample (model, &sample);
    }
  return model;
}

static void
set_up_plate (Fixture *f, guint rows, guint columns, guint n_samples, int width, int height)
{
  f->model = make_model (rows, columns, n_samples);
  f->plate = MNS_PLATE (mns_plate_new (f->model));
  g_signal_connect (f->plate, "message", G_CALLBACK (message_cb), f);
  f->window = mns_ui_show (GTK_WIDGET (f->plate), width, height);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  set_up_plate (f, 8, 12, 40, 900, 520);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_assert_finalize_object (f->model);
  g_free (f->message);
}

static guint
find (Fixture *f, const char *well)
{
  return mns_plate_model_find_well (f->model, 0, well);
}

static MnsCell *
get_cell (Fixture *f, const char *well)
{
  return g_ptr_array_index (f->plate->cells, find (f, well));
}

static void
set_pending (Fixture *f, const char *ids)
{
  g_auto (GStrv) list = g_strsplit (ids, " ", -1);

  mns_plate_set_pending (f->plate, (const char *const *) list);
}

static void
assert_at (Fixture *f, const char *id, const char *well)
{
  g_assert_cmpuint (mns_plate_model_find_sample (f->model, id),
                    ==,
                    well != NULL ? find (f, well) : MNS_PLATE_NOWHERE);
}

static void
test_accessible (Fixture *f, gconstpointer data)
{
  gtk_test_accessible_assert_role (f->plate, GTK_ACCESSIBLE_ROLE_GRID);
  gtk_test_accessible_assert_property (
      f->plate, GTK_ACCESSIBLE_PROPERTY_LABEL, "Container 27-2001");
  gtk_test_accessible_assert_role (get_cell (f, "B:7"), GTK_ACCESSIBLE_ROLE_GRID_CELL);
  gtk_test_accessible_assert_property (
      get_cell (f, "B:7"), GTK_ACCESSIBLE_PROPERTY_LABEL, "B:7, empty");
  g_assert_cmpuint (f->plate->cells->len, ==, 96);
  g_assert_false (gtk_widget_get_can_target (GTK_WIDGET (get_cell (f, "B:7"))));

  /* Names change with the data, not only where the cursor moves. */
  mns_plate_model_load (f->model, find (f, "B:7"), "s4");
  gtk_test_accessible_assert_property (
      get_cell (f, "B:7"), GTK_ACCESSIBLE_PROPERTY_LABEL, "B:7, S-000104, UDI0005");
  mns_plate_model_set_unavailable (f->model, find (f, "H:12"), "no well in this plate");
  gtk_test_accessible_assert_property (get_cell (f, "H:12"),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "H:12, not available, no well in this plate");
  mns_plate_model_select (f->model, find (f, "B:7"), TRUE);
  gtk_test_accessible_assert_state (get_cell (f, "B:7"), GTK_ACCESSIBLE_STATE_SELECTED, TRUE);
}

static void
test_keys_place (Fixture *f, gconstpointer data)
{
  set_pending (f, "s0 s1 s2");
  gtk_widget_grab_focus (GTK_WIDGET (f->plate));
  g_assert_true (mns_plate_has_focus_inside (f->plate));
  mns_plate_key (f->plate, GDK_KEY_Down, 0);
  mns_plate_key (f->plate, GDK_KEY_Right, 0);
  g_assert_cmpuint (g_hash_table_size (f->plate->tint), ==, 3); /* the preview */
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  assert_at (f, "s0", "B:2");
  assert_at (f, "s2", "D:2");
  g_assert_cmpstr (f->message, ==, "3 samples placed from B:2");
  g_assert_null (mns_plate_get_pending (f->plate));
  g_assert_cmpuint (g_hash_table_size (f->plate->tint), ==, 0);
  g_assert_cmpstr (mns_plate_get_line (f->plate), ==, "B:2 S-000100, Project Alpha");

  mns_plate_key (f->plate, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_at (f, "s0", NULL);
  mns_plate_key (f->plate, GDK_KEY_Z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  assert_at (f, "s0", "B:2");
}

static void
test_keys_move (Fixture *f, gconstpointer data)
{
  mns_plate_model_load (f->model, find (f, "A:1"), "s0");
  mns_plate_model_load (f->model, find (f, "H:12"), "s1");
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  mns_plate_key (f->plate, GDK_KEY_Escape, 0);
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  mns_plate_key (f->plate, GDK_KEY_End, GDK_CONTROL_MASK);
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  assert_at (f, "s0", "H:12");
  assert_at (f, "s1", "A:1");
  g_assert_cmpstr (f->message, ==, "S-000100 and S-000101 changed places");
}

static void
test_keys_remove (Fixture *f, gconstpointer data)
{
  mns_plate_model_load (f->model, find (f, "A:1"), "s0");
  mns_plate_model_load (f->model, find (f, "A:2"), "s1");
  mns_plate_model_load (f->model, find (f, "B:1"), "s2");
  mns_plate_key (f->plate, GDK_KEY_Right, GDK_SHIFT_MASK);
  mns_plate_key (f->plate, GDK_KEY_Delete, 0);
  assert_at (f, "s0", NULL);
  assert_at (f, "s1", NULL);
  assert_at (f, "s2", "B:1");
  g_assert_cmpstr (f->message, ==, "2 samples taken out");
}

static void
test_keys_stay_inside (Fixture *f, gconstpointer data)
{
  mns_plate_key (f->plate, GDK_KEY_Up, 0);
  mns_plate_key (f->plate, GDK_KEY_Left, 0);
  g_assert_cmpuint (mns_plate_get_cursor (f->plate), ==, find (f, "A:1"));
  mns_plate_key (f->plate, GDK_KEY_End, 0);
  mns_plate_key (f->plate, GDK_KEY_Right, 0);
  g_assert_cmpuint (mns_plate_get_cursor (f->plate), ==, find (f, "A:12"));
  mns_plate_key (f->plate, GDK_KEY_Page_Down, 0);
  mns_plate_key (f->plate, GDK_KEY_Down, 0);
  g_assert_cmpuint (mns_plate_get_cursor (f->plate), ==, find (f, "H:12"));
}

static void
test_does_not_fit (Fixture *f, gconstpointer data)
{
  set_pending (f, "s0 s1 s2");
  mns_plate_set_cursor (f->plate, find (f, "G:12"));
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  g_assert_cmpstr (f->message, ==, "2 samples placed from G:12. 1 sample does not fit");
  g_assert_cmpstr (mns_plate_get_pending (f->plate)[0], ==, "s2");
}

static void
test_refused_well (Fixture *f, gconstpointer data)
{
  mns_plate_model_set_foreign (f->model, find (f, "A:1"), "X-9", "placed by another step");
  set_pending (f, "s0");
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  g_assert_cmpstr (f->message, ==, "A:1 cannot be filled: X-9, placed by another step");
  g_assert_nonnull (mns_plate_get_pending (f->plate));
}

static void
test_read_only (Fixture *f, gconstpointer data)
{
  mns_plate_model_load (f->model, find (f, "A:1"), "s0");
  set_pending (f, "s1");
  mns_plate_set_read_only (f->plate, TRUE);
  mns_plate_key (f->plate, GDK_KEY_Delete, 0);
  mns_plate_key (f->plate, GDK_KEY_Down, 0);
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  assert_at (f, "s0", "A:1");
  assert_at (f, "s1", NULL);
}

static GtkEventController *
find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) list = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (list, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller; /* the widget keeps it alive */
    }
  g_assert_not_reached ();
}

static gboolean
drop (Fixture *f, const char *payload, const char *well)
{
  GtkEventController *target = find_controller (GTK_WIDGET (f->plate), GTK_TYPE_DROP_TARGET);
  g_auto (GValue) value = G_VALUE_INIT;
  graphene_rect_t box;
  guint row = 0;
  guint column = 0;
  gboolean handled = FALSE;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, payload);
  mns_plate_model_locate (f->model, find (f, well), NULL, &row, &column);
  mns_plate_get_box (f->plate, row, column, &box);
  g_signal_emit_by_name (
      target, "drop", &value, box.origin.x + 10.0, box.origin.y + 10.0, &handled);
  return handled;
}

static void
test_drop (Fixture *f, gconstpointer data)
{
  MnsFillRule rows = { .order = MNS_FILL_ROWS };

  mns_plate_set_rule (f->plate, &rows);
  g_assert_true (drop (f, "s0\ns1\ns2", "C:11"));
  assert_at (f, "s0", "C:11");
  assert_at (f, "s2", "D:1");
  g_assert_true (drop (f, "s0", "H:1")); /* one that is placed: a move */
  assert_at (f, "s0", "H:1");
  g_assert_true (drop (f, "s1", "H:1")); /* onto a full well: a swap */
  assert_at (f, "s0", "C:12");
  assert_at (f, "s1", "H:1");
  g_assert_false (drop (f, "a sentence from somewhere else", "A:1"));
}

static gboolean
handle_cb (MnsPlate *plate, guint pos, guint *seen)
{
  *seen = pos;
  return TRUE;
}

static void
test_place_requested (Fixture *f, gconstpointer data)
{
  guint seen = MNS_PLATE_NOWHERE;

  set_pending (f, "s0");
  g_signal_connect (f->plate, "place-requested", G_CALLBACK (handle_cb), &seen);
  mns_plate_key (f->plate, GDK_KEY_Right, 0);
  mns_plate_key (f->plate, GDK_KEY_Return, 0);
  g_assert_cmpuint (seen, ==, find (f, "A:2"));
  assert_at (f, "s0", NULL);
}

static void
test_tab (Fixture *f, gconstpointer data)
{
  gtk_window_set_focus (GTK_WINDOW (f->window), NULL);
  g_assert_true (gtk_widget_child_focus (GTK_WIDGET (f->plate), GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (f->window)) == GTK_WIDGET (get_cell (f, "A:1")));
  g_assert_false (gtk_widget_child_focus (GTK_WIDGET (f->plate), GTK_DIR_TAB_FORWARD));
}

static void
test_pick (Fixture *f, gconstpointer data)
{
  int row;
  int column;

  g_assert_cmpuint (mns_plate_pick (f->plate, 29, 25), ==, find (f, "A:1"));
  g_assert_cmpuint (mns_plate_pick (f->plate, 29 + 68 * 11, 25 + 56 * 7), ==, find (f, "H:12"));
  g_assert_cmpuint (mns_plate_pick (f->plate, 29 + 68 * 12, 25), ==, MNS_PLATE_NOWHERE);
  g_assert_cmpuint (mns_plate_pick (f->plate, 5, 25), ==, MNS_PLATE_NOWHERE);
  g_assert_true (mns_plate_pick_head (f->plate, 5, 25 + 56, &row, &column));
  g_assert_cmpint (row, ==, 1);
  g_assert_false (mns_plate_pick_head (f->plate, 5, 5, &row, &column));
}

static void
fill_for_shot (Fixture *f)
{
  g_auto (GStrv) ids = mns_plate_model_dup_unplaced (f->model);
  const MnsFillRule rule = { .order = MNS_FILL_COLUMNS };

  mns_plate_model_set_unavailable (f->model, find (f, "H:12"), "no well");
  mns_plate_model_set_foreign (f->model, find (f, "D:1"), "S-000007", "another step");
  mns_plate_model_place (f->model, (const char *const *) ids, find (f, "B:1"), &rule);
  mns_plate_model_set_clash (f->model, find (f, "C:3"), "another step filled this well");
  mns_plate_model_select (f->model, find (f, "C:10"), TRUE);
  mns_plate_model_select (f->model, find (f, "D:10"), TRUE);
}

static void
test_shot_96 (Fixture *f, gconstpointer data)
{
  const char *more[] = { "new0", "new1", "new2", NULL };

  fill_for_shot (f);
  for (guint i = 0; more[i] != NULL; i++)
    {
      MnsPlateSample sample = { .id = more[i], .name = "A quite long name of a sample" };

      mns_plate_model_set_sample (f->model, &sample);
    }
  mns_plate_model_load (f->model, find (f, "A:12"), "new0");
  mns_plate_set_pending (f->plate, more + 1);
  mns_plate_set_cursor (f->plate, find (f, "G:8"));
  gtk_widget_grab_focus (GTK_WIDGET (f->plate));
  mns_ui_save_shots (GTK_WIDGET (f->plate), "plate-96");
}

static void
test_large_text (Fixture *f, gconstpointer data)
{
  fill_for_shot (f);
  mns_ui_set_text_scale (2);
  mns_ui_settle (f->window);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (f->plate)), >=, 2 * (28 + 12 * 68));
  g_assert_cmpuint (mns_plate_pick (f->plate, 2 * 30, 2 * 26), ==, find (f, "A:1"));
  mns_ui_save_shots (GTK_WIDGET (f->plate), "plate-large-text");
  mns_ui_set_text_scale (1);
}

/* One plate in a few milliseconds, also with a well for every sample of a large run. */
static void
test_speed_384 (void)
{
  Fixture f = { 0 };
  g_auto (GStrv) ids = NULL;
  gint64 start;

  set_up_plate (&f, 16, 24, 384, 920, 540);
  ids = mns_plate_model_dup_unplaced (f.model);
  start = g_get_monotonic_time ();
  mns_plate_set_pending (f.plate, (const char *const *) ids);
  mns_plate_key (f.plate, GDK_KEY_Return, 0);
  mns_ui_settle (f.window);
  g_test_message ("%" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpuint (mns_plate_model_get_n_placed (f.model), ==, 384);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
  tear_down (&f, NULL);
}

static void
test_shot_384 (void)
{
  Fixture f = { 0 };

  set_up_plate (&f, 16, 24, 200, 920, 540);
  fill_for_shot (&f);
  gtk_widget_grab_focus (GTK_WIDGET (f.plate));
  mns_ui_save_shots (GTK_WIDGET (f.plate), "plate-384");
  tear_down (&f, NULL);
}

static void
test_shot_1536 (void)
{
  Fixture f = { 0 };

  set_up_plate (&f, 32, 48, 700, 740, 520);
  fill_for_shot (&f);
  gtk_widget_grab_focus (GTK_WIDGET (f.plate));
  mns_ui_save_shots (GTK_WIDGET (f.plate), "plate-1536");
  tear_down (&f, NULL);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  mns_ui_init (&argc, &argv);

  add ("/plate-widget/accessible", test_accessible);
  add ("/plate-widget/keys-place", test_keys_place);
  add ("/plate-widget/keys-move", test_keys_move);
  add ("/plate-widget/keys-remove", test_keys_remove);
  add ("/plate-widget/keys-stay-inside", test_keys_stay_inside);
  add ("/plate-widget/does-not-fit", test_does_not_fit);
  add ("/plate-widget/refused-well", test_refused_well);
  add ("/plate-widget/read-only", test_read_only);
  add ("/plate-widget/drop", test_drop);
  add ("/plate-widget/place-requested", test_place_requested);
  add ("/plate-widget/tab", test_tab);
  add ("/plate-widget/pick", test_pick);
  add ("/plate-widget/shot-96", test_shot_96);
  add ("/plate-widget/large-text", test_large_text);
  g_test_add_func ("/plate-widget/speed-384", test_speed_384);
  g_test_add_func ("/plate-widget/shot-384", test_shot_384);
  g_test_add_func ("/plate-widget/shot-1536", test_shot_1536);

  return g_test_run ();
}
