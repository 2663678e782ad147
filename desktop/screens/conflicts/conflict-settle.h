/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sync/store/store.h"

G_BEGIN_DECLS

/**
 * MnsPick:
 *
 * How a person settles one line of a conflict; the words are those of conflict.resolve.
 */
typedef enum
{
  MNS_PICK_NONE, /* not decided yet */
  MNS_PICK_MINE,
  MNS_PICK_THEIRS,
  MNS_PICK_THIRD, /* another value, typed */
  MNS_PICK_OTHER_WELL,
  MNS_PICK_SWAP,
  MNS_PICK_APPLY, /* to where it is now */
  MNS_PICK_COMMENT,
  MNS_PICK_REDO,
  MNS_PICK_DROP,
} MnsPick;

/**
 * MnsConflictLine:
 * @owner: what it is about, "artifact:<id>"; "" for the command as a whole
 * @member: which value of it; "" for the command as a whole
 * @seen: (nullable): what the person saw
 * @mine: (nullable): what they gave
 * @there: (nullable): what is there now
 * @picks: what may be chosen, ends with %MNS_PICK_NONE
 * @pick: what is chosen
 * @text: (nullable): the third value, or the other well
 */
typedef struct
{
  char *owner;
  char *member;
  JsonNode *seen;
  JsonNode *mine;
  JsonNode *there;
  const MnsPick *picks;
  MnsPick pick;
  char *text;
  gboolean moved; /* @there is newer than what the conflict tells */
} MnsConflictLine;

/**
 * MnsConflict:
 *
 * An open conflict with the lines in which it is settled. Knows no window.
 */
typedef struct
{
  char *id;
  char *command; /* name@version */
  char *command_id;
  char *code;
  char *detail; /* all that was said, in the person's language, a line each */
  char *cause;  /* nullable: id of the command that it follows */
  char *run;    /* nullable: the step that it is about, or would have made */
  gint64 n;
  gint64 performed_at;
  JsonObject *args;
  JsonObject *expect; /* nullable */
  JsonNode *there;    /* nullable */
  GPtrArray *lines;   /* MnsConflictLine */
} MnsConflict;

MnsConflict *mns_conflict_new (const MnsRows *rows, guint row);
void mns_conflict_free (MnsConflict *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsConflict, mns_conflict_free)

/* Words of conflict.resolve for a pick; NULL for none. */
const char *mns_pick_to_word (MnsPick pick);
gboolean mns_conflict_line_allows (const MnsConflictLine *self, MnsPick pick);

guint mns_conflict_count_open (const MnsConflict *self);
/* How many values of the command stand in no line, because nobody else touched them. */
guint mns_conflict_count_merged (const MnsConflict *self);
gboolean mns_conflict_needs_reason (const MnsConflict *self);

/* Takes over what was picked in an older reading of the same conflict. */
void mns_conflict_take_picks (MnsConflict *self, const MnsConflict *old);
/* The world moved on once more: what a second refusal says is there now. */
void mns_conflict_move (MnsConflict *self, JsonNode *there);

/* Where an artifact is now: (container id, well), both nullable. */
typedef struct
{
  char *container;
  char *well;
} MnsWhere;

void mns_where_free (MnsWhere *self);

/* The arguments of conflict.resolve@1 for what was picked. @places: artifact id → MnsWhere. */
JsonObject *mns_conflict_resolve (const MnsConflict *self, GHashTable *places, const char *reason);

G_END_DECLS
