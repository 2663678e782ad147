/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "tests/mns-test.h"

G_BEGIN_DECLS

/* A real meniscus-server with a private cluster of its own in a fresh folder, spoken to by HTTP.
 * Users: ada (System Administrator), mira and noa (Researcher), all with MNS_TEST_PASSWORD.
 */
#define MNS_TEST_PASSWORD "Bench-work 2026"

typedef struct
{
  char *state;
  char *url;
  GSubprocess *process;
  gboolean durable;
} MnsTestServer;

MnsTestServer *mns_test_server_new (void);
/* One whose database keeps what it said it has, even if it is killed. */
MnsTestServer *mns_test_server_new_durable (void);
void mns_test_server_free (MnsTestServer *self); /* and its folder */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsTestServer, mns_test_server_free)

/* Another server on the same database. */
MnsTestServer *mns_test_server_new_beside (MnsTestServer *other);
void mns_test_server_start (MnsTestServer *self);
void
mns_test_server_stop (MnsTestServer *self); /* SIGTERM; fails the test if it does not end well */
void mns_test_server_kill (MnsTestServer *self); /* kill -9 */

/* meniscusctl; the words end with NULL. Answers the exit code; *output is what it printed. */
int mns_test_ctl (const char *state, char **output, ...) G_GNUC_NULL_TERMINATED;

/* ---- talking ---- */

typedef struct
{
  guint status;
  char *body;
  gsize length;
  JsonNode *json; /* NULL if the body is none */
  SoupMessageHeaders *headers;
} MnsTestReply;

void mns_test_reply_free (MnsTestReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsTestReply, mns_test_reply_free)

/* @body: NULL for none. Pairs of header and value, ended by NULL; a NULL value is left out. */
MnsTestReply *mns_test_ask (MnsTestServer *server,
                            const char *method,
                            const char *path,
                            const char *body,
                            ...) G_GNUC_NULL_TERMINATED;

/* Members along a path: "faults/0/code". NULL or 0 if there is none. */
const char *mns_test_text (const MnsTestReply *reply, const char *path);
gint64 mns_test_int (const MnsTestReply *reply, const char *path);

void mns_test_assert_refusal (const MnsTestReply *reply, guint status, const char *code);

/* ---- signing in ---- */

typedef struct
{
  char *bearer; /* "Bearer ..." */
  char *client;
} MnsTestDevice;

void mns_test_device_free (MnsTestDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsTestDevice, mns_test_device_free)
MnsTestDevice *mns_test_device_new (MnsTestServer *server, const char *user);

typedef struct
{
  char *cookie;
  char *csrf;
} MnsTestBrowser;

void mns_test_browser_free (MnsTestBrowser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsTestBrowser, mns_test_browser_free)
MnsTestBrowser *mns_test_browser_new (MnsTestServer *server, const char *user);

char *mns_test_id (void);
/* Does a command as a browser; fails the test unless it is ok. */
MnsTestReply *
mns_test_do (MnsTestServer *server, MnsTestBrowser *browser, const char *command, const char *args);
/* One command as it travels in a push; free with g_free(). */
char *mns_test_command (gint64 n, const char *id, const char *command, const char *args);
MnsTestReply *mns_test_push (MnsTestServer *server, MnsTestDevice *device, const char *commands);
MnsTestReply *mns_test_pull (MnsTestServer *server, MnsTestDevice *device, const char *cursor);

G_END_DECLS
