/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Commands a second through the pool, 8 at once, against pgbench with the same statements and
 * isolation on the same cluster: what the store's own work costs. A command is what a push runs for
 * a change of one field: the device's row locked, the sample read and written, the command noted.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/cluster.h"
#include "server/store/migrate.h"
#include "server/store/pg-error.h"
#include "server/store/pool.h"
#include "tests/mns-test.h"

#define N_CLIENTS 8
#define N_SAMPLES 80000
#define BAR 0.6

#define LOCK_CLIENT "SELECT last_n FROM sync_client WHERE id = $client FOR UPDATE"
#define READ_SAMPLE "SELECT id, name, scope_id, fields FROM sample WHERE id = $sample"
#define WRITE_SAMPLE "UPDATE sample SET fields = $fields, changed_at = $now WHERE id = $sample"
#define NOTE_COMMAND                                                                               \
  "INSERT INTO command_log (id, recorded_at, xid, client_id, n, person_id, source, command, "      \
  "body, "                                                                                         \
  "outcome, performed_at) VALUES ($id, $now, pg_current_xact_id (), $client, $n, $client, "        \
  "'DESKTOP', 'sample.set@1', $body, 'OK', $now)"
#define NUMBER_CLIENT "UPDATE sync_client SET last_n = $n WHERE id = $client"

static const char fields[] = "{\"f12\":\"PASS\",\"f13\":12.5,\"f14\":\"2026-11-24\"}";

/* The same for pgbench, whose variables are :name. */
static const char script[] =
    "\\set s random(0, 9999)\n"
    "\\set n random(1, 1000000000)\n"
    "BEGIN ISOLATION LEVEL SERIALIZABLE;\n"
    "SELECT last_n FROM sync_client WHERE id = lpad(to_hex(:client_id::bigint), 32, '0')::uuid FOR "
    "UPDATE;\n"
    "SAVEPOINT r;\n"
    "SELECT id, name, scope_id, fields FROM sample WHERE id = lpad(to_hex(:client_id * 10000 + "
    ":s), 32, '0')::uuid;\n"
    "UPDATE sample SET fields = '{\"f12\":\"PASS\",\"f13\":12.5,\"f14\":\"2026-11-24\"}', "
    "changed_at = :n WHERE id = lpad(to_hex(:client_id::bigint * 10000 + :s::bigint), 32, "
    "'0')::uuid;\n"
    "RELEASE SAVEPOINT r;\n"
    "INSERT INTO command_log (id, recorded_at, xid, client_id, n, person_id, source, command, "
    "body, "
    "outcome, performed_at) VALUES (gen_random_uuid(), 1764000000000000, pg_current_xact_id (), "
    "lpad(to_hex(:client_id::bigint), 32, '0')::uuid, :n, lpad(to_hex(:client_id::bigint), 32, "
    "'0')::uuid, "
    "'DESKTOP', 'sample.set@1', '{\"cells\":[]}', 'OK', :n);\n"
    "UPDATE sync_client SET last_n = :n WHERE id = lpad(to_hex(:client_id::bigint), 32, "
    "'0')::uuid;\n"
    "COMMIT;\n";

static const char prepare[] =
    "SET session_replication_role = replica;"
    "INSERT INTO sync_client SELECT lpad(to_hex(i), 32, '0')::uuid, gen_random_uuid (), '', '', 0, "
    "0, 0, 0, 0, NULL FROM generate_series (0, 7) i;"
    "INSERT INTO sample SELECT lpad(to_hex(i), 32, '0')::uuid, 'S' || i, gen_random_uuid (), NULL, "
    "gen_random_uuid (), gen_random_uuid (), 'sample ' || i, 'sample ' || i, gen_random_uuid (), "
    "NULL, NULL, '{\"f12\":\"PASS\"}', NULL, 1, gen_random_uuid (), 1 FROM generate_series (0, "
    "79999) i;"
    "ANALYZE";

static MnsId
plain_id (guint n)
{
  MnsId id = { { 0 } };

  for (guint i = 0; i < 4; i++)
    id.bytes[12 + i] = (guint8) (n >> (24 - 8 * i));
  return id;
}

static MnsId
fresh_id (void)
{
  MnsId id;

  mns_id_make (&id);
  return id;
}

typedef struct
{
  MnsPool *pool;
  guint client;
  gint64 end;
  guint n_done;
  guint sample;
} Client;

