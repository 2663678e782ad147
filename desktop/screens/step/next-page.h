/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

#define MNS_TYPE_NEXT_PAGE (mns_next_page_get_type ())
G_DECLARE_FINAL_TYPE (MnsNextPage, mns_next_page, MNS, NEXT_PAGE, MnsStepPage)

G_END_DECLS
