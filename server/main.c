/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-server: puts the rooms together and runs the main loop. */

#define G_LOG_DOMAIN "mns-server"

#include "config.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/admin/instance.h"
#include "server/api/context.h"
#include "server/api/notifier.h"
#include "server/api/windows.h"
#include "server/files/blobs.h"
#include "server/http/certificate.h"
#include "server/http/log.h"
#include "server/instruments/ingest.h"
#include "sync/model/error.h"
#include "sync/wire/tls.h"

#define DEFAULT_ADDRESS "127.0.0.1:8420"
#define PUSH_STORES 12
#define PULL_STORES 8
#define LOOK_STORES 4
#define DAY_S (24 * 60 * 60)
/* What another process changed in the configuration is seen at the latest after so long. */
#define MEMO_AGE_US G_USEC_PER_SEC

typedef struct
{
  char *state;
  char *database;
  char *database_owner;
  char **listen;
  char **run_roots;
  char *certificate_file;
  char *key_file;
  gboolean no_tls;
  gboolean behind_proxy;
  gboolean log_requests;
  gboolean throwaway;
  gboolean version;
} Options;

typedef struct
{
  Options options;
  GMainLoop *loop;
  MnsInstance *instance;
  GTlsCertificate *certificate;
  MnsServer server;
  MnsIngest *ingest; /* NULL: no folder of runs is named */
  guint daily;
  GThread *mender; /* nullable: the last one */
  gint mending;    /* atomic */
  int status;
} Program;

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "state",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options->state,
      "Folder of the server's own data",
      "DIR" },
    { "database",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options->database,
      "PostgreSQL to use instead of a private one",
      "URI" },
    { "database-owner",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options->database_owner,
      "The same as the tables' owner, for migrations",
      "URI" },
    { "listen",
      'l',
      0,
      G_OPTION_ARG_STRING_ARRAY,
      &options->listen,
      "HOST:PORT, [V6]:PORT or unix:PATH; may be repeated (" DEFAULT_ADDRESS ")",
      "ADDRESS" },
    { "run-root",
      0,
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &options->run_roots,
      "Folder that sequencers write runs into; may be repeated, beside the setting runs.roots",
      "DIR" },
    { "tls-certificate",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options->certificate_file,
      "Certificate with its chain, PEM",
      "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &options->key_file, "Its private key, PEM", "FILE" },
    { "no-tls",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->no_tls,
      "Plain HTTP beyond this machine: only behind a proxy with TLS",
      NULL },
    { "behind-proxy",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->behind_proxy,
      "Believe X-Forwarded-For and -Proto of a proxy on this machine",
      NULL },
    { "log-requests", 0, 0, G_OPTION_ARG_NONE, &options->log_requests, "Log every request", NULL },
    { "throwaway",
      0,
      G_OPTION_FLAG_HIDDEN,
      G_OPTION_ARG_NONE,
      &options->throwaway,
      "For tests: flush nothing",
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- the Meniscus server");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (
      context, "Prints 'ready URL' once it answers. Ends on SIGTERM or SIGINT.");
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 1)
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "Unexpected argument %s.", (*argv)[1]);
  return FALSE;
}

static void
clear_options (Options *options)
{
  g_free (options->state);
  g_free (options->database);
  g_free (options->database_owner);
  g_strfreev (options->listen);
  g_strfreev (options->run_roots);
  g_free (options->certificate_file);
  g_free (options->key_file);
}

/* ---- the end ---- */

