/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Gathers the evidence that run-state.c judges, as cheaply as it can be had: the beginning of
 * RunInfo.xml (thousands of tile names follow it), the last records of one metric, the flag files.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/xmlreader.h>

#include "server/instruments/run-look.h"
#include "server/instruments/run-parameters.h"
#include "server/instruments/text-file.h"
#include "sync/model/error.h"

/* RunInfo.xml names all it has before the tiles within a few hundred bytes. */
#define RUN_INFO_HEAD 16384
#define TAIL_SIZE 65536
#define LOG_TAIL 65536

/* What the beginning of RunInfo.xml tells. */
typedef struct
{
  char *id;
  char *instrument;
  char *flowcell;
  guint cycles;
  guint layout[4];
} Head;

/* Metrics with a cycle in every record, by version: where the records begin and where in one the
 * cycle stands. Source: interop-formats, section 3.
 */
static const struct
{
  const char *name;
  guint8 version;
  guint8 header;
  guint8 cycle_at;
} metrics[] = {
  { "Extraction", 2, 2, 4 },
  { "Extraction", 3, 3, 6 },
  { "CorrectedInt", 2, 2, 4 },
  { "CorrectedInt", 3, 2, 4 },
  { "CorrectedInt", 4, 2, 6 },
  { "Error", 3, 2, 4 },
  { "Error", 4, 2, 6 },
  { "Error", 5, 2, 6 },
  { "EmpiricalPhasing", 1, 2, 4 },
  { "EmpiricalPhasing", 2, 2, 6 },
};

static gssize
read_at (int fd, guint8 *buffer, gsize length, goffset offset)
{
  gsize done = 0;

  while (done < length)
    {
      ssize_t got = pread (fd, buffer + done, length - done, offset + (goffset) done);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        break;
      done += (gsize) got;
    }
  return (gssize) done;
}

/* The highest cycle among the last whole records of an open metric file. */
static guint
glance_file (int fd, const char *name)
{
  g_autofree guint8 *buffer = g_malloc (TAIL_SIZE);
  guint8 head[2];
  struct stat info;
  gint64 n_records, first;
  guint highest = 0;
  gssize length;
  gsize i = 0;

  if (fstat (fd, &info) < 0 || !S_ISREG (info.st_mode) || read_at (fd, head, 2, 0) != 2)
    return 0;
  while (i < G_N_ELEMENTS (metrics) &&
         (!g_str_equal (metrics[i].name, name) || metrics[i].version != head[0]))
    i++;
  if (i == G_N_ELEMENTS (metrics) || head[1] < metrics[i].cycle_at + 2)
    return 0;
  n_records = (info.st_size - metrics[i].header) / head[1];
  first = MAX (0, n_records - TAIL_SIZE / head[1]);
  length = read_at (fd, buffer, TAIL_SIZE, metrics[i].header + first * head[1]);
  for (gssize at = 0; at + head[1] <= length; at += head[1])
    {
      const guint8 *cycle = buffer + at + metrics[i].cycle_at;

      highest = MAX (highest, (guint) (cycle[0] | cycle[1] << 8));
    }
  return highest;
}

/**
 * mns_run_glance_cycle:
 * @folder: a run folder
 * @is_extracted: (out): whether the cycle is that of the extraction
 *
 * The last cycle for which the instrument wrote a metric, from the last 64 KiB of one file: how
 * far the run is, without reading it. The slowest tile may be a cycle behind.
 *
 * Returns: the cycle, 0 if nothing tells
 */
guint
mns_run_glance_cycle (const char *folder, gboolean *is_extracted)
{
  static const char *const names[] = { "Extraction", "CorrectedInt", "EmpiricalPhasing", "Error" };
  static const char *const endings[] = { "MetricsOut.bin", "Metrics.bin" };

  g_return_val_if_fail (folder != NULL && is_extracted != NULL, 0);

  *is_extracted = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (endings); i++)
    {
      const char *name = names[i / G_N_ELEMENTS (endings)];
      g_autofree char *file = g_strconcat (name, endings[i % G_N_ELEMENTS (endings)], NULL);
      g_autofree char *path = g_build_filename (folder, "InterOp", file, NULL);
      int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
      guint cycle = fd >= 0 ? glance_file (fd, name) : 0;

      if (fd >= 0)
        close (fd);
      if (cycle > 0)
        {
          *is_extracted = g_str_equal (name, "Extraction");
          return cycle;
        }
    }
  return 0;
}

