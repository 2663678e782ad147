/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* RunInfo.xml in all its forms since 2010: written once when a run starts, so it is the first
 * evidence that there is a run, and what every other file is checked against. Read with libxml2's
 * pull parser, since a list of 6,272 tiles as a tree would cost more memory than all figures.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/xmlreader.h>

#include "server/instruments/run-info.h"
#include "sync/model/error.h"

#define MAX_FILE_BYTES (16 * 1024 * 1024)
#define MAX_DEPTH 16
#define MAX_READS 16
#define MAX_CHANNELS 8
#define MAX_TILE_LIST 100000
#define MAX_CYCLES 9999

/* Attributes that are numbers, by element; the greatest value is far above any instrument. */
static const struct
{
  const char *element;
  const char *attribute;
  gsize offset;
  guint most;
} numbers[] = {
  { "RunInfo", "Version", G_STRUCT_OFFSET (MnsRunInfo, version), 1000 },
  { "Run", "Number", G_STRUCT_OFFSET (MnsRunInfo, number), G_MAXINT },
  { "FlowcellLayout", "LaneCount", G_STRUCT_OFFSET (MnsRunInfo, lanes), 64 },
  { "FlowcellLayout", "SurfaceCount", G_STRUCT_OFFSET (MnsRunInfo, surfaces), 2 },
  { "FlowcellLayout", "SwathCount", G_STRUCT_OFFSET (MnsRunInfo, swaths), 9 },
  { "FlowcellLayout", "TileCount", G_STRUCT_OFFSET (MnsRunInfo, tiles), 999 },
  { "FlowcellLayout", "SectionPerLane", G_STRUCT_OFFSET (MnsRunInfo, sections_per_lane), 9 },
  { "FlowcellLayout", "LanePerSection", G_STRUCT_OFFSET (MnsRunInfo, lanes_per_section), 9 },
  { "FlowcellLayout", "FlowcellSide", G_STRUCT_OFFSET (MnsRunInfo, flowcell_side), 9 },
};

static const struct
{
  const char *parent;
  const char *element;
  gsize offset;
} texts[] = {
  { "Run", "Flowcell", G_STRUCT_OFFSET (MnsRunInfo, flowcell) },
  { "Run", "Instrument", G_STRUCT_OFFSET (MnsRunInfo, instrument) },
  { "Run", "Date", G_STRUCT_OFFSET (MnsRunInfo, date) },
};

static const struct
{
  const char *text;
  MnsTileNaming naming;
} namings[] = {
  { "UnknownTileNamingMethod", MNS_TILE_NAMING_UNKNOWN },
  { "FourDigit", MNS_TILE_NAMING_FOUR_DIGIT },
  { "FiveDigit", MNS_TILE_NAMING_FIVE_DIGIT },
  { "Absolute", MNS_TILE_NAMING_ABSOLUTE },
};

/* Channels where the file names none (versions before 3): by the start of the serial number. */
static const struct
{
  const char *serial_prefix;
  const char *channels[5];
} family_channels[] = {
  { "NS", { "Red", "Green" } }, { "NB", { "Red", "Green" } }, { "MN", { "Red", "Green" } },
  { "FS", { "1", "2" } },       { "A0", { "Red", "Green" } }, { "", { "A", "C", "G", "T" } },
};

typedef struct
{
  MnsRunInfo *info;
  const char *name; /* of the file, for messages */
  xmlTextReaderPtr reader;
  char *path[MAX_DEPTH];
  GString *text;
  GArray *reads;
  GArray *tiles;
  GPtrArray *channels;
  guint lane_elements; /* the 2010 form lists lanes and has no layout */
  char *fault;         /* what libxml2 says is wrong */
} Parser;

static gboolean set_corrupt (Parser *parser, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
set_corrupt (Parser *parser, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_CORRUPT,
               "%s line %d: %s",
               parser->name,
               xmlTextReaderGetParserLineNumber (parser->reader),
               what);
  return FALSE;
}

