/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-conflict-rows"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/screens/conflicts/conflict-row.h"
#include "sync/model/packed.h"

#define MAX_PICKS 4

typedef struct
{
  MnsConflictLine *line;
  GtkCheckButton *buttons[MAX_PICKS];
  GtkEditable *entry; /* NULL where nothing is typed */
} Row;

struct _MnsConflictRows
{
  AdwBin parent_instance;

  MnsConflict *conflict;
  GArray *rows; /* Row */
  GtkListBox *list;
  GtkSizeGroup *choices; /* so that the heading stands above its columns */
  gboolean updating;
  gboolean typing;
};

G_DEFINE_FINAL_TYPE (MnsConflictRows, mns_conflict_rows, ADW_TYPE_BIN)

static guint picked_signal, other_well_signal;

static const struct
{
  const char *code, *text;
} codes[] = {
  { "field_changed", N_ ("The value was changed meanwhile") },
  { "well_taken", N_ ("The well was taken meanwhile") },
  { "moved_on", N_ ("The sample has moved on") },
  { "step_done", N_ ("The step was completed meanwhile") },
  { "taken_over", N_ ("The step is in another person’s hands") },
  { "gone", N_ ("It no longer exists") },
  { "rule_changed", N_ ("The step’s rules were changed") },
  { "id_taken", N_ ("The id was taken meanwhile") },
  { "name_taken", N_ ("The name was taken meanwhile") },
  { "denied", N_ ("The right for it is missing") },
  { "invalid", N_ ("The server refused it") },
  { "error", N_ ("The server failed at it") },
};

static const char *const pick_texts[] = {
  [MNS_PICK_MINE] = N_ ("mine"),
  [MNS_PICK_THEIRS] = N_ ("theirs"),
  [MNS_PICK_THIRD] = N_ ("another"),
  [MNS_PICK_OTHER_WELL] = N_ ("other well"),
  [MNS_PICK_SWAP] = N_ ("swap"),
  [MNS_PICK_APPLY] = N_ ("apply where it is now"),
  [MNS_PICK_COMMENT] = N_ ("add mine as a note"),
  [MNS_PICK_REDO] = N_ ("redo"),
  [MNS_PICK_DROP] = N_ ("drop"),
};

/* Columns, in pixels. */
static const struct
{
  const char *title;
  int width;
} columns[] = {
  { N_ ("Where"), 130 },
  { N_ ("I saw"), 85 },
  { N_ ("Mine"), 130 },
  { N_ ("Now"), 100 },
};

const char *
mns_conflict_code_to_text (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_strcmp0 (code, codes[i].code) == 0)
      return _ (codes[i].text);
  return code != NULL ? code : "";
}

static char *
node_to_text (JsonNode *node)
{
  char number[MNS_NUMBER_SIZE];

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return g_strdup ("–");
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return g_strdup (json_node_get_string (node)[0] != '\0' ? json_node_get_string (node) : "–");
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? _ ("Yes") : _ ("No"));
    default:
      return g_strdup (mns_number_print (json_node_get_double (node), number));
    }
}

static GtkWidget *
make_cell (const char *text, guint column)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 1);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1); /* the column's width, not the text's */
  gtk_widget_set_size_request (label, columns[column].width, -1);
  gtk_widget_set_tooltip_text (label, text);
  if (column == 0)
    gtk_widget_set_hexpand (label, TRUE);
  return label;
}

/* ---- picking ---- */

static void
update_row (Row *row)
{
  const char *text = row->line->text != NULL ? row->line->text : "";
  guint i = 0;

  for (const MnsPick *p = row->line->picks; *p != MNS_PICK_NONE; p++, i++)
    if (row->line->pick == *p)
      gtk_check_button_set_active (row->buttons[i], TRUE);
  if (row->entry != NULL && !g_str_equal (gtk_editable_get_text (row->entry), text))
    gtk_editable_set_text (row->entry, text);
}

