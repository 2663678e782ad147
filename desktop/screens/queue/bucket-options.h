/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/session.h"
#include "sync/model/value.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * MnsBucketOptions:
 *
 * What is decided before work begins, beside the samples in the ice bucket: destination container,
 * controls. Signal "changed": something else was chosen.
 */
#define MNS_TYPE_BUCKET_OPTIONS (mns_bucket_options_get_type ())
G_DECLARE_FINAL_TYPE (MnsBucketOptions, mns_bucket_options, MNS, BUCKET_OPTIONS, AdwBin)

GtkWidget *mns_bucket_options_new (MnsSession *session);

/* @config, @types: rows of step_config and step_containers */
void mns_bucket_options_set (MnsBucketOptions *self, const MnsRows *config, const MnsRows *types);
/* How many outputs the samples make; controls are added here. */
void mns_bucket_options_set_outputs (MnsBucketOptions *self, guint n_samples, guint n_outputs);
guint mns_bucket_options_count_controls (MnsBucketOptions *self);

/* Why work cannot begin so, as a sentence; NULL: it can (transfer full) */
char *mns_bucket_options_dup_reason (MnsBucketOptions *self);
/* Arguments of step.begin */
void mns_bucket_options_fill (MnsBucketOptions *self, JsonObject *args);
void mns_bucket_options_set_existing (MnsBucketOptions *self, const char *text);

G_END_DECLS