/* Reads an attribute that must be a plain number up to @most; absent leaves *@out as it is. */
static gboolean
get_number (Parser *parser, const char *attribute, guint most, guint *out, GError **error)
{
  xmlChar *value = xmlTextReaderGetAttribute (parser->reader, (const xmlChar *) attribute);
  guint64 number = 0;
  gboolean ok;

  if (value == NULL)
    return TRUE;
  ok = g_ascii_string_to_unsigned ((const char *) value, 10, 0, most, &number, NULL);
  if (!ok)
    set_corrupt (
        parser, error, "%s \"%.40s\" is not a number up to %u", attribute, (char *) value, most);
  xmlFree (value);
  *out = (guint) number;
  return ok;
}

static gboolean
get_flag (Parser *parser, const char *attribute)
{
  xmlChar *value = xmlTextReaderGetAttribute (parser->reader, (const xmlChar *) attribute);
  gboolean set = value != NULL && g_ascii_toupper (*value) == 'Y';

  xmlFree (value);
  return set;
}

static gboolean
start_read (Parser *parser, GError **error)
{
  MnsRunRead read = { 0 };
  guint first = 0;
  guint last = 0;

  if (parser->reads->len >= MAX_READS)
    return set_corrupt (parser, error, "more than %d reads", MAX_READS);
  read.number = parser->reads->len + 1;
  if (!get_number (parser, "Index", MAX_READS, &read.number, error) ||
      !get_number (parser, "Number", MAX_READS, &read.number, error) ||
      !get_number (parser, "FirstCycle", MAX_CYCLES, &first, error) ||
      !get_number (parser, "LastCycle", MAX_CYCLES, &last, error))
    return FALSE;
  if (first > 0 && last >= first)
    read.cycles = last - first + 1;
  if (!get_number (parser, "NumCycles", MAX_CYCLES, &read.cycles, error))
    return FALSE;
  read.is_index = get_flag (parser, "IsIndexedRead");
  read.is_reverse_complement = get_flag (parser, "IsReverseComplement");
  g_array_append_val (parser->reads, read);
  return TRUE;
}

static void
start_tile_set (Parser *parser)
{
  xmlChar *value =
      xmlTextReaderGetAttribute (parser->reader, (const xmlChar *) "TileNamingConvention");

  for (guint i = 0; value != NULL && i < G_N_ELEMENTS (namings); i++)
    if (g_ascii_strcasecmp ((const char *) value, namings[i].text) == 0)
      parser->info->naming = namings[i].naming;
  xmlFree (value);
}

static gboolean
start_element (Parser *parser, int depth, gboolean *is_run_info, GError **error)
{
  const char *name = parser->path[depth];
  const char *parent = depth > 0 ? parser->path[depth - 1] : "";

  if (depth == 0)
    *is_run_info = g_str_equal (name, "RunInfo");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (name, numbers[i].element) &&
        !get_number (parser,
                     numbers[i].attribute,
                     numbers[i].most,
                     &G_STRUCT_MEMBER (guint, parser->info, numbers[i].offset),
                     error))
      return FALSE;
  if (g_str_equal (parent, "Reads") && g_str_equal (name, "Read"))
    return start_read (parser, error);
  if (g_str_equal (name, "TileSet"))
    start_tile_set (parser);
  if (g_str_equal (parent, "Tiles") && g_str_equal (name, "Lane"))
    parser->lane_elements++;
  if (g_str_equal (parent, "RunInfo") && g_str_equal (name, "Run") && parser->info->id == NULL)
    {
      xmlChar *id = xmlTextReaderGetAttribute (parser->reader, (const xmlChar *) "Id");

      parser->info->id = g_strdup ((const char *) id);
      xmlFree (id);
    }
  return TRUE;
}

