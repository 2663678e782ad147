/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/http/request.h"

G_BEGIN_DECLS

/* Who may come in; the gate of server/access asks. */
typedef enum
{
  MNS_AUTH_NONE,
  MNS_AUTH_USER,   /* browser session or device token */
  MNS_AUTH_DEVICE, /* device token only */
} MnsAuth;

/* Whose threads do the work. */
typedef enum
{
  MNS_LANE_PUSH, /* commands */
  MNS_LANE_PULL, /* reading */
  MNS_LANE_HASH, /* passwords and files: busy with the processor and the disk */
  MNS_N_LANES,
} MnsLane;

typedef enum
{
  MNS_BODY_NONE,
  MNS_BODY_JSON,
  MNS_BODY_BYTES,
} MnsBody;

/* Does the work of one request in a thread of its lane. May block; never touches the message. */
typedef void (*MnsRouteFunc) (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);

/* @answered: the answer is filled; else the request takes the way through its lane. */
typedef void (*MnsQuickDone) (gboolean answered, gpointer data);

typedef struct _MnsRoute MnsRoute;

/* Begins the work on the main thread without ever waiting, and says @done there later, or at once.
 * %FALSE if it cannot: then @done is not called.
 */
typedef gboolean (*MnsQuickFunc) (MnsHttpRequest *request,
                                  const MnsRoute *route,
                                  MnsHttpAnswer *answer,
                                  MnsQuickDone done,
                                  gpointer done_data);

/**
 * MnsRoute:
 *
 * One row of the table. @path has names in braces for single segments: "/json/v1/do/{command}".
 */
struct _MnsRoute
{
  const char *method;
  const char *path;
  MnsAuth auth;
  MnsLane lane;
  MnsBody body;
  gsize limit; /* of the body */
  MnsRouteFunc func;
  gpointer data;
  MnsQuickFunc quick; /* nullable: saves the hop to the lane and back */
};

typedef struct _MnsRouter MnsRouter;

MnsRouter *mns_router_new (void);
void mns_router_free (MnsRouter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRouter, mns_router_free)

void mns_router_add (MnsRouter *self, const MnsRoute *routes, guint n_routes, gpointer data);
const MnsRoute *mns_router_find (
    MnsRouter *self, const char *method, const char *path, GHashTable **params, char **allowed);
gboolean mns_router_is_ours (const char *path);

G_END_DECLS
