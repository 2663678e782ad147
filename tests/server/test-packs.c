/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Packs that are fetched while they are made. The server's side is in this process, on the main
 * loop; whoever fetches has a thread.
 */

#include "config.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#include "server/api/packs.h"
#include "sync/model/error.h"
#include "tests/mns-test.h"

#define PIECE (256 * 1024)

static const MnsId person = { { 1 } };

typedef struct
{
  char *dir;
  MnsHttp *http;
  MnsPacks *packs;
  char *url;
  gint n_asked; /* atomic: questions that a thread has taken up */
} Fixture;

static gboolean
admit (MnsHttpRequest *request, const MnsRoute *route, MnsHttpAnswer *answer, gpointer data)
{
  request->person = person;
  return TRUE;
}

static void
answer_pack (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  Fixture *fixture = data;

  g_atomic_int_inc (&fixture->n_asked);
  g_main_context_wakeup (NULL);
  mns_packs_answer (fixture->packs, request, mns_http_request_get_param (request, "pack"), answer);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const MnsRoute routes[] = {
    { "GET",
      "/sync/v1/packs/{pack}",
      MNS_AUTH_DEVICE,
      MNS_LANE_PULL,
      MNS_BODY_NONE,
      0,
      answer_pack,
      NULL },
  };
  g_autofree char *packs = NULL;
  g_autoptr (GError) error = NULL;

  fixture->dir = mns_test_make_tmp_dir ();
  packs = g_build_filename (fixture->dir, "packs", NULL);
  g_assert_cmpint (g_mkdir_with_parents (packs, 0700), ==, 0);
  fixture->http = mns_http_new (admit, NULL);
  fixture->packs = mns_packs_new (fixture->dir, fixture->http);
  mns_http_add_routes (fixture->http, routes, G_N_ELEMENTS (routes), fixture);
  fixture->url = mns_http_listen (fixture->http, "127.0.0.1:0", NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mns_packs_stop (fixture->packs);
  mns_http_free (fixture->http);
  mns_packs_free (fixture->packs);
  mns_test_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->url);
}

/* ---- who fetches ---- */

typedef struct
{
  char *url;
  const char *range; /* nullable */
  GThread *thread;
  gint n_read; /* atomic */
  gint done;   /* atomic; the rest is read after it */
  guint status;
  GByteArray *body;
  GError *error;
} Fetch;

static void
read_body (Fetch *self, GInputStream *in)
{
  char buffer[16 * 1024];
  gssize got;

  while ((got = g_input_stream_read (in, buffer, sizeof buffer, NULL, &self->error)) > 0)
    {
      g_byte_array_append (self->body, (const guint8 *) buffer, (guint) got);
      g_atomic_int_add (&self->n_read, (gint) got);
      g_main_context_wakeup (NULL);
    }
}

