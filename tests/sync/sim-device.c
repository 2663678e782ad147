/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A device: the real client on a real file, and a person who works on it. */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sync/model/error.h"
#include "tests/mns-test.h"
#include "tests/sync/sim-power.h"
#include "tests/sync/sim.h"
#include "tests/sync/toy.h"

#define N_ARTIFACTS 10
#define N_CONTAINERS 4

/* ---- what the replica asks the world ---- */

static gint64
now_hook (gpointer data)
{
  Device *self = data;

  return self->sim->clock + self->clock_error;
}

static void
make_id_hook (MnsId *id, gpointer data)
{
  Device *self = data;
  guint32 parts[2] = { GUINT32_TO_BE (++self->sim->made_ids), g_rand_int (self->sim->random) };

  memset (id, 0, sizeof *id);
  id->bytes[6] = 0x70;
  id->bytes[8] = 0x80 | 0x1;
  memcpy (id->bytes + 2, parts, 4);
  memcpy (id->bytes + 12, parts + 1, 4);
}

static gboolean
is_out (Device *self)
{
  if (self->sim->power != SIM_POWER_STAYS && sim_power_is_out (self->dir))
    self->crashed = TRUE;
  return self->crashed;
}

static gboolean
dies_hook (const char *point, gpointer data, GError **error)
{
  Device *self = data;

  if (is_out (self))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "the program has ended");
      return TRUE;
    }
  if (self->disk_full && g_str_equal (point, "before-commit"))
    {
      self->disk_full = FALSE;
      g_set_error (error, MNS_ERROR, MNS_ERROR_FULL, "the disk is full");
      return TRUE;
    }
  if (self->dies_at == NULL || !g_str_equal (self->dies_at, point) || self->sim->calm)
    return FALSE;
  self->dies_at = NULL;
  self->crashed = TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "the program ends at %s", point);
  return TRUE;
}

/* ---- life ---- */

static void
note_saved (Device *self, const SavedCommand *saved)
{
  g_debug ("device %u: saves %d %s", self->index, (int) saved->n, saved->name);
  g_array_append_val (self->sim->saved, *saved);
  if (g_str_equal (saved->name, "toy.count"))
    self->n_counted++;
}

/* Half the time what the log beside the database tells is gone too: that alone must know. */
static void
return_power (Device *self)
{
  Sim *sim = self->sim;
  g_autofree char *log = g_build_filename (self->dir, "outbox.log", NULL);

  if (!sim_power_is_out (self->dir))
    return;
  sim->n_lost += sim_power_return (self->dir, sim->random);
  sim->n_cuts++;
  sim->powered_off = NULL;
  if (sim_chance (sim, 50))
    g_unlink (log);
}

/* What was under way when the power went is there or not; nobody had been told. */
static void
clear_doubt (Device *self)
{
  g_autoptr (MnsTransaction) tx = NULL;
  g_autoptr (MnsRows) rows = NULL;

  if (!self->in_doubt)
    return;
  self->in_doubt = FALSE;
  tx = mns_store_begin (self->replica->store, MNS_ACCESS_READ, NULL);
  rows = mns_transaction_query (tx,
                                "SELECT 1 FROM outbox WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", &self->doubtful.id)),
                                NULL);
  if (mns_rows_get_n_rows (rows) > 0)
    note_saved (self, &self->doubtful);
}

void
sim_device_open (Device *self)
{
  MnsReplicaHooks hooks = { now_hook, make_id_hook, mns_toy_run, dies_hook, self };
  g_autoptr (GError) error = NULL;

  return_power (self);
  self->crashed = FALSE;
  sim_power_hold (TRUE);
  self->replica = mns_replica_open (self->dir, &hooks, &self->person, "Ada", &error);
  sim_power_hold (FALSE);
  if (self->replica == NULL)
    {
      sim_fail (self->sim, "device %u cannot be opened: %s", self->index, error->message);
      return;
    }
  self->replica->sabotage = self->sabotage;
  self->sync = mns_sync_new (self->replica, &self->base);
  clear_doubt (self);
}

void
sim_device_close (Device *self)
{
  g_clear_pointer (&self->sync, mns_sync_free);
  g_clear_pointer (&self->replica, mns_replica_free);
}

static void
open_again_after_crash (Device *self)
{
  if (!is_out (self) || self->busy)
    return;
  sim_device_close (self);
  sim_device_open (self);
}

void
sim_device_lose_power (Device *self)
{
  sim_power_cut (self->dir);
  sim_device_close (self);
  sim_device_open (self);
}

/* One fault at a time: with the power gone too, both copies of a command could be. */
static void
have_power (Device *self)
{
  if (self->sim->powered_off == self)
    sim_device_lose_power (self);
}

void
sim_device_lose_file (Device *self)
{
  g_autofree char *path = NULL;

  have_power (self);
  path = g_strdup (self->replica->path);
  sim_device_close (self);
  mns_replica_remove_database (path);
  sim_device_open (self);
}

static void
copy_file (const char *from, const char *to, const char *name)
{
  g_autofree char *source = g_build_filename (from, name, NULL);
  g_autofree char *target = g_build_filename (to, name, NULL);
  g_autofree char *content = NULL;
  gsize size = 0;

  if (g_file_get_contents (source, &content, &size, NULL))
    g_file_set_contents (target, content, (gssize) size, NULL);
}

