/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text of an id: 36 characters and the NUL. */
#define MNS_ID_TEXT_SIZE 37

/**
 * MnsId:
 *
 * A row id: the 16 bytes of a UUIDv7, made by whoever makes the row and never shown to people.
 * Its time part is never read as a time.
 */
typedef struct
{
  guint8 bytes[16];
} MnsId;

/* Home scope of all configuration; held by every device. */
extern const MnsId MNS_ID_CONFIGURATION;
/* Outer scope of sequencing runs that belong to no step run; held by everyone who may sign in. */
extern const MnsId MNS_ID_INSTRUMENTS;

void mns_id_make (MnsId *id);
void mns_id_derive (MnsId *id, const MnsId *command, const char *what, guint n);

gboolean mns_id_parse (MnsId *id, const char *text);
void mns_id_print (const MnsId *id, char text[MNS_ID_TEXT_SIZE]);
char *mns_id_to_string (const MnsId *id);

gboolean mns_id_is_null (const MnsId *id);
int mns_id_compare (const MnsId *a, const MnsId *b);

/* For GHashTable; keys are MnsId *. */
guint mns_id_hash (gconstpointer id);
gboolean mns_id_equal (gconstpointer a, gconstpointer b);
MnsId *mns_id_dup (const MnsId *id);

G_END_DECLS
