/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The invariants of sync-protocol.md section 1. */

#include "config.h"

#include <string.h>

#include "tests/sync/sim.h"
#include "tests/sync/toy.h"

static MnsRows *
query (MnsTransaction *tx, const char *sql)
{
  g_autoptr (GError) error = NULL;
  MnsRows *rows = mns_transaction_query (tx, sql, NULL, &error);

  g_assert_no_error (error);
  return rows;
}

static gint64
ask (MnsTransaction *tx, const char *sql)
{
  g_autoptr (MnsRows) rows = query (tx, sql);

  return mns_rows_get_int (rows, 0, 0);
}

/* I5: what is not in the outbox is decided and durable; what is decided is so by a snapshot. */
static void
check_outbox (Device *self, MnsTransaction *tx)
{
  const MnsReplicaState *state = mns_replica_get_state (self->replica);
  gint64 undecided = ask (tx, "SELECT count(*) FROM outbox WHERE state < 2");
  gint64 highest = ask (tx, "SELECT coalesce(max(n), 0) FROM outbox WHERE state = 2");
  gint64 lowest = ask (tx, "SELECT coalesce(min(n), 0) FROM outbox WHERE state < 2");

  if (state->cursor == NULL)
    return;
  if (highest > state->last_n)
    sim_fail (self->sim,
              "I5: device %u ended command %d, the server has decided up to %d",
              self->index,
              (int) highest,
              (int) state->last_n);
  if (undecided != state->next_n - 1 - state->last_n ||
      (undecided > 0 && lowest != state->last_n + 1))
    sim_fail (self->sim,
              "I5: device %u has %d undecided commands; %d to %d should be",
              self->index,
              (int) undecided,
              (int) state->last_n + 1,
              (int) state->next_n - 1);
}

/* I6: a count that only this device raises, by commands that are never refused, is always whole. */
static void
check_own_work (Device *self, MnsTransaction *tx)
{
  g_autofree char *own = g_strdup_printf ("own-%u", self->index);
  gint64 n = 0;

  if (mns_replica_get_state (self->replica)->cursor == NULL)
    return; /* the file was lost and the rows are not here again */
  g_assert_true (mns_toy_read_count (tx, &self->person, own, &n, NULL));
  if (n != self->n_counted)
    sim_fail (self->sim,
              "I6: device %u counted %d times and sees %d",
              self->index,
              (int) self->n_counted,
              (int) n);
}

void
sim_check_device (Device *self)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->replica->store, MNS_ACCESS_READ, NULL);

  check_outbox (self, tx);
  check_own_work (self, tx);
}

static gboolean
same_hash (const char *dump, const char *hash)
{
  g_autofree char *own = g_compute_checksum_for_string (G_CHECKSUM_SHA256, dump, -1);

  return g_str_equal (own, hash);
}

/* I3: what a device shows is the server's rows at its cursor, and its undecided commands on top. */
void
sim_check_view (Device *self)
{
  MnsReplica *replica = self->replica;
  const char *cursor = mns_replica_get_state (replica)->cursor;
  const char *then =
      cursor != NULL ? sim_server_get_dump_at (self->sim->server, &self->person, cursor) : NULL;
  MnsTransaction *tx;
  g_autofree char *shown = NULL;
  g_autofree char *rows = NULL;
  g_autofree char *again = NULL;
  MnsSabotage sabotage = replica->sabotage;

  if (then == NULL)
    return;
  replica->sabotage = MNS_SABOTAGE_NONE; /* the check itself is sound */
  tx = mns_replica_begin (replica, NULL);
  shown = mns_toy_dump (tx, &self->person, NULL);
  if (!mns_replica_restore_images (replica, tx, NULL))
    sim_fail (self->sim, "I3: device %u cannot take its commands off", self->index);
  rows = mns_toy_dump (tx, &self->person, NULL);
  if (!same_hash (rows, then))
    sim_fail (self->sim,
              "I3: device %u has other rows under its commands than the server had at %s",
              self->index,
              cursor);
  if (!mns_replica_replay (replica, tx, NULL))
    sim_fail (self->sim, "I3: device %u cannot put its commands on again", self->index);
  again = mns_toy_dump (tx, &self->person, NULL);
  if (!g_str_equal (again, shown))
    sim_fail (self->sim, "I3: device %u shows something else than rows and commands", self->index);
  mns_replica_abandon (replica, tx);
  replica->sabotage = sabotage;
}

/* I1, I2 */
static void
check_outcomes (Sim *sim)
{
  for (guint i = 0; i < sim->saved->len; i++)
    {
      const SavedCommand *saved = &g_array_index (sim->saved, SavedCommand, i);
      guint n = sim_server_count_outcomes (sim->server, &saved->id);

      if (n != 1)
        sim_fail (sim,
                  "I1: command %d of device %u, %s, has %u outcomes",
                  (int) saved->n,
                  saved->device,
                  saved->name,
                  n);
    }
  for (guint i = 0; i < sim->n_devices; i++)
    {
      Device *device = &sim->devices[i];
      g_autofree char *own = g_strdup_printf ("own-%u", i);

      if (sim_server_read_count (sim->server, &device->person, own) !=
          sim_server_count_ok (sim->server, &device->person, own))
        sim_fail (sim, "I2: the effects of device %u do not match its outcomes", i);
    }
}

/* I4, I7, I8 */
static void
check_equal (Sim *sim, Device *device)
{
  g_autofree char *there = sim_server_dump (sim->server, &device->person);
  g_autoptr (MnsTransaction) tx = mns_store_begin (device->replica->store, MNS_ACCESS_READ, NULL);
  g_autofree char *here = mns_toy_dump (tx, &device->person, NULL);

  if (ask (tx, "SELECT count(*) FROM outbox WHERE state < 2") > 0)
    sim_fail (sim, "I8: device %u still has undecided commands", device->index);
  if (!g_str_equal (there, here))
    sim_fail (sim, "I4: device %u has not the server's rows", device->index);
  for (guint i = 0; mns_toy_tables[i] != NULL; i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM base_%s", mns_toy_tables[i]);

      if (ask (tx, sql) > 0)
        sim_fail (sim, "I4: device %u has images of %s left", device->index, mns_toy_tables[i]);
    }
}

/* The search index must have followed every rename, undo and replay. */
static void
check_search (Sim *sim, Device *device)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (device->replica->store, MNS_ACCESS_READ, NULL);

  if (ask (tx,
           "SELECT count(*) FROM (SELECT id, name FROM container "
           "EXCEPT SELECT id, name FROM search_name)") > 0 ||
      ask (tx,
           "SELECT count(*) FROM (SELECT id, name FROM search_name "
           "EXCEPT SELECT id, name FROM container)") > 0)
    sim_fail (sim, "the search index of device %u has other names", device->index);
}

void
sim_check_end (Sim *sim)
{
  check_outcomes (sim);
  for (guint i = 0; i < sim->n_devices; i++)
    {
      check_equal (sim, &sim->devices[i]);
      check_search (sim, &sim->devices[i]);
    }
}