/* "1_1101": lane and tile. */
static gboolean
end_tile (Parser *parser, GError **error)
{
  MnsRunTile tile = { 0 };
  char *end = NULL;

  tile.lane = (guint32) strtoul (parser->text->str, &end, 10);
  if (*end == '_')
    tile.tile = (guint32) strtoul (end + 1, &end, 10);
  if (tile.lane == 0 || tile.tile == 0 || *end != '\0')
    return set_corrupt (
        parser, error, "\"%.40s\" is not a tile of the form lane_tile", parser->text->str);
  if (parser->tiles->len >= MAX_TILE_LIST)
    return set_corrupt (parser, error, "more than %d tiles", MAX_TILE_LIST);
  g_array_append_val (parser->tiles, tile);
  return TRUE;
}

static gboolean
end_element (Parser *parser, int depth, GError **error)
{
  const char *name = parser->path[depth];
  const char *parent = depth > 0 ? parser->path[depth - 1] : "";

  g_strstrip (parser->text->str);
  parser->text->len = strlen (parser->text->str);
  if (g_str_equal (parent, "Tiles") && g_str_equal (name, "Tile"))
    return end_tile (parser, error);
  if (g_str_equal (parent, "ImageChannels") && g_str_equal (name, "Name") &&
      parser->channels->len < MAX_CHANNELS)
    g_ptr_array_add (parser->channels, g_strdup (parser->text->str));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      char **field = &G_STRUCT_MEMBER (char *, parser->info, texts[i].offset);

      if (*field == NULL && parser->text->len > 0 && g_str_equal (parent, texts[i].parent) &&
          g_str_equal (name, texts[i].element))
        *field = g_strdup (parser->text->str);
    }
  return TRUE;
}

static gboolean
take_node (Parser *parser, gboolean *is_run_info, GError **error)
{
  int depth = xmlTextReaderDepth (parser->reader);
  gboolean is_empty;

  switch (xmlTextReaderNodeType (parser->reader))
    {
    case XML_READER_TYPE_ELEMENT:
      if (depth >= MAX_DEPTH)
        return set_corrupt (parser, error, "elements nested more than %d deep", MAX_DEPTH);
      is_empty = xmlTextReaderIsEmptyElement (parser->reader) == 1;
      g_free (parser->path[depth]);
      parser->path[depth] = g_strdup ((const char *) xmlTextReaderConstLocalName (parser->reader));
      g_string_truncate (parser->text, 0);
      if (!start_element (parser, depth, is_run_info, error))
        return FALSE;
      return !is_empty || depth == 0 || !g_str_equal (parser->path[depth], "Tile") ||
             end_element (parser, depth, error);
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
      g_string_append (parser->text, (const char *) xmlTextReaderConstValue (parser->reader));
      return TRUE;
    case XML_READER_TYPE_END_ELEMENT:
      if (!end_element (parser, depth, error))
        return FALSE;
      g_string_truncate (parser->text, 0);
      return TRUE;
    default:
      return TRUE;
    }
}

static int
compare_reads (gconstpointer a, gconstpointer b)
{
  return (int) ((const MnsRunRead *) a)->number - (int) ((const MnsRunRead *) b)->number;
}

static gboolean
number_reads (Parser *parser, GError **error)
{
  MnsRunInfo *info = parser->info;
  guint cycle = 0;

  g_array_sort (parser->reads, compare_reads);
  info->n_reads = parser->reads->len;
  info->reads = g_memdup2 (parser->reads->data, info->n_reads * sizeof (MnsRunRead));
  for (guint i = 0; i < info->n_reads; i++)
    {
      if (info->reads[i].number != i + 1)
        return set_corrupt (
            parser, error, "read %u stands where read %u is due", info->reads[i].number, i + 1);
      info->reads[i].first_cycle = cycle + 1;
      cycle += info->reads[i].cycles;
      info->reads[i].last_cycle = cycle;
    }
  if (cycle > MAX_CYCLES)
    return set_corrupt (parser, error, "%u cycles, above %d", cycle, MAX_CYCLES);
  info->total_cycles = cycle;
  return TRUE;
}

