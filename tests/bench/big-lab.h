/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica-private.h"
#include "tests/lab/world.h"

G_BEGIN_DECLS

/* What happens to each sample of the big lab: a tenth waits, spread over all stages. */
#define MNS_BIG_LAB_PROJECT 1000 /* samples a project */
#define MNS_BIG_LAB_PLATE 96     /* samples a plate */

/* The kinds of rows that mns_big_lab_id() numbers. */
typedef enum
{
  MNS_BIG_LAB_SAMPLE = 1,
  MNS_BIG_LAB_ARTIFACT,
  MNS_BIG_LAB_CONTAINER,
  MNS_BIG_LAB_A_PROJECT,
} MnsBigLabKind;

void mns_big_lab_id (MnsId *id, MnsBigLabKind kind, guint n);

/* The demonstration lab with a project "Bench" of @n_queued samples that wait, in a file. */
MnsWorld *mns_big_lab_new_world (const char *folder, guint n_queued);

/* A replica in the new folder @dir with the rows of the world and @n_samples more, made as a first
 * sync makes it; its person is the world's researcher. Without a world @dir holds a replica
 * already, with a project "Bench". Fails the program.
 */
void mns_big_lab_make (const char *dir, const char *world_path, MnsWorld *world, guint n_samples);
MnsReplica *mns_big_lab_open (const char *dir);

/* One line of a bench's output. @kind: "limit", "peer" or "budget". */
void mns_bench_print (const char *name, const char *kind, double ratio, double bar, gboolean least);

/* The @part (0 to 1) of the values from below; sorts them. */
double mns_bench_quantile (GArray *doubles, double part);

G_END_DECLS
