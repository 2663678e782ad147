/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

#define MNS_TYPE_PLACEMENT_PAGE (mns_placement_page_get_type ())
G_DECLARE_FINAL_TYPE (MnsPlacementPage, mns_placement_page, MNS, PLACEMENT_PAGE, MnsStepPage)

G_END_DECLS
