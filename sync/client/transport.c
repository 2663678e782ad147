/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/client/transport.h"

void
mns_answer_clear (MnsAnswer *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->location, g_free);
}

gboolean
mns_transport_send (MnsTransport *self,
                    const MnsRequest *request,
                    MnsAnswer *answer,
                    GCancellable *cancellable,
                    GError **error)
{
  *answer = (MnsAnswer){ .upload_offset = -1 };
  return self->klass->send (self, request, answer, cancellable, error);
}

void
mns_transport_free (MnsTransport *self)
{
  if (self != NULL)
    self->klass->free (self);
}
