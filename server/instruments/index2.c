/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The table of index 2. BCL Convert turns index 2 by itself only where RunInfo.xml says so (version
 * 6: NextSeq 1000/2000, NovaSeq X); everywhere else a sheet has to hold what the machine reads.
 * Source: interop-formats, section 8, "Which way round is index 2".
 */

#include "config.h"

#include <string.h>

#include "server/instruments/index2.h"
#include "sync/model/error.h"

typedef struct
{
  MnsModelFamily family;
  const char *variant; /* of reagents or flow cell; NULL for any other */
  MnsIndex2 as_read;
  MnsIndex2 in_sheet[MNS_SHEET_N_USES];
} Row;

struct _MnsIndex2Table
{
  GArray *own; /* of Row; before ours */
  GStringChunk *texts;
};

#define F MNS_INDEX2_FORWARD
#define R MNS_INDEX2_REVERSE
#define U MNS_INDEX2_UNKNOWN

/* Columns: as read; bcl2fastq, on the instrument, cloud, BCL Convert. */
static const Row rows[] = {
  { MNS_MODEL_FAMILY_MISEQ, NULL, F, { F, F, F, F } },
  { MNS_MODEL_FAMILY_HISEQ_2000, NULL, F, { F, F, F, F } },
  { MNS_MODEL_FAMILY_ISEQ, NULL, R, { R, F, F, R } },
  { MNS_MODEL_FAMILY_MINISEQ, "rapid", F, { F, F, F, F } },
  { MNS_MODEL_FAMILY_MINISEQ, NULL, R, { R, F, F, R } },
  { MNS_MODEL_FAMILY_NEXTSEQ_500, NULL, R, { R, F, F, R } },
  { MNS_MODEL_FAMILY_HISEQ_4000, "single-read", F, { F, U, U, F } },
  { MNS_MODEL_FAMILY_HISEQ_4000, NULL, R, { R, U, U, R } },
  { MNS_MODEL_FAMILY_NEXTSEQ_2000, NULL, R, { R, F, F, F } },
  { MNS_MODEL_FAMILY_NOVASEQ_6000, "v1", F, { F, F, F, F } },
  { MNS_MODEL_FAMILY_NOVASEQ_6000, "v1.5", R, { R, R, F, R } },
  { MNS_MODEL_FAMILY_NOVASEQ_X, NULL, R, { R, F, F, F } },
};

#undef F
#undef R
#undef U

/* How sheets and people call the instruments: letters and digits in lower case, the beginning. */
static const struct
{
  const char *beginning;
  MnsModelFamily family;
} names[] = {
  { "nextseq1", MNS_MODEL_FAMILY_NEXTSEQ_2000 },
  { "nextseq2", MNS_MODEL_FAMILY_NEXTSEQ_2000 },
  { "nextseq", MNS_MODEL_FAMILY_NEXTSEQ_500 },
  { "novaseqx", MNS_MODEL_FAMILY_NOVASEQ_X },
  { "novaseq", MNS_MODEL_FAMILY_NOVASEQ_6000 },
  { "miniseq", MNS_MODEL_FAMILY_MINISEQ },
  { "miseqi100", MNS_MODEL_FAMILY_UNKNOWN },
  { "miseq", MNS_MODEL_FAMILY_MISEQ },
  { "iseq", MNS_MODEL_FAMILY_ISEQ },
  { "hiseqx", MNS_MODEL_FAMILY_HISEQ_4000 },
  { "hiseq3", MNS_MODEL_FAMILY_HISEQ_4000 },
  { "hiseq4", MNS_MODEL_FAMILY_HISEQ_4000 },
  { "hiseq", MNS_MODEL_FAMILY_HISEQ_2000 },
};

static const char *const use_names[MNS_SHEET_N_USES] = {
  "bcl2fastq",
  "on-instrument",
  "cloud",
  "bcl-convert",
};

