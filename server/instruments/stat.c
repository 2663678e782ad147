/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Mean, sample standard deviation and median of a set of tiles. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "server/instruments/summary.h"

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

/**
 * mns_stat_of:
 * @values: (array length=n): values, which are sorted in place; NaN are left out
 * @n: how many
 *
 * Returns: mean, sample standard deviation (0 for one value) and median (of an even number the
 *   mean of the middle two); NAN without any value
 */
MnsStat
mns_stat_of (double *values, guint n)
{
  MnsStat stat = { NAN, NAN, NAN };
  double sum = 0;
  double squares = 0;
  guint m = 0;

  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      {
        values[m++] = values[i];
        sum += values[i];
      }
  if (m == 0)
    return stat;
  stat.mean = sum / m;
  for (guint i = 0; i < m; i++)
    squares += (values[i] - stat.mean) * (values[i] - stat.mean);
  stat.deviation = m > 1 ? sqrt (squares / (m - 1)) : 0;
  qsort (values, m, sizeof *values, compare_doubles);
  stat.median = m % 2 == 1 ? values[m / 2] : (values[m / 2 - 1] + values[m / 2]) / 2;
  return stat;
}
