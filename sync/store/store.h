/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/value.h"

G_BEGIN_DECLS

/**
 * MnsStore:
 *
 * One connection to a database that speaks the portable subset of SQL: SQLite (sync/store) or
 * PostgreSQL (server/store). A store belongs to one thread at a time.
 */
typedef struct _MnsStore MnsStore;

/**
 * MnsTransaction:
 *
 * An open transaction of a store. Rules and views see nothing else of a database. Ends with
 * mns_transaction_commit(); freeing it uncommitted rolls back.
 */
typedef struct _MnsTransaction MnsTransaction;

/**
 * MnsAccess:
 * @MNS_ACCESS_READ: one snapshot, nothing is written
 * @MNS_ACCESS_LOOK: nothing is written, and on PostgreSQL each statement has a snapshot of its own:
 *   for those whose answer comes from one statement, which then needs no BEGIN and COMMIT around
 *   it. PostgreSQL plans a statement once for all values of its arguments
 * @MNS_ACCESS_WRITE: SQLite: BEGIN IMMEDIATE; PostgreSQL: SERIALIZABLE
 */
typedef enum
{
  MNS_ACCESS_READ,
  MNS_ACCESS_LOOK,
  MNS_ACCESS_WRITE,
} MnsAccess;

/**
 * MnsArg:
 *
 * A value or a row set for a statement. In the text a value is written $name, a row set {name}
 * (which stands for a table called name with the set's columns; only in FROM). One statement may
 * name the same argument several times. A list of arguments ends with a NULL name: use MNS_ARGS().
 */
typedef struct
{
  const char *name;
  MnsValue value;
  const MnsRowSet *set; /* if not NULL, @value is ignored */
} MnsArg;

#define MNS_ARGS(...) ((const MnsArg[]){ __VA_ARGS__, { NULL } })

#define MNS_ARG_ID(arg_name, pointer)                                                              \
  {                                                                                                \
    (arg_name), mns_value_id (pointer), NULL                                                       \
  }
#define MNS_ARG_TEXT(arg_name, string)                                                             \
  {                                                                                                \
    (arg_name), mns_value_text (string), NULL                                                      \
  }
#define MNS_ARG_JSON(arg_name, string)                                                             \
  {                                                                                                \
    (arg_name), mns_value_json (string), NULL                                                      \
  }
#define MNS_ARG_INT(arg_name, number)                                                              \
  {                                                                                                \
    (arg_name), mns_value_int (number), NULL                                                       \
  }
#define MNS_ARG_REAL(arg_name, number)                                                             \
  {                                                                                                \
    (arg_name), mns_value_real (number), NULL                                                      \
  }
#define MNS_ARG_VALUE(arg_name, any)                                                               \
  {                                                                                                \
    (arg_name), (any), NULL                                                                        \
  }
#define MNS_ARG_SET(arg_name, row_set)                                                             \
  {                                                                                                \
    (arg_name), { 0 }, (row_set)                                                                   \
  }

MnsTransaction *mns_store_begin (MnsStore *self, MnsAccess access, GError **error);
void mns_store_free (MnsStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsStore, mns_store_free)

gboolean mns_transaction_commit (MnsTransaction *self, GError **error);
void mns_transaction_free (MnsTransaction *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsTransaction, mns_transaction_free)

MnsRows *
mns_transaction_query (MnsTransaction *self, const char *sql, const MnsArg *args, GError **error);
void mns_transaction_ask (MnsTransaction *self, const char *sql, const MnsArg *args);
gboolean
mns_transaction_run (MnsTransaction *self, const char *sql, const MnsArg *args, GError **error);
gint64
mns_transaction_count (MnsTransaction *self, const char *sql, const MnsArg *args, GError **error);

/* A failed statement inside a savepoint leaves the transaction usable after rolling back to it,
 * on both engines. Names are plain words.
 */
gboolean mns_transaction_savepoint (MnsTransaction *self, const char *name, GError **error);
gboolean mns_transaction_rollback_to (MnsTransaction *self, const char *name, GError **error);
gboolean mns_transaction_release (MnsTransaction *self, const char *name, GError **error);
gboolean mns_transaction_release_later (MnsTransaction *self, const char *name, GError **error);

MnsRows *mns_transaction_match_names (
    MnsTransaction *self, const char *table, const char *part, guint limit, GError **error);

gboolean mns_transaction_is_partial (MnsTransaction *self);
guint64 mns_store_get_n_statements (MnsStore *self);

G_END_DECLS
