/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"

G_BEGIN_DECLS

/**
 * MnsViewResult:
 *
 * A page of rows: @next is passed back as argument "after" for the page that follows, NULL at the
 * end; @total is -1 where nobody counted. Columns whose name begins with f and a number are custom
 * fields.
 */
typedef struct
{
  MnsRows *rows;
  char *next;
  gint64 total;
} MnsViewResult;

MnsViewResult *mns_view_result_new (void);
void mns_view_result_free (MnsViewResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsViewResult, mns_view_result_free)
/* {"cols": [...], "rows": [[...], ...], "next"?, "total"?, "as_of"} into text; ids as 36 characters
 */
void mns_view_result_print (const MnsViewResult *self, gint64 as_of, GString *text);

typedef struct
{
  MnsTransaction *transaction;
  MnsId person; /* who looks */
  gboolean as_system;
  gint64 now;         /* microseconds UTC; days waiting and the like are counted from it */
  gboolean on_server; /* counters are kept there */
} MnsLook;

typedef gboolean (*MnsViewFunc) (const MnsLook *look,
                                 JsonObject *args,
                                 MnsViewResult *result,
                                 GError **error);

typedef struct
{
  const char *name;
  const char *right; /* or NULL */
  const MnsArgSpec *args;
  MnsViewFunc func;
  const char *columns;    /* "artifact_id id, name text, ..." documentation and describe */
  gboolean one_statement; /* the answer comes from one statement: MNS_ACCESS_LOOK will do */
  const char *help;
} MnsViewSpec;

const MnsViewSpec *const *mns_views_get_all (guint *n_views);
const MnsViewSpec *mns_view_find (const char *name);

/* Checks the name, the right and the arguments, then looks. A refusal is MNS_ERROR_INVALID, DENIED
 * or NOT_FOUND with a sentence.
 */
MnsViewResult *
mns_view_run (const MnsLook *look, const char *name, JsonObject *args, GError **error);

G_END_DECLS
