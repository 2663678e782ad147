/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "sync/client/stage.h"

G_BEGIN_DECLS

/**
 * MnsRequest:
 *
 * A question to the server. Where @stage is set, a good answer's body goes there; where it holds
 * bytes already, only what follows them is asked for.
 */
typedef struct
{
  const char *method;
  const char *path;     /* "/sync/v1/push" */
  GBytes *body;         /* nullable */
  const char *type;     /* of @body; NULL: JSON */
  gint64 upload_offset; /* -1: none */
  MnsStage *stage;      /* nullable */
} MnsRequest;

/**
 * MnsAnswer:
 *
 * What the server said. Cleared with mns_answer_clear().
 */
typedef struct
{
  guint status;
  GBytes *body;   /* nullable */
  char *location; /* nullable */
  gint64 retry_after_s;
  gint64 upload_offset; /* -1: none */
} MnsAnswer;

void mns_answer_clear (MnsAnswer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsAnswer, mns_answer_clear)

/**
 * MnsTransport:
 *
 * The way to the server: HTTP, or a simulation's network. Calls block; an answer of any status is
 * an answer, and an error (%MNS_ERROR_OFFLINE) means that nobody knows what became of the request.
 */
typedef struct _MnsTransport MnsTransport;

typedef struct
{
  gboolean (*send) (MnsTransport *self,
                    const MnsRequest *request,
                    MnsAnswer *answer,
                    GCancellable *cancellable,
                    GError **error);
  void (*free) (MnsTransport *self);
} MnsTransportClass;

struct _MnsTransport
{
  const MnsTransportClass *klass;
};

gboolean mns_transport_send (MnsTransport *self,
                             const MnsRequest *request,
                             MnsAnswer *answer,
                             GCancellable *cancellable,
                             GError **error);
void mns_transport_free (MnsTransport *self);

G_END_DECLS
