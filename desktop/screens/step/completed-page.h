/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

#define MNS_TYPE_COMPLETED_PAGE (mns_completed_page_get_type ())
G_DECLARE_FINAL_TYPE (MnsCompletedPage, mns_completed_page, MNS, COMPLETED_PAGE, MnsStepPage)

G_END_DECLS
