/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Streams one InterOp file through the reader of its metric: whole records out of one fixed
 * buffer, whatever the size of the file. What is left of a record at the end is kept with the file
 * until the rest arrives, so no byte is read twice.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "server/instruments/interop/state-private.h"

const MnsMetricReader mns_metric_readers[MNS_N_METRICS] = {
  [MNS_METRIC_TILE] = { mns_interop_take_tile, NULL, MNS_OVERWRITES },
  [MNS_METRIC_EXTENDED_TILE] = { mns_interop_take_extended_tile, NULL, MNS_OVERWRITES },
  [MNS_METRIC_EXTRACTION] = { mns_interop_take_extraction, NULL, MNS_ADDS_UP_BY_CYCLE },
  [MNS_METRIC_CORRECTED_INT] = { mns_interop_take_corrected_int, NULL, MNS_ADDS_UP_BY_CYCLE },
  [MNS_METRIC_Q] = { mns_interop_take_q, NULL, MNS_ADDS_UP },
  [MNS_METRIC_Q_BY_LANE] = { mns_interop_take_q_by_lane, NULL, MNS_OVERWRITES },
  [MNS_METRIC_Q_COLLAPSED] = { mns_interop_take_q_collapsed, NULL, MNS_ADDS_UP },
  [MNS_METRIC_ERROR] = { mns_interop_take_error, NULL, MNS_ADDS_UP },
  [MNS_METRIC_EMPIRICAL_PHASING] = { mns_interop_take_empirical_phasing, NULL, MNS_ADDS_UP },
  [MNS_METRIC_IMAGE] = { mns_interop_take_image, NULL, MNS_OVERWRITES },
  [MNS_METRIC_INDEX] = { NULL, mns_interop_take_index, MNS_OVERWRITES },
  [MNS_METRIC_SUMMARY_RUN] = { mns_interop_take_summary_run, NULL, MNS_OVERWRITES },
  [MNS_METRIC_CONTROL] = { NULL, mns_interop_take_control, MNS_OVERWRITES },
};

/* Shapes are shared: the parts of a metric in 318 cycle folders nearly always have one and the
 * same header.
 */
static const MnsShape *
intern_shape (MnsInteropState *state, const MnsShape *shape)
{
  for (guint i = state->shapes->len; i-- > 0;)
    if (memcmp (state->shapes->pdata[i], shape, sizeof *shape) == 0)
      return state->shapes->pdata[i];
  g_ptr_array_add (state->shapes, g_memdup2 (shape, sizeof *shape));
  return state->shapes->pdata[state->shapes->len - 1];
}

static void
set_aside (MnsInteropState *state, MnsInteropFile *file, const MnsFault *fault)
{
  MnsSetAside entry = { 0 };

  file->is_set_aside = TRUE;
  if (file->taken > 0)
    state->is_spoilt[file->metric] = TRUE;
  entry.file = mns_interop_file_name (file);
  entry.offset = fault->offset;
  entry.rule = g_strdup (fault->rule);
  g_array_append_val (state->set_aside, entry);
}

/* Takes the header off the buffer. 0 with @ok if it is not whole yet. */
static gsize
take_header (MnsInteropState *state, MnsInteropFile *file, gsize length, gboolean *ok)
{
  MnsShape shape;
  MnsFault fault = { 0 };

  *ok = TRUE;
  switch (mns_shape_parse (&shape, file->metric, state->buffer, length, &fault))
    {
    case MNS_HEADER_OK:
      file->shape = intern_shape (state, &shape);
      return shape.header_size;
    case MNS_HEADER_FAULT:
      set_aside (state, file, &fault);
      *ok = FALSE;
      return 0;
    default:
      return 0;
    }
}

/* Takes whole records from @bytes; returns their size in bytes. */
static gsize
take_records (
    MnsInteropState *state, MnsInteropFile *file, const guint8 *bytes, gsize length, gboolean *ok)
{
  const MnsMetricReader *reader = &mns_metric_readers[file->metric];
  const MnsShape *shape = file->shape;
  MnsFault fault = { 0 };
  gsize taken;
  gsize n;

  *ok = TRUE;
  if (reader->take_text != NULL)
    taken = reader->take_text (state, shape, bytes, length, ok, &fault);
  else
    {
      n = length / shape->record_size;
      taken = reader->take (state, shape, bytes, (gssize) shape->record_size, n, &fault);
      *ok = taken == n;
      taken *= shape->record_size;
    }
  if (!*ok)
    {
      fault.offset = file->taken + taken;
      file->taken += MAX (taken, 1); /* something of it may be in the sums */
      set_aside (state, file, &fault);
    }
  return taken;
}

