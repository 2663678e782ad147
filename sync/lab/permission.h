/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MnsBuiltInRole:
 *
 * The four roles a new database has. Their rows are configuration like any other.
 */
typedef enum
{
  MNS_ROLE_COLLABORATOR = 1 << 0,
  MNS_ROLE_RESEARCHER = 1 << 1,
  MNS_ROLE_FACILITY = 1 << 2,
  MNS_ROLE_SYSTEM = 1 << 3,
} MnsBuiltInRole;

/**
 * MnsPermission:
 *
 * A right. @number is what the REST API shows and is never reused; @roles are the built-in roles
 * that have it in a new database (domain/concepts.md 2.3).
 */
typedef struct
{
  int number;
  const char *name;
  guint roles;
  const char *opens;
} MnsPermission;

const MnsPermission *mns_permissions_get_all (guint *n_permissions);
const MnsPermission *mns_permission_find (const char *name);

typedef struct
{
  MnsBuiltInRole role;
  const char *name;
  const char *legacy_name;
} MnsRoleSeed;

const MnsRoleSeed *mns_role_seeds_get_all (guint *n_seeds);

G_END_DECLS
