/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The parts of a configuration package that are things on a shelf: containers, kits and lots,
 * labels, controls, instruments; and site settings.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/config-import.h"
#include "sync/model/canonical.h"
#include "sync/model/well.h"

#define MOST_ROWS 100

static const MnsArgSpec setting_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "value", MNS_ARG_TYPE_TEXT },
  { "type", MNS_ARG_TYPE_TEXT, .words = "STRING INTEGER BOOLEAN JSON" },
  { NULL },
};

static gboolean
import_setting (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *type = mns_object_get_text (item, "type");
  MnsId id;

  return mns_import_put_row (import,
                             "setting",
                             mns_object_get_text (item, "name"),
                             &id,
                             NULL,
                             error,
                             { "name", mns_value_text (mns_object_get_text (item, "name")) },
                             { "value", mns_value_text (mns_object_get_text (item, "value")) },
                             { "type", mns_value_text (type != NULL ? type : "STRING") },
                             { "changed_by", mns_value_id (&import->call->lab->person) },
                             { "changed_at", mns_value_int (import->call->now) });
}

static const MnsArgSpec container_type_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "is_tube", MNS_ARG_TYPE_BOOL },
  { "x_size", MNS_ARG_TYPE_INT, .min = 1, .max = MOST_ROWS, .help = "columns" },
  { "y_size", MNS_ARG_TYPE_INT, .min = 1, .max = MOST_ROWS, .help = "rows" },
  { "x_alpha", MNS_ARG_TYPE_BOOL },
  { "x_offset", MNS_ARG_TYPE_INT, .min = 0, .max = 1000 },
  { "y_alpha", MNS_ARG_TYPE_BOOL },
  { "y_offset", MNS_ARG_TYPE_INT, .min = 0, .max = 1000 },
  { "unavailable", MNS_ARG_TYPE_TEXTS, .help = "wells, A:1" },
  { "archived", MNS_ARG_TYPE_BOOL },
  { NULL },
};

static MnsWellAxes
read_axes (JsonObject *item)
{
  MnsWellAxes axes = {
    .x_size = mns_object_get_int (item, "x_size", 1),
    .y_size = mns_object_get_int (item, "y_size", 1),
    .x_alpha = mns_object_get_bool (item, "x_alpha"),
    .y_alpha = mns_object_get_bool (item, "y_alpha"),
  };

  axes.x_offset = axes.x_alpha ? 0 : mns_object_get_int (item, "x_offset", 1);
  axes.y_offset = axes.y_alpha ? 0 : mns_object_get_int (item, "y_offset", 1);
  return axes;
}

static char *
read_unavailable (MnsImport *import, JsonObject *item, const MnsWellAxes *axes, const char *at)
{
  JsonArray *list = mns_object_get_list (item, "unavailable");
  GString *text = g_string_new ("[");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      const char *well = json_array_get_string_element (list, i);
      gint64 y, x;

      if (!mns_well_parse (axes, well, &y, &x))
        {
          g_autofree char *where = g_strdup_printf ("%s/unavailable/%u", at, i);

          mns_call_fault (import->call,
                          where,
                          "no_such_well",
                          "container type %s has no well %s",
                          mns_object_get_text (item, "name"),
                          well);
          continue;
        }
      g_string_append_printf (
          text, "%s[%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT "]", text->len > 1 ? "," : "", y, x);
    }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* The shape of a type in use stays: its wells are filled. */
static gboolean
check_shape (
    MnsImport *import, JsonObject *item, const MnsWellAxes *axes, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  g_autoptr (MnsRows) rows = NULL;
  const MnsId *id;

  if (!mns_import_load_names (import, "container_type", error))
    return FALSE;
  id = mns_import_find (import, "container_type", name);
  if (id == NULL)
    return TRUE;
  rows = mns_transaction_query (
      import->call->tx,
      "SELECT t.x_size, t.y_size, t.is_tube, EXISTS (SELECT 1 FROM container c"
      " WHERE c.container_type_id = t.id) AS used FROM container_type t WHERE t.id = $id",
      MNS_ARGS (MNS_ARG_ID ("id", id)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0 && mns_rows_get_int (rows, 0, 3) != 0 &&
      (mns_rows_get_int (rows, 0, 0) != axes->x_size ||
       mns_rows_get_int (rows, 0, 1) != axes->y_size ||
       (mns_rows_get_int (rows, 0, 2) != 0) != mns_object_get_bool (item, "is_tube")))
    mns_call_fault (import->call,
                    at,
                    "in_use",
                    "container type %s is in use; only its name and unavailable wells can change",
                    name);
  return TRUE;
}

static gboolean
import_container_type (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  MnsWellAxes axes = read_axes (item);
  g_autofree char *unavailable = read_unavailable (import, item, &axes, at);
  MnsId id;

  return check_shape (import, item, &axes, at, error) &&
         mns_import_put_row (
             import,
             "container_type",
             name,
             &id,
             NULL,
             error,
             { "name", mns_value_text (name) },
             { "is_tube", mns_value_int (mns_object_get_bool (item, "is_tube")) },
             { "x_size", mns_value_int (axes.x_size) },
             { "y_size", mns_value_int (axes.y_size) },
             { "x_alpha", mns_value_int (axes.x_alpha) },
             { "x_offset", mns_value_int (axes.x_offset) },
             { "y_alpha", mns_value_int (axes.y_alpha) },
             { "y_offset", mns_value_int (axes.y_offset) },
             { "unavailable", mns_value_json (unavailable) },
             { "archived", mns_value_int (mns_object_get_bool (item, "archived")) });
}

static const MnsArgSpec kit_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "supplier", MNS_ARG_TYPE_TEXT },
  { "catalogue_number", MNS_ARG_TYPE_TEXT },
  { "website", MNS_ARG_TYPE_TEXT },
  { "archived", MNS_ARG_TYPE_BOOL },
  { NULL },
};

