/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which instrument made a run. A table, read from the top: the first row all of whose conditions
 * hold is the answer. An administrator's rows come before ours, for instruments with a serial
 * number of their own kind.
 */

#include "config.h"

#include <string.h>

#include "server/instruments/model.h"
#include "sync/model/error.h"

typedef struct
{
  const char *instrument_type; /* the whole of it */
  const char *application;     /* its beginning: "HiSeq", "MiSeq", "MiniSeq" all contain "iSeq" */
  const char *flowcell_kind;   /* a part of it */
  const char *serial;          /* its beginning; # stands for a digit */
  guint layout[4];             /* lanes, surfaces, swaths, tiles; 0 for any */
  const char *model;
  MnsModelFamily family;
} Row;

struct _MnsModelTable
{
  GArray *own; /* of Row */
  GStringChunk *texts;
};

#define TYPE(type, model, family)                                                                  \
  {                                                                                                \
    type, NULL, NULL, NULL, { 0 }, model, MNS_MODEL_FAMILY_##family                                \
  }
#define SOFT(app, kind, serial, model, family)                                                     \
  {                                                                                                \
    NULL, app, kind, serial, { 0 }, model, MNS_MODEL_FAMILY_##family                               \
  }
#define SERIAL(serial, model, family)                                                              \
  {                                                                                                \
    NULL, NULL, NULL, serial, { 0 }, model, MNS_MODEL_FAMILY_##family                              \
  }
#define LAYOUT(lanes, surfaces, swaths, tiles, model, family)                                      \
  {                                                                                                \
    NULL, NULL, NULL, NULL, { lanes, surfaces, swaths, tiles }, model, MNS_MODEL_FAMILY_##family   \
  }

/* Sources: interop-formats, section 6 "Which instrument is it" and section 2 for layouts. Serial
 * numbers J, VL are from public lists, not seen in a file.
 */
