/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "server/instruments/generate/generator.h"
#include "tests/server/fake-run.h"

MnsFakeRun *
mns_fake_run_begin (const char *folder)
{
  const MnsGenOptions options = { .preset = mns_gen_preset_find ("miseq"),
                                  .seed = 7,
                                  .day = "20251124",
                                  .reads = "12,4i,12",
                                  .samples = 3,
                                  .without_planted = TRUE };
  g_autoptr (GError) error = NULL;
  MnsGenerator *self;

  g_assert_nonnull (options.preset);
  self = mns_generator_new (folder, &options, &error);
  g_assert_no_error (error);
  g_assert_true (mns_generator_start (self, &error));
  g_assert_no_error (error);
  return self;
}

void
mns_fake_run_free (MnsFakeRun *self)
{
  mns_generator_free (self);
}

void
mns_fake_run_step_to (MnsFakeRun *self, guint cycle)
{
  g_autoptr (GError) error = NULL;

  while (mns_generator_get_cycle (self) < cycle)
    {
      g_assert_true (mns_generator_step (self, &error));
      g_assert_no_error (error);
    }
}

/* The rest of the cycles, and the files that end the run. */
void
mns_fake_run_finish (MnsFakeRun *self)
{
  g_autoptr (GError) error = NULL;

  while (!mns_generator_is_done (self))
    {
      g_assert_true (mns_generator_step (self, &error));
      g_assert_no_error (error);
    }
  g_assert_true (mns_generator_finish (self, &error));
  g_assert_no_error (error);
}
