/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Sequencing runs: what an instrument's folder shows, as records. An observation tells what is the
 * case, not what changed: it is compared with the rows there are, and only what differs is written,
 * so observing the same again leaves no trace. What a person decided is never observed away.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/call.h"
#include "sync/lab/rules.h"
#include "sync/lab/sequencing-parts.h"
#include "sync/model/error.h"

#define WORDS                                                                                      \
  "planned running copying completed ended_early failed aborted demultiplexing demultiplexed "     \
  "stalled unknown"

/* Members of the arguments that are columns as they are. */
static const struct
{
  const char *name;
  MnsKind kind;
} plain[] = {
  { "family", MNS_KIND_TEXT },    { "folder", MNS_KIND_TEXT },     { "flow_cell", MNS_KIND_TEXT },
  { "cartridge", MNS_KIND_TEXT }, { "experiment", MNS_KIND_TEXT }, { "cycles", MNS_KIND_INT },
  { "cycle", MNS_KIND_INT },      { "started_at", MNS_KIND_INT },  { "ended_at", MNS_KIND_INT },
};

typedef struct
{
  MnsCall *call;
  MnsId run;
  gboolean is_new;
  MnsRows *row; /* of the run, before */
  MnsId instrument;
  gboolean has_instrument;
  gboolean is_changed;
} Observation;

static gboolean
load_run (Observation *self, GError **error)
{
  self->row = mns_transaction_query (
      self->call->tx,
      "SELECT id, instrument_id, family, folder, flow_cell, cartridge, experiment, cycles, cycle,"
      " started_at, ended_at, status, status_by, details FROM sequencing_run"
      " WHERE run_name = $name",
      MNS_ARGS (MNS_ARG_TEXT ("name", mns_call_get_text (self->call, "run_name"))),
      error);
  if (self->row == NULL)
    return FALSE;
  self->is_new = mns_rows_get_n_rows (self->row) == 0;
  if (self->is_new)
    mns_call_derive_id (self->call, "sequencing_run", 0, &self->run);
  else
    self->run = *mns_rows_get_id (self->row, 0, 0);
  return TRUE;
}

/* ---- the instrument ---- */

static gboolean
make_type (MnsCall *call, const char *name, MnsId *type, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (call->tx,
                             "SELECT id FROM instrument_type WHERE name = $name",
                             MNS_ARGS (MNS_ARG_TEXT ("name", name)),
                             error);
  g_autofree char *lims_id = NULL;

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0)
    {
      *type = *mns_rows_get_id (rows, 0, 0);
      return TRUE;
    }
  lims_id = mns_call_take_lims_id (call, "instrument_type", NULL, error);
  mns_call_derive_id (call, "instrument_type", 0, type);
  return lims_id != NULL &&
         mns_transaction_run (
             call->tx,
             "INSERT INTO instrument_type (id, lims_id, name) VALUES ($id, $lims_id, $name)",
             MNS_ARGS (MNS_ARG_ID ("id", type),
                       MNS_ARG_TEXT ("lims_id", lims_id),
                       MNS_ARG_TEXT ("name", name)),
             error);
}

static gboolean
make_instrument (
    Observation *self, const char *name, const char *serial, const char *type_name, GError **error)
{
  MnsCall *call = self->call;
  g_autofree char *lims_id = NULL;
  MnsId type;

  if (!make_type (call, type_name, &type, error))
    return FALSE;
  lims_id = mns_call_take_lims_id (call, "55-", NULL, error);
  mns_call_derive_id (call, "instrument", 0, &self->instrument);
  mns_call_put_id (call, "instrument", &self->instrument);
  return lims_id != NULL &&
         mns_transaction_run (call->tx,
                              "INSERT INTO instrument (id, lims_id, instrument_type_id, name,"
                              " serial_number, archived) VALUES ($id, $lims_id, $type, $name,"
                              " $serial, 0)",
                              MNS_ARGS (MNS_ARG_ID ("id", &self->instrument),
                                        MNS_ARG_TEXT ("lims_id", lims_id),
                                        MNS_ARG_ID ("type", &type),
                                        MNS_ARG_TEXT ("name", name),
                                        MNS_ARG_TEXT ("serial", serial)),
                              error);
}

