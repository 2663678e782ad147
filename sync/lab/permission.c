/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/lab/permission.h"

#define C MNS_ROLE_COLLABORATOR
#define R MNS_ROLE_RESEARCHER
#define F MNS_ROLE_FACILITY
#define S MNS_ROLE_SYSTEM

/* Numbers 3, 5 to 8 and 35 are those that recorded REST documents show; the rest are ours. */
static const MnsPermission permissions[] = {
  { 1, "APILogin", F | S, "use of the REST API" },
  { 2, "ClarityLogin", R | F | S, "sign in to the lab client and work at the bench" },
  { 3, "CollaborationsLogin", C | R | F | S, "sign in to the portal" },
  { 4, "OperationsLogin", F | S, "kept for the numbers of old scripts" },
  { 9, "Configuration:update", F | S, "all configuration" },
  { 10, "Contact:create", F | S, "make clients and accounts" },
  { 11, "Contact:read", F | S, "see clients" },
  { 12, "Contact:update", F | S, "change clients and accounts" },
  { 13, "Contact:delete", F | S, "delete clients" },
  { 14, "User:create", F | S, "make users" },
  { 15, "User:read", F | S, "see users" },
  { 16, "User:update", F | S, "change users, their roles and status" },
  { 17, "User:delete", F | S, "delete users" },
  { 18, "Role:create", F | S, "make roles" },
  { 19, "Role:update", F | S, "change roles" },
  { 20, "Role:delete", F | S, "delete roles" },
  { 21, "Controls:create", F | S, "make control types" },
  { 22, "Controls:update", F | S, "change control types" },
  { 23, "Controls:delete", F | S, "delete control types" },
  { 24, "ReagentKit:create", F | S, "make reagent kits" },
  { 25, "ReagentKit:update", F | S, "change reagent kits" },
  { 26, "ReagentKit:delete", F | S, "delete reagent kits" },
  { 27, "OverviewDashboard:read", F | S, "see the overview dashboard" },
  { 28, "Process:create", F | S, "runs outside a protocol, for old scripts" },
  { 29, "Process:read", F | S, "see such runs" },
  { 30, "Process:update", F | S, "change such runs" },
  { 5, "Project:create", C | R | F | S, "make and change projects" },
  { 6, "Project:delete", C | R | F | S, "delete projects" },
  { 7, "Sample:create", C | R | F | S, "add submitted samples" },
  { 35, "Sample:update", C | R | F | S, "change submitted samples" },
  { 8, "Sample:delete", C | R | F | S, "delete submitted samples" },
  { 31, "SampleWorkflowAssignment", R | F | S, "assign samples to a workflow" },
  { 32, "ReQueueSample", R | F | S, "queue a sample again for a step it has completed" },
  { 33, "SampleRework", F | S, "send a sample back to an earlier step" },
  { 34, "MoveToNextStep", F | S, "move a queued sample on without running the step" },
  { 36, "RemoveSampleFromWorkflow", F | S, "take samples out of a queue or workflow" },
  { 37, "ReviewEscalatedSamples", F | S, "be chosen as reviewer and finish a review" },
  { 38, "eSignatureSigning", F | S, "sign a step" },
  { 39, "SearchIndex", S, "build the search index again" },
  { 40, "CanEditCompletedSteps", 0, "change a completed step" },
  { 41, "AdministerLabLink", F | S, "run the portal" },
  { 42, "ReadOnly", 0, "see everything, change nothing" },
  { 43, "PHI:read", S, "see protected health information" },
  { 44, "PHI:update", S, "record protected health information" },
};

static const MnsRoleSeed seeds[] = {
  { S, "System Administrator", "systemadministrator" },
  { F, "Facility Administrator", "administrator" },
  { R, "Researcher", "labtech" },
  { C, "Collaborator", "webclient" },
};

const MnsPermission *
mns_permissions_get_all (guint *n_permissions)
{
  *n_permissions = G_N_ELEMENTS (permissions);
  return permissions;
}

/**
 * mns_permission_find:
 *
 * Returns: (nullable): the permission of that name
 */
const MnsPermission *
mns_permission_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (permissions); i++)
    if (g_str_equal (permissions[i].name, name))
      return &permissions[i];
  return NULL;
}

const MnsRoleSeed *
mns_role_seeds_get_all (guint *n_seeds)
{
  *n_seeds = G_N_ELEMENTS (seeds);
  return seeds;
}
