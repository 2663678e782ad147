/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The frame that all screens share, and the states that every one of them has. */

#define G_LOG_DOMAIN "mns-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/refusal.h"
#include "desktop/app/screen.h"
#include "sync/model/error.h"

/* A list that answers sooner shows nothing in between. */
#define PATIENCE_MS 200

typedef struct
{
  MnsSession *session;
  GCancellable *cancellable;
  guint spinner_source;
  guint reason_source;
  char *reason;

  GtkBox *banners; /* in the order of MnsBannerKind */
  GtkLabel *title_label;
  GtkLabel *facts_label;
  GtkBox *tools;
  GtkButton *primary_button;
  AdwBin *under_title;
  GtkStack *stack;
  AdwBin *content;
  AdwBin *side;
  AdwStatusPage *status;
  GtkButton *status_button;
} MnsScreenPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MnsScreen, mns_screen, ADW_TYPE_BIN)

typedef enum
{
  PROP_SESSION = 1,
} MnsScreenProperty;

static GParamSpec *props[PROP_SESSION + 1];

static MnsScreenPrivate *
priv_of (MnsScreen *self)
{
  return mns_screen_get_instance_private (self);
}

static void
mns_screen_dispose (GObject *object)
{
  MnsScreenPrivate *priv = priv_of (MNS_SCREEN (object));

  g_clear_handle_id (&priv->spinner_source, g_source_remove);
  g_clear_handle_id (&priv->reason_source, g_source_remove);
  if (priv->cancellable != NULL)
    g_cancellable_cancel (priv->cancellable);
  g_clear_object (&priv->cancellable);
  g_clear_object (&priv->session);
  g_clear_pointer (&priv->reason, g_free);

  G_OBJECT_CLASS (mns_screen_parent_class)->dispose (object);
}

static void
mns_screen_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MnsScreenPrivate *priv = priv_of (MNS_SCREEN (object));

  switch ((MnsScreenProperty) prop_id)
    {
    case PROP_SESSION:
      priv->session = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mns_screen_class_init (MnsScreenClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mns_screen_dispose;
  object_class->set_property = mns_screen_set_property;

  props[PROP_SESSION] =
      g_param_spec_object ("session",
                           NULL,
                           NULL,
                           MNS_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/meniscus/Meniscus/app/screen.ui");
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, banners);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, title_label);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, facts_label);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, tools);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, primary_button);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, under_title);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, stack);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, content);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, side);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, status);
  gtk_widget_class_bind_template_child_private (widget_class, MnsScreen, status_button);
}

#define PATH_KEY "mns-path"

static MnsBanner *
get_banner (MnsScreen *self, MnsBannerKind kind)
{
  GtkWidget *banner = gtk_widget_get_first_child (GTK_WIDGET (priv_of (self)->banners));

  for (MnsBannerKind i = MNS_BANNER_ERROR; i < kind; i++)
    banner = gtk_widget_get_next_sibling (banner);
  return MNS_BANNER (banner);
}

/* A banner's button leads somewhere, or the screen knows what it means. */
static void
banner_clicked_cb (MnsScreen *self, MnsBanner *banner)
{
  MnsScreenClass *klass = MNS_SCREEN_GET_CLASS (self);
  g_autofree char *path = g_strdup (g_object_get_data (G_OBJECT (banner), PATH_KEY));

  if (path != NULL)
    gtk_widget_activate_action (GTK_WIDGET (banner), "win.open", "s", path);
  for (MnsBannerKind kind = MNS_BANNER_ERROR; kind <= MNS_BANNER_INFO; kind++)
    if (path == NULL && banner == get_banner (self, kind) && klass->banner != NULL)
      klass->banner (self, kind);
}