/* By its serial number, else by its name; one that nobody has configured yet is made. */
static gboolean
find_instrument (Observation *self, GError **error)
{
  MnsCall *call = self->call;
  JsonObject *wanted = mns_call_get_object (call, "instrument");
  const char *serial = mns_object_get_text (wanted, "serial");
  const char *name = mns_object_get_text (wanted, "name");
  const char *type = mns_object_get_text (wanted, "type");
  g_autoptr (MnsRows) rows = NULL;

  if (serial == NULL)
    return TRUE;
  if (name == NULL)
    name = serial;
  rows = mns_transaction_query (
      call->tx,
      "SELECT id FROM instrument WHERE archived = 0 AND (serial_number = $serial OR name = $name)"
      " ORDER BY CASE WHEN serial_number = $serial THEN 0 ELSE 1 END, id LIMIT 1",
      MNS_ARGS (MNS_ARG_TEXT ("serial", serial), MNS_ARG_TEXT ("name", name)),
      error);
  if (rows == NULL)
    return FALSE;
  self->has_instrument = TRUE;
  if (mns_rows_get_n_rows (rows) == 0)
    return make_instrument (
        self, name, serial, type != NULL ? type : mns_call_get_text (call, "family"), error);
  self->instrument = *mns_rows_get_id (rows, 0, 0);
  return TRUE;
}

/* ---- the row ---- */

static MnsValue
get_plain (MnsCall *call, guint i)
{
  gint64 number;

  if (plain[i].kind == MNS_KIND_TEXT)
    return mns_value_text (mns_call_get_text (call, plain[i].name));
  number = mns_call_get_int (call, plain[i].name, 0);
  return mns_value_int_or_null (mns_call_has (call, plain[i].name) ? &number : NULL);
}

static gboolean
is_same_value (const MnsRows *rows, const char *column, const MnsValue *value)
{
  guint at = (guint) mns_rows_find_column (rows, column);

  if (mns_rows_is_null (rows, 0, at) || value->is_null)
    return mns_rows_is_null (rows, 0, at) && value->is_null;
  if (value->kind == MNS_KIND_TEXT)
    return g_str_equal (mns_rows_get_text (rows, 0, at), value->v.text);
  return mns_rows_get_int (rows, 0, at) == value->v.integer;
}

static char *
print_details (MnsCall *call)
{
  JsonObject *details = mns_call_get_object (call, "details");
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  if (details == NULL)
    return NULL;
  json_node_set_object (node, details);
  return json_to_string (node, FALSE);
}

/* The database may have written the document in its own way. */
static gboolean
is_same_details (const MnsRows *rows, JsonObject *details)
{
  const char *text = mns_rows_get_text (rows, 0, (guint) mns_rows_find_column (rows, "details"));
  g_autoptr (JsonNode) before = text != NULL ? json_from_string (text, NULL) : NULL;
  g_autoptr (JsonNode) after = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (after, details);
  return before != NULL && json_node_equal (before, after);
}