/* Takes what it can of the buffer and moves the rest to its start. Returns the length of the rest,
 * or -1 if the file was set aside.
 */
static gssize
take_buffer (MnsInteropState *state, MnsInteropFile *file, gsize length)
{
  gboolean ok = TRUE;
  gsize taken = 0;
  gsize n;

  if (file->shape == NULL)
    {
      taken = take_header (state, file, length, &ok);
      file->taken += taken;
    }
  if (ok && file->shape != NULL)
    {
      n = take_records (state, file, state->buffer + taken, length - taken, &ok);
      if (ok)
        file->taken += n;
      taken += n;
    }
  if (!ok)
    return -1;
  memmove (state->buffer, state->buffer + taken, length - taken);
  return (gssize) (length - taken);
}

static void
keep_tail (MnsInteropFile *file, const guint8 *bytes, gsize length)
{
  g_free (file->tail);
  file->tail = length > 0 ? g_memdup2 (bytes, length) : NULL;
  file->tail_length = (guint) length;
}

/**
 * mns_interop_read_file:
 * @state: a state
 * @file: one of its files
 * @folder_fd: the folder the file lies in
 *
 * Reads what the file gained since it was read last. A file that cannot be opened or read now is
 * tried again at the next look; one that breaks a rule is set aside for good.
 */
void
mns_interop_read_file (MnsInteropState *state, MnsInteropFile *file, int folder_fd)
{
  char name[64];
  int fd;
  gsize length = file->tail_length;
  gssize rest = (gssize) length;

  g_snprintf (name,
              sizeof name,
              "%s%s.bin",
              mns_metric_kinds[file->metric].file,
              file->is_old_name ? "" : "Out");
  fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0)
    return;
  if (length > 0)
    memcpy (state->buffer, file->tail, length);
  while (rest >= 0)
    {
      gsize room = MNS_BUFFER_SIZE - length;
      gssize n = pread (fd, state->buffer + length, room, (off_t) (file->taken + length));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      state->bytes_read += (guint64) n;
      rest = take_buffer (state, file, length + (gsize) n);
      length = (gsize) MAX (rest, 0);
      if ((gsize) n < room)
        break;
    }
  keep_tail (file, state->buffer, length);
  close (fd);
}

static gboolean
read_whole (MnsInteropState *state, int fd, gsize length, guint64 from)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = pread (fd, state->buffer + done, length - done, (off_t) (from + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      done += (gsize) n;
      state->bytes_read += (guint64) n;
    }
  return TRUE;
}

/**
 * mns_interop_read_file_backward:
 * @state: a state
 * @file: one of its files, with records of fixed size
 * @folder_fd: the folder the file lies in
 *
 * Reads again what was taken of the file before, the last record first.
 */
void
mns_interop_read_file_backward (MnsInteropState *state, MnsInteropFile *file, int folder_fd)
{
  const MnsShape *shape = file->shape;
  char name[64];
  MnsFault fault = { 0 };
  guint64 left;
  int fd;

  if (shape == NULL || shape->record_size == 0 || file->is_set_aside)
    return;
  g_snprintf (name,
              sizeof name,
              "%s%s.bin",
              mns_metric_kinds[file->metric].file,
              file->is_old_name ? "" : "Out");
  fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0)
    return;
  left = (file->taken - shape->header_size) / shape->record_size;
  while (left > 0)
    {
      gsize n = (gsize) MIN (left, MNS_BUFFER_SIZE / shape->record_size);
      guint64 from = shape->header_size + (left - n) * shape->record_size;

      if (!read_whole (state, fd, n * shape->record_size, from))
        break;
      mns_metric_readers[file->metric].take (state,
                                             shape,
                                             state->buffer + (n - 1) * shape->record_size,
                                             -(gssize) shape->record_size,
                                             n,
                                             &fault);
      left -= n;
    }
  close (fd);
}

/* Returns: (transfer full): the file's name within the run folder */
char *
mns_interop_file_name (const MnsInteropFile *file)
{
  const char *suffix = file->is_old_name ? "" : "Out";

  if (file->cycle == 0)
    return g_strdup_printf ("InterOp/%s%s.bin", mns_metric_kinds[file->metric].file, suffix);
  return g_strdup_printf (
      "InterOp/C%u.1/%s%s.bin", file->cycle, mns_metric_kinds[file->metric].file, suffix);
}

/* Forgets what was read of the file, not that it was set aside. */
void
mns_interop_file_rewind (MnsInteropFile *file)
{
  g_clear_pointer (&file->tail, g_free);
  file->tail_length = 0;
  file->taken = 0;
  file->shape = NULL;
}

void
mns_interop_file_free (MnsInteropFile *file)
{
  g_free (file->tail);
  g_free (file);
}
