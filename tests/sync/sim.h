/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica-private.h"
#include "sync/client/sync.h"
#include "tests/sync/sim-server.h"

G_BEGIN_DECLS

/* A world of devices, one server and a bad network between them, all out of one seed. */

#define SIM_DEVICES 4 /* the clone included */

typedef struct _Sim Sim;

typedef enum
{
  SIM_POWER_STAYS,
  SIM_POWER_GOES,       /* now and then, for one device at a time; see sim-power.h */
  SIM_POWER_GOES_LYING, /* a planted bug: with a disk that does not flush */
} SimPower;

typedef struct
{
  const SimEngine *engine;
  MnsSabotage sabotage; /* a bug planted in the clients */
  gboolean no_dedupe;   /* a bug planted in the server */
  SimPower power;
} SimOptions;

extern const SimOptions sim_usual; /* no bug, SQLite, power */

/* For the message, where one has not exactly one outcome. */
typedef struct
{
  MnsId id;
  guint device;
  gint64 n;
  const char *name; /* interned */
} SavedCommand;

typedef struct
{
  MnsTransport base;
  Sim *sim;
  guint index;
  char *dir;
  MnsId person;
  gboolean exists;

  MnsReplica *replica;
  MnsSync *sync;
  MnsSabotage sabotage;

  gboolean crashed;    /* the program has ended: open it again */
  const char *dies_at; /* the point where it will */
  gboolean disk_full;
  gboolean signed_out;
  gboolean busy; /* inside a round */
  gint64 clock_error;

  gboolean in_doubt; /* the power went while this one was saved */
  SavedCommand doubtful;
  gint64 n_counted; /* own commands toy.count that were saved */
  guint n_names;
  GByteArray *late; /* an answer to an earlier pull */
} Device;

struct _Sim
{
  GRand *random;
  SimServer *server;
  char *dir;
  gint64 clock;
  Device devices[SIM_DEVICES];
  guint n_devices;
  GArray *saved; /* SavedCommand: every command that a device said it saved */
  gboolean calm; /* the network is good now */
  gboolean cloned;
  guint depth;
  SimPower power;
  Device *powered_off; /* whose power will go, or has gone */
  guint n_cuts;
  guint n_lost; /* writes */
  guint made_ids;
  guint n_warnings;
  char *failure; /* the first */
};

Sim *sim_new (guint64 seed, const char *templates, const SimOptions *options);
void sim_free (Sim *self);
void sim_step (Sim *self);
void sim_settle (Sim *self);
void sim_fail (Sim *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean sim_chance (Sim *self, guint percent);

/* sim-run.c */
typedef struct
{
  guint decided;
  guint saved;
  guint cuts;
  guint lost;
  char *digest; /* of what the last world's server shows in the end */
} SimTotals;

/* Returns: (transfer full) (nullable): what went wrong */
char *sim_run_seed (
    guint64 seed, const char *dir, int steps, const SimOptions *options, SimTotals *totals);
char *sim_make_dir (void);
void sim_count_warnings (gboolean quiet);

/* sim-network.c */
extern const MnsTransportClass sim_network_class;

/* sim-device.c */
void sim_device_open (Device *self);
void sim_device_close (Device *self);
void sim_device_do (Device *self);
void sim_device_round (Device *self);
void sim_device_lose_file (Device *self);
void sim_device_lose_power (Device *self);
void sim_device_clone (Device *self, Device *copy);

/* sim-checks.c */
void sim_check_device (Device *self);
void sim_check_view (Device *self);
void sim_check_end (Sim *self);

G_END_DECLS
