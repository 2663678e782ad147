/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"

G_BEGIN_DECLS

/* What was said against a command, in the language of the program. */
char *mns_refusal_say (const char *message, JsonObject *values);
char *mns_refusal_say_fault (const MnsFault *fault);
char *mns_refusal_say_result (const MnsResult *result);
/* Of a conflict's column "said", one sentence a line; NULL if there is none. */
char *mns_refusal_say_list (JsonNode *said);

G_END_DECLS
