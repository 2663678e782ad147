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
  [MNS_METRIC_TILE] = { mns_interop_take_tile, NULL },
  [MNS_METRIC_EXTENDED_TILE] = { mns_interop_take_extended_tile, NULL },
  [MNS_METRIC_EXTRACTION] = { mns_interop_take_extraction, NULL },
  [MNS_METRIC_CORRECTED_INT] = { mns_interop_take_corrected_int, NULL },
  [MNS_METRIC_Q] = { mns_interop_take_q, NULL },
  [MNS_METRIC_Q_BY_LANE] = { mns_interop_take_q_by_lane, NULL },
  [MNS_METRIC_Q_COLLAPSED] = { mns_interop_take_q_collapsed, NULL },
  [MNS_METRIC_ERROR] = { mns_interop_take_error, NULL },
  [MNS_METRIC_EMPIRICAL_PHASING] = { mns_interop_take_empirical_phasing, NULL },
  [MNS_METRIC_IMAGE] = { mns_interop_take_image, NULL },
  [MNS_METRIC_INDEX] = { NULL, mns_interop_take_index },
  [MNS_METRIC_SUMMARY_RUN] = { mns_interop_take_summary_run, NULL },
  [MNS_METRIC_CONTROL] = { NULL, mns_interop_take_control },
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
set_aside (MnsInteropState *state, MnsInteropFile *file, const MnsInteropFault *fault)
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
  MnsInteropFault fault = { 0 };

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
  MnsInteropFault fault = { 0 };
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

/* Reads up to @n bytes from @offset on. Fewer come only at the end. */
static gsize
read_at (MnsInteropState *state, const MnsSource *source, guint8 *to, gsize n, guint64 offset)
{
  gsize done = 0;

  if (source->fd < 0)
    {
      done = offset < source->length ? MIN (n, source->length - (gsize) offset) : 0;
      if (done > 0)
        memcpy (to, source->bytes + offset, done);
    }
  while (source->fd >= 0 && done < n)
    {
      gssize got = pread (source->fd, to + done, n - done, (off_t) (offset + done));

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        break;
      done += (gsize) got;
    }
  state->bytes_read += done;
  return done;
}

/**
 * mns_interop_read_forward:
 * @state: a state with a buffer
 * @file: one of its files
 * @source: where its bytes are
 *
 * Takes what the file gained since it was read last.
 */
void
mns_interop_read_forward (MnsInteropState *state, MnsInteropFile *file, const MnsSource *source)
{
  gsize length = file->tail_length;
  gssize rest = (gssize) length;
  gsize room;
  gsize n;

  if (length > 0)
    memcpy (state->buffer, file->tail, length);
  do
    {
      room = state->buffer_size - length;
      n = read_at (state, source, state->buffer + length, room, file->taken + length);
      if (n > 0)
        rest = take_buffer (state, file, length + n);
      length = (gsize) MAX (rest, 0);
    }
  while (rest >= 0 && n == room && n > 0);
  keep_tail (file, state->buffer, length);
}

/**
 * mns_interop_read_backward:
 * @state: a state with a buffer
 * @file: one of its files, with records of fixed size
 * @source: where its bytes are
 *
 * Takes once more what was taken of the file before, the last record first.
 */
void
mns_interop_read_backward (MnsInteropState *state, MnsInteropFile *file, const MnsSource *source)
{
  const MnsShape *shape = file->shape;
  MnsInteropFault fault = { 0 };
  guint64 left;

  if (shape == NULL || shape->record_size == 0 || file->is_set_aside)
    return;
  left = (file->taken - shape->header_size) / shape->record_size;
  while (left > 0)
    {
      gsize n = (gsize) MIN (left, state->buffer_size / shape->record_size);
      guint64 from = shape->header_size + (left - n) * shape->record_size;
      gsize size = n * shape->record_size;

      if (n == 0 || read_at (state, source, state->buffer, size, from) < size)
        break;
      mns_metric_readers[file->metric].take (state,
                                             shape,
                                             state->buffer + (n - 1) * shape->record_size,
                                             -(gssize) shape->record_size,
                                             n,
                                             &fault);
      left -= n;
    }
}

/**
 * mns_interop_read_file:
 * @state: a state with a buffer
 * @file: one of its files
 * @folder_fd: the folder the file lies in
 * @read: mns_interop_read_forward() or mns_interop_read_backward()
 *
 * Opens the file and reads it. One that cannot be opened or read now is tried again at the next
 * look; one that breaks a rule is set aside for good.
 */
void
mns_interop_read_file (MnsInteropState *state,
                       MnsInteropFile *file,
                       int folder_fd,
                       MnsReadFunc read)
{
  MnsSource source = { -1, NULL, 0 };
  char name[64];

  g_snprintf (name,
              sizeof name,
              "%s%s.bin",
              mns_metric_kinds[file->metric].file,
              file->is_old_name ? "" : "Out");
  source.fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (source.fd < 0)
    return;
  read (state, file, &source);
  close (source.fd);
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
