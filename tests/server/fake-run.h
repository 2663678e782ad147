/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A small made-up run (28 cycles of a MiSeq) that tests write forward, cycle by cycle. */
typedef struct _MnsGenerator MnsFakeRun;

MnsFakeRun *mns_fake_run_begin (const char *folder);
void mns_fake_run_free (MnsFakeRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsFakeRun, mns_fake_run_free)

void mns_fake_run_step_to (MnsFakeRun *self, guint cycle);
void mns_fake_run_finish (MnsFakeRun *self);

G_END_DECLS
