/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/naming.h"
#include "sync/lab/runs.h"
#include "sync/lab/stages.h"

G_BEGIN_DECLS

/* Begin Work, in the three files step-begin*.c: what comes in, where it goes, what is written. */

/* An input, a control included. */
typedef struct
{
  MnsId id;
  gint64 replicates;
  gboolean found;
  gboolean is_control;
  MnsId control_type;
  char *name;
  MnsId content;
  MnsId scope;
  gint64 state;
  /* where it lies and what it is, read only where a name or a well needs it */
  gboolean is_placed;
  MnsId container;
  const MnsContainerType *type;
  gint64 y, x;
  char *container_name;
  char *sample_name;
  char *project_name;
} MnsBeginInput;

typedef struct
{
  MnsId id;
  const MnsBeginInput *input;
  guint number; /* from 1 within its input */
  gboolean is_placed;
  MnsId container;
  gint64 y, x;
} MnsBeginOutput;

typedef struct
{
  MnsCall *call;
  MnsId step;
  char *step_name;
  MnsId queue;
  MnsId version;
  JsonObject *settings;
  const MnsStepType *type;
  GArray *inputs;                         /* MnsBeginInput */
  GArray *outputs;                        /* MnsBeginOutput */
  GHashTable *by_id;                      /* MnsId * → index + 1 */
  GHashTable *types;                      /* container types */
  const MnsContainerType *container_type; /* NULL: outputs lie nowhere */
  MnsContainer *existing;
  GArray *containers; /* MnsId: those of the run */
  gboolean same_wells;
  MnsId run;
  char *lims_id;
} MnsBegin;

/* step-begin.c */
MnsRowSet *mns_begin_make_input_set (MnsBegin *self);
gboolean mns_begin_load_facts (MnsBegin *self, GError **error);

/* step-begin-containers.c */
gboolean mns_begin_choose_container (MnsBegin *self, GError **error);
gboolean mns_begin_make_containers (MnsBegin *self, MnsRowSet *containers, GError **error);

/* step-begin-write.c */
gboolean mns_begin_write_run (MnsBegin *self, GError **error);

G_END_DECLS
