/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/mns-test.h"
#include "tests/sync/sim-power.h"
#include "tests/sync/sim.h"

#define N_FIRST 3
#define START G_GINT64_CONSTANT (1764000000000000)
#define DAY_US (24 * 3600 * G_GINT64_CONSTANT (1000000))
#define MOST_WRITES 60

void
sim_fail (Sim *self, const char *format, ...)
{
  va_list values;

  if (self->failure != NULL)
    return;
  va_start (values, format);
  self->failure = g_strdup_vprintf (format, values);
  va_end (values);
}

gboolean
sim_chance (Sim *self, guint percent)
{
  return (guint) g_rand_int_range (self->random, 0, 100) < percent;
}

static void
prepare_device (Sim *self, guint index)
{
  Device *device = &self->devices[index];
  g_autofree char *name = g_strdup_printf ("device-%u", index);

  device->base.klass = &sim_network_class;
  device->sim = self;
  device->index = index;
  device->dir = g_build_filename (self->dir, name, NULL);
  device->late = g_byte_array_new ();
  memset (&device->person, 0, sizeof device->person);
  device->person.bytes[6] = 0x70;
  device->person.bytes[8] = 0x80;
  device->person.bytes[15] = (guint8) (index + 1);
}

static void
copy_template (const char *from, const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  g_mkdir_with_parents (to, 0700);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);
      g_autofree char *content = NULL;
      gsize size = 0;

      if (!g_str_equal (name, "open") && g_file_get_contents (source, &content, &size, NULL))
        g_file_set_contents_full (
            target, content, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
    }
}

/* The first sync of each device is the same in every world: it is done once. */
static void
make_device (Sim *self, guint index, const char *templates)
{
  Device *device = &self->devices[index];
  g_autofree char *name = g_strdup_printf ("template-%u", index);
  g_autofree char *template = g_build_filename (templates, name, NULL);
  gboolean there = g_file_test (template, G_FILE_TEST_IS_DIR);

  device->exists = TRUE;
  if (there)
    copy_template (template, device->dir);
  sim_server_set_next_id (self->server, 1000 * (index + 1));
  sim_device_open (device);
  if (!there)
    {
      self->calm = TRUE;
      sim_device_round (device);
      self->calm = FALSE;
      g_assert_null (self->failure);
      sim_device_close (device);
      copy_template (device->dir, template);
      sim_device_open (device);
    }
  sim_server_add_client (
      self->server, &mns_replica_get_state (device->replica)->client, &device->person);
}

const SimOptions sim_usual = { .engine = &sim_sqlite_engine, .sabotage = MNS_SABOTAGE_NONE };

/**
 * sim_new:
 * @seed: everything that happens comes out of it
 * @templates: a folder where devices that have done their first sync are kept
 * @options: engine, planted bugs, power
 */
Sim *
sim_new (guint64 seed, const char *templates, const SimOptions *options)
{
  Sim *self = g_new0 (Sim, 1);
  guint32 parts[2] = { (guint32) (seed >> 32), (guint32) seed };

  self->random = g_rand_new_with_seed_array (parts, 2);
  self->server = sim_server_new (options->engine);
  self->clock = START;
  self->saved = g_array_new (FALSE, FALSE, sizeof (SavedCommand));
  self->dir = g_strdup_printf ("%s/world-%" G_GUINT64_FORMAT, templates, seed);
  /* ids made while a template was made are never made again */
  self->made_ids = (guint) (1000 + seed % 1000);
  for (guint i = 0; i < SIM_DEVICES; i++)
    prepare_device (self, i);
  for (self->n_devices = 0; self->n_devices < N_FIRST; self->n_devices++)
    make_device (self, self->n_devices, templates);
  for (guint i = 0; i < SIM_DEVICES; i++)
    {
      self->devices[i].sabotage = options->sabotage;
      if (self->devices[i].replica != NULL)
        self->devices[i].replica->sabotage = options->sabotage;
    }
  sim_server_set_next_id (self->server, 1000 * (N_FIRST + 1));
  sim_server_get_mood (self->server)->no_dedupe = options->no_dedupe;
  self->power = options->power;
  if (self->power != SIM_POWER_STAYS)
    sim_power_set_lying (self->power == SIM_POWER_GOES_LYING);
  sim_server_back_up (self->server);
  return self;
}

void
sim_free (Sim *self)
{
  for (guint i = 0; i < SIM_DEVICES; i++)
    {
      sim_device_close (&self->devices[i]);
      g_free (self->devices[i].dir);
      g_byte_array_unref (self->devices[i].late);
    }
  mns_test_remove_tree (self->dir);
  sim_power_forget (self->dir);
  sim_server_free (self->server);
  g_array_unref (self->saved);
  g_rand_free (self->random);
  g_free (self->dir);
  g_free (self->failure);
  g_free (self);
}

/* ---- misfortune: the rows of section 14 ---- */

static void
will_die (Sim *self, Device *device)
{
  static const char *const points[] = {
    "before-commit", "before-log", "applying", "before-switch", "push-answered",
  };

  device->dies_at = points[g_rand_int_range (self->random, 0, G_N_ELEMENTS (points))];
}