static void
mns_screen_init (MnsScreen *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (MnsBannerKind kind = MNS_BANNER_ERROR; kind <= MNS_BANNER_INFO; kind++)
    {
      GtkWidget *banner = mns_banner_new (kind);

      g_signal_connect_object (
          banner, "button-clicked", G_CALLBACK (banner_clicked_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (priv_of (self)->banners, banner);
    }
}

MnsSession *
mns_screen_get_session (MnsScreen *self)
{
  return priv_of (self)->session;
}

GCancellable *
mns_screen_get_cancellable (MnsScreen *self)
{
  MnsScreenPrivate *priv = priv_of (self);

  if (priv->cancellable == NULL)
    priv->cancellable = g_cancellable_new ();
  return priv->cancellable;
}

void
mns_screen_set_title (MnsScreen *self, const char *title)
{
  gtk_label_set_text (priv_of (self)->title_label, title);
}

const char *
mns_screen_get_title (MnsScreen *self)
{
  return gtk_label_get_text (priv_of (self)->title_label);
}

void
mns_screen_set_facts (MnsScreen *self, const char *facts)
{
  gtk_label_set_text (priv_of (self)->facts_label, facts);
}

void
mns_screen_set_content (MnsScreen *self, GtkWidget *content)
{
  adw_bin_set_child (priv_of (self)->content, content);
}

void
mns_screen_set_side (MnsScreen *self, GtkWidget *side)
{
  MnsScreenPrivate *priv = priv_of (self);

  adw_bin_set_child (priv->side, side);
  gtk_widget_set_visible (GTK_WIDGET (priv->side), side != NULL);
}

void
mns_screen_add_tool (MnsScreen *self, GtkWidget *widget)
{
  gtk_box_append (priv_of (self)->tools, widget);
}

void
mns_screen_set_under_title (MnsScreen *self, GtkWidget *widget)
{
  adw_bin_set_child (priv_of (self)->under_title, widget);
}

void
mns_screen_set_primary (MnsScreen *self, const char *label)
{
  MnsScreenPrivate *priv = priv_of (self);

  gtk_widget_set_visible (GTK_WIDGET (priv->primary_button), label != NULL);
  if (label != NULL)
    gtk_button_set_label (priv->primary_button, label);
}

/* Not at once: a button that is switched off in its own click loses the click that follows. */
static gboolean
apply_reason_cb (gpointer user_data)
{
  MnsScreenPrivate *priv = priv_of (user_data);

  priv->reason_source = 0;
  gtk_widget_set_sensitive (GTK_WIDGET (priv->primary_button), priv->reason == NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (priv->primary_button), priv->reason);
  gtk_accessible_update_property (GTK_ACCESSIBLE (priv->primary_button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  priv->reason != NULL ? priv->reason : "",
                                  -1);
  return G_SOURCE_REMOVE;
}

/**
 * mns_screen_set_primary_reason:
 * @self: a screen
 * @reason: (nullable): why the primary action is not possible now; %NULL if it is
 *
 * The action is disabled with its reason, never hidden.
 */
void
mns_screen_set_primary_reason (MnsScreen *self, const char *reason)
{
  MnsScreenPrivate *priv = priv_of (self);

  g_free (priv->reason);
  priv->reason = g_strdup (reason);
  if (priv->reason_source == 0)
    priv->reason_source = g_timeout_add (50, apply_reason_cb, self);
}

static void
show_page (MnsScreen *self, const char *name)
{
  MnsScreenPrivate *priv = priv_of (self);

  g_clear_handle_id (&priv->spinner_source, g_source_remove);
  gtk_stack_set_visible_child_name (priv->stack, name);
}

void
mns_screen_show_content (MnsScreen *self)
{
  show_page (self, "content");
}

static gboolean
show_spinner_cb (gpointer user_data)
{
  MnsScreenPrivate *priv = priv_of (user_data);

  priv->spinner_source = 0;
  gtk_stack_set_visible_child_name (priv->stack, "loading");
  return G_SOURCE_REMOVE;
}

void
mns_screen_show_loading (MnsScreen *self)
{
  MnsScreenPrivate *priv = priv_of (self);

  if (priv->spinner_source == 0)
    priv->spinner_source = g_timeout_add (PATIENCE_MS, show_spinner_cb, self);
}

/* The description of a status page is markup; ours are words, and some hold what a person typed. */
static void
set_sentence (MnsScreen *self, const char *sentence)
{
  g_autofree char *escaped = sentence != NULL ? g_markup_escape_text (sentence, -1) : NULL;

  adw_status_page_set_description (priv_of (self)->status, escaped);
}

/**
 * mns_screen_show_empty:
 * @title: what there is not
 * @sentence: (nullable): why
 * @button: (nullable): what helps
 * @path: (nullable): where the button goes
 */
void
mns_screen_show_empty (
    MnsScreen *self, const char *title, const char *sentence, const char *button, const char *path)
{
  MnsScreenPrivate *priv = priv_of (self);

  adw_status_page_set_icon_name (priv->status, NULL);
  adw_status_page_set_title (priv->status, title);
  set_sentence (self, sentence);
  gtk_widget_set_visible (GTK_WIDGET (priv->status_button), button != NULL);
  if (button != NULL)
    {
      gtk_button_set_label (priv->status_button, button);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (priv->status_button), NULL);
      gtk_actionable_set_action_target (GTK_ACTIONABLE (priv->status_button), "s", path);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (priv->status_button), "win.open");
    }
  show_page (self, "status");
}

void
mns_screen_show_nothing_matches (MnsScreen *self, const char *title, const char *button)
{
  MnsScreenPrivate *priv = priv_of (self);

  adw_status_page_set_icon_name (priv->status, NULL);
  adw_status_page_set_title (priv->status, title);
  set_sentence (self, NULL);
  gtk_widget_set_visible (GTK_WIDGET (priv->status_button), button != NULL);
  if (button != NULL)
    gtk_button_set_label (priv->status_button, button);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (priv->status_button),
                                           "win.clear-filter");
  show_page (self, "status");
}