static void
name_channels (Parser *parser)
{
  MnsRunInfo *info = parser->info;
  const char *serial = info->instrument != NULL ? info->instrument : "";

  for (guint i = 0; parser->channels->len == 0 && i < G_N_ELEMENTS (family_channels); i++)
    if (g_str_has_prefix (serial, family_channels[i].serial_prefix))
      for (guint k = 0; family_channels[i].channels[k] != NULL; k++)
        g_ptr_array_add (parser->channels, g_strdup (family_channels[i].channels[k]));
  info->n_channels = parser->channels->len;
  g_ptr_array_add (parser->channels, NULL);
  info->channels = (char **) g_ptr_array_steal (parser->channels, NULL);
}

static gboolean
finish (Parser *parser, gboolean is_run_info, GError **error)
{
  MnsRunInfo *info = parser->info;

  if (!is_run_info)
    return set_corrupt (parser, error, "the root element is not RunInfo");
  if (info->lanes == 0)
    info->lanes = MIN (parser->lane_elements, 64);
  if (info->surfaces == 0)
    info->surfaces = 1;
  if (info->swaths == 0)
    info->swaths = 1;
  info->sections_per_lane = MAX (info->sections_per_lane, 1);
  info->lanes_per_section = MAX (info->lanes_per_section, 1);
  info->n_tile_list = parser->tiles->len;
  info->tile_list = g_memdup2 (parser->tiles->data, parser->tiles->len * sizeof (MnsRunTile));
  name_channels (parser);
  return number_reads (parser, error);
}

static void
note_fault_cb (void *user_data, xmlErrorPtr fault)
{
  Parser *parser = user_data;

  if (parser->fault == NULL && fault->level >= XML_ERR_ERROR && fault->message != NULL)
    parser->fault = g_strchomp (g_strdup (fault->message));
}

static gboolean
parse_nodes (Parser *parser, GError **error)
{
  gboolean is_run_info = FALSE;
  int more = 1;

  while ((more = xmlTextReaderRead (parser->reader)) == 1)
    if (!take_node (parser, &is_run_info, error))
      return FALSE;
  if (more < 0)
    return set_corrupt (
        parser, error, "not well formed: %s", parser->fault != NULL ? parser->fault : "broken off");
  return finish (parser, is_run_info, error);
}

/**
 * mns_run_info_parse:
 * @xml: (array length=length): text of a RunInfo.xml
 * @length: its bytes
 * @name: what messages call it
 * @error: %MNS_ERROR_CORRUPT if it is not well formed or holds impossible numbers
 *
 * Returns: (transfer full): what the file says
 */
MnsRunInfo *
mns_run_info_parse (const char *xml, gsize length, const char *name, GError **error)
{
  g_autoptr (MnsRunInfo) info = g_new0 (MnsRunInfo, 1);
  Parser parser = { 0 };
  gboolean ok = FALSE;

  g_return_val_if_fail (xml != NULL || length == 0, NULL);

  parser.info = info;
  parser.name = name;
  parser.text = g_string_new (NULL);
  parser.reads = g_array_new (FALSE, FALSE, sizeof (MnsRunRead));
  parser.tiles = g_array_new (FALSE, FALSE, sizeof (MnsRunTile));
  parser.channels = g_ptr_array_new_with_free_func (g_free);
  if (length <= MAX_FILE_BYTES)
    parser.reader =
        xmlReaderForMemory (xml != NULL ? xml : "", (int) length, NULL, NULL, XML_PARSE_NONET);
  if (parser.reader != NULL)
    {
      /* libxml2 made the error of the handler const in 2.12. */
      xmlTextReaderSetStructuredErrorHandler (
          parser.reader, (xmlStructuredErrorFunc) (void (*) (void)) note_fault_cb, &parser);
      ok = parse_nodes (&parser, error);
    }
  else
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_CORRUPT,
                 "%s: %" G_GSIZE_FORMAT " bytes is above the limit of %d",
                 name,
                 length,
                 MAX_FILE_BYTES);

  xmlFreeTextReader (parser.reader);
  for (guint i = 0; i < MAX_DEPTH; i++)
    g_free (parser.path[i]);
  g_string_free (parser.text, TRUE);
  g_array_unref (parser.reads);
  g_array_unref (parser.tiles);
  g_ptr_array_unref (parser.channels);
  g_free (parser.fault);
  return ok ? g_steal_pointer (&info) : NULL;
}

