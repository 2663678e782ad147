/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"
#include "sync/model/error.h"

G_BEGIN_DECLS

/*
 * The outcome envelope (decisions.md section 1), the body of every answer that is not a page of
 * rows, and of every refusal:
 *
 *   {"outcome": "ok|conflict|denied|invalid|error", "result"?, "conflict"?: {"id"?, "code",
 *    "detail", "values"?, "seen"?, "there"?}, "faults": [{"at", "code", "message", "values"?}]}
 */

/* HTTP status codes that the protocol uses and that are not the code of an outcome. */
enum
{
  MNS_HTTP_BAD_REQUEST = 400, /* not JSON, not HTTP, not UTF-8 */
  MNS_HTTP_UNAUTHORIZED = 401,
  MNS_HTTP_NOT_FOUND = 404,
  MNS_HTTP_BAD_METHOD = 405,
  MNS_HTTP_TIMEOUT = 408,
  MNS_HTTP_RESYNC = 409, /* pull: forget the cursor; push: another device has this id (fork) */
  MNS_HTTP_TOO_LARGE = 413,
  MNS_HTTP_BAD_TYPE = 415,
  MNS_HTTP_BAD_RANGE = 416,
  MNS_HTTP_TOO_OLD = 426, /* pull: this program knows too old a schema */
  MNS_HTTP_TOO_MANY = 429,
  MNS_HTTP_BUSY = 503,
  MNS_HTTP_DISK_FULL = 507,
};

guint mns_outcome_to_http (MnsOutcome outcome);

guint mns_error_code_to_http (MnsError code);
MnsError mns_error_code_from_http (guint status);
const char *mns_error_code_to_word (MnsError code);

JsonObject *mns_envelope_from_result (const MnsResult *result, const MnsId *conflict);
JsonArray *mns_envelope_list_said (const MnsResult *result);
MnsResult *mns_envelope_to_result (JsonNode *node, MnsId *conflict, GError **error);
JsonObject *mns_envelope_from_error (const GError *failure);
GError *mns_envelope_to_error (guint status, const char *body, gssize length);
JsonObject *mns_envelope_new_refusal (MnsOutcome outcome, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* JSON at the edges */
char *mns_json_print (JsonObject *object);
JsonNode *mns_json_parse (const char *text, gssize length, GError **error);
JsonNode *mns_json_parse_object (const char *text, gssize length, GError **error);

G_END_DECLS