static gboolean
insert_run (Observation *self, GError **error)
{
  MnsCall *call = self->call;
  g_autofree char *details = print_details (call);
  g_autoptr (GArray) args = g_array_new (TRUE, TRUE, sizeof (MnsArg));
  const MnsArg fixed[] = {
    MNS_ARG_ID ("id", &self->run),
    MNS_ARG_TEXT ("run_name", mns_call_get_text (call, "run_name")),
    MNS_ARG_ID ("instrument", self->has_instrument ? &self->instrument : NULL),
    MNS_ARG_TEXT ("status", mns_call_get_text (call, "status")),
    MNS_ARG_JSON ("details", details),
    MNS_ARG_INT ("now", call->now),
  };

  g_array_append_vals (args, fixed, G_N_ELEMENTS (fixed));
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      const MnsArg arg = MNS_ARG_VALUE (plain[i].name, get_plain (call, i));

      g_array_append_val (args, arg);
    }
  return mns_transaction_run (
             call->tx,
             "INSERT INTO sequencing_run (id, instrument_id, run_name, family, folder, flow_cell,"
             " cartridge, experiment, status, status_by, cycles, cycle, started_at, ended_at,"
             " details, changed_at) VALUES ($id, $instrument, $run_name, $family, $folder,"
             " $flow_cell, $cartridge, $experiment, $status, 'SYSTEM', $cycles, $cycle,"
             " $started_at, $ended_at, $details, $now)",
             (const MnsArg *) (const void *) args->data,
             error) &&
         mns_transaction_run (
             call->tx,
             "INSERT INTO scope_member (inner_id, scope_id) VALUES ($run, $instruments)",
             MNS_ARGS (MNS_ARG_ID ("run", &self->run),
                       MNS_ARG_ID ("instruments", &MNS_ID_INSTRUMENTS)),
             error);
}

static void
set_column (GString *sql, GArray *args, MnsArg arg)
{
  g_string_append_printf (sql, "%s = $%s, ", arg.name, arg.name);
  g_array_append_val (args, arg);
}

static gboolean
has_other_instrument (Observation *self)
{
  return self->has_instrument &&
         (mns_rows_is_null (self->row, 0, 1) ||
          !mns_id_equal (mns_rows_get_id (self->row, 0, 1), &self->instrument));
}

/* What was not told stays as it is. */
static gboolean
update_run (Observation *self, gboolean with_status, GError **error)
{
  MnsCall *call = self->call;
  JsonObject *told = mns_call_get_object (call, "details");
  g_autofree char *details = print_details (call);
  g_autoptr (GString) sql = g_string_new ("UPDATE sequencing_run SET ");
  g_autoptr (GArray) args = g_array_new (TRUE, TRUE, sizeof (MnsArg));
  const MnsArg now = MNS_ARG_INT ("now", call->now);
  const MnsArg run = MNS_ARG_ID ("id", &self->run);

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      MnsArg arg = MNS_ARG_VALUE (plain[i].name, get_plain (call, i));

      if (mns_call_has (call, plain[i].name) &&
          !is_same_value (self->row, plain[i].name, &arg.value))
        set_column (sql, args, arg);
    }
  if (has_other_instrument (self))
    set_column (sql, args, (MnsArg) MNS_ARG_ID ("instrument_id", &self->instrument));
  if (told != NULL && !is_same_details (self->row, told))
    set_column (sql, args, (MnsArg) MNS_ARG_JSON ("details", details));
  if (with_status)
    set_column (sql, args, (MnsArg) MNS_ARG_TEXT ("status", mns_call_get_text (call, "status")));
  if (args->len == 0)
    return TRUE;
  self->is_changed = TRUE;
  g_string_append (sql, "changed_at = $now WHERE id = $id");
  g_array_append_val (args, now);
  g_array_append_val (args, run);
  return mns_transaction_run (
      call->tx, sql->str, (const MnsArg *) (const void *) args->data, error);
}

/* The instrument's own word counts until a person has spoken. */
static gboolean
is_new_status (Observation *self)
{
  const MnsValue status = mns_value_text (mns_call_get_text (self->call, "status"));
  const char *by =
      self->is_new
          ? NULL
          : mns_rows_get_text (self->row, 0, (guint) mns_rows_find_column (self->row, "status_by"));

  return self->is_new ||
         (g_str_equal (by, "SYSTEM") && !is_same_value (self->row, "status", &status));
}

