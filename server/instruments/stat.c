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

static void
swap (double *a, double *b)
{
  double kept = *a;

  *a = *b;
  *b = kept;
}

/* Moves the value that would be the @nth if all were sorted to that place, with none that is
 * larger before it and none that is smaller behind: Hoare's way, a fraction of the cost of sorting.
 * Values that foil it are sorted after all, so that no file can make this slow.
 */
static double
select_nth (double *values, guint n, guint nth)
{
  guint low = 0;
  guint high = n - 1;

  for (guint rounds = 0; low < high; rounds++)
    {
      double pivot = values[low + (high - low) / 2];
      guint i = low;
      guint j = high;

      if (rounds > 64)
        {
          qsort (values + low, high - low + 1, sizeof *values, compare_doubles);
          break;
        }
      for (;;)
        {
          while (values[i] < pivot)
            i++;
          while (values[j] > pivot)
            j--;
          if (i >= j)
            break;
          swap (&values[i++], &values[j--]);
        }
      /* Everything up to j is at most the pivot, everything behind it at least that. */
      if (nth <= j)
        high = j;
      else
        low = j + 1;
    }
  return values[nth];
}

static double
find_median (double *values, guint n)
{
  double upper = select_nth (values, n, n / 2);
  double lower = upper;

  if (n % 2 == 1)
    return upper;
  lower = values[0];
  for (guint i = 1; i < n / 2; i++)
    lower = MAX (lower, values[i]);
  return (lower + upper) / 2;
}

/**
 * mns_stat_of:
 * @values: (array length=n): values, whose order changes; NaN are left out
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
  stat.median = find_median (values, m);
  return stat;
}
