/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "sync/wire/envelope.h"

G_BEGIN_DECLS

/* ---- what came ---- */

/**
 * MnsHttpRequest:
 *
 * A whole request, as a handler in a worker thread sees it. Read only there.
 */
typedef struct
{
  const char *method;
  char *path;         /* decoded, without the query */
  GHashTable *params; /* char * -> char *: what stands in braces in the route's path */
  GHashTable *query;  /* char * -> char * */
  SoupMessageHeaders *headers;
  GBytes *body;       /* never NULL */
  char *address;      /* of the peer */
  gboolean secure;    /* came by TLS, or by a proxy that says so */
  gint64 received_at; /* microseconds UTC */

  /* set by the gate (server/access) */
  MnsId person;
  MnsId login;
  MnsId client; /* device; the null id for browsers */
  gboolean by_cookie;
} MnsHttpRequest;

void mns_http_request_free (MnsHttpRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsHttpRequest, mns_http_request_free)

const char *mns_http_request_get_header (const MnsHttpRequest *self, const char *name);
const char *mns_http_request_get_param (const MnsHttpRequest *self, const char *name);
const char *mns_http_request_get_query (const MnsHttpRequest *self, const char *name);
char *mns_http_request_get_cookie (const MnsHttpRequest *self, const char *name);
char *mns_http_request_get_bearer (const MnsHttpRequest *self);

/* ---- what goes back ---- */

/* Takes over a message whose head is to be sent and whose body grows; main thread. */
typedef void (*MnsStreamFunc) (SoupServerMessage *message, gpointer data);

/**
 * MnsHttpAnswer:
 *
 * Filled by a handler. Without anything set it is 204.
 */
typedef struct
{
  guint status;
  char *type; /* of the body */
  GBytes *body;
  GPtrArray *headers; /* char *: name, value, name, value */
  MnsStreamFunc stream;
  gpointer stream_data;
  GDestroyNotify free_stream_data; /* if the stream never begins */
} MnsHttpAnswer;

MnsHttpAnswer *mns_http_answer_new (void);
void mns_http_answer_free (MnsHttpAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsHttpAnswer, mns_http_answer_free)

void mns_http_answer_add_header (MnsHttpAnswer *self, const char *name, const char *value);
void
mns_http_answer_add_header_printf (MnsHttpAnswer *self, const char *name, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void mns_http_answer_take_body (MnsHttpAnswer *self, guint status, const char *type, GBytes *body);
void mns_http_answer_take_text (MnsHttpAnswer *self, guint status, const char *type, char *text);
void mns_http_answer_take_object (MnsHttpAnswer *self, guint status, JsonObject *object);
void mns_http_answer_take_envelope (MnsHttpAnswer *self, guint status, JsonObject *envelope);
void mns_http_answer_refuse (MnsHttpAnswer *self,
                             guint status,
                             const char *code,
                             const char *format,
                             ...) G_GNUC_PRINTF (4, 5);
void mns_http_answer_fail (MnsHttpAnswer *self, const GError *error);
void mns_http_answer_stream (MnsHttpAnswer *self,
                             MnsStreamFunc func,
                             gpointer data,
                             GDestroyNotify notify);

gboolean mns_http_answer_part (MnsHttpAnswer *self,
                               const MnsHttpRequest *request,
                               GBytes *whole,
                               const char *etag);

G_END_DECLS