static void
server_will_die (Sim *self, Device *device)
{
  SimServerMood *mood = sim_server_get_mood (self->server);

  mood->die_in = g_rand_int_range (self->random, 0, 4);
  mood->die_after = sim_chance (self, 50);
}

static void
server_goes_back (Sim *self, Device *device)
{
  /* A clone's journal stays behind with its id: what a restore then loses of it is the backup's. */
  if (!self->cloned)
    sim_server_go_back (self->server, sim_chance (self, 50));
}

static void
back_up (Sim *self, Device *device)
{
  sim_server_back_up (self->server);
}

static void
switch_read_only (Sim *self, Device *device)
{
  SimServerMood *mood = sim_server_get_mood (self->server);

  mood->read_only = !mood->read_only;
}

static void
next_pull_is_a_pack (Sim *self, Device *device)
{
  sim_server_get_mood (self->server)->packs = TRUE;
}

static void
lose_file (Sim *self, Device *device)
{
  /* Where the power goes, the log may be lost with it; the file and the log at once nobody can
   * bring back.
   */
  if (self->powered_off != device)
    sim_device_lose_file (device);
}

static void
copy_disk (Sim *self, Device *device)
{
  /* Once in a world: two copies of one copy hold the same unsent commands, and both go on under
   * new ids. That a command's id comes under two devices' ids only the server could notice.
   */
  if (self->cloned || self->powered_off == device) /* a disk without power is not copied */
    return;
  self->cloned = TRUE;
  sim_device_clone (device, &self->devices[self->n_devices++]);
}

static void
fill_disk (Sim *self, Device *device)
{
  device->disk_full = TRUE;
}

static void
sign_out (Sim *self, Device *device)
{
  device->signed_out = !device->signed_out;
}

static void
turn_clock (Sim *self, Device *device)
{
  device->clock_error = g_rand_int_range (self->random, -2, 3) * DAY_US;
}

static void
end_program (Sim *self, Device *device)
{
  sim_device_close (device);
  sim_device_open (device);
}

/* Only in worlds of their own, so that the others stay what they were. */
static void
lose_power (Sim *self)
{
  Device *device = &self->devices[g_rand_int_range (self->random, 0, (gint32) self->n_devices)];

  if (self->powered_off != NULL)
    return;
  self->powered_off = device;
  sim_power_arm (device->dir, (guint) g_rand_int_range (self->random, 0, MOST_WRITES));
}

static const struct
{
  void (*happens) (Sim *self, Device *device);
  guint weight;
} misfortunes[] = {
  { will_die, 30 }, { server_will_die, 20 }, { server_goes_back, 6 },
  { back_up, 6 },   { switch_read_only, 8 }, { next_pull_is_a_pack, 10 },
  { lose_file, 4 }, { copy_disk, 2 },        { fill_disk, 8 },
  { sign_out, 6 },  { turn_clock, 6 },       { end_program, 4 },
};

static void
have_misfortune (Sim *self, Device *device)
{
  guint total = 0;
  guint dice;
  guint i = 0;

  for (guint k = 0; k < G_N_ELEMENTS (misfortunes); k++)
    total += misfortunes[k].weight;
  dice = (guint) g_rand_int_range (self->random, 0, (gint32) total);
  while (dice >= misfortunes[i].weight)
    dice -= misfortunes[i++].weight;
  g_debug ("device %u: misfortune %u", device->index, i);
  misfortunes[i].happens (self, device);
}

/* One thing happens to one device. */
void
sim_step (Sim *self)
{
  Device *device = &self->devices[g_rand_int_range (self->random, 0, (gint32) self->n_devices)];
  int dice = g_rand_int_range (self->random, 0, 100);

  self->clock += g_rand_int_range (self->random, 1000, 5000000);
  if (self->power != SIM_POWER_STAYS && sim_chance (self, 15))
    lose_power (self);
  if (dice < 58)
    sim_device_do (device);
  else if (dice < 84)
    sim_device_round (device);
  else if (dice < 94)
    have_misfortune (self, device);
  else
    sim_check_view (device);
  if (self->failure == NULL)
    sim_check_device (device);
}

/* The sun comes out: everyone tells everything. */
void
sim_settle (Sim *self)
{
  SimServerMood *mood = sim_server_get_mood (self->server);

  self->calm = TRUE;
  if (self->powered_off != NULL)
    sim_device_lose_power (self->powered_off);
  mood->die_in = -1;
  mood->read_only = FALSE;
  for (guint i = 0; i < self->n_devices; i++)
    {
      self->devices[i].disk_full = FALSE;
      self->devices[i].signed_out = FALSE;
      self->devices[i].dies_at = NULL;
    }
  for (guint round = 0; round < 3 && self->failure == NULL; round++)
    for (guint i = 0; i < self->n_devices && self->failure == NULL; i++)
      sim_device_round (&self->devices[i]);
  if (self->failure == NULL)
    sim_check_end (self);
}