static gboolean
command (MnsTransaction *tx, gpointer data, GError **error)
{
  Client *client = data;
  MnsId id = fresh_id ();
  MnsId device = plain_id (client->client);
  MnsId sample = plain_id (client->client * 10000 + client->sample);
  const MnsArg *args = MNS_ARGS (MNS_ARG_ID ("client", &device),
                                 MNS_ARG_ID ("sample", &sample),
                                 MNS_ARG_ID ("id", &id),
                                 MNS_ARG_INT ("now", g_get_real_time ()),
                                 MNS_ARG_INT ("n", client->n_done + 1),
                                 MNS_ARG_JSON ("fields", fields),
                                 MNS_ARG_JSON ("body", "{\"cells\":[]}"));
  g_autoptr (MnsRows) row = NULL;
  g_autoptr (MnsRows) locked = NULL;

  return (locked = mns_transaction_query (tx, LOCK_CLIENT, args, error)) != NULL &&
         mns_transaction_savepoint (tx, "r", error) &&
         (row = mns_transaction_query (tx, READ_SAMPLE, args, error)) != NULL &&
         mns_transaction_run (tx, WRITE_SAMPLE, args, error) &&
         mns_transaction_release (tx, "r", error) &&
         mns_transaction_run (tx, NOTE_COMMAND, args, error) &&
         mns_transaction_run (tx, NUMBER_CLIENT, args, error);
}

static gpointer
work_in_thread (gpointer data)
{
  Client *client = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (client->client);

  while (g_get_monotonic_time () < client->end)
    {
      g_autoptr (GError) error = NULL;

      client->sample = (guint) g_rand_int_range (rand, 0, 10000);
      if (!mns_pool_run_write (client->pool, command, client, &error))
        g_error ("%s", error->message);
      client->n_done++;
    }
  return NULL;
}

static double
measure_pool (const char *conninfo, guint seconds)
{
  g_autoptr (MnsPool) pool = mns_pool_new (conninfo, N_CLIENTS);
  Client clients[N_CLIENTS];
  GThread *threads[N_CLIENTS];
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  guint n = 0;

  for (guint i = 0; i < N_CLIENTS; i++)
    {
      clients[i] = (Client){ pool, i, end, 0, 0 };
      threads[i] = g_thread_new ("client", work_in_thread, &clients[i]);
    }
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      g_thread_join (threads[i]);
      n += clients[i].n_done;
    }
  return (double) n / seconds;
}

static double
measure_pgbench (MnsCluster *cluster, const char *conninfo, const char *folder, guint seconds)
{
  g_autofree char *program = g_build_filename (mns_cluster_get_bin (cluster), "pgbench", NULL);
  g_autofree char *file = g_build_filename (folder, "script.sql", NULL);
  g_autofree char *time = g_strdup_printf ("%u", seconds);
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  const char *const argv[] = { program, "-n", "-M", "prepared",       "-c", "8",  "-j",
                               "2",     "-T", time, "--max-tries=10", "-f", file, conninfo,
                               NULL };
  const char *tps;
  int status;

  g_assert_true (g_file_set_contents (file, script, -1, NULL));
  g_spawn_sync (
      NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, &error);
  g_assert_no_error (error);
  tps = strstr (output, "tps = ");
  g_assert_nonnull (tps);
  return g_ascii_strtod (tps + strlen ("tps = "), NULL);
}

static void
prepare_rows (MnsCluster *cluster)
{
  g_autofree char *owner = mns_cluster_get_conninfo (cluster, MNS_CLUSTER_OWNER, NULL);
  g_autofree char *admin = mns_cluster_get_conninfo (cluster, MNS_CLUSTER_ADMIN, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PGconn) connection = NULL;
  g_autoptr (PGresult) result = NULL;

  mns_migrate (owner, MNS_CLUSTER_APPLICATION_ROLE, &error);
  g_assert_no_error (error);
  connection = PQconnectdb (admin);
  result = PQexec (connection, prepare);
  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    g_error ("%s", PQerrorMessage (connection));
}

int
main (int argc, char **argv)
{
  g_autofree char *state = mns_test_make_tmp_dir ();
  const MnsClusterOptions options = { .state = state };
  g_autoptr (GError) error = NULL;
  MnsCluster *cluster = mns_cluster_start (&options, &error);
  g_autofree char *conninfo = NULL;
  g_autofree char *by_index = NULL;
  guint seconds = argc > 1 ? (guint) atoi (argv[1]) : 5;
  double ours = 0;
  double theirs = 0;

  g_assert_no_error (error);
  prepare_rows (cluster);
  conninfo = mns_cluster_get_conninfo (cluster, MNS_CLUSTER_APPLICATION, NULL);
  by_index = g_strconcat (conninfo, " options='-c enable_seqscan=off'", NULL); /* as the store */
  measure_pool (conninfo, 1);                                                  /* to warm up */
  for (guint round = 0; round < 2; round++)
    {
      theirs = MAX (theirs, measure_pgbench (cluster, by_index, state, seconds));
      ours = MAX (ours, measure_pool (conninfo, seconds));
    }
  g_printerr ("pool %.0f, pgbench %.0f commands a second; %" G_GUINT64_FORMAT " run again\n",
              ours,
              theirs,
              mns_pool_get_n_retries ());
  g_print (
      "{\"name\":\"commands through the store, 8 clients / "
      "pgbench\",\"ratio\":%.3f,\"bar\":\">=%.1f\",\"holds\":%s}\n",
      ours / theirs,
      BAR,
      ours / theirs >= BAR ? "true" : "false");
  mns_cluster_stop (cluster);
  mns_test_remove_tree (state);
  return 0;
}
