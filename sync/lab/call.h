/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"
#include "sync/lab/rights.h"

G_BEGIN_DECLS

/**
 * MnsCall:
 *
 * What a handler gets: one run of one command. Arguments were checked against the schema, so the
 * getters only read. Only sync/lab includes this.
 */
struct _MnsCall
{
  const MnsLab *lab;
  const MnsCommandSpec *spec;
  MnsCommand *command;
  MnsTransaction *tx; /* == lab->transaction */
  MnsResult *result;
  gint64 now; /* what changed_at gets: recorded_at on the server, performed_at on a device */
  GHashTable *tape_at; /* how far each class of the tape is read */
  MnsRights *rights;   /* of the person, once asked for */
};

/* Arguments. A missing one is NULL, 0 or FALSE. */
gboolean mns_call_has (MnsCall *call, const char *name);
gboolean mns_call_get_id (MnsCall *call, const char *name, MnsId *id);
const char *mns_call_get_text (MnsCall *call, const char *name);
gint64 mns_call_get_int (MnsCall *call, const char *name, gint64 otherwise);
gboolean mns_call_get_bool (MnsCall *call, const char *name);
JsonArray *mns_call_get_list (MnsCall *call, const char *name);
JsonObject *mns_call_get_object (MnsCall *call, const char *name);
gboolean mns_object_get_id (JsonObject *object, const char *name, MnsId *id);
const char *mns_object_get_text (JsonObject *object, const char *name);
gint64 mns_object_get_int (JsonObject *object, const char *name, gint64 otherwise);
gboolean mns_object_get_bool (JsonObject *object, const char *name);
JsonArray *mns_object_get_list (JsonObject *object, const char *name);
JsonObject *mns_object_get_object (JsonObject *object, const char *name);

/* Making things. */
void mns_call_derive_id (MnsCall *call, const char *what, guint n, MnsId *id);
/* Says that @n ids will be taken, so that the source moves its counter once. */
gboolean mns_call_reserve_lims_ids (
    MnsCall *call, const char *klass, const MnsId *owner, guint n, GError **error);
char *mns_call_take_lims_id (MnsCall *call, const char *klass, const MnsId *owner, GError **error);

/* Saying no. A handler goes on after a fault to find the others, and returns TRUE. */
void mns_call_fault (MnsCall *call, const char *at, const char *code, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
void mns_call_fault_values (MnsCall *call,
                            const char *at,
                            const char *code,
                            JsonObject *values, /* transfer full */
                            const char *format,
                            ...) G_GNUC_PRINTF (5, 6);
gboolean mns_call_has_faults (MnsCall *call);
void mns_call_conflict (MnsCall *call,
                        const char *code,
                        JsonNode *seen,  /* transfer full, nullable */
                        JsonNode *there, /* transfer full, nullable */
                        const char *format,
                        ...) G_GNUC_PRINTF (5, 6);
/* A row named by the command is not there: on a device NOT_LOCAL, on the server conflict "gone". */
void mns_call_missing (MnsCall *call, const char *at, const char *table, const char *shown);
gboolean mns_call_failed (MnsCall *call); /* faults, conflict, denied or not local so far */

/* What the person saw, from the command's expect: {"artifact:<id>": {"well": "A:1"}}. */
JsonObject *mns_call_get_seen (MnsCall *call, const char *table, const MnsId *id);

/* Rights of the acting person, for rules that need one more than the command's. */
void mns_call_ask_rights (MnsCall *call);
gboolean mns_call_may (MnsCall *call, const char *permission, gboolean *may, GError **error);
void mns_call_deny (MnsCall *call, const char *permission);

/* The object the caller gets back. */
JsonObject *mns_call_get_result (MnsCall *call);
void mns_call_put_id (MnsCall *call, const char *member, const MnsId *id);
void mns_call_put_text (MnsCall *call, const char *member, const char *text);
void mns_call_add_id (MnsCall *call, const char *member, const MnsId *id);

/* The lab's day when the command was performed, YYYY-MM-DD. */
const char *mns_call_get_today (MnsCall *call);

G_END_DECLS
