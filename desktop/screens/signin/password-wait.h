/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/widgets/banner.h"

G_BEGIN_DECLS

/**
 * MnsPasswordWait:
 *
 * After too many wrong passwords: a banner counts the seconds down, then @over is called.
 */
typedef struct
{
  MnsBanner *banner; /* not owned */
  void (*over) (gpointer user_data);
  gpointer user_data;
  guint source;
  gint64 until; /* monotonic */
} MnsPasswordWait;

void mns_password_wait_start (MnsPasswordWait *self, guint seconds);
void mns_password_wait_stop (MnsPasswordWait *self);
gboolean mns_password_wait_is_on (MnsPasswordWait *self);

G_END_DECLS
