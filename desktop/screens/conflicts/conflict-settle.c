/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* From a conflict's row to lines that a person settles, and back to the command that settles it.
 *
 * A refused command was refused whole. So what stands in no line, because nobody else touched it,
 * is given again with whatever was chosen: choosing "theirs" for one cell of 96 keeps the other 95.
 */

#include "config.h"

#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/app/refusal.h"
#include "desktop/screens/conflicts/conflict-follow.h"
#include "desktop/screens/conflicts/conflict-settle.h"

static const char *const words[] = {
  [MNS_PICK_NONE] = NULL,
  [MNS_PICK_MINE] = "mine",
  [MNS_PICK_THEIRS] = "theirs",
  [MNS_PICK_THIRD] = "third",
  [MNS_PICK_OTHER_WELL] = "other_well",
  [MNS_PICK_SWAP] = "swap",
  [MNS_PICK_APPLY] = "apply",
  [MNS_PICK_COMMENT] = "comment",
  [MNS_PICK_REDO] = "redo",
  [MNS_PICK_DROP] = "drop",
};

static const MnsPick of_values[] = { MNS_PICK_MINE, MNS_PICK_THEIRS, MNS_PICK_THIRD, 0 };
static const MnsPick of_wells[] = { MNS_PICK_OTHER_WELL, MNS_PICK_SWAP, MNS_PICK_DROP, 0 };
static const MnsPick of_moved[] = { MNS_PICK_APPLY, MNS_PICK_DROP, 0 };
static const MnsPick of_done[] = { MNS_PICK_THEIRS, MNS_PICK_COMMENT, 0 };
static const MnsPick of_redo[] = { MNS_PICK_REDO, MNS_PICK_DROP, 0 };
static const MnsPick of_gone[] = { MNS_PICK_REDO, MNS_PICK_DROP, 0 };
static const MnsPick of_names[] = { MNS_PICK_THIRD, MNS_PICK_DROP, 0 };

/* What a code offers for the command as a whole; codes that are not here offer to do it again. */
static const struct
{
  const char *code;
  const MnsPick *picks;
} whole[] = {
  { "field_changed", of_values }, { "moved_on", of_moved },
  { "step_done", of_done },       { "gone", of_gone },
  { "rule_changed", of_redo },
};

const char *
mns_pick_to_word (MnsPick pick)
{
  return words[pick];
}

gboolean
mns_conflict_line_allows (const MnsConflictLine *self, MnsPick pick)
{
  for (const MnsPick *p = self->picks; *p != MNS_PICK_NONE; p++)
    if (*p == pick)
      return TRUE;
  return FALSE;
}

void
mns_where_free (MnsWhere *self)
{
  g_free (self->container);
  g_free (self->well);
  g_free (self);
}

static void
line_free (MnsConflictLine *self)
{
  g_free (self->owner);
  g_free (self->member);
  g_clear_pointer (&self->seen, json_node_unref);
  g_clear_pointer (&self->mine, json_node_unref);
  g_clear_pointer (&self->there, json_node_unref);
  g_free (self->text);
  g_free (self);
}

void
mns_conflict_free (MnsConflict *self)
{
  g_free (self->id);
  g_free (self->command);
  g_free (self->command_id);
  g_free (self->code);
  g_free (self->detail);
  g_free (self->cause);
  g_free (self->run);
  g_clear_pointer (&self->args, json_object_unref);
  g_clear_pointer (&self->expect, json_object_unref);
  g_clear_pointer (&self->there, json_node_unref);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

/* ---- reading ---- */

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonNode *
copy_member (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL ? json_node_copy (node) : NULL;
}

static JsonObject *
copy_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) copy = NULL;

  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  copy = json_from_string (text, NULL);
  return json_node_dup_object (copy);
}

/* Lists of a command's parts, and how a part names its object and its value. */
static const struct
{
  const char *list;
  const char *owner;
  gboolean by_field; /* {field, value}; else the members themselves */
} lists[] = {
  { "cells", "artifact", TRUE },
  { "cells", "sample", TRUE },
  { "places", "artifact", FALSE },
  { "actions", "artifact", FALSE },
};