static gboolean
stopped_cb (gpointer data)
{
  Program *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
signal_cb (gpointer data)
{
  Program *self = data;

  mns_log_event ("info", "stop", NULL);
  mns_pokes_close_all (self->server.pokes);
  mns_packs_stop (self->server.packs);
  mns_http_stop (self->server.http, stopped_cb, self);
  return G_SOURCE_REMOVE;
}

/* ---- connections of the main thread ---- */

static gpointer
mend_in_thread (gpointer data)
{
  Program *self = data;

  mns_pool_fill (self->server.looks);
  g_atomic_int_set (&self->mending, 0);
  return NULL;
}

/* A connection that broke is not mended by the main thread, which would wait; until it is, requests
 * take the way through their lanes.
 */
static gboolean
mend_cb (gpointer data)
{
  Program *self = data;

  if (!mns_pool_needs_filling (self->server.looks) ||
      !g_atomic_int_compare_and_exchange (&self->mending, 0, 1))
    return G_SOURCE_CONTINUE;
  if (self->mender != NULL)
    g_thread_join (self->mender);
  self->mender = g_thread_new ("mender", mend_in_thread, self);
  return G_SOURCE_CONTINUE;
}

/* ---- daily ---- */

static gboolean
make_partitions (MnsTransaction *tx, gpointer data, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT mns_partitions ()::text", NULL, error);

  return rows != NULL &&
         mns_transaction_run (
             tx,
             "DELETE FROM login WHERE expires_at < $old OR revoked_at < $old",
             MNS_ARGS (MNS_ARG_INT (
                 "old", g_get_real_time () - G_GINT64_CONSTANT (30) * DAY_S * G_USEC_PER_SEC)),
             error);
}

static gpointer
work_daily_in_thread (gpointer data)
{
  MnsServer *server = data;
  g_autoptr (GError) error = NULL;

  if (!mns_pool_run_write (server->push, make_partitions, NULL, &error))
    g_warning ("The daily work failed: %s", error->message);
  mns_blobs_tidy (server->blobs);
  return NULL;
}

static gboolean
daily_cb (gpointer data)
{
  g_thread_unref (g_thread_new ("daily", work_daily_in_thread, data));
  return G_SOURCE_CONTINUE;
}

/* ---- a database that died ---- */

/* On the main thread, for the cluster lives as long as the thread that started it. It answers no
 * request meanwhile; none could be served.
 */
static gboolean
watch_cluster_cb (gpointer data)
{
  Program *self = data;
  g_autoptr (GError) error = NULL;

  if (mns_cluster_is_running (self->instance->cluster))
    return G_SOURCE_CONTINUE;
  mns_log_event ("error", "database_died", NULL);
  if (mns_cluster_restart (self->instance->cluster, &error))
    mns_log_event ("info", "database_restarted", NULL);
  else
    g_warning ("The database does not start again: %s", error->message);
  return G_SOURCE_CONTINUE;
}

/* ---- the beginning ---- */

typedef struct
{
  MnsPokes *pokes;
  MnsId login;
} Ended;

static gboolean
login_ended_on_main_cb (gpointer data)
{
  Ended *ended = data;

  mns_pokes_close_login (ended->pokes, &ended->login);
  g_free (ended);
  return G_SOURCE_REMOVE;
}

static void
login_ended (const MnsId *login, gpointer data)
{
  Ended *ended = g_new0 (Ended, 1);

  ended->pokes = data;
  ended->login = *login;
  g_idle_add_full (G_PRIORITY_DEFAULT, login_ended_on_main_cb, ended, NULL);
}

static void
add_routes (MnsServer *server)
{
  guint n;
  const MnsRoute *routes;

  routes = mns_auth_routes (&n);
  mns_http_add_routes (server->http, routes, n, server->gate);
  routes = mns_json_routes (&n);
  mns_http_add_routes (server->http, routes, n, server);
  routes = mns_describe_routes (&n);
  mns_http_add_routes (server->http, routes, n, server);
  routes = mns_sync_routes (&n);
  mns_http_add_routes (server->http, routes, n, server);
  routes = mns_blob_routes (&n);
  mns_http_add_routes (server->http, routes, n, server->blobs);
}

static gboolean
build_server (Program *self, GError **error)
{
  MnsServer *server = &self->server;
  const MnsInstance *instance = self->instance;
  g_autofree char *packs = g_build_filename (instance->state, "packs", NULL);

  server->state = g_strdup (instance->state);
  g_mutex_init (&server->lock);
  server->push = mns_pool_new (instance->application, PUSH_STORES);
  server->pull = mns_pool_new (instance->application, PULL_STORES);
  server->memo = mns_memo_new (MEMO_AGE_US);
  mns_pool_set_memo (server->push, server->memo);
  mns_pool_set_memo (server->pull, server->memo);
  server->looks = mns_pool_new (instance->application, LOOK_STORES);
  mns_pool_set_memo (server->looks, server->memo);
  mns_pool_fill (server->looks);
  server->attempts = mns_attempts_open (instance->state, server->push, error);
  if (server->attempts == NULL)
    return FALSE;
  server->blobs = mns_blobs_new (instance->state, server->pull, error);
  if (server->blobs == NULL)
    return FALSE;
  if (g_mkdir_with_parents (packs, 0700) != 0)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "The folder %s cannot be made.", packs);
      return FALSE;
    }
  server->ids = mns_server_ids_new (server->push);
  server->gate = mns_gate_new (server->pull);
  server->http = mns_http_new (mns_gate_admit, server->gate);
  server->packs = mns_packs_new (instance->state, server->http);
  mns_http_set_log_requests (server->http, self->options.log_requests);
  mns_http_set_behind_proxy (server->http, self->options.behind_proxy);
  server->pokes = mns_pokes_new (server->http);
  server->notifier = mns_notifier_new (instance->application, server);
  mns_gate_set_ended_func (server->gate, login_ended, server->pokes);
  add_routes (server);
  return TRUE;
}

static void
clear_server (MnsServer *server)
{
  g_clear_pointer (&server->notifier, mns_notifier_free);
  g_clear_pointer (&server->pokes, mns_pokes_free);
  if (server->packs != NULL)
    mns_packs_stop (server->packs); /* a request may wait for one */
  g_clear_pointer (&server->http, mns_http_free);
  g_clear_pointer (&server->packs, mns_packs_free);
  g_clear_pointer (&server->gate, mns_gate_free);
  g_clear_pointer (&server->blobs, mns_blobs_free);
  g_clear_pointer (&server->ids, mns_server_ids_free);
  g_clear_pointer (&server->attempts, mns_attempts_free);
  g_clear_pointer (&server->push, mns_pool_free);
  g_clear_pointer (&server->pull, mns_pool_free);
  g_clear_pointer (&server->looks, mns_pool_free);
  g_clear_pointer (&server->memo, mns_memo_free);
  mns_windows_forget (server);
  g_clear_pointer (&server->state, g_free);
}