/* Keys of the settings file in the order of MnsSheetUse. */
static const char *const use_keys[MNS_SHEET_N_USES] = {
  "Bcl2fastq",
  "OnInstrument",
  "Cloud",
  "BclConvert",
};

const char *
mns_sheet_use_name (MnsSheetUse use)
{
  g_return_val_if_fail ((guint) use < MNS_SHEET_N_USES, NULL);

  return use_names[use];
}

gboolean
mns_sheet_use_from_name (const char *name, MnsSheetUse *use)
{
  for (guint i = 0; i < MNS_SHEET_N_USES; i++)
    if (g_strcmp0 (name, use_names[i]) == 0)
      {
        *use = (MnsSheetUse) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * mns_index2_family_from_text:
 * @instrument: (nullable): `NovaSeqXPlus`, `NextSeq1k2k`, `NextSeq/MiniSeq`, `HiSeq 4000` ...
 *
 * Returns: the family meant, or unknown
 */
MnsModelFamily
mns_index2_family_from_text (const char *instrument)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (; instrument != NULL && *instrument != '\0'; instrument++)
    if (g_ascii_isalnum (*instrument))
      g_string_append_c (plain, g_ascii_tolower (*instrument));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (plain->str, names[i].beginning))
      return names[i].family;
  return MNS_MODEL_FAMILY_UNKNOWN;
}

/**
 * mns_index2_variant:
 * @family: kind of instrument
 * @parameters: (nullable): of the run
 *
 * Returns: (nullable): which reagents or flow cell of that instrument it is, where that matters
 */
const char *
mns_index2_variant (MnsModelFamily family, const MnsRunParameters *parameters)
{
  const char *kind = parameters != NULL ? parameters->flowcell_kind : NULL;

  if (parameters == NULL)
    return NULL;
  if (family == MNS_MODEL_FAMILY_NOVASEQ_6000)
    /* Software before 1.7 has no such member; the newer reagents need at least 1.7. */
    return g_strcmp0 (parameters->sbs_consumable_version, "3") == 0 ? "v1.5" : "v1";
  if (family == MNS_MODEL_FAMILY_HISEQ_4000 && kind != NULL && g_str_has_suffix (kind, " SR"))
    return "single-read";
  if (family == MNS_MODEL_FAMILY_MINISEQ && parameters->chemistry != NULL &&
      strstr (parameters->chemistry, "Rapid") != NULL)
    return "rapid";
  return NULL;
}

/**
 * mns_index2_turn:
 * @sequence: bases, also ambiguous ones
 *
 * Returns: (transfer full): the reverse complement
 */
char *
mns_index2_turn (const char *sequence)
{
  static const char from[] = "ACGTURYKMBDHVacgturykmbdhv";
  static const char to[] = "TGCAAYRMKVHDBtgcaayrmkvhdb";
  char *turned = g_strreverse (g_strdup (sequence));

  for (char *at = turned; *at != '\0'; at++)
    {
      const char *found = strchr (from, *at);

      if (found != NULL)
        *at = to[found - from];
    }
  return turned;
}

/**
 * mns_index2_table_new:
 *
 * Returns: (transfer full): the table as the makers of the instruments describe it
 */
MnsIndex2Table *
mns_index2_table_new (void)
{
  MnsIndex2Table *self = g_new0 (MnsIndex2Table, 1);

  self->own = g_array_new (FALSE, TRUE, sizeof (Row));
  self->texts = g_string_chunk_new (256);
  return self;
}

void
mns_index2_table_free (MnsIndex2Table *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->own);
  g_string_chunk_free (self->texts);
  g_free (self);
}

static gboolean
take_direction (
    GKeyFile *file, const char *group, const char *key, MnsIndex2 *direction, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  if (text == NULL)
    return TRUE;
  if (g_str_equal (text, "forward"))
    *direction = MNS_INDEX2_FORWARD;
  else if (g_str_equal (text, "reverse"))
    *direction = MNS_INDEX2_REVERSE;
  else
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "Index 2 of “%s”: %s is “%s”, it can be forward or reverse",
                   group,
                   key,
                   text);
      return FALSE;
    }
  return TRUE;
}