static gboolean
is_of (JsonObject *part, const char *kind, const char *owner)
{
  const char *id = get_text (part, kind);
  g_autofree char *key = id != NULL ? g_strconcat (kind, ":", id, NULL) : NULL;

  return g_strcmp0 (key, owner) == 0;
}

/* The place in args that gives the value; NULL if the command gives none. */
static JsonObject *
find_part (JsonObject *args, const char *owner, const char *member, const char **name)
{
  JsonObject *fields = get_object (args, "fields");

  for (guint k = 0; k < G_N_ELEMENTS (lists); k++)
    {
      JsonNode *node = json_object_get_member (args, lists[k].list);
      JsonArray *parts =
          node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

      for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
        {
          JsonObject *part = json_array_get_object_element (parts, i);

          if (!is_of (part, lists[k].owner, owner) ||
              (lists[k].by_field && g_strcmp0 (get_text (part, "field"), member) != 0))
            continue;
          *name = lists[k].by_field ? "value" : member;
          return part;
        }
    }
  *name = member;
  if (fields != NULL && json_object_has_member (fields, member))
    return fields;
  return json_object_has_member (args, member) ? args : NULL;
}

static MnsConflictLine *
add_line (MnsConflict *self, const char *owner, const char *member, const MnsPick *picks)
{
  MnsConflictLine *line = g_new0 (MnsConflictLine, 1);

  line->owner = g_strdup (owner);
  line->member = g_strdup (member);
  line->picks = picks;
  g_ptr_array_add (self->lines, line);
  return line;
}

static const MnsPick *
get_whole_picks (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (whole); i++)
    if (g_strcmp0 (code, whole[i].code) == 0)
      return whole[i].picks;
  return of_redo;
}

/* {owner: {member: value}} on both sides. */
static void
add_values (MnsConflict *self, JsonObject *seen, JsonObject *there)
{
  g_autoptr (GList) owners = json_object_get_members (there);

  for (GList *o = owners; o != NULL; o = o->next)
    {
      JsonObject *now = get_object (there, o->data);
      g_autoptr (GList) members = now != NULL ? json_object_get_members (now) : NULL;

      for (GList *m = members; m != NULL; m = m->next)
        {
          MnsConflictLine *line = add_line (self, o->data, m->data, get_whole_picks (self->code));
          const char *name;
          JsonObject *part = find_part (self->args, o->data, m->data, &name);

          line->seen = copy_member (get_object (seen, o->data), m->data);
          line->there = copy_member (now, m->data);
          line->mine = copy_member (part, name);
        }
    }
}

/* A well of each that somebody else sits in. */
static void
add_wells (MnsConflict *self, JsonArray *wells)
{
  for (guint i = 0; i < json_array_get_length (wells); i++)
    {
      JsonObject *well = json_array_get_object_element (wells, i);
      const char *by = get_text (well, "wanted_by");
      g_autofree char *owner = g_strconcat ("artifact:", by, NULL);
      const char *name = get_text (well, "container_name");
      g_autofree char *member =
          g_strdup_printf ("%s %s", name != NULL ? name : "", get_text (well, "well"));
      MnsConflictLine *line = add_line (self, owner, member, of_wells);

      line->there = copy_member (well, "name");
      line->mine = json_node_new (JSON_NODE_VALUE);
      json_node_set_string (line->mine, by);
    }
}

