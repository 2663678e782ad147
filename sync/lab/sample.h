/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

gboolean mns_sample_import (MnsCall *call, GError **error);

G_END_DECLS