/**
 * mns_run_info_read:
 * @folder: a run folder
 * @error: %MNS_ERROR_NOT_FOUND if the folder holds no RunInfo.xml, so is no run;
 *   %MNS_ERROR_CORRUPT if the file cannot be read
 *
 * Returns: (transfer full): what RunInfo.xml says
 */
MnsRunInfo *
mns_run_info_read (const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *xml = NULL;
  gsize length = 0;
  struct stat info;
  g_autoptr (GError) cause = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, "RunInfo.xml", NULL);
  if (stat (path, &info) != 0)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_NOT_FOUND,
                   "%s is no run folder: RunInfo.xml: %s",
                   folder,
                   g_strerror (errno));
      return NULL;
    }
  if (info.st_size > MAX_FILE_BYTES || !g_file_get_contents (path, &xml, &length, &cause))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_CORRUPT,
                   "%s cannot be read: %s",
                   path,
                   cause != NULL ? cause->message : "larger than 16 MiB");
      return NULL;
    }
  return mns_run_info_parse (xml, length, path, error);
}

void
mns_run_info_free (MnsRunInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->flowcell);
  g_free (self->instrument);
  g_free (self->date);
  g_free (self->reads);
  g_strfreev (self->channels);
  g_free (self->tile_list);
  g_free (self);
}

/**
 * mns_run_info_read_of_cycle:
 * @self: a run
 * @cycle: a cycle of the run, counted from 1
 *
 * Returns: (transfer none) (nullable): the read that the cycle belongs to
 */
const MnsRunRead *
mns_run_info_read_of_cycle (const MnsRunInfo *self, guint cycle)
{
  for (guint i = 0; i < self->n_reads; i++)
    if (cycle >= self->reads[i].first_cycle && cycle <= self->reads[i].last_cycle)
      return &self->reads[i];
  return NULL;
}

/* The name as RunInfo.xml and Illumina's tools write it. */
const char *
mns_tile_naming_name (MnsTileNaming naming)
{
  for (guint i = 0; i < G_N_ELEMENTS (namings); i++)
    if (namings[i].naming == naming)
      return namings[i].text;
  return namings[0].text;
}

/* Where RunInfo.xml names none: by the size of a tile number. */
MnsTileNaming
mns_tile_naming_guess (guint tile)
{
  if (tile > 9999)
    return MNS_TILE_NAMING_FIVE_DIGIT;
  if (tile > 999)
    return MNS_TILE_NAMING_FOUR_DIGIT;
  return tile <= 99 ? MNS_TILE_NAMING_ABSOLUTE : MNS_TILE_NAMING_UNKNOWN;
}

guint
mns_tile_surface (MnsTileNaming naming, guint tile)
{
  if (naming == MNS_TILE_NAMING_FOUR_DIGIT)
    return tile / 1000;
  return naming == MNS_TILE_NAMING_FIVE_DIGIT ? tile / 10000 : 1;
}

guint
mns_tile_swath (MnsTileNaming naming, guint tile)
{
  if (naming == MNS_TILE_NAMING_FOUR_DIGIT)
    return tile / 100 % 10;
  return naming == MNS_TILE_NAMING_FIVE_DIGIT ? tile / 1000 % 10 : 1;
}

/* The camera that saw the tile, counted from 1; 1 where the naming knows none. */
guint
mns_tile_section (MnsTileNaming naming, guint tile)
{
  return naming == MNS_TILE_NAMING_FIVE_DIGIT ? tile / 100 % 10 : 1;
}

/* The number of the tile within its swath and section. */
guint
mns_tile_place (MnsTileNaming naming, guint tile)
{
  return naming == MNS_TILE_NAMING_ABSOLUTE || naming == MNS_TILE_NAMING_UNKNOWN ? tile
                                                                                 : tile % 100;
}
