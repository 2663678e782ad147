/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Makes run folders of every kind of instrument, for tests and as a fake sequencer: one step
 * appends what one cycle brings to the files, as the real software does.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "server/instruments/generate/generator-private.h"
#include "sync/model/error.h"

#define MOST_CYCLES 2000

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_clear_error (error);
  if (error != NULL)
    *error = g_error_new_valist (MNS_ERROR, MNS_ERROR_INVALID, format, args);
  va_end (args);
  return FALSE;
}

/* "151,8i,8i,151": cycles of each read, with an i for an index read. */
static gboolean
parse_reads (MnsGenerator *self, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *end = NULL;
      guint64 cycles = g_ascii_strtoull (parts[i], &end, 10);
      gboolean is_index = *end == 'i';

      if (end == parts[i] || end[is_index] != '\0' || cycles < 2 || cycles > 1000)
        return refuse (
            error, "reads \"%s\": \"%s\" is not a number from 2 to 1000", text, parts[i]);
      if (self->n_reads >= MNS_GEN_MAX_READS)
        return refuse (error, "reads \"%s\": more than %d", text, MNS_GEN_MAX_READS);
      self->reads[self->n_reads++] = (MnsGenRead){ (guint) cycles, is_index, self->n_cycles + 1 };
      self->n_cycles += (guint) cycles;
    }
  if (self->n_reads == 0 || self->reads[0].is_index || self->n_cycles > MOST_CYCLES)
    return refuse (
        error, "reads \"%s\": the first is to be a data read, all up to %d", text, MOST_CYCLES);
  return TRUE;
}

static char *
make_run_id (const MnsGenerator *self)
{
  static const struct
  {
    gboolean has_long_date;
    gboolean has_plain_number;
    const char *side;
  } forms[MNS_N_GEN_FAMILIES] = {
    [MNS_GEN_MISEQ] = { FALSE, FALSE, "" },        [MNS_GEN_HISEQ] = { FALSE, FALSE, "A" },
    [MNS_GEN_NEXTSEQ_500] = { FALSE, FALSE, "A" }, [MNS_GEN_ISEQ] = { TRUE, TRUE, "" },
    [MNS_GEN_NEXTSEQ_2000] = { FALSE, TRUE, "" },  [MNS_GEN_NOVASEQ_6000] = { FALSE, FALSE, "A" },
    [MNS_GEN_NOVASEQ_X] = { TRUE, FALSE, "A" },
  };
  MnsGenFamily family = self->preset->family;

  return g_strdup_printf ("%s_%s_%0*u_%s%s",
                          self->run_day + (forms[family].has_long_date ? 0 : 2),
                          self->preset->serial,
                          forms[family].has_plain_number ? 1 : 4,
                          self->run_number,
                          forms[family].side,
                          self->preset->flowcell);
}

static gboolean
make_headers (MnsGenerator *self, GError **error)
{
  const MnsGenBin *bins = self->preset->bins;

  while (bins != NULL && bins[self->n_bins].value != 0)
    self->n_bins++;
  for (guint i = 0; i < MNS_N_METRICS; i++)
    {
      int wanted = self->options.version[i];

      self->versions[i] =
          wanted == 0 ? self->preset->metrics->version[i] : (guint8) MAX (wanted, 0);
      self->out[i] = g_byte_array_new ();
      if (self->versions[i] != 0 && !mns_gen_make_header (self, i))
        return refuse (error,
                       "%s version %u cannot be written for %s",
                       mns_metric_kinds[i].name,
                       self->versions[i],
                       self->preset->name);
    }
  return TRUE;
}

/**
 * mns_generator_new:
 * @folder: the run folder to make; it may exist
 * @options: what to make
 * @error: %MNS_ERROR_INVALID for what no run can have
 *
 * Returns: (transfer full): a generator that has written nothing yet
 */
MnsGenerator *
mns_generator_new (const char *folder, const MnsGenOptions *options, GError **error)
{
  g_autoptr (MnsGenerator) self = g_new0 (MnsGenerator, 1);
  const MnsGenPreset *preset = options->preset;

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (preset != NULL, NULL);

  self->options = *options;
  self->preset = preset;
  self->folder = g_strdup (folder);
  self->lanes = options->lanes > 0 ? options->lanes : preset->lanes;
  self->swaths = options->swaths > 0 ? options->swaths : preset->swaths;
  self->tiles_per_swath = options->tiles > 0 ? options->tiles : preset->tiles;
  self->run_number = 1 + options->seed % 9999;
  self->run_day = options->day != NULL ? g_strdup (options->day)
                                       : g_strdup_printf ("202001%02u", 1 + options->seed % 28);
  self->channels = g_strsplit (preset->channels, " ", -1);
  self->n_channels = g_strv_length (self->channels);
  if (self->lanes > 64 || self->swaths > 9 || self->tiles_per_swath > 99)
    {
      refuse (error, "more than 64 lanes, 9 swaths or 99 tiles a swath");
      return NULL;
    }
  if (!parse_reads (self, options->reads != NULL ? options->reads : preset->reads, error) ||
      !make_headers (self, error))
    return NULL;
  self->stop = options->last_cycle > 0 ? MIN (options->last_cycle, self->n_cycles) : self->n_cycles;
  self->run_id = make_run_id (self);
  mns_gen_plant_tiles (self);
  mns_gen_plant_samples (self);
  return g_steal_pointer (&self);
}

