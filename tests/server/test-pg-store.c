/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/model/error.h"
#include "tests/server/pg-fixture.h"

static void
test_round_trip (void)
{
  g_autoptr (MnsStore) store = mns_test_pg_open ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_WRITE, &error);
  g_autoptr (MnsRows) rows = NULL;

  rows = mns_transaction_query (tx, "SELECT 1 AS one", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mns_rows_get_int (rows, 0, 0), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pg-store/round-trip", test_round_trip);
  return g_test_run ();
}
