/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"
#include "sync/model/well.h"

G_BEGIN_DECLS

/**
 * MnsContainerType:
 *
 * A container type with its wells; @unavailable has a byte a well, row by row, or is %NULL.
 */
typedef struct
{
  MnsId id;
  char *name;
  gboolean is_tube;
  gboolean archived;
  MnsWellAxes axes;
  guint8 *unavailable;
} MnsContainerType;

/* All container types, by id (MnsId * → MnsContainerType *). */
GHashTable *mns_container_types_load (MnsCall *call, GError **error);
gboolean mns_container_type_has (const MnsContainerType *self, gint64 y, gint64 x);
guint mns_container_type_count (const MnsContainerType *self);

typedef struct
{
  MnsId id;
  char *lims_id;
  char *name;
  char *state;
  const MnsContainerType *type; /* of the table given */
} MnsContainer;

void mns_container_free (MnsContainer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsContainer, mns_container_free)

MnsContainer *mns_container_load (
    MnsCall *call, const MnsId *id, GHashTable *types, const char *at, GError **error);
/* Containers of a run: MnsId * → MnsContainer *. */
GHashTable *
mns_run_containers_load (MnsCall *call, const MnsId *run, GHashTable *types, GError **error);

/* Rows to write, all at once. */
MnsRowSet *mns_containers_new_set (void);
void mns_containers_add (MnsRowSet *set,
                         const MnsId *id,
                         const char *lims_id,
                         const MnsId *type,
                         const char *name,
                         gboolean populated);
gboolean mns_containers_insert (MnsCall *call, MnsRowSet *set, GError **error);

/* Which names of @names are taken, if the site wants container names unique. */
gboolean mns_containers_check_names (MnsCall *call,
                                     MnsRowSet *names /* at text, name text */,
                                     GError **error);

gboolean mns_setting_is_on (MnsCall *call, const char *name, gboolean *on, GError **error);

/* EMPTY and POPULATED follow the placements of these containers (id id). */
gboolean mns_containers_settle (MnsCall *call, MnsRowSet *ids, GError **error);

G_END_DECLS