static const Row rows[] = {
  TYPE ("NovaSeqXPlus", "NovaSeq X", NOVASEQ_X),
  TYPE ("NovaSeqX", "NovaSeq X", NOVASEQ_X),
  TYPE ("NextSeq 1000", "NextSeq 1000", NEXTSEQ_2000),
  TYPE ("NextSeq 2000", "NextSeq 2000", NEXTSEQ_2000),
  SOFT ("NextSeq 1000/2000", NULL, "VL#", "NextSeq 1000", NEXTSEQ_2000),
  SOFT ("NextSeq 1000/2000", NULL, "VH#", "NextSeq 2000", NEXTSEQ_2000),
  SOFT ("NextSeq 1000/2000", NULL, NULL, "NextSeq 1000/2000", NEXTSEQ_2000),
  SOFT ("NovaSeqX", NULL, NULL, "NovaSeq X", NOVASEQ_X),
  SOFT ("NovaSeq", NULL, NULL, "NovaSeq 6000", NOVASEQ_6000),
  SOFT ("MiSeq", NULL, NULL, "MiSeq", MISEQ),
  SOFT ("MiniSeq", NULL, NULL, "MiniSeq", MINISEQ),
  SOFT ("iSeq", NULL, NULL, "iSeq 100", ISEQ),
  SOFT ("NextSeq", NULL, "NB551#", "NextSeq 550", NEXTSEQ_500),
  SOFT ("NextSeq", NULL, "NB552#", "NextSeq 550", NEXTSEQ_500),
  SOFT ("NextSeq", NULL, "NS#", "NextSeq 500", NEXTSEQ_500),
  SOFT ("NextSeq", NULL, "NB50#", "NextSeq 500", NEXTSEQ_500),
  SOFT ("NextSeq", NULL, NULL, "NextSeq 500/550", NEXTSEQ_500),
  SOFT ("HiSeq", "HiSeq X", NULL, "HiSeq X", HISEQ_4000),
  SOFT ("HiSeq", "3000/4000", "J#", "HiSeq 3000", HISEQ_4000),
  SOFT ("HiSeq", "3000/4000", "K#", "HiSeq 4000", HISEQ_4000),
  SOFT ("HiSeq", "3000/4000", NULL, "HiSeq 3000/4000", HISEQ_4000),
  SOFT ("HiSeq", NULL, "ST-E#", "HiSeq X", HISEQ_4000),
  SOFT ("HiSeq", NULL, "E#", "HiSeq X", HISEQ_4000),
  SOFT ("HiSeq", NULL, "SNL#", "HiSeq 1500", HISEQ_2000),
  SOFT ("HiSeq", NULL, "SN#", "HiSeq 2000", HISEQ_2000),
  SOFT ("HiSeq", NULL, "7001#", "HiSeq 2000", HISEQ_2000),
  SOFT ("HiSeq", NULL, "D#", "HiSeq 2500", HISEQ_2000),
  SOFT ("HiSeq", NULL, NULL, "HiSeq 2000/2500", HISEQ_2000),
  SERIAL ("LH#", "NovaSeq X", NOVASEQ_X),
  SERIAL ("VL#", "NextSeq 1000", NEXTSEQ_2000),
  SERIAL ("VH#", "NextSeq 2000", NEXTSEQ_2000),
  SERIAL ("A#", "NovaSeq 6000", NOVASEQ_6000),
  SERIAL ("FS#", "iSeq 100", ISEQ),
  SERIAL ("MN#", "MiniSeq", MINISEQ),
  SERIAL ("M#", "MiSeq", MISEQ),
  SERIAL ("NB551#", "NextSeq 550", NEXTSEQ_500),
  SERIAL ("NB552#", "NextSeq 550", NEXTSEQ_500),
  SERIAL ("NB50#", "NextSeq 500", NEXTSEQ_500),
  SERIAL ("NS#", "NextSeq 500", NEXTSEQ_500),
  SERIAL ("ST-E#", "HiSeq X", HISEQ_4000),
  SERIAL ("E#", "HiSeq X", HISEQ_4000),
  SERIAL ("J#", "HiSeq 3000", HISEQ_4000),
  SERIAL ("K#", "HiSeq 4000", HISEQ_4000),
  SERIAL ("SNL#", "HiSeq 1500", HISEQ_2000),
  SERIAL ("SN#", "HiSeq 2000", HISEQ_2000),
  SERIAL ("7001#", "HiSeq 2000", HISEQ_2000),
  SERIAL ("D#", "HiSeq 2500", HISEQ_2000),
  LAYOUT (8, 2, 4, 98, "NovaSeq X", NOVASEQ_X),
  LAYOUT (8, 2, 2, 98, "NovaSeq X", NOVASEQ_X),
  LAYOUT (4, 2, 6, 78, "NovaSeq 6000", NOVASEQ_6000),
  LAYOUT (2, 2, 4, 88, "NovaSeq 6000", NOVASEQ_6000),
  LAYOUT (2, 2, 2, 78, "NovaSeq 6000", NOVASEQ_6000),
  LAYOUT (1, 2, 6, 0, "NextSeq 1000/2000", NEXTSEQ_2000),
  LAYOUT (2, 2, 6, 0, "NextSeq 1000/2000", NEXTSEQ_2000),
  LAYOUT (1, 2, 4, 4, "NextSeq 1000/2000", NEXTSEQ_2000),
  LAYOUT (4, 2, 3, 12, "NextSeq 500/550", NEXTSEQ_500),
  LAYOUT (4, 2, 1, 12, "NextSeq 500/550", NEXTSEQ_500),
  LAYOUT (1, 2, 3, 0, "MiniSeq", MINISEQ),
  LAYOUT (8, 2, 2, 28, "HiSeq 3000/4000", HISEQ_4000),
  LAYOUT (8, 2, 2, 24, "HiSeq X", HISEQ_4000),
  LAYOUT (8, 2, 3, 0, "HiSeq 2000/2500", HISEQ_2000),
  LAYOUT (2, 2, 2, 16, "HiSeq 2000/2500", HISEQ_2000),
  LAYOUT (1, 1, 1, 16, "iSeq 100", ISEQ),
  LAYOUT (1, 0, 1, 0, "MiSeq", MISEQ),
};

static const char *const family_names[] = {
  [MNS_MODEL_FAMILY_UNKNOWN] = "unknown",
  [MNS_MODEL_FAMILY_MISEQ] = "MiSeq",
  [MNS_MODEL_FAMILY_HISEQ_2000] = "HiSeq 2000/2500",
  [MNS_MODEL_FAMILY_HISEQ_4000] = "HiSeq 3000/4000/X",
  [MNS_MODEL_FAMILY_MINISEQ] = "MiniSeq",
  [MNS_MODEL_FAMILY_ISEQ] = "iSeq",
  [MNS_MODEL_FAMILY_NEXTSEQ_500] = "NextSeq 500/550",
  [MNS_MODEL_FAMILY_NEXTSEQ_2000] = "NextSeq 1000/2000",
  [MNS_MODEL_FAMILY_NOVASEQ_6000] = "NovaSeq 6000",
  [MNS_MODEL_FAMILY_NOVASEQ_X] = "NovaSeq X",
};

const char *
mns_model_family_name (MnsModelFamily family)
{
  g_return_val_if_fail ((guint) family < G_N_ELEMENTS (family_names), family_names[0]);

  return family_names[family];
}

MnsModelFamily
mns_model_family_from_name (const char *name)
{
  for (guint i = 1; name != NULL && i < G_N_ELEMENTS (family_names); i++)
    if (g_ascii_strcasecmp (name, family_names[i]) == 0)
      return (MnsModelFamily) i;
  return MNS_MODEL_FAMILY_UNKNOWN;
}

