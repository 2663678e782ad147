/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Do the ports answer that a share and a VPN need? File servers listen on TCP 445 and, older ones,
 * 139 (RFC 1001, MS-SMB2); IKE on UDP 500 and behind NAT 4500 (RFC 7296, RFC 3947).
 */

#include "config.h"

#include <string.h>

#include "server/instruments/doctor.h"

#define IKE_HEADER_SIZE 28
#define IKE_NAT_PORT 4500

static void
add (GPtrArray *checks, MnsDoctorResult result, const char *subject, char *found, char *advice)
{
  MnsDoctorCheck *check = g_new0 (MnsDoctorCheck, 1);

  check->result = result;
  check->subject = g_strdup (subject);
  check->found = found;
  check->advice = advice;
  g_ptr_array_add (checks, check);
}

static char *
name_port (const char *host, const char *protocol, guint16 port)
{
  return g_strdup_printf ("%s, %s port %u", host, protocol, port);
}

/**
 * mns_doctor_check_tcp:
 * @checks: takes the answer
 * @host: name or address
 * @port: port
 * @timeout_ms: how long to wait
 *
 * Connects and hangs up.
 */
void
mns_doctor_check_tcp (GPtrArray *checks, const char *host, guint16 port, guint timeout_ms)
{
  g_autofree char *subject = name_port (host, "TCP", port);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_client_set_timeout (client, MAX (timeout_ms / 1000, 1));
  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, host, port, NULL, &error);
  if (connection != NULL)
    add (checks, MNS_DOCTOR_OK, subject, g_strdup ("Answers."), NULL);
  else if (port == 139)
    add (checks,
         MNS_DOCTOR_WARNING,
         subject,
         g_strdup_printf ("Does not answer: %s.", error->message),
         g_strdup ("Only old file servers need it; if 445 answers, nothing."));
  else
    add (checks,
         MNS_DOCTOR_FAULT,
         subject,
         g_strdup_printf ("Does not answer: %s.", error->message),
         g_strdup ("See that the file server runs, that its name is right, and that no firewall "
                   "between it and this machine closes the port."));
}

/* The header of an IKE_SA_INIT request with nothing behind it: a server that understands IKE
 * answers that it is malformed or drops it.
 */
static gsize
make_ike_probe (guint8 *bytes, guint16 port)
{
  gsize lead = port == IKE_NAT_PORT ? 4 : 0; /* non-ESP marker: four zero bytes */

  memset (bytes, 0, lead + IKE_HEADER_SIZE);
  for (gsize i = 0; i < 8; i++)
    bytes[lead + i] = (guint8) g_random_int_range (1, 256);
  bytes[lead + 17] = 0x20; /* version 2.0 */
  bytes[lead + 18] = 34;   /* IKE_SA_INIT */
  bytes[lead + 19] = 0x08; /* from the initiator */
  bytes[lead + 27] = IKE_HEADER_SIZE;
  return lead + IKE_HEADER_SIZE;
}

static GSocket *
open_udp (const char *host, guint16 port, guint timeout_ms, GError **error)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_new (host, port);
  g_autoptr (GSocketAddressEnumerator) addresses = g_socket_connectable_enumerate (connectable);
  g_autoptr (GSocketAddress) address = g_socket_address_enumerator_next (addresses, NULL, error);
  g_autoptr (GSocket) socket = NULL;

  if (address == NULL)
    return NULL;
  socket = g_socket_new (
      g_socket_address_get_family (address), G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  if (socket == NULL || !g_socket_connect (socket, address, NULL, error))
    return NULL;
  g_socket_set_timeout (socket, MAX (timeout_ms / 1000, 1));
  return g_steal_pointer (&socket);
}

/**
 * mns_doctor_check_udp:
 * @checks: takes the answer
 * @host: name or address of a VPN
 * @port: 500 or 4500
 * @timeout_ms: how long to wait
 *
 * Asks as IKE does. No answer proves nothing: many VPNs answer only to partners they know. An
 * answer "unreachable" does.
 */
void
mns_doctor_check_udp (GPtrArray *checks, const char *host, guint16 port, guint timeout_ms)
{
  g_autofree char *subject = name_port (host, "UDP", port);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = open_udp (host, port, timeout_ms, &error);
  guint8 probe[IKE_HEADER_SIZE + 4];
  char answer[512];

  if (socket != NULL &&
      g_socket_send (socket, (const char *) probe, make_ike_probe (probe, port), NULL, &error) >
          0 &&
      g_socket_receive (socket, answer, sizeof answer, NULL, &error) > 0)
    {
      add (checks, MNS_DOCTOR_OK, subject, g_strdup ("Answers."), NULL);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    add (checks,
         MNS_DOCTOR_WARNING,
         subject,
         g_strdup ("Sent no answer, which a VPN may do to strangers."),
         g_strdup ("If the tunnel does not come up, ask the network's people whether the port is "
                   "open from here."));
  else
    add (checks,
         MNS_DOCTOR_FAULT,
         subject,
         g_strdup_printf ("Cannot be reached: %s.", error != NULL ? error->message : "no answer"),
         g_strdup ("See that the VPN runs and its name is right; open UDP 500 and 4500 in the "
                   "firewall."));
}