static void
add_lines (MnsConflict *self, JsonNode *seen)
{
  gboolean named = g_strcmp0 (self->code, "name_taken") == 0;
  MnsConflictLine *line;

  if (g_strcmp0 (self->code, "well_taken") == 0 && self->there != NULL &&
      JSON_NODE_HOLDS_ARRAY (self->there))
    add_wells (self, json_node_get_array (self->there));
  else if (seen != NULL && JSON_NODE_HOLDS_OBJECT (seen) && self->there != NULL &&
           JSON_NODE_HOLDS_OBJECT (self->there) &&
           !json_object_has_member (json_node_get_object (self->there), "run"))
    add_values (self, json_node_get_object (seen), json_node_get_object (self->there));
  if (self->lines->len > 0)
    return;
  line = add_line (self, "", named ? "name" : "", named ? of_names : get_whole_picks (self->code));
  if (named)
    line->mine = copy_member (self->args, "name");
}

/**
 * mns_conflict_new:
 * @rows: rows of the view "conflicts"
 *
 * Returns: (transfer full): one of them, with nothing chosen
 */
MnsConflict *
mns_conflict_new (const MnsRows *rows, guint row)
{
  MnsConflict *self = g_new0 (MnsConflict, 1);
  g_autoptr (JsonNode) body = mns_cell_parse_json (rows, row, "body");
  g_autoptr (JsonNode) seen = mns_cell_parse_json (rows, row, "seen");
  g_autoptr (JsonNode) said = mns_cell_parse_json (rows, row, "said");
  JsonObject *command =
      body != NULL && JSON_NODE_HOLDS_OBJECT (body) ? json_node_get_object (body) : NULL;
  JsonObject *args = get_object (command, "args");
  JsonObject *expect = get_object (command, "expect");

  self->id = mns_cell_dup_id (rows, row, "conflict_id");
  self->command = g_strdup (mns_cell_text (rows, row, "command"));
  self->code = g_strdup (mns_cell_text (rows, row, "code"));
  self->detail = mns_refusal_say_list (said);
  if (self->detail == NULL) /* of an older server */
    self->detail = g_strdup (mns_cell_text (rows, row, "detail"));
  self->cause = mns_cell_dup_id (rows, row, "cause");
  self->n = mns_cell_int (rows, row, "n");
  self->command_id = g_strdup (get_text (command, "id"));
  self->performed_at =
      command != NULL ? json_object_get_int_member_with_default (command, "performed_at", 0) : 0;
  self->args = args != NULL ? json_object_ref (args) : json_object_new ();
  self->expect = expect != NULL ? json_object_ref (expect) : NULL;
  self->run = g_strdup (get_text (self->args, "run"));
  if (self->run == NULL)
    self->run = mns_conflict_dup_made_run (self->command, self->command_id);
  self->there = mns_cell_parse_json (rows, row, "there");
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  add_lines (self, seen);
  return self;
}

guint
mns_conflict_count_open (const MnsConflict *self)
{
  guint n = 0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const MnsConflictLine *line = g_ptr_array_index (self->lines, i);
      gboolean typed = line->pick == MNS_PICK_THIRD || line->pick == MNS_PICK_OTHER_WELL;

      n += line->pick == MNS_PICK_NONE || (typed && (line->text == NULL || line->text[0] == '\0'));
    }
  return n;
}

/* A part has one value, or a place, which counts as one. */
guint
mns_conflict_count_merged (const MnsConflict *self)
{
  static const char *const names[] = { "cells", "places", "actions" };
  JsonObject *fields = get_object (self->args, "fields");
  guint n = fields != NULL ? json_object_get_size (fields) : 0;
  g_autoptr (GHashTable) parts = g_hash_table_new (NULL, NULL);
  guint n_lines = 0;

  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    {
      JsonNode *node = json_object_get_member (self->args, names[k]);

      if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
        n += json_array_get_length (json_node_get_array (node));
    }
  for (guint i = 0; i < self->lines->len; i++)
    {
      const MnsConflictLine *line = g_ptr_array_index (self->lines, i);
      const char *name;
      JsonObject *part;

      if (line->owner[0] == '\0') /* the command as a whole */
        return 0;
      part = find_part (self->args, line->owner, line->member, &name);
      if (part != NULL && part != self->args && (part == fields || g_hash_table_add (parts, part)))
        n_lines++;
    }
  return n > n_lines ? n - n_lines : 0;
}