static gboolean
take_group (MnsIndex2Table *self, GKeyFile *file, const char *group, GError **error)
{
  g_autofree char *instrument = g_key_file_get_string (file, group, "Instrument", NULL);
  g_autofree char *variant = g_key_file_get_string (file, group, "Variant", NULL);
  Row row = { 0 };

  row.family = mns_index2_family_from_text (instrument);
  row.variant = variant != NULL ? g_string_chunk_insert (self->texts, variant) : NULL;
  if (row.family == MNS_MODEL_FAMILY_UNKNOWN)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "Index 2 of “%s”: no instrument is called “%s”",
                   group,
                   instrument != NULL ? instrument : "");
      return FALSE;
    }
  if (!take_direction (file, group, "Read", &row.as_read, error))
    return FALSE;
  for (guint i = 0; i < MNS_SHEET_N_USES; i++)
    if (!take_direction (file, group, use_keys[i], &row.in_sheet[i], error))
      return FALSE;
  g_array_append_val (self->own, row);
  return TRUE;
}

/**
 * mns_index2_table_new_from_file:
 * @path: a key file; a group a row, with `Instrument=`, perhaps `Variant=`, `Read=` and
 *   `Bcl2fastq=`, `OnInstrument=`, `Cloud=`, `BclConvert=`, each `forward` or `reverse`
 * @error: which group is wrong and why
 *
 * Returns: (transfer full) (nullable): the table, the file's rows before ours
 */
MnsIndex2Table *
mns_index2_table_new_from_file (const char *path, GError **error)
{
  g_autoptr (MnsIndex2Table) self = mns_index2_table_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  gboolean ok = g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error);

  groups = ok ? g_key_file_get_groups (file, NULL) : NULL;
  for (guint i = 0; ok && groups[i] != NULL; i++)
    ok = take_group (self, file, groups[i], error);
  if (!ok)
    g_prefix_error (error, "%s: ", path);
  return ok ? g_steal_pointer (&self) : NULL;
}

static const Row *
find_row (const Row *table, guint n, MnsModelFamily family, const char *variant)
{
  for (guint i = 0; i < n; i++)
    if (table[i].family == family &&
        (table[i].variant == NULL || g_strcmp0 (table[i].variant, variant) == 0))
      return &table[i];
  return NULL;
}

/**
 * mns_index2_table_find:
 * @self: the table
 * @family: kind of instrument
 * @variant: (nullable): as mns_index2_variant(), or what a person says
 * @use: who reads the sheet
 * @as_read: (out): how the machine reads index 2
 * @in_sheet: (out): how the sheet must hold it
 * @error: why nothing is known
 *
 * Returns: whether the table knows
 */
gboolean
mns_index2_table_find (const MnsIndex2Table *self,
                       MnsModelFamily family,
                       const char *variant,
                       MnsSheetUse use,
                       MnsIndex2 *as_read,
                       MnsIndex2 *in_sheet,
                       GError **error)
{
  const Row *row;

  g_return_val_if_fail (self != NULL && (guint) use < MNS_SHEET_N_USES, FALSE);

  row = find_row ((const Row *) (gpointer) self->own->data, self->own->len, family, variant);
  if (row == NULL)
    row = find_row (rows, G_N_ELEMENTS (rows), family, variant);
  if (row == NULL || row->in_sheet[use] == MNS_INDEX2_UNKNOWN)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_NOT_FOUND,
                   "%s%s%s, %s: it is not known which way round index 2 is%s",
                   mns_model_family_name (family),
                   variant != NULL ? " " : "",
                   variant != NULL ? variant : "",
                   use_names[use],
                   family == MNS_MODEL_FAMILY_NOVASEQ_6000
                       ? "; name the version of the reagents, v1 or v1.5"
                       : "");
      return FALSE;
    }
  *as_read = row->as_read;
  *in_sheet = row->in_sheet[use];
  return TRUE;
}
