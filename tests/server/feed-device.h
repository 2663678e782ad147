/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/store/store.h"

G_BEGIN_DECLS

#define MNS_TEST_DEVICE_SCOPES 16

/* A device that only remembers what it is sent: for tests of the feed. */
typedef struct
{
  GHashTable *tables; /* name → (owner's text → sorted lines, one string) */
  MnsStore *reading;  /* the server's database */
  char *cursor;
  MnsId outer[MNS_TEST_DEVICE_SCOPES];
  guint n_outer;
  GHashTable *renewed; /* owners whose rows have begun to come in this pull */
  guint n_rows;
} MnsTestDevice;

void mns_test_device_init (MnsTestDevice *self, MnsStore *reading);
void mns_test_device_clear (MnsTestDevice *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsTestDevice, mns_test_device_clear)

/* Pulls through the wire's form, with the outer scopes of @now from then on; n_rows tells how many
 * rows came. Fails the test if a row comes twice.
 */
void mns_test_device_pull (MnsTestDevice *self, const MnsId *now, guint n_now);

/* Does it hold what a new device with the same scopes would get? Returns the number of rows. */
guint mns_test_device_assert_complete (MnsTestDevice *self);

G_END_DECLS
