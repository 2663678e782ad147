/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/access/gate.h"
#include "server/api/execute.h"
#include "server/api/packs.h"
#include "server/http/pokes.h"

G_BEGIN_DECLS

typedef struct _MnsNotifier MnsNotifier;
typedef struct _MnsBlobs MnsBlobs;

/**
 * MnsServer:
 *
 * What the API's functions share. Everything in it outlives the requests.
 */
typedef struct
{
  char *state;    /* folder of our own: packs, files, running commands */
  MnsPool *push;  /* for commands */
  MnsPool *pull;  /* for reading */
  MnsPool *looks; /* for short reading on the main thread, which never waits */
  MnsMemo *memo;  /* of both pools: configuration and rights */
  MnsGate *gate;
  MnsHttp *http;
  MnsPokes *pokes;
  MnsServerIds *ids;
  MnsAttempts *attempts;
  MnsNotifier *notifier;
  MnsBlobs *blobs;
  MnsPacks *packs;
  GHashTable *windows; /* windows.c: projects with work, by days */
  GMutex lock;         /* of windows */
} MnsServer;

/* Helpers for bodies */
JsonObject *mns_api_parse (const MnsHttpRequest *request, JsonNode **node, MnsHttpAnswer *answer);
const char *mns_api_get_text (JsonObject *object, const char *name);
gint64 mns_api_get_int (JsonObject *object, const char *name, gint64 otherwise);
JsonArray *mns_api_get_list (JsonObject *object, const char *name);
gboolean mns_api_get_id (JsonObject *object, const char *name, MnsId *id);

const MnsRoute *mns_json_routes (guint *n_routes);
const MnsRoute *mns_sync_routes (guint *n_routes);
const MnsRoute *mns_describe_routes (guint *n_routes);

/* Handlers of the tables above that stand in files of their own */
void mns_api_push (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);
void mns_api_pull (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);
void mns_api_pack (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);
void mns_api_hello (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);
void mns_api_scopes (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);
void mns_api_ids (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);
void mns_api_events (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data);

G_END_DECLS
