/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/lab/world.h"

G_BEGIN_DECLS

/* A test that runs on both engines, in two worlds of their own, and then compares all rows of all
 * synced tables.
 */
typedef void (*MnsBothFunc) (MnsWorld *world);

void mns_test_add_both (const char *path, MnsBothFunc func);

/* What a command must answer. @word is an outcome; @code the code of the conflict, or of one of the
 * faults, or NULL.
 */
void mns_test_expect (MnsWorld *world,
                      MnsWorldPerson person,
                      const char *command,
                      const char *args,
                      const char *expect,
                      const char *word,
                      const char *code);

/* Around a test that uses what follows without mns_test_add_both(). */
void mns_test_begin_texts (void);
void mns_test_end_texts (void);

/* Keeps a text until the end of the test. */
const char *mns_test_keep (char *text);
/* printf for args; freed by the harness at the end of the test */
const char *mns_test_text (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* The member of a result as text; both are freed by the harness. */
const char *mns_test_member (JsonObject *result, const char *member);

/* Compares one value in the database. */
void mns_test_ask (MnsWorld *world, const char *sql, const char *text, const char *wanted);

G_END_DECLS
