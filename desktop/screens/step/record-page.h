/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

#define MNS_TYPE_RECORD_PAGE (mns_record_page_get_type ())
G_DECLARE_FINAL_TYPE (MnsRecordPage, mns_record_page, MNS, RECORD_PAGE, MnsStepPage)

G_END_DECLS
