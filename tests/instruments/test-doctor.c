/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The doctor: each finding with its advice, on folders and ports made here. */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <gio/gio.h>

#include "server/instruments/doctor.h"
#include "tests/mns-test.h"

static const MnsDoctorCheck *
nth (GPtrArray *checks, guint i)
{
  g_assert_cmpuint (i, <, checks->len);
  return g_ptr_array_index (checks, i);
}

/* Whatever is not in order says what to do about it. */
static void
assert_check (const MnsDoctorCheck *check, MnsDoctorResult result, const char *found)
{
  if (strstr (check->found, found) == NULL || check->result != result)
    g_test_message ("%s: %s", mns_doctor_result_name (check->result), check->found);
  g_assert_cmpint (check->result, ==, result);
  g_assert_nonnull (strstr (check->found, found));
  g_assert_true ((check->advice != NULL) == (result != MNS_DOCTOR_OK));
}

static void
write_run (const char *root, time_t changed)
{
  const struct utimbuf times = { changed, changed };
  g_autofree char *folder = g_build_filename (root, "run", NULL);
  g_autofree char *path = g_build_filename (folder, "RunInfo.xml", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "<RunInfo/>", -1, NULL));
  g_assert_cmpint (utime (path, &times), ==, 0);
}

static void
test_folder (void)
{
  g_autofree char *root = mns_test_make_tmp_dir ();
  g_autofree char *missing = g_build_filename (root, "missing", NULL);
  const gint64 now = 2000000000LL * G_USEC_PER_SEC;
  static const struct
  {
    time_t age;
    MnsDoctorResult result;
    const char *found;
  } cases[] = {
    { 60, MNS_DOCTOR_OK, "1 runs, the last change 1 minutes ago" },
    { 20 * 86400, MNS_DOCTOR_WARNING, "nothing changed for 20 days" },
    { -3600, MNS_DOCTOR_FAULT, "in the future" },
  };
  MnsDoctorSettings settings = { .root = missing };
  g_autoptr (GPtrArray) checks = mns_doctor_checks_new ();

  mns_doctor_check_folder (checks, &settings, now);
  assert_check (nth (checks, 0), MNS_DOCTOR_FAULT, "Is not there");
  settings.root = root;
  g_ptr_array_set_size (checks, 0);
  mns_doctor_check_folder (checks, &settings, now);
  assert_check (nth (checks, 0), MNS_DOCTOR_OK, "Can be read");
  assert_check (nth (checks, 1), MNS_DOCTOR_WARNING, "no run folder");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_run (root, 2000000000 - cases[i].age);
      g_ptr_array_set_size (checks, 0);
      mns_doctor_check_folder (checks, &settings, now);
      assert_check (nth (checks, 1), cases[i].result, cases[i].found);
    }
  mns_test_remove_tree (root);
}

static void
test_clock (void)
{
  g_autofree char *root = mns_test_make_tmp_dir ();
  MnsDoctorSettings settings = { .root = root, .may_write = TRUE, .timeout_ms = 60000 };
  g_autoptr (GPtrArray) checks = mns_doctor_check (&settings);
  g_autoptr (GDir) dir = NULL;

  assert_check (nth (checks, checks->len - 1), MNS_DOCTOR_OK, "clock agrees");
  dir = g_dir_open (root, 0, NULL);
  g_assert_null (g_dir_read_name (dir)); /* nothing is left behind */
  mns_test_remove_tree (root);
}

static void
test_share (void)
{
  g_autofree char *root = mns_test_make_tmp_dir ();
  MnsDoctorSettings settings = { .root = root, .is_share = TRUE };
  g_autoptr (GPtrArray) checks = mns_doctor_checks_new ();

  mns_doctor_check_folder (checks, &settings, g_get_real_time ());
  assert_check (nth (checks, 0), MNS_DOCTOR_FAULT, "the share is not mounted");
  mns_test_remove_tree (root);
}

static void
test_mount (void)
{
  static const char mountinfo[] =
      "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
      "40 22 0:40 / /mnt/seq\\040runs rw shared:2 - cifs //server/share rw\n"
      "41 22 0:41 / /mnt/seq rw - nfs4 server:/x rw\nbroken line\n";
  static const struct
  {
    const char *path, *place, *type;
  } cases[] = {
    { "/mnt/seq runs/A", "/mnt/seq runs", "cifs" },
    { "/mnt/seq", "/mnt/seq", "nfs4" },
    { "/mnt/sequel", "/", "ext4" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *type = NULL;
      g_autofree char *place = mns_doctor_find_mount (mountinfo, cases[i].path, &type);

      g_assert_cmpstr (place, ==, cases[i].place);
      g_assert_cmpstr (type, ==, cases[i].type);
    }
}

static void
test_tcp (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autoptr (GPtrArray) checks = mns_doctor_checks_new ();

  mns_doctor_check_tcp (checks, "127.0.0.1", port, 5000);
  assert_check (nth (checks, 0), MNS_DOCTOR_OK, "Answers");
  g_socket_listener_close (listener);
  mns_doctor_check_tcp (checks, "127.0.0.1", port, 5000);
  assert_check (nth (checks, 1), MNS_DOCTOR_FAULT, "Does not answer");
}

static GSocket *
bind_udp (guint16 *port)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

static gpointer
answer_thread (gpointer data)
{
  g_autoptr (GSocketAddress) from = NULL;
  char bytes[64];
  gssize length = g_socket_receive_from (data, &from, bytes, sizeof bytes, NULL, NULL);

  g_assert_cmpint (length, ==, 28);
  g_assert_cmpint (g_socket_send_to (data, from, bytes, (gsize) length, NULL, NULL), ==, 28);
  return NULL;
}

static void
test_udp (void)
{
  g_autoptr (GPtrArray) checks = mns_doctor_checks_new ();
  guint16 port;
  g_autoptr (GSocket) socket = bind_udp (&port);
  GThread *thread = g_thread_new ("answer", answer_thread, socket);

  mns_doctor_check_udp (checks, "127.0.0.1", port, 10000);
  g_thread_join (thread);
  assert_check (nth (checks, 0), MNS_DOCTOR_OK, "Answers");
  mns_doctor_check_udp (checks, "127.0.0.1", port, 1000); /* nobody answers any more */
  assert_check (nth (checks, 1), MNS_DOCTOR_WARNING, "no answer");
  g_socket_close (socket, NULL);
  mns_doctor_check_udp (checks, "127.0.0.1", port, 5000);
  assert_check (nth (checks, 2), MNS_DOCTOR_FAULT, "Cannot be reached");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doctor/folder", test_folder);
  g_test_add_func ("/doctor/clock", test_clock);
  g_test_add_func ("/doctor/share", test_share);
  g_test_add_func ("/doctor/mount", test_mount);
  g_test_add_func ("/doctor/tcp", test_tcp);
  g_test_add_func ("/doctor/udp", test_udp);
  return g_test_run ();
}