void
mns_screen_show_error (MnsScreen *self, const GError *error)
{
  MnsScreenPrivate *priv = priv_of (self);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  adw_status_page_set_icon_name (priv->status, "dialog-error-symbolic");
  adw_status_page_set_title (priv->status, _ ("This could not be read"));
  set_sentence (self, error->message);
  gtk_widget_set_visible (GTK_WIDGET (priv->status_button), TRUE);
  gtk_button_set_label (priv->status_button, _ ("Try again"));
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (priv->status_button), "win.reload");
  show_page (self, "status");
}

void
mns_screen_set_banner (MnsScreen *self, MnsBannerKind kind, const char *text)
{
  MnsBanner *banner = get_banner (self, kind);

  mns_banner_set_button (banner, NULL);
  g_object_set_data (G_OBJECT (banner), PATH_KEY, NULL);
  if (text != NULL)
    mns_banner_show (banner, text);
  else
    mns_banner_hide (banner);
}

void
mns_screen_set_banner_button (MnsScreen *self, MnsBannerKind kind, const char *label)
{
  mns_banner_set_button (get_banner (self, kind), label);
}

void
mns_screen_set_banner_link (
    MnsScreen *self, MnsBannerKind kind, const char *text, const char *button, const char *path)
{
  MnsBanner *banner = get_banner (self, kind);

  mns_banner_set_button (banner, button);
  g_object_set_data_full (G_OBJECT (banner), PATH_KEY, g_strdup (path), g_free);
  mns_banner_show (banner, text);
}

/**
 * mns_screen_show_refusal:
 * @result: (nullable): what a command answered
 * @error: (nullable): set if the command could not be run at all
 *
 * Shows what was refused above the content; the entries stay. Something that went well hides what
 * was shown before.
 *
 * Returns: %TRUE if it was a refusal
 */