static guint
take_number (xmlTextReader *reader, const char *name)
{
  xmlChar *text = xmlTextReaderGetAttribute (reader, (const xmlChar *) name);
  guint64 value = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned ((const char *) text, 10, 0, 100000, &value, NULL);
  g_clear_pointer (&text, xmlFree);
  return (guint) value;
}

static void
take_text (xmlTextReader *reader, char **text)
{
  xmlChar *value;

  if (*text != NULL || xmlTextReaderIsEmptyElement (reader) == 1 ||
      xmlTextReaderRead (reader) != 1 || xmlTextReaderNodeType (reader) != XML_READER_TYPE_TEXT)
    return;
  value = xmlTextReaderValue (reader);
  *text = g_strstrip (g_strdup ((const char *) value));
  g_clear_pointer (&value, xmlFree);
}

static guint
take_cycles (xmlTextReader *reader)
{
  guint first = take_number (reader, "FirstCycle"); /* the form of 2010 */
  guint last = take_number (reader, "LastCycle");

  return last >= first && first > 0 ? last - first + 1 : take_number (reader, "NumCycles");
}

static void
take_element (xmlTextReader *reader, Head *head)
{
  const char *name = (const char *) xmlTextReaderConstLocalName (reader);

  if (g_str_equal (name, "Run"))
    {
      xmlChar *id = xmlTextReaderGetAttribute (reader, (const xmlChar *) "Id");

      if (head->id == NULL)
        head->id = g_strdup ((const char *) id);
      g_clear_pointer (&id, xmlFree);
    }
  else if (g_str_equal (name, "Flowcell"))
    take_text (reader, &head->flowcell);
  else if (g_str_equal (name, "Instrument"))
    take_text (reader, &head->instrument);
  else if (g_str_equal (name, "Read"))
    head->cycles += take_cycles (reader);
  else if (g_str_equal (name, "FlowcellLayout"))
    {
      head->layout[0] = take_number (reader, "LaneCount");
      head->layout[1] = take_number (reader, "SurfaceCount");
      head->layout[2] = take_number (reader, "SwathCount");
      head->layout[3] = take_number (reader, "TileCount");
    }
}

