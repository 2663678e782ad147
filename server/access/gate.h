/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/access/login.h"
#include "server/access/rate.h"
#include "server/http/router.h"

G_BEGIN_DECLS

/**
 * MnsGate:
 *
 * Who is let in: tokens, cookies, the rate of failures. Any thread.
 */
typedef struct _MnsGate MnsGate;

MnsGate *mns_gate_new (MnsPool *pool);
void mns_gate_free (MnsGate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsGate, mns_gate_free)

/* Called with the login that has just ended, in any thread. */
typedef void (*MnsLoginEndedFunc) (const MnsId *login, gpointer data);
void mns_gate_set_ended_func (MnsGate *self, MnsLoginEndedFunc func, gpointer data);
void mns_gate_forget (MnsGate *self, const MnsId *login);

MnsPool *mns_gate_get_pool (MnsGate *self);
MnsRate *mns_gate_get_rate (MnsGate *self);

/* Will mns_gate_admit() answer without asking the database? */
gboolean mns_gate_knows (MnsGate *self, const MnsHttpRequest *request);

/* An MnsGateFunc. */
gboolean mns_gate_admit (MnsHttpRequest *request,
                         const MnsRoute *route,
                         MnsHttpAnswer *answer,
                         gpointer data);

/* The token a request carries, by whichever way; free with g_free(). */
char *mns_gate_get_token (const MnsHttpRequest *request, gboolean *by_cookie);
const char *mns_gate_get_cookie_name (const MnsHttpRequest *request);

/* /auth/v1 */
const MnsRoute *mns_auth_routes (guint *n_routes);

G_END_DECLS
