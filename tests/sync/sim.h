/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica-private.h"
#include "sync/client/sync.h"
#include "tests/sync/sim-server.h"

G_BEGIN_DECLS

/* A world of devices, one server and a bad network between them, all out of one seed. */

#define SIM_DEVICES 4 /* the clone included */

typedef struct _Sim Sim;

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

  gint64 n_counted; /* own commands toy.count that were saved */
  guint n_names;
  GByteArray *late; /* an answer to an earlier pull */
} Device;

/* For the message, where one has not exactly one outcome. */
typedef struct
{
  MnsId id;
  guint device;
  gint64 n;
  const char *name; /* interned */
} SavedCommand;

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
  guint made_ids;
  guint n_warnings;
  char *failure; /* the first */
};

Sim *sim_new (guint64 seed, const char *templates, MnsSabotage sabotage, gboolean no_dedupe);
void sim_free (Sim *self);
void sim_step (Sim *self);
void sim_settle (Sim *self);
void sim_fail (Sim *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean sim_chance (Sim *self, guint percent);

/* sim-network.c */
extern const MnsTransportClass sim_network_class;

/* sim-device.c */
void sim_device_open (Device *self);
void sim_device_close (Device *self);
void sim_device_do (Device *self);
void sim_device_round (Device *self);
void sim_device_lose_file (Device *self);
void sim_device_clone (Device *self, Device *copy);

/* sim-checks.c */
void sim_check_device (Device *self);
void sim_check_view (Device *self);
void sim_check_end (Sim *self);

G_END_DECLS