static gboolean
serial_begins_with (const char *serial, const char *pattern)
{
  for (; *pattern != '\0'; pattern++, serial++)
    if (*pattern == '#' ? !g_ascii_isdigit (*serial)
                        : g_ascii_toupper (*serial) != g_ascii_toupper (*pattern))
      return FALSE;
  return TRUE;
}

static gboolean
layout_matches (const guint wanted[4], const MnsModelEvidence *evidence)
{
  const guint seen[4] = { evidence->lanes, evidence->surfaces, evidence->swaths, evidence->tiles };

  for (guint i = 0; i < 4; i++)
    if (wanted[i] != 0 && wanted[i] != seen[i])
      return FALSE;
  return TRUE;
}

static gboolean
row_matches (const Row *row, const MnsModelEvidence *evidence)
{
  if (row->instrument_type != NULL && g_strcmp0 (row->instrument_type, evidence->instrument_type))
    return FALSE;
  if (row->application != NULL && (evidence->application == NULL ||
                                   !g_str_has_prefix (evidence->application, row->application)))
    return FALSE;
  if (row->flowcell_kind != NULL &&
      (evidence->flowcell_kind == NULL || !strstr (evidence->flowcell_kind, row->flowcell_kind)))
    return FALSE;
  if (row->serial != NULL &&
      (evidence->serial == NULL || !serial_begins_with (evidence->serial, row->serial)))
    return FALSE;
  return layout_matches (row->layout, evidence);
}

/**
 * mns_model_table_new:
 *
 * Returns: (transfer full): the table of the instruments we know
 */
MnsModelTable *
mns_model_table_new (void)
{
  MnsModelTable *self = g_new0 (MnsModelTable, 1);

  self->own = g_array_new (FALSE, TRUE, sizeof (Row));
  self->texts = g_string_chunk_new (256);
  return self;
}

static const char *
keep_text (MnsModelTable *self, GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  return text != NULL ? g_string_chunk_insert (self->texts, text) : NULL;
}

static gboolean
take_group (MnsModelTable *self, GKeyFile *file, const char *group, GError **error)
{
  g_autofree char *family = g_key_file_get_string (file, group, "Family", NULL);
  Row row = { 0 };

  row.model = g_string_chunk_insert (self->texts, group);
  row.family = mns_model_family_from_name (family);
  row.instrument_type = keep_text (self, file, group, "InstrumentType");
  row.application = keep_text (self, file, group, "Application");
  row.flowcell_kind = keep_text (self, file, group, "FlowCell");
  row.serial = keep_text (self, file, group, "Serial");
  if (row.family == MNS_MODEL_FAMILY_UNKNOWN)
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_INVALID,
                 "Model “%s”: Family “%s” is none of the families known",
                 group,
                 family != NULL ? family : "");
  else if (row.instrument_type == NULL && row.application == NULL && row.flowcell_kind == NULL &&
           row.serial == NULL)
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_INVALID,
                 "Model “%s”: names no InstrumentType, Application, FlowCell or Serial, so it "
                 "would fit every instrument",
                 group);
  else
    {
      g_array_append_val (self->own, row);
      return TRUE;
    }
  return FALSE;
}

/**
 * mns_model_table_new_from_file:
 * @path: a key file; a group a model, named as the model, with `Family=` and any of
 *   `InstrumentType=`, `Application=` (its beginning), `FlowCell=` (a part), `Serial=` (its
 *   beginning, # for a digit)
 * @error: which group is wrong and why
 *
 * Returns: (transfer full) (nullable): the table, the file's rows before ours
 */
MnsModelTable *
mns_model_table_new_from_file (const char *path, GError **error)
{
  g_autoptr (MnsModelTable) self = mns_model_table_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!take_group (self, file, groups[i], error))
      {
        g_prefix_error (error, "%s: ", path);
        return NULL;
      }
  return g_steal_pointer (&self);
}

void
mns_model_table_free (MnsModelTable *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->own);
  g_string_chunk_free (self->texts);
  g_free (self);
}

/**
 * mns_model_table_find:
 * @self: the table
 * @evidence: what is known of the instrument
 *
 * Returns: the model; its name is %NULL if nothing fits, and belongs to @self
 */
MnsModel
mns_model_table_find (const MnsModelTable *self, const MnsModelEvidence *evidence)
{
  MnsModel none = { NULL, MNS_MODEL_FAMILY_UNKNOWN };

  g_return_val_if_fail (self != NULL && evidence != NULL, none);

  for (guint i = 0; i < self->own->len; i++)
    if (row_matches (&g_array_index (self->own, Row, i), evidence))
      return (MnsModel){ g_array_index (self->own, Row, i).model,
                         g_array_index (self->own, Row, i).family };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (row_matches (&rows[i], evidence))
      return (MnsModel){ rows[i].model, rows[i].family };
  return none;
}
