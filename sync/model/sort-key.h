/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mns_sort_key (const char *name);

G_END_DECLS
