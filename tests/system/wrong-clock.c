/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Loaded before a program, it makes its clock wrong by MNS_TEST_CLOCK_SHIFT seconds; the clock of
 * waits and timeouts stays as it is.
 */

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t
get_shift (void)
{
  const char *text = getenv ("MNS_TEST_CLOCK_SHIFT");

  return text != NULL ? (time_t) atoll (text) : 0;
}

int
clock_gettime (clockid_t clock, struct timespec *at)
{
  long result = syscall (SYS_clock_gettime, clock, at);

  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    at->tv_sec += get_shift ();
  return (int) result;
}

int
gettimeofday (struct timeval *at, void *zone)
{
  struct timespec now;
  int result = clock_gettime (CLOCK_REALTIME, &now);

  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t
time (time_t *at)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (at != NULL)
    *at = now.tv_sec;
  return now.tv_sec;
}
