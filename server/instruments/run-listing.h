/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MnsRunListing:
 *
 * The names in a run folder that tell how far the run is, with sizes and times: its root,
 * `InterOp`, the newest base-call cycle, analyses. Paths are kept in lower case, for instruments
 * and copies differ in that. Times are microseconds UTC.
 */
typedef struct _MnsRunListing MnsRunListing;

MnsRunListing *mns_run_listing_new (void);
MnsRunListing *mns_run_listing_read (const char *folder, GError **error);
void mns_run_listing_free (MnsRunListing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRunListing, mns_run_listing_free)

void mns_run_listing_add (MnsRunListing *self, const char *path, gint64 size, gint64 mtime);

gboolean mns_run_listing_has (const MnsRunListing *self, const char *path);
gint64 mns_run_listing_get_mtime (const MnsRunListing *self, const char *path);
gint64 mns_run_listing_get_newest (const MnsRunListing *self);
guint mns_run_listing_get_cycle_folder (const MnsRunListing *self);
char *
mns_run_listing_find_ending (const MnsRunListing *self, const char *beginning, const char *ending);

G_END_DECLS
