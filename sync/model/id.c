/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Row ids. Version 7 of RFC 9562: 48 bits of milliseconds, then version, variant and 74 bits that
 * make it unique. Ids made in time order lie side by side in an index, which is why they are used.
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "sync/model/id.h"

const MnsId MNS_ID_CONFIGURATION = { { 0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 } };
const MnsId MNS_ID_INSTRUMENTS = { { 0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2 } };

/* A process makes its ids in ascending order even within one millisecond. */
static GMutex make_lock;
static guint64 last_stamp;

static void
fill_random (guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      ssize_t got = getrandom (bytes, n, 0);

      if (got < 0 && errno == EINTR)
        continue;
      g_assert (got > 0); /* the kernel's generator cannot fail once it is seeded */
      bytes += got;
      n -= got;
    }
}

static void
set_version (MnsId *id)
{
  id->bytes[6] = 0x70 | (id->bytes[6] & 0x0f);
  id->bytes[8] = 0x80 | (id->bytes[8] & 0x3f);
}

/**
 * mns_id_make:
 * @id: (out): where to put it
 *
 * Makes a fresh id from the clock and the kernel's random numbers. Callers are programs at the
 * edge; a handler never calls this, it derives its ids from the command's.
 */
void
mns_id_make (MnsId *id)
{
  guint64 stamp;

  fill_random (id->bytes + 8, 8);

  /* 12 bits below the millisecond hold its fraction, so that ids of one millisecond ascend too */
  g_mutex_lock (&make_lock);
  stamp = (guint64) g_get_real_time ();
  stamp = (stamp / 1000 << 12) | (stamp % 1000 * 4096 / 1000);
  if (stamp <= last_stamp)
    stamp = last_stamp + 1;
  last_stamp = stamp;
  g_mutex_unlock (&make_lock);

  for (guint i = 0; i < 6; i++)
    id->bytes[i] = (guint8) (stamp >> (12 + 8 * (5 - i)));
  id->bytes[6] = (guint8) (stamp >> 8 & 0x0f);
  id->bytes[7] = (guint8) stamp;
  set_version (id);
}

/**
 * mns_id_derive:
 * @id: (out): where to put it
 * @command: id of the command that makes the row
 * @what: a word for the kind of row
 * @n: number of the row within the command and kind
 *
 * The id of the @n-th row of a kind that a command makes: the same on every machine that runs the
 * command, and in ascending order of @n below 4096. The random part is SHA-256 of the three.
 */
void
mns_id_derive (MnsId *id, const MnsId *command, const char *what, guint n)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint32 number = GUINT32_TO_BE (n);
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (sum, command->bytes, sizeof command->bytes);
  g_checksum_update (sum, (const guchar *) what, strlen (what));
  g_checksum_update (sum, (const guchar *) &number, sizeof number);
  g_checksum_get_digest (sum, digest, &size);

  memcpy (id->bytes, command->bytes, 6);
  id->bytes[6] = (guint8) (n >> 8 & 0x0f);
  id->bytes[7] = (guint8) n;
  memcpy (id->bytes + 8, digest, 8);
  set_version (id);
}

/* -1: no hexadecimal digit. A page of rows reads thousands of them. */
static inline int
digit_of (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/**
 * mns_id_parse:
 * @id: (out): where to put it
 * @text: 36 characters, hexadecimal in groups of 8-4-4-4-12
 *
 * Returns: %FALSE if @text is no such text; @id is then not touched
 */
gboolean
mns_id_parse (MnsId *id, const char *text)
{
  static const guint8 starts[16] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 };
  MnsId made;

  if (text == NULL || strlen (text) != MNS_ID_TEXT_SIZE - 1 || text[8] != '-' || text[13] != '-' ||
      text[18] != '-' || text[23] != '-')
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      int high = digit_of (text[starts[i]]);
      int low = digit_of (text[starts[i] + 1]);

      if ((high | low) < 0)
        return FALSE;
      made.bytes[i] = (guint8) (high << 4 | low);
    }
  *id = made;
  return TRUE;
}

/**
 * mns_id_print:
 * @id: an id
 * @text: (out): takes 36 lower-case characters and a NUL
 */
void
mns_id_print (const MnsId *id, char text[MNS_ID_TEXT_SIZE])
{
  static const char digits[] = "0123456789abcdef";
  char *p = text;

  for (guint i = 0; i < 16; i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        *p++ = '-';
      *p++ = digits[id->bytes[i] >> 4];
      *p++ = digits[id->bytes[i] & 0x0f];
    }
  *p = '\0';
}

/**
 * mns_id_to_string:
 * @id: an id
 *
 * Returns: (transfer full): its 36 characters
 */
char *
mns_id_to_string (const MnsId *id)
{
  char *text = g_malloc (MNS_ID_TEXT_SIZE);

  mns_id_print (id, text);
  return text;
}

gboolean
mns_id_is_null (const MnsId *id)
{
  static const MnsId none;

  return id == NULL || memcmp (id->bytes, none.bytes, sizeof none.bytes) == 0;
}

int
mns_id_compare (const MnsId *a, const MnsId *b)
{
  return memcmp (a->bytes, b->bytes, sizeof a->bytes);
}

guint
mns_id_hash (gconstpointer id)
{
  guint32 word;

  /* the tail: the head is a time, alike for all rows of a command */
  memcpy (&word, ((const MnsId *) id)->bytes + 12, sizeof word);
  return word;
}

gboolean
mns_id_equal (gconstpointer a, gconstpointer b)
{
  return mns_id_compare (a, b) == 0;
}

MnsId *
mns_id_dup (const MnsId *id)
{
  return g_memdup2 (id, sizeof *id);
}
