/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Runs while building: writes the command and view tables as JSON, for the web client's types. */

#include "config.h"

#include "sync/wire/describe.h"
#include "sync/wire/envelope.h"

int
main (int argc, char **argv)
{
  JsonObject *description = mns_describe (); /* the printer takes it */
  g_autofree char *text = mns_json_print (description);
  g_autoptr (GError) error = NULL;

  if (argc != 2)
    {
      g_printerr ("usage: %s FILE\n", argv[0]);
      return 2;
    }
  if (!g_file_set_contents (argv[1], text, -1, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