void
mns_conflict_rows_update (MnsConflictRows *self)
{
  self->updating = TRUE;
  for (guint i = 0; i < self->rows->len; i++)
    update_row (&g_array_index (self->rows, Row, i));
  self->updating = FALSE;
}

static Row *
find_row (MnsConflictRows *self, gpointer widget)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = &g_array_index (self->rows, Row, i);

      if ((gpointer) row->entry == widget)
        return row;
      for (guint k = 0; k < MAX_PICKS; k++)
        if ((gpointer) row->buttons[k] == widget)
          return row;
    }
  return NULL;
}

static void
toggled_cb (GtkCheckButton *button, MnsConflictRows *self)
{
  Row *row = find_row (self, button);

  if (self->updating || row == NULL || !gtk_check_button_get_active (button))
    return;
  for (guint k = 0; row->line->picks[k] != MNS_PICK_NONE; k++)
    if (row->buttons[k] == button)
      row->line->pick = row->line->picks[k];
  g_signal_emit (self, picked_signal, 0);
  if (row->line->pick == MNS_PICK_OTHER_WELL && !self->typing)
    g_signal_emit (self, other_well_signal, 0, (guint) (row - &g_array_index (self->rows, Row, 0)));
}

static gboolean
is_typed (MnsPick pick)
{
  return pick == MNS_PICK_THIRD || pick == MNS_PICK_OTHER_WELL;
}

/* Who types another value has chosen it. */
static void
typed_cb (GtkEditable *entry, MnsConflictRows *self)
{
  Row *row = find_row (self, entry);

  if (self->updating || row == NULL)
    return;
  g_free (row->line->text);
  row->line->text = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  self->typing = TRUE;
  for (guint k = 0; row->line->text[0] != '\0' && row->line->picks[k] != MNS_PICK_NONE; k++)
    if (is_typed (row->line->picks[k]))
      gtk_check_button_set_active (row->buttons[k], TRUE);
  self->typing = FALSE;
  g_signal_emit (self, picked_signal, 0);
}

static Row *
get_focused (MnsConflictRows *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_LIST_BOX_ROW) : NULL;
  int at = row != NULL ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) : -1;

  return at >= 0 && (guint) at < self->rows->len ? &g_array_index (self->rows, Row, at) : NULL;
}

static void
pick (MnsConflictRows *self, Row *row, MnsPick wanted)
{
  if (!mns_conflict_line_allows (row->line, wanted))
    return;
  row->line->pick = wanted;
  mns_conflict_rows_update (self);
  g_signal_emit (self, picked_signal, 0);
}

