/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MNS_TYPE_APPLICATION (mns_application_get_type ())
G_DECLARE_FINAL_TYPE (MnsApplication, mns_application, MNS, APPLICATION, AdwApplication)

MnsApplication *mns_application_new (void);

/* NULL where the schema is not installed: then the program runs with what it is given. */
GSettings *mns_application_get_settings (MnsApplication *self);

G_END_DECLS