void
mns_conflict_take_picks (MnsConflict *self, const MnsConflict *old)
{
  for (guint i = 0; i < MIN (self->lines->len, old->lines->len); i++)
    {
      MnsConflictLine *line = g_ptr_array_index (self->lines, i);
      const MnsConflictLine *before = g_ptr_array_index (old->lines, i);

      if (!g_str_equal (line->owner, before->owner) || !g_str_equal (line->member, before->member))
        continue;
      line->pick = before->pick;
      g_free (line->text);
      line->text = g_strdup (before->text);
      if (!before->moved || before->there == NULL)
        continue;
      g_clear_pointer (&line->there, json_node_unref);
      line->there = json_node_copy (before->there);
      line->moved = TRUE;
    }
}

void
mns_conflict_move (MnsConflict *self, JsonNode *there)
{
  if (there == NULL || !JSON_NODE_HOLDS_OBJECT (there))
    return;
  for (guint i = 0; i < self->lines->len; i++)
    {
      MnsConflictLine *line = g_ptr_array_index (self->lines, i);
      JsonNode *now =
          copy_member (get_object (json_node_get_object (there), line->owner), line->member);

      if (now == NULL)
        continue;
      g_clear_pointer (&line->there, json_node_unref);
      line->there = now;
      line->moved = TRUE;
    }
}

/* ---- writing ---- */

/* Takes out of the command what a line is about. */
static void
remove_part (JsonObject *args, const char *owner, const char *member)
{
  const char *name;
  JsonObject *part = find_part (args, owner, member, &name);

  for (guint k = 0; k < G_N_ELEMENTS (lists); k++)
    {
      JsonNode *node = json_object_get_member (args, lists[k].list);
      JsonArray *parts =
          node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

      for (guint i = parts != NULL ? json_array_get_length (parts) : 0; i > 0; i--)
        if (json_array_get_object_element (parts, i - 1) == part)
          {
            json_array_remove_element (parts, i - 1);
            return;
          }
    }
  if (part != NULL)
    json_object_remove_member (part, name);
}

/* Whether the command still asks for anything. */
static gboolean
asks_for_something (JsonObject *args)
{
  static const char *const subjects[] = { "run", "project", "container", "sample", NULL };
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, args);
  while (json_object_iter_next (&iter, &name, &node))
    {
      if (JSON_NODE_HOLDS_ARRAY (node))
        {
          if (json_array_get_length (json_node_get_array (node)) > 0)
            return TRUE;
        }
      else if (g_str_equal (name, "fields") && JSON_NODE_HOLDS_OBJECT (node))
        {
          if (json_object_get_size (json_node_get_object (node)) > 0)
            return TRUE;
        }
      else if (!g_strv_contains (subjects, name))
        return TRUE;
    }
  return FALSE;
}

static void
put_expect (JsonObject *expect, const char *owner, const char *member, JsonNode *value)
{
  if (get_object (expect, owner) == NULL)
    json_object_set_object_member (expect, owner, json_object_new ());
  json_object_set_member (get_object (expect, owner),
                          member,
                          value != NULL ? json_node_copy (value) : json_node_new (JSON_NODE_NULL));
}

static JsonNode *
text_node (const char *text)
{
  JsonNode *node = json_node_new (text != NULL ? JSON_NODE_VALUE : JSON_NODE_NULL);

  if (text != NULL)
    json_node_set_string (node, text);
  return node;
}

static void
expect_place (JsonObject *expect, const char *owner, const MnsWhere *where)
{
  g_autoptr (JsonNode) container = text_node (where != NULL ? where->container : NULL);
  g_autoptr (JsonNode) well = text_node (where != NULL ? where->well : NULL);

  put_expect (expect, owner, "container", container);
  put_expect (expect, owner, "well", well);
}

