/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Is everything in place for runs to come in by themselves? Each answer says what to do. */

typedef enum
{
  MNS_DOCTOR_OK,
  MNS_DOCTOR_WARNING, /* works, or cannot be told; a person should look */
  MNS_DOCTOR_FAULT,
} MnsDoctorResult;

/**
 * MnsDoctorCheck:
 * @result: how it is
 * @subject: what was looked at: a folder, a host and port
 * @found: what was found, a sentence
 * @advice: what to do, a sentence; %NULL if nothing
 */
typedef struct
{
  MnsDoctorResult result;
  char *subject;
  char *found;
  char *advice;
} MnsDoctorCheck;

/**
 * MnsDoctorSettings:
 * @root: folder of runs
 * @is_share: whether @root is meant to be a mounted share
 * @fresh_days: days without a change after which a person should look, 0 for 14
 * @may_write: whether a file may be made for a moment, to read the clock of the file server
 * @file_server: (nullable): host of the share, asked on 139 and 445
 * @vpn: (nullable): host of the VPN, asked on 500 and 4500
 * @timeout_ms: how long anything may take, 0 for 5 s
 *
 * One integration.
 */
typedef struct
{
  const char *root;
  gboolean is_share;
  guint fresh_days;
  gboolean may_write;
  const char *file_server;
  const char *vpn;
  guint timeout_ms;
} MnsDoctorSettings;

GPtrArray *mns_doctor_check (const MnsDoctorSettings *settings);
const char *mns_doctor_result_name (MnsDoctorResult result);

/* The single checks, for tests and for whoever needs one of them. Each adds to @checks. */
GPtrArray *mns_doctor_checks_new (void);
void mns_doctor_check_folder (GPtrArray *checks, const MnsDoctorSettings *settings, gint64 now);
void mns_doctor_check_tcp (GPtrArray *checks, const char *host, guint16 port, guint timeout_ms);
void mns_doctor_check_udp (GPtrArray *checks, const char *host, guint16 port, guint timeout_ms);
char *mns_doctor_find_mount (const char *mountinfo, const char *path, char **type);

G_END_DECLS