static gboolean
write_run (Observation *self, GError **error)
{
  MnsCall *call = self->call;
  gboolean with_status = is_new_status (self);
  gint64 at = mns_call_get_int (call, "at", call->now);

  self->is_changed = self->is_new;
  if (!(self->is_new ? insert_run (self, error) : update_run (self, with_status, error)))
    return FALSE;
  return !with_status || mns_sequencing_add_status (call,
                                                    &self->run,
                                                    mns_call_get_text (call, "status"),
                                                    mns_call_get_text (call, "evidence"),
                                                    at > 0 ? MIN (at, call->now) : call->now,
                                                    error);
}

static gboolean
observe (MnsCall *call, GError **error)
{
  Observation self = { .call = call };
  gboolean done;

  mns_sequencing_check_parts (call);
  if (mns_call_has_faults (call))
    return TRUE;
  done = load_run (&self, error) && find_instrument (&self, error) && write_run (&self, error) &&
         mns_sequencing_write_parts (call, &self.run, &self.is_changed, error);
  g_clear_pointer (&self.row, mns_rows_unref);
  mns_call_put_id (call, "run", &self.run);
  json_object_set_boolean_member (mns_call_get_result (call), "changed", self.is_changed);
  return done;
}

/* ---- a person's word ---- */

static gboolean
check_seen (
    MnsCall *call, const MnsId *run, const char *name, const char *status, const char *wanted)
{
  JsonObject *seen = mns_call_get_seen (call, "sequencing_run", run);
  const char *before = mns_object_get_text (seen, "status");
  g_autoptr (JsonNode) was = NULL;
  g_autoptr (JsonNode) is = NULL;

  if (before == NULL || g_str_equal (before, status) || g_str_equal (wanted, status))
    return TRUE;
  was = json_node_init_string (json_node_alloc (), before);
  is = json_node_init_string (json_node_alloc (), status);
  mns_call_conflict (call,
                     "field_changed",
                     g_steal_pointer (&was),
                     g_steal_pointer (&is),
                     "run %s was %s when you looked and is %s now",
                     name,
                     before,
                     status);
  return FALSE;
}

