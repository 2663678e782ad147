/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The network: it drops, doubles, delays, tears and crosses. While an answer is on its way, people
 * go on working and other devices talk to the server.
 */

#include "config.h"

#include "sync/model/error.h"
#include "tests/sync/sim.h"

static gboolean
lose (GError **error)
{
  g_set_error (error, MNS_ERROR, MNS_ERROR_OFFLINE, "lost");
  return FALSE;
}

/* Meanwhile. FALSE: the device itself has ended. */
static gboolean
let_time_pass (Device *device)
{
  Sim *sim = device->sim;
  Device *other;

  sim->clock += g_rand_int_range (sim->random, 1000, 200000);
  if (sim->calm || sim->depth >= 2)
    return TRUE;
  other = &sim->devices[g_rand_int_range (sim->random, 0, (gint32) sim->n_devices)];
  sim->depth++;
  if (sim_chance (sim, 20))
    sim_device_do (device);
  if (!device->crashed && sim_chance (sim, 15) && other != device && !other->busy)
    sim_device_round (other);
  sim->depth--;
  return !device->crashed;
}

static gboolean
deliver (Device *device,
         const MnsRequest *request,
         GByteArray *stream,
         gboolean compressed,
         GError **error)
{
  Sim *sim = device->sim;
  gsize length = stream->len;

  if (request->stage == NULL || stream->len == 0)
    return TRUE;
  mns_stage_set_compressed (request->stage, compressed);
  if (!sim->calm && sim_chance (sim, 6))
    {
      length = (gsize) g_rand_int_range (sim->random, 0, (gint32) stream->len);
      mns_stage_write (request->stage, (const char *) stream->data, length, NULL);
      /* half of what breaks off is noticed by the connection, half only by the missing end */
      return sim_chance (sim, 50) ? TRUE : lose (error);
    }
  return mns_stage_write (request->stage, (const char *) stream->data, length, error);
}

static gboolean
is_pull (const MnsRequest *request)
{
  return g_str_equal (request->path, "/sync/v1/pull");
}

/* An answer that was lost comes now, to another question. */
static gboolean
cross (Device *device, const MnsRequest *request, MnsAnswer *answer, GByteArray *stream)
{
  if (!is_pull (request) || device->late->len == 0 || !sim_chance (device->sim, 30))
    return FALSE;
  mns_answer_clear (answer);
  *answer = (MnsAnswer){ .status = 200, .upload_offset = -1 };
  g_byte_array_set_size (stream, 0);
  g_byte_array_append (stream, device->late->data, device->late->len);
  return TRUE;
}

static gboolean
send_once (Device *device,
           const MnsRequest *request,
           MnsAnswer *answer,
           GByteArray *stream,
           gboolean *compressed)
{
  mns_answer_clear (answer);
  *answer = (MnsAnswer){ .upload_offset = -1 };
  g_byte_array_set_size (stream, 0);
  return sim_server_answer (device->sim->server,
                            &device->person,
                            device->sim->clock,
                            request,
                            answer,
                            stream,
                            compressed);
}

static void
keep_late (Device *device, const MnsRequest *request, const MnsAnswer *answer, GByteArray *stream)
{
  if (!is_pull (request) || answer->status != 200)
    return;
  g_byte_array_set_size (device->late, 0);
  g_byte_array_append (device->late, stream->data, stream->len);
}

static gboolean
send (MnsTransport *transport,
      const MnsRequest *request,
      MnsAnswer *answer,
      GCancellable *cancellable,
      GError **error)
{
  Device *device = (Device *) transport;
  Sim *sim = device->sim;
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  gboolean compressed = FALSE;

  if (!let_time_pass (device) || (!sim->calm && sim_chance (sim, 8)))
    return lose (error);
  if (device->signed_out)
    {
      answer->status = 401;
      return TRUE;
    }
  if (!send_once (device, request, answer, stream, &compressed))
    return lose (error);
  if (!sim->calm && sim_chance (sim, 6) &&
      !send_once (device, request, answer, stream, &compressed))
    return lose (error);
  if (!sim->calm && sim_chance (sim, 10))
    {
      keep_late (device, request, answer, stream);
      return lose (error);
    }
  if (!let_time_pass (device))
    return lose (error);
  if (!sim->calm)
    cross (device, request, answer, stream);
  return deliver (device, request, stream, compressed, error);
}

static void
free_network (MnsTransport *transport)
{
}

const MnsTransportClass sim_network_class = { send, free_network };