static gpointer
fetch_in_thread (gpointer data)
{
  Fetch *self = data;
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new ("GET", self->url);
  g_autoptr (GInputStream) in = NULL;

  if (self->range != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Range", self->range);
  in = soup_session_send (session, message, NULL, &self->error);
  self->status = soup_message_get_status (message);
  if (in != NULL)
    read_body (self, in);
  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static Fetch *
fetch_new (Fixture *fixture, const char *name, const char *range)
{
  Fetch *self = g_new0 (Fetch, 1);

  self->url = g_strdup_printf ("%s/sync/v1/packs/%s", fixture->url, name);
  self->range = range;
  self->body = g_byte_array_new ();
  self->thread = g_thread_new ("fetch", fetch_in_thread, self);
  return self;
}

static void
fetch_free (Fetch *self)
{
  g_byte_array_unref (self->body);
  g_clear_error (&self->error);
  g_free (self->url);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fetch, fetch_free)

static void
wait_for (gint *counter, gint value)
{
  while (g_atomic_int_get (counter) < value)
    g_main_context_iteration (NULL, TRUE);
}

static void
fetch_end (Fetch *self)
{
  wait_for (&self->done, TRUE);
  g_thread_join (self->thread);
}

/* ---- packs ---- */

/* What does not get smaller when it is compressed. */
static void
write_noise (MnsPack *pack)
{
  g_autofree guint32 *noise = g_new (guint32, PIECE / 4);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < PIECE / 4; i++)
    noise[i] = g_test_rand_int ();
  g_assert_true (mns_pack_write (pack, (const char *) noise, PIECE, &error));
  g_assert_no_error (error);
}

static MnsPack *
begin (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  MnsPack *pack = mns_pack_begin (fixture->packs, &person, &error);

  g_assert_no_error (error);
  return pack;
}

static void
test_fetched_while_made (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsPack) pack = begin (fixture);
  g_autofree char *name = g_strdup (mns_pack_get_name (pack));
  g_autoptr (Fetch) early = NULL;
  g_autoptr (Fetch) late = NULL;
  g_autoptr (GError) error = NULL;

  write_noise (pack);
  early = fetch_new (fixture, name, NULL);
  for (gint i = 1; i <= 8; i++)
    {
      /* a block of the compressor may be held back, no more */
      wait_for (&early->n_read, i * PIECE - 192 * 1024);
      write_noise (pack);
    }
  g_assert_false (g_atomic_int_get (&early->done));
  g_assert_true (mns_pack_end (pack, &error));
  fetch_end (early);
  g_assert_no_error (early->error);
  g_assert_cmpuint (early->status, ==, 200);

  late = fetch_new (fixture, name, NULL);
  fetch_end (late);
  g_assert_cmpuint (late->status, ==, 200);
  g_assert_cmpuint (late->body->len, >, 9 * PIECE);
  g_assert_cmpmem (early->body->data, early->body->len, late->body->data, late->body->len);
}

/* Whoever fetches is let go at once; libsoup does not always call the end of the connection an
 * error, but what came has no end.
 */
static void
test_broken_off (Fixture *fixture, gconstpointer data)
{
  MnsPack *pack = begin (fixture);
  g_autofree char *name = g_strdup (mns_pack_get_name (pack));
  g_autoptr (Fetch) fetch = NULL;
  g_autoptr (Fetch) again = NULL;

  write_noise (pack);
  fetch = fetch_new (fixture, name, NULL);
  wait_for (&fetch->n_read, 64 * 1024);
  mns_pack_unref (pack);
  fetch_end (fetch);
  g_assert_cmpuint (fetch->body->len, <, PIECE);
  again = fetch_new (fixture, name, NULL);
  fetch_end (again);
  g_assert_cmpuint (again->status, ==, 404);
}

static void
test_rest_waits_for_the_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsPack) pack = begin (fixture);
  g_autofree char *name = g_strdup (mns_pack_get_name (pack));
  g_autoptr (Fetch) rest = fetch_new (fixture, name, "bytes=100000-");
  g_autoptr (Fetch) whole = NULL;
  g_autoptr (GError) error = NULL;

  wait_for (&fixture->n_asked, 1);
  write_noise (pack);
  write_noise (pack);
  g_assert_true (mns_pack_end (pack, &error));
  fetch_end (rest);
  whole = fetch_new (fixture, name, NULL);
  fetch_end (whole);
  g_assert_cmpuint (rest->status, ==, 206);
  g_assert_cmpmem (
      rest->body->data, rest->body->len, whole->body->data + 100000, whole->body->len - 100000);
}

/* A third maker is told to come again; a server that stops takes no more rows. */
static void
test_limits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsPack) first = begin (fixture);
  g_autoptr (MnsPack) second = begin (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_pack_begin (fixture->packs, &person, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_BUSY);
  g_clear_error (&error);
  mns_packs_stop (fixture->packs);
  g_assert_false (mns_pack_write (first, "row\n", 4, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_BUSY);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/packs/fetched-while-made", test_fetched_while_made },
    { "/packs/broken-off", test_broken_off },
    { "/packs/rest-waits-for-the-end", test_rest_waits_for_the_end },
    { "/packs/limits", test_limits },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
