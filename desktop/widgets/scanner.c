/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Tells a barcode scanner, which types like a keyboard, from a person: four or more characters less
 * than 60 ms apart and a Return behind them are a scan.
 */

#define G_LOG_DOMAIN "mns-scanner"

#include "config.h"

#include <string.h>

#include "desktop/widgets/scanner.h"

#define MAX_GAP_MS 60
#define MIN_CHARACTERS 4
#define MAX_CHARACTERS 512

struct _MnsScanner
{
  GObject parent_instance;

  GtkWidget *window; /* weak */
  GString *burst;
  guint32 last_ms;
  char *prefix;
  char *suffix;
};

G_DEFINE_FINAL_TYPE (MnsScanner, mns_scanner, G_TYPE_OBJECT)

enum
{
  SCANNED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
mns_scanner_finalize (GObject *object)
{
  MnsScanner *self = MNS_SCANNER (object);

  g_clear_weak_pointer (&self->window);
  g_string_free (self->burst, TRUE);
  g_free (self->prefix);
  g_free (self->suffix);

  G_OBJECT_CLASS (mns_scanner_parent_class)->finalize (object);
}

static void
mns_scanner_class_init (MnsScannerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_scanner_finalize;

  /**
   * MnsScanner::scanned:
   * @text: what was scanned, without the prefix and suffix that the scanner adds
   */
  signals[SCANNED] = g_signal_new ("scanned",
                                   G_TYPE_FROM_CLASS (klass),
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   G_TYPE_STRING);
}

static void
mns_scanner_init (MnsScanner *self)
{
  self->burst = g_string_new (NULL);
}

static void
emit_scanned (MnsScanner *self)
{
  g_autofree char *text = g_strdup (self->burst->str);
  char *start = text;

  if (self->prefix != NULL && g_str_has_prefix (start, self->prefix))
    start += strlen (self->prefix);
  if (self->suffix != NULL && g_str_has_suffix (start, self->suffix))
    start[strlen (start) - strlen (self->suffix)] = '\0';
  if (*start != '\0')
    g_signal_emit (self, signals[SCANNED], 0, start);
}

/* In a text field a scan is just typed. */
static gboolean
is_typing (MnsScanner *self)
{
  GtkWidget *focus = self->window != NULL ? gtk_root_get_focus (GTK_ROOT (self->window)) : NULL;

  return focus != NULL && (GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus));
}

static gboolean
key_pressed_cb (MnsScanner *self,
                guint keyval,
                guint keycode,
                GdkModifierType state,
                GtkEventController *controller)
{
  if (is_typing (self))
    {
      g_string_truncate (self->burst, 0);
      return GDK_EVENT_PROPAGATE;
    }
  return mns_scanner_feed (
      self, keyval, state, gtk_event_controller_get_current_event_time (controller));
}

/**
 * mns_scanner_new:
 * @window: (nullable): the window whose keys are watched, a #GtkRoot; the scanner lives as long as
 *   the caller keeps it
 */
MnsScanner *
mns_scanner_new (GtkWidget *window)
{
  MnsScanner *self = g_object_new (MNS_TYPE_SCANNER, NULL);
  GtkEventController *keys;

  g_return_val_if_fail (window == NULL || GTK_IS_ROOT (window), self);

  if (window == NULL)
    return self;
  g_set_weak_pointer (&self->window, window);
  keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (
      keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (window, keys);
  return self;
}

/**
 * mns_scanner_set_affixes:
 * @self: a scanner
 * @prefix: (nullable): what the scanner writes before the code
 * @suffix: (nullable): what it writes behind it, before the Return
 */
void
mns_scanner_set_affixes (MnsScanner *self, const char *prefix, const char *suffix)
{
  g_return_if_fail (MNS_IS_SCANNER (self));

  g_free (self->prefix);
  self->prefix = g_strdup (prefix);
  g_free (self->suffix);
  self->suffix = g_strdup (suffix);
}

/**
 * mns_scanner_feed:
 * @self: a scanner
 * @keyval: the key
 * @state: modifiers
 * @time_ms: when, in milliseconds of any clock; it may wrap around
 *
 * Takes one key. This is what the window's keys go through.
 *
 * Returns: whether it was the Return that ends a scan, which nobody else should see
 */
gboolean
mns_scanner_feed (MnsScanner *self, guint keyval, GdkModifierType state, guint32 time_ms)
{
  gboolean in_time;
  gunichar character;

  g_return_val_if_fail (MNS_IS_SCANNER (self), FALSE);

  in_time = time_ms - self->last_ms < MAX_GAP_MS;
  if (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter)
    {
      gboolean scan = in_time && g_utf8_strlen (self->burst->str, -1) >= MIN_CHARACTERS;

      if (scan)
        emit_scanned (self);
      g_string_truncate (self->burst, 0);
      return scan;
    }

  character = gdk_keyval_to_unicode (keyval);
  if (character == 0) /* Shift, which scanners press for capital letters */
    return FALSE;
  if (!in_time || self->burst->len > MAX_CHARACTERS || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    g_string_truncate (self->burst, 0);
  if (g_unichar_isprint (character) && !(state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    g_string_append_unichar (self->burst, character);
  self->last_ms = time_ms;
  return FALSE;
}
