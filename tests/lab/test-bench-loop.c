/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The way of samples through a workflow. */

#include "config.h"

#include "tests/lab/world.h"
#include "tests/mns-test.h"

static void
test_world (void)
{
  g_autoptr (MnsWorld) world = mns_world_new (mns_world_open_sqlite ());
  g_autofree char *project = mns_world_add_project (world, "Mouse", 96, "Library preparation");
  g_autofree char *n =
      mns_world_ask (world, "SELECT count(*) FROM stage_entry WHERE status = $text", "QUEUED");

  g_assert_cmpstr (n, ==, "96");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/world", test_world);
  return g_test_run ();
}
