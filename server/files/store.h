/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/id.h"

G_BEGIN_DECLS

/**
 * MnsFileStore:
 *
 * The folder of blobs; knows neither HTTP nor the database. Any thread.
 */
typedef struct _MnsFileStore MnsFileStore;

typedef enum
{
  MNS_APPEND_MORE, /* stored, more is to come */
  MNS_APPEND_DONE, /* whole, checked, flushed to the disk */
  MNS_APPEND_WRONG_OFFSET,
  MNS_APPEND_TOO_LONG,
  MNS_APPEND_WRONG_HASH, /* whole, but not what it was said to be: thrown away */
} MnsAppendEnd;

MnsFileStore *mns_file_store_new (const char *state, GError **error);
void mns_file_store_free (MnsFileStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsFileStore, mns_file_store_free)

gboolean mns_file_store_has (MnsFileStore *self, const char *sha256, gint64 *size);
char *mns_file_store_path (MnsFileStore *self, const char *sha256);
gint64 mns_file_store_get_offset (MnsFileStore *self, const char *sha256, const MnsId *person);
gboolean mns_file_store_append (MnsFileStore *self,
                                const char *sha256,
                                const MnsId *person,
                                gint64 size,
                                gint64 *offset,
                                GBytes *bytes,
                                MnsAppendEnd *end,
                                GError **error);
void mns_file_store_tidy (MnsFileStore *self);

gboolean mns_sha256_is_text (const char *text);
GBytes *mns_sha256_parse (const char *text);

G_END_DECLS