/* Keys mean something only while the list has the focus, not while a value is typed. */
static gboolean
key_cb (GtkEventControllerKey *controller,
        guint keyval,
        guint keycode,
        GdkModifierType state,
        MnsConflictRows *self)
{
  Row *row = get_focused (self);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  if (row == NULL || GTK_IS_TEXT (focus) || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (gdk_keyval_to_lower (keyval))
    {
    case GDK_KEY_m:
      pick (self, row, MNS_PICK_MINE);
      return GDK_EVENT_STOP;
    case GDK_KEY_t:
      pick (self, row, MNS_PICK_THEIRS);
      return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (row->entry == NULL || !GTK_IS_LIST_BOX_ROW (focus))
        return GDK_EVENT_PROPAGATE;
      gtk_widget_grab_focus (GTK_WIDGET (row->entry));
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* ---- making ---- */

static GtkWidget *
make_choices (MnsConflictRows *self, Row *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  for (guint k = 0; row->line->picks[k] != MNS_PICK_NONE; k++)
    {
      MnsPick one = row->line->picks[k];
      GtkWidget *button = gtk_check_button_new_with_label (_ (pick_texts[one]));

      row->buttons[k] = GTK_CHECK_BUTTON (button);
      if (k > 0)
        gtk_check_button_set_group (row->buttons[k], row->buttons[0]);
      gtk_box_append (GTK_BOX (box), button);
      g_signal_connect_object (button, "toggled", G_CALLBACK (toggled_cb), self, 0);
      if (!is_typed (one))
        continue;
      row->entry = GTK_EDITABLE (gtk_entry_new ());
      gtk_editable_set_width_chars (row->entry, 5);
      gtk_editable_set_max_width_chars (row->entry, 8);
      gtk_editable_set_text (row->entry, row->line->text != NULL ? row->line->text : "");
      gtk_accessible_update_property (
          GTK_ACCESSIBLE (row->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (pick_texts[one]), -1);
      g_signal_connect_object (row->entry, "changed", G_CALLBACK (typed_cb), self, 0);
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->entry));
    }
  if (row->line->picks[0] != MNS_PICK_NONE && row->line->picks[1] == MNS_PICK_NONE)
    {
      /* a single radio button would look like a check that can be undone */
      GtkWidget *ghost = gtk_check_button_new ();

      gtk_check_button_set_group (row->buttons[0], GTK_CHECK_BUTTON (ghost));
      gtk_widget_set_visible (ghost, FALSE);
      gtk_box_append (GTK_BOX (box), ghost);
    }
  return box;
}

static char *
describe_where (MnsConflictRows *self,
                const MnsConflictLine *line,
                GHashTable *names,
                GHashTable *titles)
{
  static const struct
  {
    const char *member, *text;
  } members[] = {
    { "qc_flag", N_ ("QC flag") },
    { "name", N_ ("Name") },
    { "container", N_ ("Container") },
    { "well", N_ ("Well") },
    { "state", N_ ("State") },
    { "priority", N_ ("Priority") },
    { "open_date", N_ ("Opened") },
    { "close_date", N_ ("Closed") },
    { "received_date", N_ ("Received") },
    { "instrument", N_ ("Instrument") },
    { "action", N_ ("Next step") },
  };
  const char *name = g_hash_table_lookup (names, line->owner);
  const char *title = g_hash_table_lookup (titles, line->member);

  for (guint i = 0; title == NULL && i < G_N_ELEMENTS (members); i++)
    if (g_str_equal (line->member, members[i].member))
      title = _ (members[i].text);
  if (line->owner[0] == '\0')
    return g_strdup (mns_conflict_code_to_text (self->conflict->code));
  return g_strjoin (" ", name != NULL ? name : "", title != NULL ? title : line->member, NULL);
}

static char *
describe_value (JsonNode *node, GHashTable *names)
{
  const char *text = node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;
  g_autofree char *artifact = text != NULL ? g_strconcat ("artifact:", text, NULL) : NULL;
  g_autofree char *container = text != NULL ? g_strconcat ("container:", text, NULL) : NULL;
  const char *name = artifact != NULL ? g_hash_table_lookup (names, artifact) : NULL;

  if (name == NULL && container != NULL)
    name = g_hash_table_lookup (names, container);
  return name != NULL ? g_strdup (name) : node_to_text (node);
}

static GtkWidget *
make_row (MnsConflictRows *self, guint at, GHashTable *names, GHashTable *titles)
{
  Row *row = &g_array_index (self->rows, Row, at);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *item = gtk_list_box_row_new ();
  g_autofree char *where = describe_where (self, row->line, names, titles);
  g_autofree char *seen = mns_conflict_line_allows (row->line, MNS_PICK_OTHER_WELL)
                              ? g_strdup (_ ("empty"))
                              : describe_value (row->line->seen, names);
  GtkWidget *choices = make_choices (self, row);
  g_autofree char *mine = describe_value (row->line->mine, names);
  g_autofree char *there = describe_value (row->line->there, names);
  const char *texts[] = { where, seen, mine, there };
  g_autofree char *spoken = NULL;

  for (guint c = 0; c < G_N_ELEMENTS (texts); c++)
    gtk_box_append (GTK_BOX (box), make_cell (texts[c], c));
  gtk_size_group_add_widget (self->choices, choices);
  gtk_box_append (GTK_BOX (box), choices);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 4);
  gtk_widget_set_margin_bottom (box, 4);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (item), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (item), FALSE);
  spoken =
      g_strdup_printf (_ ("%s: I saw %s, mine is %s, there is now %s"), where, seen, mine, there);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return item;
}