/* Their sample goes to where mine is now; mine goes to the well as asked for. */
static void
swap (const MnsConflict *self, guint at, GHashTable *places, JsonObject *args, JsonObject *expect)
{
  JsonObject *well = json_array_get_object_element (json_node_get_array (self->there), at);
  const char *theirs = get_text (well, "artifact");
  const MnsWhere *mine = g_hash_table_lookup (places, get_text (well, "wanted_by"));
  JsonObject *place = json_object_new ();
  g_autofree char *owner = g_strconcat ("artifact:", theirs, NULL);
  const MnsWhere there = { (char *) get_text (well, "container"),
                           (char *) get_text (well, "well") };

  json_object_set_string_member (place, "artifact", theirs);
  json_object_set_member (place, "container", text_node (mine != NULL ? mine->container : NULL));
  json_object_set_member (place, "well", text_node (mine != NULL ? mine->well : NULL));
  json_array_add_object_element (json_object_get_array_member (args, "places"), place);
  expect_place (expect, owner, &there);
}

static void
apply_line (
    const MnsConflict *self, guint at, GHashTable *places, JsonObject *args, JsonObject *expect)
{
  const MnsConflictLine *line = g_ptr_array_index (self->lines, at);
  const char *id = strchr (line->owner, ':');
  const char *name;
  JsonObject *part;

  if (line->owner[0] == '\0')
    {
      if (line->pick == MNS_PICK_THIRD)
        json_object_set_string_member (args, line->member, line->text);
      return;
    }
  switch (line->pick)
    {
    case MNS_PICK_THEIRS:
    case MNS_PICK_DROP:
      remove_part (args, line->owner, line->member);
      return;
    case MNS_PICK_OTHER_WELL:
    case MNS_PICK_SWAP:
      part = find_part (args, line->owner, "well", &name);
      if (part != NULL && line->pick == MNS_PICK_OTHER_WELL)
        json_object_set_string_member (part, "well", line->text);
      if (line->pick == MNS_PICK_SWAP)
        swap (self, at, places, args, expect);
      expect_place (expect, line->owner, id != NULL ? g_hash_table_lookup (places, id + 1) : NULL);
      return;
    case MNS_PICK_THIRD:
      part = find_part (args, line->owner, line->member, &name);
      if (part != NULL)
        json_object_set_string_member (part, name, line->text);
      put_expect (expect, line->owner, line->member, line->there);
      return;
    default:
      put_expect (expect, line->owner, line->member, line->there);
    }
}

/* Samples that wait no longer leave the command; the rest is asked for again. */
static void
leave_out_moved (const MnsConflict *self, JsonObject *args)
{
  static const char *const names[] = { "inputs", "artifacts", "samples" };
  g_autoptr (GHashTable) moved = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *there;

  if (self->there == NULL || !JSON_NODE_HOLDS_ARRAY (self->there))
    return;
  there = json_node_get_array (self->there);
  for (guint i = 0; i < json_array_get_length (there); i++)
    {
      JsonNode *node = json_array_get_element (there, i);

      if (JSON_NODE_HOLDS_OBJECT (node) && get_text (json_node_get_object (node), "artifact"))
        g_hash_table_add (moved, (gpointer) get_text (json_node_get_object (node), "artifact"));
    }
  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    {
      JsonNode *list = json_object_get_member (args, names[k]);
      JsonArray *items =
          list != NULL && JSON_NODE_HOLDS_ARRAY (list) ? json_node_get_array (list) : NULL;

      for (guint i = items != NULL ? json_array_get_length (items) : 0; i > 0; i--)
        {
          JsonNode *item = json_array_get_element (items, i - 1);
          const char *id = JSON_NODE_HOLDS_OBJECT (item)
                               ? get_text (json_node_get_object (item), "artifact")
                               : json_node_get_string (item);

          if (id != NULL && g_hash_table_contains (moved, id))
            json_array_remove_element (items, i - 1);
        }
    }
}