void
mns_generator_free (MnsGenerator *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < MNS_N_METRICS; i++)
    {
      g_clear_pointer (&self->headers[i], g_byte_array_unref);
      g_clear_pointer (&self->out[i], g_byte_array_unref);
    }
  g_clear_pointer (&self->samples, g_ptr_array_unref);
  g_free (self->tiles);
  g_strfreev (self->channels);
  g_free (self->run_id);
  g_free (self->run_day);
  g_free (self->folder);
  g_free (self);
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* Appends the buffer of a metric to its file, which begins with the header if it is new. */
static gboolean
flush_metric (MnsGenerator *self, MnsMetric metric, const char *folder, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%sOut.bin", mns_metric_kinds[metric].file);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GByteArray *out = self->out[metric];
  gboolean is_new = !g_file_test (path, G_FILE_TEST_EXISTS);
  gboolean ok;
  int fd;

  if (out->len == 0)
    return TRUE;
  fd = g_open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  ok = fd >= 0 &&
       (!is_new || write_all (fd, self->headers[metric]->data, self->headers[metric]->len)) &&
       write_all (fd, out->data, out->len);
  if (!ok)
    g_set_error (
        error, MNS_ERROR, MNS_ERROR_FAILED, "%s cannot be written: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  g_byte_array_set_size (out, 0);
  return ok;
}

static gboolean
flush_all (MnsGenerator *self, guint cycle, GError **error)
{
  g_autofree char *part = cycle > 0 ? g_strdup_printf ("C%u.1", cycle) : g_strdup (".");
  g_autofree char *folder = g_build_filename (self->folder, "InterOp", part, NULL);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_FAILED, "%s cannot be made: %s", folder, g_strerror (errno));
      return FALSE;
    }
  for (guint i = 0; i < MNS_N_METRICS; i++)
    if (!flush_metric (self, i, folder, error))
      return FALSE;
  return TRUE;
}

/* Writes what is there in the first minute of a run. A folder with metrics already is refused. */
gboolean
mns_generator_start (MnsGenerator *self, GError **error)
{
  g_autofree char *interop = g_build_filename (self->folder, "InterOp", NULL);

  if (g_file_test (interop, G_FILE_TEST_EXISTS))
    return refuse (error, "%s holds a run already", self->folder);
  if (g_mkdir_with_parents (self->folder, 0777) != 0)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_FAILED,
                   "%s cannot be made: %s",
                   self->folder,
                   g_strerror (errno));
      return FALSE;
    }
  return mns_gen_write_run_files (self, error);
}

gboolean
mns_generator_is_done (MnsGenerator *self)
{
  return self->cycle >= self->stop;
}

guint
mns_generator_get_cycle (MnsGenerator *self)
{
  return self->cycle;
}

guint
mns_generator_get_cycles (MnsGenerator *self)
{
  return self->n_cycles;
}

/* Writes what the next cycle brings. */
gboolean
mns_generator_step (MnsGenerator *self, GError **error)
{
  g_return_val_if_fail (!mns_generator_is_done (self), FALSE);

  self->cycle++;
  mns_gen_write_cycle (self, self->cycle);
  return flush_all (self, self->options.in_cycle_folders ? self->cycle : 0, error);
}

/* Cuts bytes off the end of a metric's file, or of the last one of its parts. */
static gboolean
cut_metric (MnsGenerator *self, MnsMetric metric, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%sOut.bin", mns_metric_kinds[metric].file);
  g_autofree char *path = NULL;
  GStatBuf info;

  for (guint cycle = self->options.in_cycle_folders ? self->cycle : 0;; cycle--)
    {
      g_autofree char *part = cycle > 0 ? g_strdup_printf ("C%u.1", cycle) : g_strdup (".");

      g_free (path);
      path = g_build_filename (self->folder, "InterOp", part, name, NULL);
      if (cycle == 0 || g_file_test (path, G_FILE_TEST_EXISTS))
        break;
    }
  if (g_stat (path, &info) == 0 && info.st_size >= self->options.truncate[metric] &&
      truncate (path, info.st_size - self->options.truncate[metric]) == 0)
    return TRUE;
  return refuse (error, "%s cannot be cut by %u bytes", path, self->options.truncate[metric]);
}

/* Writes what the end of a run brings; of a run that stops early only what was asked for. */
gboolean
mns_generator_finish (MnsGenerator *self, GError **error)
{
  if (self->cycle >= self->n_cycles)
    {
      mns_gen_write_end (self);
      if (!flush_all (self, 0, error))
        return FALSE;
    }
  for (guint i = 0; i < MNS_N_METRICS; i++)
    if (self->options.truncate[i] > 0 && !cut_metric (self, i, error))
      return FALSE;
  if (!self->options.without_planted)
    {
      g_autofree char *planted = mns_gen_planted_to_json (self);

      if (!mns_gen_put_text (self, "planted.json", planted, error))
        return FALSE;
    }
  return self->cycle < self->n_cycles || self->options.without_flags ||
         mns_gen_write_flags (self, error);
}

/**
 * mns_generate:
 * @folder: the run folder to make
 * @options: what to make
 * @error: why it could not
 *
 * Makes a run folder at once.
 *
 * Returns: %TRUE if it is there
 */
gboolean
mns_generate (const char *folder, const MnsGenOptions *options, GError **error)
{
  g_autoptr (MnsGenerator) generator = mns_generator_new (folder, options, error);

  if (generator == NULL || !mns_generator_start (generator, error))
    return FALSE;
  while (!mns_generator_is_done (generator))
    if (!mns_generator_step (generator, error))
      return FALSE;
  return mns_generator_finish (generator, error);
}