static gboolean
set_status (MnsCall *call, GError **error)
{
  const char *status = mns_call_get_text (call, "status");
  const char *reason = mns_call_get_text (call, "reason");
  gboolean follow = mns_call_get_bool (call, "follow");
  g_autoptr (MnsRows) rows = NULL;
  MnsId run;

  mns_call_get_id (call, "run", &run);
  rows = mns_transaction_query (
      call->tx,
      "SELECT run_name, status, status_by FROM sequencing_run WHERE id = $run",
      MNS_ARGS (MNS_ARG_ID ("run", &run)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (call, "/run", "sequencing_run", NULL);
      return TRUE;
    }
  if (!check_seen (
          call, &run, mns_rows_get_text (rows, 0, 0), mns_rows_get_text (rows, 0, 1), status))
    return TRUE;
  mns_call_put_id (call, "run", &run);
  if (g_str_equal (mns_rows_get_text (rows, 0, 1), status) &&
      g_str_equal (mns_rows_get_text (rows, 0, 2), follow ? "SYSTEM" : "USER"))
    return TRUE;
  return mns_transaction_run (call->tx,
                              "UPDATE sequencing_run SET status = $status, status_by = $by,"
                              " changed_at = $now WHERE id = $run",
                              MNS_ARGS (MNS_ARG_TEXT ("status", status),
                                        MNS_ARG_TEXT ("by", follow ? "SYSTEM" : "USER"),
                                        MNS_ARG_INT ("now", call->now),
                                        MNS_ARG_ID ("run", &run)),
                              error) &&
         mns_sequencing_add_person_status (call, &run, status, reason, error);
}

static const MnsArgSpec instrument_args[] = {
  { "serial", MNS_ARG_TYPE_TEXT, TRUE, .max = 100 },
  { "name", MNS_ARG_TYPE_TEXT, .max = 100 },
  { "type", MNS_ARG_TYPE_TEXT, .max = 100, .help = "model, made if it is not known" },
  { NULL },
};

static const MnsArgSpec read_args[] = {
  { "n", MNS_ARG_TYPE_INT, TRUE, .min = 1, .max = 16 },
  { "cycles", MNS_ARG_TYPE_INT, TRUE, .min = 0, .max = 32767 },
  { "is_index", MNS_ARG_TYPE_BOOL, TRUE },
  { NULL },
};

static const MnsArgSpec figure_args[] = {
  { "lane", MNS_ARG_TYPE_INT, TRUE, .min = 0, .max = 64, .help = "0: the whole run" },
  { "n", MNS_ARG_TYPE_INT, TRUE, .min = 0, .max = 16, .help = "read; 0: all" },
  { "figure", MNS_ARG_TYPE_TEXT, TRUE, .max = 64 },
  { "value", MNS_ARG_TYPE_REAL, TRUE },
  { "deviation", MNS_ARG_TYPE_REAL, .help = "over tiles" },
  { NULL },
};

static const MnsArgSpec plot_args[] = {
  { "sha256", MNS_ARG_TYPE_TEXT, TRUE },
  { "size", MNS_ARG_TYPE_INT, TRUE, .min = 0, .max = G_MAXINT64 },
  { NULL },
};

static const MnsArgSpec observe_args[] = {
  { "run_name", MNS_ARG_TYPE_TEXT, TRUE, .max = 255, .help = "id of the run in RunInfo.xml" },
  { "folder", MNS_ARG_TYPE_TEXT, TRUE, .max = 4096 },
  { "family", MNS_ARG_TYPE_TEXT, TRUE, .max = 64 },
  { "instrument", MNS_ARG_TYPE_OBJECT, .items = instrument_args },
  { "flow_cell", MNS_ARG_TYPE_TEXT, .max = 100 },
  { "cartridge", MNS_ARG_TYPE_TEXT, .max = 100 },
  { "experiment", MNS_ARG_TYPE_TEXT, .max = 255 },
  { "status", MNS_ARG_TYPE_TEXT, TRUE, .words = WORDS },
  { "evidence", MNS_ARG_TYPE_TEXT, .max = 1000, .help = "what proved the status" },
  { "at", MNS_ARG_TYPE_INT, .help = "when the evidence came about, microseconds UTC" },
  { "cycles", MNS_ARG_TYPE_INT, .max = 32767 },
  { "cycle", MNS_ARG_TYPE_INT, .max = 32767 },
  { "started_at", MNS_ARG_TYPE_INT },
  { "ended_at", MNS_ARG_TYPE_INT },
  { "reads", MNS_ARG_TYPE_LIST, .items = read_args, .max = 16 },
  { "lanes", MNS_ARG_TYPE_INT, .max = 64 },
  { "figures", MNS_ARG_TYPE_LIST, .items = figure_args, .max = 20000 },
  { "details", MNS_ARG_TYPE_OBJECT, .help = "what only the run's page shows" },
  { "plot", MNS_ARG_TYPE_OBJECT, .items = plot_args, .help = "the plot document, a stored file" },
  { NULL },
};

static const MnsArgSpec status_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "sequencing_run" },
  { "status", MNS_ARG_TYPE_TEXT, TRUE, .words = WORDS },
  { "reason", MNS_ARG_TYPE_TEXT, .max = 1000 },
  { "follow", MNS_ARG_TYPE_BOOL, .help = "let later evidence change it again" },
  { NULL },
};

const MnsCommandSpec mns_sequencing_run_commands[] = {
  { "run.observe",
    1,
    "Configuration:update",
    TRUE,
    observe_args,
    observe,
    "Record what a run folder shows",
    "Creates or updates the run of that name; what is not told stays. Answers run, changed." },
  { "run.set_status",
    1,
    "ClarityLogin",
    FALSE,
    status_args,
    set_status,
    "Set the state of a sequencing run",
    "The instrument's own evidence does not change it any more, unless follow is given." },
  { NULL },
};
