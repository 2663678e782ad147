/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"
#include "sync/lab/containers.h"
#include "sync/lab/run-state.h"

G_BEGIN_DECLS

/* How long a device that works offline holds a run (decisions.md 15). */
#define MNS_LEASE_US (G_GINT64_CONSTANT (7) * 24 * 3600 * G_USEC_PER_SEC)

/**
 * MnsRun:
 *
 * A step run with the settings it started with.
 */
typedef struct
{
  MnsId id;
  char *lims_id;
  MnsId step;
  char *step_name;
  MnsId queue;
  MnsId protocol;
  char *state;
  MnsId technician;
  gboolean has_lease;
  MnsId lease_client;
  gint64 lease_until;
  gboolean has_instrument;
  MnsId instrument;
  gboolean has_container_type;
  MnsId container_type;
  gboolean places_itself;
  gboolean next_steps_locked;
  char *program_status;
  char *fields;
  char *phi_fields;
  JsonObject *settings;
  const MnsStepType *type;
} MnsRun;

MnsRun *mns_run_load (MnsCall *call, GError **error);
void mns_run_free (MnsRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRun, mns_run_free)

gboolean mns_run_check (MnsCall *call, const MnsRun *run, const char *from_state);
gboolean mns_run_touch (MnsCall *call, const MnsRun *run, GError **error);
gboolean mns_run_get_master_step (const MnsRun *self, MnsId *id);
gboolean mns_settings_permit (JsonObject *settings, const char *list, const MnsId *id);
guint mns_settings_count (JsonObject *settings, const char *list);

/* Lets the scopes of the run's samples see these containers or runs: rows inner_id, scope. */
gboolean mns_scopes_add (MnsCall *call, MnsRowSet *pairs, GError **error);
gboolean mns_scopes_copy (MnsCall *call, const MnsId *run, MnsRowSet *inner_ids, GError **error);

/* Checks of a state that is being left. */
gboolean mns_run_check_placed (MnsCall *call, const MnsRun *run, GError **error);
gboolean mns_run_check_recorded (MnsCall *call, const MnsRun *run, GError **error);

/* Handlers, one file each. */
gboolean mns_step_begin (MnsCall *call, GError **error);
gboolean mns_step_place (MnsCall *call, GError **error);
gboolean mns_step_add_container (MnsCall *call, GError **error);
gboolean mns_step_use_container (MnsCall *call, GError **error);
gboolean mns_step_remove_container (MnsCall *call, GError **error);
gboolean mns_step_record (MnsCall *call, GError **error);
gboolean mns_step_details (MnsCall *call, GError **error);
gboolean mns_step_lots (MnsCall *call, GError **error);
gboolean mns_step_advance (MnsCall *call, GError **error);
gboolean mns_step_take_over (MnsCall *call, GError **error);
gboolean mns_step_assign (MnsCall *call, GError **error);
gboolean mns_step_finish (MnsCall *call, GError **error);
gboolean mns_step_abort (MnsCall *call, GError **error);

G_END_DECLS
