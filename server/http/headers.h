/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

void mns_headers_add_safety (SoupMessageHeaders *headers, gboolean secure);

G_END_DECLS