static gboolean
import_kit (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  MnsId id;

  return mns_import_put_row (
      import,
      "reagent_kit",
      name,
      &id,
      NULL,
      error,
      { "name", mns_value_text (name) },
      { "supplier", mns_value_text (mns_object_get_text (item, "supplier")) },
      { "catalogue_number", mns_value_text (mns_object_get_text (item, "catalogue_number")) },
      { "website", mns_value_text (mns_object_get_text (item, "website")) },
      { "archived", mns_value_int (mns_object_get_bool (item, "archived")) });
}

static const MnsArgSpec lot_args[] = {
  { "kit", MNS_ARG_TYPE_TEXT, TRUE },
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "lot_number", MNS_ARG_TYPE_TEXT },
  { "expiry_date", MNS_ARG_TYPE_DATE },
  { "storage_location", MNS_ARG_TYPE_TEXT },
  { "notes", MNS_ARG_TYPE_TEXT },
  { "status", MNS_ARG_TYPE_TEXT, .words = "PENDING ACTIVE ARCHIVED" },
  { NULL },
};

static gboolean
update_lot (MnsImport *import, JsonObject *item, const MnsId *id, GError **error)
{
  const char *status = mns_object_get_text (item, "status");

  return mns_transaction_run (
      import->call->tx,
      "UPDATE reagent_lot SET expiry_date = $expiry, storage_location = $location, notes = $notes,"
      " status = $status, changed_by = $by, changed_at = $now WHERE id = $id",
      MNS_ARGS (MNS_ARG_TEXT ("expiry", mns_object_get_text (item, "expiry_date")),
                MNS_ARG_TEXT ("location", mns_object_get_text (item, "storage_location")),
                MNS_ARG_TEXT ("notes", mns_object_get_text (item, "notes")),
                MNS_ARG_TEXT ("status", status != NULL ? status : "PENDING"),
                MNS_ARG_ID ("by", &import->call->lab->person),
                MNS_ARG_INT ("now", import->call->now),
                MNS_ARG_ID ("id", id)),
      error);
}

static gboolean
import_lot (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  const char *number = mns_object_get_text (item, "lot_number");
  const char *status = mns_object_get_text (item, "status");
  g_autofree char *where = g_strconcat (at, "/kit", NULL);
  g_autofree char *key = NULL;
  const MnsId *kit;
  MnsId id;

  if (!mns_import_load_names (import, "reagent_kit", error) ||
      !mns_import_load_names (import, "reagent_lot", error))
    return FALSE;
  kit = mns_import_need (import, "reagent_kit", mns_object_get_text (item, "kit"), where);
  if (kit == NULL)
    return TRUE;
  key = g_strdup_printf (
      "%s/%s/%s", mns_object_get_text (item, "kit"), name, number != NULL ? number : "");
  if (mns_import_find (import, "reagent_lot", key) != NULL)
    return update_lot (import, item, mns_import_find (import, "reagent_lot", key), error);
  return mns_import_put_row (
      import,
      "reagent_lot",
      key,
      &id,
      NULL,
      error,
      { "reagent_kit_id", mns_value_id (kit) },
      { "name", mns_value_text (name) },
      { "lot_number", mns_value_text (number) },
      { "expiry_date", mns_value_text (mns_object_get_text (item, "expiry_date")) },
      { "storage_location", mns_value_text (mns_object_get_text (item, "storage_location")) },
      { "notes", mns_value_text (mns_object_get_text (item, "notes")) },
      { "status", mns_value_text (status != NULL ? status : "PENDING") },
      { "changed_by", mns_value_id (&import->call->lab->person) },
      { "created_by", mns_value_id (&import->call->lab->person) },
      { "created_at", mns_value_int (import->call->now) },
      { "changed_at", mns_value_int (import->call->now) });
}

static const MnsArgSpec label_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "sequence", MNS_ARG_TYPE_TEXT, .max = 200 },
  { NULL },
};

static const MnsArgSpec label_group_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "labels", MNS_ARG_TYPE_LIST, .items = label_args },
  { NULL },
};

