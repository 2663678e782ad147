/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/store/memo.h"

G_BEGIN_DECLS

/* What a backend provides. Its structs begin with the base struct. */
typedef struct
{
  MnsTransaction *(*begin) (MnsStore *store, MnsAccess access, GError **error);
  void (*free) (MnsStore *store);
  gboolean (*commit) (MnsTransaction *transaction, GError **error);
  void (*rollback) (MnsTransaction *transaction); /* and free */
  /* @rows is NULL where no rows are wanted; @changed is NULL where the number is not */
  gboolean (*execute) (MnsTransaction *transaction,
                       const char *sql,
                       const MnsArg *args,
                       MnsRows **rows,
                       gint64 *changed,
                       GError **error);
  MnsRows *(*match_names) (MnsTransaction *transaction,
                           const char *table,
                           const char *part,
                           guint limit,
                           GError **error);
  /* NULL where a query costs no journey */
  void (*ask) (MnsTransaction *transaction, const char *sql, const MnsArg *args);
} MnsStoreClass;

struct _MnsStore
{
  const MnsStoreClass *klass;
  gboolean partial; /* holds only the rows of some scopes: a device's replica */
  guint64 n_statements;
  MnsMemo *memo; /* nullable; shared */
};

struct _MnsTransaction
{
  const MnsStoreClass *klass;
  MnsStore *store;
  MnsAccess access;

  /* see sync/store/memo.h */
  guint generation;
  gint64 began;
  gboolean changes_configuration;
};

void mns_memo_begin (MnsMemo *self, guint *generation, gint64 *began);

/* The pieces of a statement, found once a text: see statement.c. */
typedef enum
{
  MNS_PIECE_TEXT,
  MNS_PIECE_VALUE,
  MNS_PIECE_SET,
} MnsPieceKind;

typedef struct
{
  MnsPieceKind kind;
  char *text; /* the text itself, or the argument's name */
} MnsPiece;

GArray *mns_statement_split (const char *sql); /* of MnsPiece; frees its texts */
const MnsArg *mns_args_find (const MnsArg *args, const char *name);

/* Replaces the type words of sql/shared by the engine's, by a table of pairs ending with NULL. */
char *mns_schema_translate (const char *sql, const char *const *words);

G_END_DECLS