gboolean
mns_screen_show_refusal (MnsScreen *self, MnsResult *result, GError *error)
{
  g_autofree char *sentence = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TRUE;
  if (error != NULL)
    sentence = g_strdup (error->message);
  else if (result->outcome != MNS_OUTCOME_OK && result->outcome != MNS_OUTCOME_NOT_LOCAL)
    sentence = mns_refusal_say_result (result);
  mns_screen_set_banner (self, MNS_BANNER_ERROR, sentence);
  return sentence != NULL;
}

void
mns_screen_toast (MnsScreen *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

void
mns_screen_toast_open (MnsScreen *self, const char *text, const char *button, const char *path)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast-open", "(sss)", text, button, path);
}

void
mns_screen_open (MnsScreen *self, const char *format, ...)
{
  g_autofree char *path = NULL;
  va_list args;

  va_start (args, format);
  path = g_strdup_vprintf (format, args);
  va_end (args);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open", "s", path);
}

void
mns_screen_refresh (MnsScreen *self)
{
  MnsScreenPrivate *priv = priv_of (self);

  if (priv->cancellable != NULL)
    g_cancellable_cancel (priv->cancellable);
  g_clear_object (&priv->cancellable);
  MNS_SCREEN_GET_CLASS (self)->refresh (self);
}

void
mns_screen_note_change (MnsScreen *self, const char *const *tables)
{
  MnsScreenClass *klass = MNS_SCREEN_GET_CLASS (self);

  if (klass->concerns == NULL || tables == NULL || klass->concerns (self, tables))
    mns_screen_refresh (self);
}

void
mns_screen_activate_primary (MnsScreen *self)
{
  MnsScreenPrivate *priv = priv_of (self);

  if (priv->reason != NULL)
    {
      if (MNS_SCREEN_GET_CLASS (self)->otherwise == NULL ||
          !MNS_SCREEN_GET_CLASS (self)->otherwise (self))
        mns_screen_toast (self, priv->reason);
    }
  else if (MNS_SCREEN_GET_CLASS (self)->primary != NULL &&
           gtk_widget_get_visible (GTK_WIDGET (priv->primary_button)))
    MNS_SCREEN_GET_CLASS (self)->primary (self);
}

gboolean
mns_screen_scan (MnsScreen *self, const char *text)
{
  MnsScreenClass *klass = MNS_SCREEN_GET_CLASS (self);

  return klass->scan != NULL && klass->scan (self, text);
}

void
mns_screen_focus_filter (MnsScreen *self)
{
  if (MNS_SCREEN_GET_CLASS (self)->filter != NULL)
    MNS_SCREEN_GET_CLASS (self)->filter (self);
}

/**
 * mns_screen_get_regions:
 *
 * Returns: (transfer container) (element-type GtkWidget): what F6 goes through
 */
GPtrArray *
mns_screen_get_regions (MnsScreen *self)
{
  MnsScreenPrivate *priv = priv_of (self);
  GPtrArray *regions = g_ptr_array_new ();

  g_ptr_array_add (regions, gtk_widget_get_parent (GTK_WIDGET (priv->tools)));
  g_ptr_array_add (regions, priv->under_title);
  g_ptr_array_add (regions, priv->stack);
  g_ptr_array_add (regions, priv->side);
  return regions;
}

void
mns_screen_clear_filter (MnsScreen *self)
{
  if (MNS_SCREEN_GET_CLASS (self)->clear_filter != NULL)
    MNS_SCREEN_GET_CLASS (self)->clear_filter (self);
}

void
mns_screen_undo (MnsScreen *self, gboolean again)
{
  if (MNS_SCREEN_GET_CLASS (self)->undo != NULL)
    MNS_SCREEN_GET_CLASS (self)->undo (self, again);
}

void
mns_screen_save (MnsScreen *self)
{
  if (MNS_SCREEN_GET_CLASS (self)->save != NULL)
    MNS_SCREEN_GET_CLASS (self)->save (self);
}