/* Letters of bases and one dash between the two indexes. */
static gboolean
is_sequence (const char *text)
{
  const char *dash = strchr (text, '-');

  return text[strspn (text, "ACGTN-")] == '\0' && text[0] != '\0' && text[0] != '-' &&
         (dash == NULL || (dash[1] != '\0' && strchr (dash + 1, '-') == NULL));
}

static gboolean
import_label (MnsImport *import,
              JsonObject *item,
              const char *group,
              const MnsId *group_id,
              const char *at,
              GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  const char *sequence = mns_object_get_text (item, "sequence");
  g_autofree char *key = g_strconcat (group, "/", name, NULL);
  MnsId id;

  if (sequence != NULL && !is_sequence (sequence))
    {
      mns_call_fault (import->call,
                      at,
                      "bad_sequence",
                      "sequence “%s” of label %s is not of the letters A C G T N and one dash",
                      sequence,
                      name);
      return TRUE;
    }
  return mns_import_put_row (import,
                             "label",
                             key,
                             &id,
                             NULL,
                             error,
                             { "label_group_id", mns_value_id (group_id) },
                             { "name", mns_value_text (name) },
                             { "sequence", mns_value_text (sequence) },
                             { "archived", mns_value_int (0) });
}

static gboolean
import_label_group (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  JsonArray *labels = mns_object_get_list (item, "labels");
  MnsId id;

  if (name[strspn (name, "0123456789")] == '\0')
    mns_call_fault (
        import->call, at, "bad_name", "label group “%s”: a name must not be a number", name);
  if (!mns_import_put_row (import,
                           "label_group",
                           name,
                           &id,
                           NULL,
                           error,
                           { "name", mns_value_text (name) },
                           { "archived", mns_value_int (0) }))
    return FALSE;
  for (guint i = 0; labels != NULL && i < json_array_get_length (labels); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/labels/%u", at, i);

      if (!import_label (
              import, json_array_get_object_element (labels, i), name, &id, where, error))
        return FALSE;
    }
  return TRUE;
}

static const MnsArgSpec control_type_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "supplier", MNS_ARG_TYPE_TEXT },
  { "catalogue_number", MNS_ARG_TYPE_TEXT },
  { "website", MNS_ARG_TYPE_TEXT },
  { "concentration", MNS_ARG_TYPE_TEXT },
  { "single_step", MNS_ARG_TYPE_BOOL },
  { "archived", MNS_ARG_TYPE_BOOL },
  { NULL },
};

static gboolean
import_control_type (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  MnsId id;

  return mns_import_put_row (
      import,
      "control_type",
      name,
      &id,
      NULL,
      error,
      { "name", mns_value_text (name) },
      { "supplier", mns_value_text (mns_object_get_text (item, "supplier")) },
      { "catalogue_number", mns_value_text (mns_object_get_text (item, "catalogue_number")) },
      { "website", mns_value_text (mns_object_get_text (item, "website")) },
      { "concentration", mns_value_text (mns_object_get_text (item, "concentration")) },
      { "single_step", mns_value_int (mns_object_get_bool (item, "single_step")) },
      { "archived", mns_value_int (mns_object_get_bool (item, "archived")) });
}

static const MnsArgSpec instrument_type_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "vendor", MNS_ARG_TYPE_TEXT },
  { NULL },
};

static gboolean
import_instrument_type (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  MnsId id;

  return mns_import_put_row (import,
                             "instrument_type",
                             name,
                             &id,
                             NULL,
                             error,
                             { "name", mns_value_text (name) },
                             { "vendor", mns_value_text (mns_object_get_text (item, "vendor")) });
}

static const MnsArgSpec instrument_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "type", MNS_ARG_TYPE_TEXT, TRUE },
  { "serial_number", MNS_ARG_TYPE_TEXT },
  { "expiry_date", MNS_ARG_TYPE_DATE },
  { "archived", MNS_ARG_TYPE_BOOL },
  { NULL },
};

static gboolean
import_instrument (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  g_autofree char *where = g_strconcat (at, "/type", NULL);
  const MnsId *type;
  MnsId id;

  if (!mns_import_load_names (import, "instrument_type", error))
    return FALSE;
  type = mns_import_need (import, "instrument_type", mns_object_get_text (item, "type"), where);
  if (type == NULL)
    return TRUE;
  return mns_import_put_row (
      import,
      "instrument",
      name,
      &id,
      NULL,
      error,
      { "instrument_type_id", mns_value_id (type) },
      { "name", mns_value_text (name) },
      { "serial_number", mns_value_text (mns_object_get_text (item, "serial_number")) },
      { "expiry_date", mns_value_text (mns_object_get_text (item, "expiry_date")) },
      { "archived", mns_value_int (mns_object_get_bool (item, "archived")) });
}

const MnsImportKind mns_import_consumables[] = {
  { "settings", setting_args, import_setting },
  { "container_types", container_type_args, import_container_type },
  { "kits", kit_args, import_kit },
  { "lots", lot_args, import_lot },
  { "label_groups", label_group_args, import_label_group },
  { "control_types", control_type_args, import_control_type },
  { "instrument_types", instrument_type_args, import_instrument_type },
  { "instruments", instrument_args, import_instrument },
  { NULL },
};