/* What was asked for, as a note at the step. */
static JsonObject *
make_comment (const MnsConflict *self)
{
  JsonObject *next = json_object_new ();
  JsonObject *args = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *asked = NULL;
  g_autofree char *body = NULL;

  json_node_set_object (node, self->args);
  asked = json_to_string (node, FALSE);
  body = g_strdup_printf ("%s: %s\n%s", self->command, self->detail, asked);
  json_object_set_string_member (args, "owner", "STEP_RUN");
  json_object_set_string_member (args, "owner_id", self->run != NULL ? self->run : "");
  json_object_set_string_member (args, "body", body);
  json_object_set_string_member (next, "cmd", "note.add@1");
  json_object_set_object_member (next, "args", args);
  return next;
}

/* One word for all lines; lines that differ make something third of the command. */
static MnsPick
get_common_pick (const MnsConflict *self)
{
  MnsPick pick = MNS_PICK_NONE;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const MnsConflictLine *line = g_ptr_array_index (self->lines, i);

      if (i > 0 && line->pick != pick)
        return g_strcmp0 (self->code, "well_taken") == 0 ? MNS_PICK_OTHER_WELL : MNS_PICK_THIRD;
      pick = line->pick;
    }
  return pick;
}

static gboolean
has_pick (const MnsConflict *self, MnsPick pick)
{
  for (guint i = 0; i < self->lines->len; i++)
    if (((MnsConflictLine *) g_ptr_array_index (self->lines, i))->pick == pick)
      return TRUE;
  return FALSE;
}

/* Whether anything of the work is given up, which wants a reason. */
gboolean
mns_conflict_needs_reason (const MnsConflict *self)
{
  return has_pick (self, MNS_PICK_DROP);
}

static JsonObject *
make_next (const MnsConflict *self, GHashTable *places)
{
  JsonObject *args = copy_object (self->args);
  JsonObject *expect = self->expect != NULL ? copy_object (self->expect) : json_object_new ();
  JsonObject *next = json_object_new ();

  for (guint i = 0; i < self->lines->len; i++)
    apply_line (self, i, places, args, expect);
  if (has_pick (self, MNS_PICK_APPLY))
    leave_out_moved (self, args);
  json_object_set_string_member (next, "cmd", self->command);
  json_object_set_object_member (next, "args", args);
  if (json_object_get_size (expect) > 0)
    json_object_set_object_member (next, "expect", expect);
  else
    json_object_unref (expect);
  return next;
}

/**
 * mns_conflict_resolve:
 * @places: artifact id → #MnsWhere, where the samples of the step are now
 * @reason: (nullable): why work is given up
 *
 * Returns: (transfer full): arguments of conflict.resolve@1
 */
JsonObject *
mns_conflict_resolve (const MnsConflict *self, GHashTable *places, const char *reason)
{
  JsonObject *args = mns_args_new ("conflict", self->id, "reason", reason, NULL);
  MnsPick pick = get_common_pick (self);
  gboolean whole_line =
      self->lines->len == 1 && ((MnsConflictLine *) self->lines->pdata[0])->owner[0] == '\0';
  JsonObject *next = NULL;

  if (pick == MNS_PICK_COMMENT)
    next = make_comment (self);
  else if (!(whole_line && (pick == MNS_PICK_DROP || pick == MNS_PICK_THEIRS)))
    {
      next = make_next (self, places);
      /* a command as a whole asks for what it is named after: step.finish has nothing but its run
       */
      if (!whole_line && !asks_for_something (json_object_get_object_member (next, "args")))
        g_clear_pointer (&next, json_object_unref);
    }
  if (next == NULL)
    pick = has_pick (self, MNS_PICK_DROP) ? MNS_PICK_DROP : MNS_PICK_THEIRS;
  else if (pick == MNS_PICK_THEIRS || pick == MNS_PICK_DROP)
    pick = g_strcmp0 (self->code, "well_taken") == 0 ? MNS_PICK_OTHER_WELL : MNS_PICK_THIRD;
  json_object_set_string_member (args, "choice", words[pick]);
  if (next != NULL)
    json_object_set_object_member (args, "next", next);
  return args;
}