static void
read_head (const char *folder, Head *head)
{
  g_autofree char *path = g_build_filename (folder, "RunInfo.xml", NULL);
  g_autofree guint8 *buffer = g_malloc (RUN_INFO_HEAD);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  xmlTextReader *reader;
  gssize length;

  if (fd < 0)
    return;
  length = read_at (fd, buffer, RUN_INFO_HEAD, 0);
  close (fd);
  reader = xmlReaderForMemory ((const char *) buffer,
                               (int) length,
                               NULL,
                               NULL,
                               XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  /* Ends at the tiles, or with an error where the beginning was cut off: either way it is done. */
  while (reader != NULL && xmlTextReaderRead (reader) == 1)
    if (xmlTextReaderNodeType (reader) == XML_READER_TYPE_ELEMENT)
      {
        if (g_str_equal ((const char *) xmlTextReaderConstLocalName (reader), "TileSet"))
          break;
        take_element (reader, head);
      }
  g_clear_pointer (&reader, xmlFreeTextReader);
}

static void
clear_head (Head *head)
{
  g_free (head->id);
  g_free (head->instrument);
  g_free (head->flowcell);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Head, clear_head)

static MnsModel
find_model (const MnsModelTable *models, const Head *head, const MnsRunParameters *parameters)
{
  MnsModelEvidence evidence = { 0 };

  evidence.serial = head->instrument;
  if (parameters != NULL)
    {
      evidence.instrument_type = parameters->instrument_type;
      evidence.application = parameters->application;
      evidence.flowcell_kind = parameters->flowcell_kind;
      evidence.serial = parameters->instrument != NULL ? parameters->instrument : head->instrument;
    }
  evidence.lanes = head->layout[0];
  evidence.surfaces = head->layout[1];
  evidence.swaths = head->layout[2];
  evidence.tiles = head->layout[3];
  return mns_model_table_find (models, &evidence);
}

static MnsRunCompletion *
read_completion (const char *folder, const MnsRunListing *listing)
{
  g_autofree char *path = NULL;
  g_autofree char *data = NULL;
  gsize length;

  if (!mns_run_listing_has (listing, "RunCompletionStatus.xml"))
    return NULL;
  path = mns_folder_find_name (folder, "RunCompletionStatus.xml");
  data = path != NULL ? mns_text_file_read (path, 1024 * 1024, &length, NULL) : NULL;
  return data != NULL ? mns_run_completion_parse (data, length, path, NULL) : NULL;
}

static gboolean
log_says_exited (const char *folder, const MnsRunListing *listing)
{
  static const char sentence[] = "Application exited before completion";
  g_autofree char *found = mns_run_listing_find_ending (listing, "data/rtalogs/", "log.txt");
  g_autofree char *logs = NULL;
  g_autofree char *path = NULL;
  g_autofree guint8 *buffer = NULL;
  struct stat info;
  gssize length = 0;
  int fd;

  if (found == NULL)
    return FALSE;
  logs = g_build_filename (folder, "Data", "RTALogs", NULL);
  path = mns_folder_find_name (logs, strrchr (found, '/') + 1);
  fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (fd < 0)
    return FALSE;
  buffer = g_malloc (LOG_TAIL);
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    length = read_at (fd, buffer, LOG_TAIL, MAX (0, info.st_size - LOG_TAIL));
  close (fd);
  return memmem (buffer, (gsize) length, sentence, strlen (sentence)) != NULL;
}

/**
 * mns_run_look:
 * @folder: a run folder
 * @models: the instruments known; the look refers to its texts
 * @stalled_after: microseconds, 0 for the usual
 * @now: microseconds UTC
 * @error: why the folder cannot be listed
 *
 * Looks once. A file that is missing or still incomplete makes the look poorer, not an error.
 *
 * Returns: (transfer full) (nullable): what was seen
 */
MnsRunLook *
mns_run_look (const char *folder,
              const MnsModelTable *models,
              gint64 stalled_after,
              gint64 now,
              GError **error)
{
  g_autoptr (MnsRunListing) listing = NULL;
  g_autoptr (MnsRunParameters) parameters = NULL;
  g_autoptr (MnsRunCompletion) completion = NULL;
  g_auto (Head) head = { 0 };
  MnsRunEvidence evidence = { 0 };
  gboolean is_extracted;
  MnsRunLook *self;

  g_return_val_if_fail (folder != NULL && models != NULL, NULL);

  listing = mns_run_listing_read (folder, error);
  if (listing == NULL)
    return NULL;
  self = g_new0 (MnsRunLook, 1);
  self->folder = g_strdup (folder);
  self->name = g_path_get_basename (folder);
  if (mns_run_listing_has (listing, "RunInfo.xml"))
    read_head (folder, &head);
  if (mns_run_listing_has (listing, "RunParameters.xml"))
    parameters = mns_run_parameters_read (folder, NULL);
  completion = read_completion (folder, listing);
  self->run_id = g_strdup (head.id);
  self->instrument = g_strdup (head.instrument);
  self->flowcell = g_strdup (head.flowcell);
  self->model = find_model (models, &head, parameters);
  self->changed = mns_run_listing_get_newest (listing);

  evidence.listing = listing;
  evidence.family = self->model.family;
  if (parameters != NULL && parameters->application_version != NULL)
    evidence.software_major =
        (guint) g_ascii_strtoull (parameters->application_version, NULL, 10) % 1000;
  evidence.cycles = head.cycles;
  evidence.cycle = mns_run_glance_cycle (folder, &is_extracted);
  evidence.cycle = MAX (evidence.cycle, mns_run_listing_get_cycle_folder (listing));
  evidence.extracted = is_extracted ? evidence.cycle : 0;
  evidence.completion = completion;
  evidence.log_says_exited = log_says_exited (folder, listing);
  evidence.stalled_after = stalled_after;
  self->verdict = mns_run_state_judge (&evidence, now);
  return self;
}

void
mns_run_look_free (MnsRunLook *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->name);
  g_free (self->run_id);
  g_free (self->instrument);
  g_free (self->flowcell);
  g_free (self);
}