static gboolean
find_certificate (Program *self, gboolean beyond, GError **error)
{
  const Options *options = &self->options;

  if (options->certificate_file != NULL)
    self->certificate = mns_certificate_load (options->certificate_file, options->key_file, error);
  else if (beyond && !options->no_tls)
    self->certificate = mns_certificate_load_or_make (self->instance->state, error);
  else
    return TRUE;
  return self->certificate != NULL;
}

static gboolean
open_doors (Program *self, GError **error)
{
  static const char *const usual[] = { DEFAULT_ADDRESS, NULL };
  const char *const *addresses =
      self->options.listen != NULL ? (const char *const *) self->options.listen : usual;
  gboolean beyond = FALSE;

  for (guint i = 0; addresses[i] != NULL; i++)
    beyond |= !mns_address_is_loopback (addresses[i]);
  if (!find_certificate (self, beyond, error))
    return FALSE;
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      gboolean near = mns_address_is_loopback (addresses[i]);
      gboolean tls =
          self->certificate != NULL && (!near || (self->options.certificate_file != NULL &&
                                                  !g_str_has_prefix (addresses[i], "unix:")));
      g_autofree char *url =
          mns_http_listen (self->server.http, addresses[i], tls ? self->certificate : NULL, error);

      if (url == NULL)
        return FALSE;
      printf ("ready %s\n", url);
    }
  fflush (stdout);
  return TRUE;
}

/* A setting that cannot be read must not keep the lab from its work. */
static void
start_ingestion (Program *self)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) settings = mns_ingest_read_roots (self->server.pull, &error);
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_auto (GStrv) roots = NULL;
  MnsIngestOptions options = { .pool = self->server.push,
                               .ids = self->server.ids,
                               .attempts = self->server.attempts,
                               .conninfo = self->instance->application,
                               .state = self->instance->state };

  if (settings == NULL)
    g_warning ("%s", error->message);
  else
    g_strv_builder_addv (all, (const char **) settings);
  if (self->options.run_roots != NULL)
    g_strv_builder_addv (all, (const char **) self->options.run_roots);
  roots = g_strv_builder_end (all);
  if (roots[0] == NULL)
    return;
  options.roots = (const char *const *) roots;
  g_clear_error (&error);
  self->ingest = mns_ingest_start (&options, &error);
  if (self->ingest == NULL)
    g_warning ("Runs are not taken in: %s", error->message);
}

static void
log_start (Program *self)
{
  g_autofree char *fingerprint =
      self->certificate != NULL ? mns_certificate_get_fingerprint (self->certificate) : NULL;

  mns_log_event ("info", "start", "version", MNS_VERSION, "fingerprint", fingerprint, NULL);
}

static gboolean
run (Program *self, GError **error)
{
  MnsInstanceOptions options = { .database = self->options.database,
                                 .owner = self->options.database_owner,
                                 .throwaway = self->options.throwaway };
  g_autofree char *usual = mns_instance_default_state ();

  options.state = self->options.state != NULL ? self->options.state : usual;
  self->instance = mns_instance_open (&options, error);
  if (self->instance == NULL || !build_server (self, error))
    return FALSE;
  /* before "ready" is said: whoever reads that may end us at once */
  self->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, signal_cb, self);
  g_unix_signal_add (SIGINT, signal_cb, self);
  if (!open_doors (self, error))
    return FALSE;
  log_start (self);
  start_ingestion (self);
  self->daily = g_timeout_add_seconds (DAY_S, daily_cb, &self->server);
  g_timeout_add (500, mend_cb, self);
  if (self->instance->cluster != NULL)
    g_timeout_add (500, watch_cluster_cb, self);
  g_main_loop_run (self->loop);
  return TRUE;
}

int
main (int argc, char **argv)
{
  Program self = { 0 };
  g_autoptr (GError) error = NULL;

  mns_tls_restrict ();
  setlocale (LC_ALL, "");
  mns_log_install ();
  if (!parse_options (&self.options, &argc, &argv, &error))
    {
      g_printerr ("meniscus-server: %s\n", error->message);
      return 2;
    }
  if (self.options.version)
    printf ("meniscus-server %s\n", MNS_VERSION);
  else if (!run (&self, &error))
    {
      mns_log_event ("error", "start_failed", "text", error->message, NULL);
      g_printerr ("meniscus-server: %s\n", error->message);
      self.status = 1;
    }
  g_clear_pointer (&self.ingest, mns_ingest_free);
  g_clear_pointer (&self.mender, g_thread_join);
  clear_server (&self.server);
  g_clear_pointer (&self.instance, mns_instance_close);
  g_clear_object (&self.certificate);
  g_clear_pointer (&self.loop, g_main_loop_unref);
  clear_options (&self.options);
  return self.status;
}