void
sim_device_clone (Device *self, Device *copy)
{
  g_autofree char *name = NULL;

  have_power (self);
  name = g_path_get_basename (self->replica->path);
  sim_device_close (self);
  g_mkdir_with_parents (copy->dir, 0700);
  copy_file (self->dir, copy->dir, name);
  copy_file (self->dir, copy->dir, "current");
  copy_file (self->dir, copy->dir, "outbox.log");
  copy->person = self->person;
  copy->exists = TRUE;
  sim_device_open (self);
  sim_device_open (copy);
}

/* ---- a person's work ---- */

static void
set_id (JsonObject *args, const char *name, const MnsId *id)
{
  char text[MNS_ID_TEXT_SIZE];

  mns_id_print (id, text);
  json_object_set_string_member (args, name, text);
}

static void
set_artifact (Device *self, JsonObject *args, const char *name)
{
  MnsId id;

  mns_toy_artifact ((guint) g_rand_int_range (self->sim->random, 1, N_ARTIFACTS + 1), &id);
  set_id (args, name, &id);
}

/* Any container that this device sees, and its name. */
static void
set_container (Device *self, JsonObject *args, gboolean with_name)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->replica->store, MNS_ACCESS_READ, NULL);
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT id, name FROM container ORDER BY id", NULL, NULL);
  guint n = mns_rows_get_n_rows (rows);
  MnsId id;

  if (n == 0)
    mns_toy_container (1, &id);
  else
    {
      guint at = (guint) g_rand_int_range (self->sim->random, 0, (gint32) n);

      id = *mns_rows_get_id (rows, at, 0);
      if (with_name)
        json_object_set_string_member (args, "was", mns_rows_get_text (rows, at, 1));
    }
  set_id (args, "container", &id);
}

static void
set_name (Device *self, JsonObject *args)
{
  g_autofree char *name = g_strdup_printf ("d%u name %u", self->index, self->n_names++);

  json_object_set_string_member (args, "name", name);
}

static const char *
write_args (Device *self, JsonObject *args)
{
  GRand *random = self->sim->random;
  int dice = g_rand_int_range (random, 0, 100);
  g_autofree char *own = g_strdup_printf ("own-%u", self->index);

  json_object_set_int_member (args, "y", g_rand_int_range (random, 1, 4));
  json_object_set_int_member (args, "x", g_rand_int_range (random, 1, 4));
  set_artifact (self, args, "artifact");
  set_artifact (self, args, "other");
  set_container (self, args, dice >= 80 && dice < 88);
  if (dice < 30)
    return "toy.place@1";
  if (dice < 46)
    return "toy.swap@1";
  if (dice < 52)
    return "toy.take_out@1";
  if (dice < 57)
    return "toy.two@1";
  if (dice < 59)
    return "toy.delete@1";
  set_name (self, args);
  if (dice >= 80 && dice < 88)
    return "toy.rename@1";
  if (dice >= 88 && dice < 95)
    return "toy.create@1";
  json_object_set_string_member (args, "name", dice >= 95 ? "shared" : own);
  if (dice >= 98)
    return "toy.poison@1";
  return dice >= 95 ? "toy.elsewhere@1" : "toy.count@1";
}

void
sim_device_do (Device *self)
{
  g_autoptr (JsonObject) args = json_object_new ();
  const char *name = write_args (self, args);
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsCommand) command =
      mns_replica_new_command (self->replica, name, args, NULL, NULL, &error);
  g_autoptr (MnsResult) result = NULL;
  gboolean was_out = is_out (self);
  gboolean will_die = self->dies_at != NULL && g_str_equal (self->dies_at, "before-log");
  SavedCommand saved = { .device = self->index };

  g_assert_no_error (error);
  result = mns_replica_do (self->replica, command, NULL, &error);
  saved.id = command->id;
  saved.n = command->n;
  saved.name = g_intern_string (command->name);
  if (result != NULL &&
      (result->outcome == MNS_OUTCOME_OK || result->outcome == MNS_OUTCOME_NOT_LOCAL))
    note_saved (self, &saved);
  else if (result == NULL && will_die && self->dies_at == NULL)
    note_saved (self, &saved); /* it was committed, only nobody was told */
  else if (result == NULL && is_out (self) && !was_out)
    {
      self->doubtful = saved;
      self->in_doubt = TRUE;
    }
  else if (result == NULL && !self->crashed && !g_error_matches (error, MNS_ERROR, MNS_ERROR_FULL))
    sim_fail (self->sim, "device %u: %s failed: %s", self->index, name, error->message);
  open_again_after_crash (self);
}

void
sim_device_round (Device *self)
{
  g_autoptr (GError) error = NULL;

  self->busy = TRUE;
  g_debug ("device %u: round", self->index);
  if (!mns_sync_round (self->sync, NULL, NULL, &error) && self->sim->calm)
    sim_fail (self->sim, "device %u: a round fails: %s", self->index, error->message);
  self->busy = FALSE;
  g_debug ("device %u: round ends, last %d next %d %s",
           self->index,
           (int) self->replica->state.last_n,
           (int) self->replica->state.next_n,
           error != NULL ? error->message : "");
  open_again_after_crash (self);
}
