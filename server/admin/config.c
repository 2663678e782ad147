/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "server/admin/ctl.h"
#include "sync/model/error.h"

#define LARGEST_PACKAGE (64 * 1024 * 1024)

int
mns_ctl_config_import (MnsCtl *self, GError **error)
{
  g_autoptr (MnsInstance) instance = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) failure = NULL;
  JsonObject *args;
  JsonObject *envelope = NULL;
  JsonObject *result = NULL;
  const char *path;
  gsize size = 0;

  if (!mns_ctl_parse (self, NULL, 1, error))
    return MNS_EXIT_USAGE;
  path = strcmp (self->argv[0], "-") == 0 ? "/dev/stdin" : self->argv[0];
  if (!g_file_get_contents (path, &text, &size, &failure) || size > LARGEST_PACKAGE)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "The package %s cannot be read: %s",
                   self->argv[0],
                   failure != NULL ? failure->message : "it is larger than 64 MiB");
      return MNS_EXIT_REFUSED;
    }
  node = mns_json_parse_object (text, (gssize) size, error);
  if (node == NULL)
    {
      g_prefix_error (error, "The package %s: ", self->argv[0]);
      return MNS_EXIT_REFUSED;
    }
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL)
    return MNS_EXIT_REFUSED;
  args = json_object_new ();
  json_object_set_member (args, "package", g_steal_pointer (&node));
  if (!mns_ctl_do (instance, "config.import@1", args, &envelope, error))
    return MNS_EXIT_REFUSED;
  if (json_object_has_member (envelope, "result"))
    result = json_object_ref (json_object_get_object_member (envelope, "result"));
  json_object_unref (envelope);
  return mns_ctl_done (self, result, "The configuration package is in.");
}
