/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Files on their way up and down. */

#include "config.h"

#include <string.h>

#include "sync/model/id.h"
#include "tests/server/server-fixture.h"

static MnsTestServer *server;

static char *
unique_name (void)
{
  static guint n;

  return g_strdup_printf ("Project %u", ++n);
}

static char *
new_project (gint64 n, const char *id)
{
  g_autofree char *name = unique_name ();
  g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", name);

  return mns_test_command (n, id, "project.create@1", args);
}

/* ---- files ---- */

static MnsTestReply *
patch (MnsTestDevice *device, const char *sha256, gint64 offset, const char *piece)
{
  g_autofree char *path = g_strconcat ("/sync/v1/blobs/", sha256, NULL);
  g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT, offset);

  return mns_test_ask (server,
                       "PATCH",
                       path,
                       piece,
                       "Authorization",
                       device->bearer,
                       "Content-Type",
                       "application/offset+octet-stream",
                       "Upload-Offset",
                       at,
                       NULL);
}

static const char *
offset_of (MnsTestReply *reply)
{
  return soup_message_headers_get_one (reply->headers, "Upload-Offset");
}

static void
test_blob (void)
{
  static const char content[] = "The first part, then the second part.";
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) other = mns_test_device_new (server, "noa");
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  g_autofree char *path = g_strconcat ("/sync/v1/blobs/", sha256, NULL);
  g_autofree char *announce = g_strdup_printf (
      "{\"sha256\":\"%s\",\"size\":%u,\"name\":\"a.txt\"}", sha256, (guint) strlen (content));
  g_autofree char *half = g_strndup (content, 16);
  g_autoptr (MnsTestReply) unknown =
      mns_test_ask (server, "HEAD", path, NULL, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) begun = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) first = patch (device, sha256, 0, half);
  g_autoptr (MnsTestReply) wrong = patch (device, sha256, 0, half);
  g_autoptr (MnsTestReply) where =
      mns_test_ask (server, "HEAD", path, NULL, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) foreign = patch (other, sha256, 0, half);
  g_autoptr (MnsTestReply) long_piece = patch (device, sha256, 16, content);
  g_autoptr (MnsTestReply) last = patch (device, sha256, 16, content + 16);
  g_autoptr (MnsTestReply) unread =
      mns_test_ask (server, "GET", path, NULL, "Authorization", device->bearer, NULL);

  g_assert_cmpint (unknown->status, ==, 404);
  g_assert_cmpint (begun->status, ==, 201);
  g_assert_cmpstr (soup_message_headers_get_one (begun->headers, "Location"), ==, path);
  g_assert_cmpint (first->status, ==, 204);
  g_assert_cmpstr (offset_of (first), ==, "16");
  mns_test_assert_refusal (wrong, 409, "wrong_offset");
  g_assert_cmpstr (offset_of (wrong), ==, "16");
  g_assert_cmpstr (offset_of (where), ==, "16");
  mns_test_assert_refusal (foreign, 404, "no_upload");
  mns_test_assert_refusal (long_piece, 422, "too_long");
  g_assert_cmpint (last->status, ==, 204);
  g_assert_cmpstr (soup_message_headers_get_one (last->headers, "Upload-Complete"), ==, "?1");
  /* no row refers to it yet, so nobody may read it */
  mns_test_assert_refusal (unread, 404, "no_blob");
}

static void
test_blob_read (void)
{
  static const char content[] = "A note that belongs to a project.";
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) other = mns_test_device_new (server, "noa");
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  g_autofree char *path = g_strconcat ("/sync/v1/blobs/", sha256, NULL);
  g_autofree char *announce = g_strdup_printf (
      "{\"sha256\":\"%s\",\"size\":%u,\"name\":\"a.txt\"}", sha256, (guint) strlen (content));
  g_autofree char *project_id = mns_test_id ();
  g_autofree char *make = new_project (1, project_id);
  g_autoptr (MnsTestReply) made = mns_test_push (server, device, make);
  g_autoptr (MnsTestReply) begun = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) sent = patch (device, sha256, 0, content);
  g_autofree char *attach_id = mns_test_id ();
  g_autofree char *args = NULL;
  g_autofree char *attach = NULL;
  g_autoptr (MnsTestReply) attached = NULL;
  g_autoptr (MnsTestReply) read = NULL;
  g_autoptr (MnsTestReply) part = NULL;
  g_autoptr (MnsTestReply) known = NULL;
  MnsId command;
  MnsId project;
  char id[MNS_ID_TEXT_SIZE];

  g_assert_cmpstr (mns_test_text (made, "results/0/res"), ==, "ok");
  g_assert_cmpint (begun->status, ==, 201);
  g_assert_cmpint (sent->status, ==, 204);
  mns_id_parse (&command, project_id);
  mns_id_derive (&project, &command, "project", 0);
  mns_id_print (&project, id);
  args = g_strdup_printf (
      "{\"owner\":\"PROJECT\",\"owner_id\":\"%s\",\"name\":\"a.txt\","
      "\"sha256\":\"%s\",\"size\":%u}",
      id,
      sha256,
      (guint) strlen (content));
  attach = mns_test_command (2, attach_id, "file.attach@1", args);
  attached = mns_test_push (server, device, attach);
  g_test_message ("%s", attached->body);
  g_assert_cmpstr (mns_test_text (attached, "results/0/res"), ==, "ok");

  read = mns_test_ask (server, "GET", path, NULL, "Authorization", other->bearer, NULL);
  g_assert_cmpint (read->status, ==, 200);
  g_assert_cmpstr (read->body, ==, content);
  part = mns_test_ask (
      server, "GET", path, NULL, "Authorization", other->bearer, "Range", "bytes=2-5", NULL);
  g_assert_cmpint (part->status, ==, 206);
  g_assert_cmpstr (part->body, ==, "note");
  /* who may read it need not send it */
  known = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", other->bearer, NULL);
  g_assert_cmpint (known->status, ==, 200);
}

static void
test_blob_wrong (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "something", -1);
  g_autofree char *announce =
      g_strdup_printf ("{\"sha256\":\"%s\",\"size\":9,\"name\":\"a\"}", sha256);
  g_autoptr (MnsTestReply) begun = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) lie = patch (device, sha256, 0, "anything!");
  g_autoptr (MnsTestReply) truth = patch (device, sha256, 0, "something");
  g_autoptr (MnsTestReply) name = mns_test_ask (server,
                                                "POST",
                                                "/sync/v1/blobs",
                                                "{\"sha256\":\"../../x\",\"size\":9}",
                                                "Authorization",
                                                device->bearer,
                                                NULL);

  g_assert_cmpint (begun->status, ==, 201);
  mns_test_assert_refusal (lie, 422, "wrong_hash");
  g_assert_cmpint (truth->status, ==, 204);
  mns_test_assert_refusal (name, 422, "bad_blob");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = mns_test_server_new ();

  g_test_add_func ("/blobs/blob", test_blob);
  g_test_add_func ("/blobs/blob-read", test_blob_read);
  g_test_add_func ("/blobs/blob-wrong", test_blob_wrong);
  status = g_test_run ();
  mns_test_server_free (server);
  return status;
}