static GtkWidget *
make_heading (MnsConflictRows *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  g_autofree char *when = mns_time_to_text (self->conflict->performed_at);
  g_autofree char *mine = g_strdup_printf (_ ("Mine (%s)"), when);
  GtkWidget *choose;

  for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
    {
      GtkWidget *label =
          make_cell (c == 2 && self->conflict->performed_at > 0 ? mine : _ (columns[c].title), c);

      gtk_widget_add_css_class (label, "dim-label");
      gtk_widget_add_css_class (label, "caption-heading");
      gtk_box_append (GTK_BOX (box), label);
    }
  choose = gtk_label_new (_ ("Choose"));
  gtk_label_set_xalign (GTK_LABEL (choose), 0);
  gtk_widget_add_css_class (choose, "dim-label");
  gtk_widget_add_css_class (choose, "caption-heading");
  gtk_size_group_add_widget (self->choices, choose);
  gtk_box_append (GTK_BOX (box), choose);
  gtk_widget_set_margin_start (box, 14); /* a row of the list has 2 of its own */
  gtk_widget_set_margin_end (box, 14);
  return box;
}

static void
mns_conflict_rows_finalize (GObject *object)
{
  g_object_unref (MNS_CONFLICT_ROWS (object)->choices);
  g_array_unref (MNS_CONFLICT_ROWS (object)->rows);

  G_OBJECT_CLASS (mns_conflict_rows_parent_class)->finalize (object);
}

static void
mns_conflict_rows_class_init (MnsConflictRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_conflict_rows_finalize;

  picked_signal = g_signal_new (
      "picked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  other_well_signal = g_signal_new ("other-well",
                                    G_TYPE_FROM_CLASS (klass),
                                    G_SIGNAL_RUN_LAST,
                                    0,
                                    NULL,
                                    NULL,
                                    NULL,
                                    G_TYPE_NONE,
                                    1,
                                    G_TYPE_UINT);
}

static void
mns_conflict_rows_init (MnsConflictRows *self)
{
  self->rows = g_array_new (FALSE, TRUE, sizeof (Row));
  self->choices = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
}

/**
 * mns_conflict_rows_new:
 * @conflict: must outlive the widget
 * @names: names of what the lines are about
 * @titles: titles of custom fields by key
 */
GtkWidget *
mns_conflict_rows_new (MnsConflict *conflict, GHashTable *names, GHashTable *titles)
{
  MnsConflictRows *self = g_object_new (MNS_TYPE_CONFLICT_ROWS, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *title = gtk_label_new (mns_conflict_code_to_text (conflict->code));
  GtkWidget *detail = gtk_label_new (conflict->detail);
  GtkEventController *keys = gtk_event_controller_key_new ();
  guint n_merged = mns_conflict_count_merged (conflict);

  self->conflict = conflict;
  g_array_set_size (self->rows, conflict->lines->len);
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, conflict->detail, -1);
  for (guint i = 0; i < conflict->lines->len; i++)
    {
      g_array_index (self->rows, Row, i).line = g_ptr_array_index (conflict->lines, i);
      gtk_list_box_append (self->list, make_row (self, i, names, titles));
    }
  gtk_label_set_xalign (GTK_LABEL (detail), 0);
  gtk_label_set_wrap (GTK_LABEL (detail), TRUE);
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "heading");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), detail);
  gtk_box_append (GTK_BOX (box), make_heading (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list));
  if (n_merged > 0)
    {
      g_autofree char *text =
          g_strdup_printf (ngettext ("%u change merged", "%u changes merged", n_merged), n_merged);
      GtkWidget *merged = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (merged), 0);
      gtk_widget_add_css_class (merged, "dim-label");
      gtk_widget_set_tooltip_text (
          merged, _ ("Nobody else touched these: they are done whatever is chosen"));
      gtk_box_append (GTK_BOX (box), merged);
    }
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
  adw_bin_set_child (ADW_BIN (self), box);
  mns_conflict_rows_update (self);
  return GTK_WIDGET (self);
}
