/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

typedef struct
{
  MnsId id;
  char *lims_id;
  char *name;
  MnsId account;
  MnsId person;
  gint64 priority;
  char *open_date;
  char *close_date;
  char *fields;
  char *phi_fields;
} MnsProject;

MnsProject *mns_project_load (MnsCall *call, const MnsId *id, const char *at, GError **error);
void mns_project_free (MnsProject *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsProject, mns_project_free)

G_END_DECLS
