/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* One made-up instrument of every kind: layout, channels, naming and the versions of files that
 * its software writes. Serial numbers and flow cells are invented.
 */

#include "config.h"

#include "server/instruments/generate/preset.h"

#define FOUR MNS_TILE_NAMING_FOUR_DIGIT
#define FIVE MNS_TILE_NAMING_FIVE_DIGIT

/* clang-format off */
static const MnsGenMetrics rta1 = { {
  [MNS_METRIC_TILE] = 2, [MNS_METRIC_EXTRACTION] = 2, [MNS_METRIC_CORRECTED_INT] = 2,
  [MNS_METRIC_Q] = 4, [MNS_METRIC_ERROR] = 3, [MNS_METRIC_IMAGE] = 1, [MNS_METRIC_INDEX] = 1,
  [MNS_METRIC_CONTROL] = 1,
} };
static const MnsGenMetrics rta1_binned = { {
  [MNS_METRIC_TILE] = 2, [MNS_METRIC_EXTRACTION] = 2, [MNS_METRIC_CORRECTED_INT] = 2,
  [MNS_METRIC_Q] = 5, [MNS_METRIC_ERROR] = 3, [MNS_METRIC_IMAGE] = 1, [MNS_METRIC_INDEX] = 1,
  [MNS_METRIC_CONTROL] = 1,
} };
static const MnsGenMetrics rta2 = { {
  [MNS_METRIC_TILE] = 2, [MNS_METRIC_EXTRACTION] = 2, [MNS_METRIC_CORRECTED_INT] = 3,
  [MNS_METRIC_Q] = 6, [MNS_METRIC_ERROR] = 3, [MNS_METRIC_EMPIRICAL_PHASING] = 1,
  [MNS_METRIC_IMAGE] = 1, [MNS_METRIC_INDEX] = 1,
} };
static const MnsGenMetrics rta2_iseq = { {
  [MNS_METRIC_TILE] = 2, [MNS_METRIC_EXTENDED_TILE] = 2, [MNS_METRIC_EXTRACTION] = 2,
  [MNS_METRIC_CORRECTED_INT] = 3, [MNS_METRIC_Q] = 6, [MNS_METRIC_Q_COLLAPSED] = 5,
  [MNS_METRIC_Q_BY_LANE] = 6, [MNS_METRIC_ERROR] = 3, [MNS_METRIC_EMPIRICAL_PHASING] = 1,
  [MNS_METRIC_IMAGE] = 2, [MNS_METRIC_INDEX] = 2,
} };
static const MnsGenMetrics rta3 = { {
  [MNS_METRIC_TILE] = 3, [MNS_METRIC_EXTENDED_TILE] = 3, [MNS_METRIC_EXTRACTION] = 3,
  [MNS_METRIC_CORRECTED_INT] = 4, [MNS_METRIC_Q] = 7, [MNS_METRIC_Q_COLLAPSED] = 6,
  [MNS_METRIC_Q_BY_LANE] = 6, [MNS_METRIC_ERROR] = 4, [MNS_METRIC_EMPIRICAL_PHASING] = 2,
  [MNS_METRIC_IMAGE] = 3, [MNS_METRIC_INDEX] = 2,
} };
static const MnsGenMetrics rta3_nextseq = { {
  [MNS_METRIC_TILE] = 3, [MNS_METRIC_EXTENDED_TILE] = 3, [MNS_METRIC_EXTRACTION] = 3,
  [MNS_METRIC_CORRECTED_INT] = 4, [MNS_METRIC_Q] = 7, [MNS_METRIC_Q_COLLAPSED] = 6,
  [MNS_METRIC_Q_BY_LANE] = 6, [MNS_METRIC_ERROR] = 5, [MNS_METRIC_EMPIRICAL_PHASING] = 2,
  [MNS_METRIC_IMAGE] = 3, [MNS_METRIC_INDEX] = 2, [MNS_METRIC_SUMMARY_RUN] = 1,
} };
static const MnsGenMetrics rta4 = { {
  [MNS_METRIC_TILE] = 3, [MNS_METRIC_EXTENDED_TILE] = 3, [MNS_METRIC_EXTRACTION] = 3,
  [MNS_METRIC_CORRECTED_INT] = 4, [MNS_METRIC_Q] = 9, [MNS_METRIC_Q_COLLAPSED] = 6,
  [MNS_METRIC_Q_BY_LANE] = 9, [MNS_METRIC_ERROR] = 6, [MNS_METRIC_EMPIRICAL_PHASING] = 2,
  [MNS_METRIC_IMAGE] = 3, [MNS_METRIC_INDEX] = 2,
} };

static const MnsGenBin seven_bins[] = {
  { 3, 9, 7 }, { 10, 19, 14 }, { 20, 24, 22 }, { 25, 29, 27 }, { 30, 34, 32 }, { 35, 39, 36 },
  { 40, 50, 40 }, { 0, 0, 0 },
};
static const MnsGenBin three_bins[] = {
  { 2, 17, 12 }, { 18, 29, 23 }, { 30, 40, 37 }, { 0, 0, 0 },
};
static const MnsGenBin three_bins_34[] = {
  { 2, 17, 12 }, { 18, 29, 26 }, { 30, 34, 34 }, { 0, 0, 0 },
};

#define PAIRED "151,8i,8i,151"
#define HCS "HiSeq Control Software"
static const MnsGenPreset presets[] = {
  { "miseq", "MiSeq", MNS_GEN_MISEQ, "M90001", "000000000-GEN01", "15028382",
    "MiSeq Control Software", "2.6.2.1", "1.18.54", 2, 1, 2, 2, 1, 14, 1, 1, FOUR, "A C G T",
    "251,8i,8i,251", &rta1, NULL, 900000, FALSE, 0.96 },
  { "hiseq2000", "HiSeq 2000", MNS_GEN_HISEQ, "SN90002", "C0GENACXX", "HiSeq Flow Cell v3", HCS,
    "2.0.12.0", "1.17.21.3", 2, 8, 2, 2, 3, 16, 1, 1, FOUR, "A C G T", "101,7i,101", &rta1, NULL,
    3400000, FALSE, 4.6 },
  { "hiseq2500-high", "HiSeq 2500", MNS_GEN_HISEQ, "D90003", "C0GENANXX", "HiSeq Flow Cell v4", HCS,
    "2.2.68", "1.18.66.3", 2, 8, 2, 2, 3, 16, 1, 1, FOUR, "A C G T", "126,8i,8i,126",
    &rta1_binned, seven_bins, 4300000, FALSE, 4.6 },
  { "hiseq2500-rapid", "HiSeq 2500", MNS_GEN_HISEQ, "D90003", "H0GENBCX2",
    "HiSeq Rapid Flow Cell v2", HCS, "2.2.68", "1.18.64", 2, 2, 2, 2, 2, 16, 1, 1, FOUR, "A C G T",
    "51,7i", &rta1_binned, seven_bins, 3900000, FALSE, 4.6 },
  { "hiseq3000", "HiSeq 3000", MNS_GEN_HISEQ, "J90004", "H0GENBBXX", "HiSeq 3000/4000 PE", HCS,
    "3.3.76", "2.7.7", 3, 8, 2, 2, 2, 28, 1, 1, FOUR, "A G T C", "151,8i,151", &rta2, seven_bins,
    4309650, TRUE, 3.9 },
  { "hiseq4000", "HiSeq 4000", MNS_GEN_HISEQ, "K90005", "H0GENBBXY", "HiSeq 3000/4000 PE", HCS,
    "3.4.0.38", "2.7.7", 3, 8, 2, 2, 2, 28, 1, 1, FOUR, "A G T C", "76,8i,8i,76", &rta2, seven_bins,
    4309650, TRUE, 3.9 },
  { "hiseqx", "HiSeq X", MNS_GEN_HISEQ, "ST-E90006", "H0GENCCXY", "HiSeq X", HCS, "3.5.0.7",
    "2.7.7", 3, 8, 2, 2, 2, 24, 1, 1, FOUR, "A G T C", "151,8i,151", &rta2, seven_bins, 6470949,
    TRUE, 5.9 },
  { "nextseq500-high", "NextSeq 500", MNS_GEN_NEXTSEQ_500, "NS500907", "H0GENBGX5", "NextSeq High",
    "NextSeq Control Software", "2.2.0", "2.4.11", 4, 4, 2, 2, 3, 12, 3, 2, FIVE, "Red Green",
    "76,6i", &rta2, seven_bins, 620000, FALSE, 3.1 },
  { "nextseq550-mid", "NextSeq 550", MNS_GEN_NEXTSEQ_500, "NB551908", "H0GENAFX5", "NextSeq Mid",
    "NextSeq Control Software", "4.0.2", "2.11.3", 4, 4, 2, 2, 1, 12, 3, 2, FIVE, "Red Green",
    PAIRED, &rta2, seven_bins, 540000, FALSE, 3.1 },
  { "miniseq", "MiniSeq", MNS_GEN_NEXTSEQ_500, "MN90009", "000H0GEN1", "MiniSeq High",
    "MiniSeq Control Software", "1.1.8", "2.8.6", 4, 1, 2, 2, 3, 4, 1, 1, FIVE, "Red Green", PAIRED,
    &rta2, seven_bins, 480000, FALSE, 2.6 },
  { "iseq", "iSeq 100", MNS_GEN_ISEQ, "FS90000010", "BGN00000-0001", "", "iSeq Control Software",
    "1.4.1.1700", "2.18.7", 5, 1, 1, 1, 1, 16, 1, 1, FOUR, "1 2", PAIRED, &rta2_iseq, three_bins,
    401000, TRUE, 0.6 },
  { "nextseq1000-p1", "NextSeq 1000", MNS_GEN_NEXTSEQ_2000, "VL90011", "AAAGENAM5", "P1",
    "NextSeq 1000/2000 Control Software", "1.4.0.39776", "3.9.25", 6, 1, 2, 2, 4, 4, 1, 1, FOUR,
    "green blue", PAIRED, &rta3_nextseq, three_bins_34, 4300000, TRUE, 1.1 },
  { "nextseq2000-p2", "NextSeq 2000", MNS_GEN_NEXTSEQ_2000, "VH90012", "AAAGEN2M5", "P2",
    "NextSeq 1000/2000 Control Software", "1.4.0.39776", "3.9.25", 6, 1, 2, 2, 6, 11, 1, 1, FOUR,
    "green blue", PAIRED, &rta3_nextseq, three_bins_34, 5044952, TRUE, 1.014 },
  { "nextseq2000-p3", "NextSeq 2000", MNS_GEN_NEXTSEQ_2000, "VH90012", "AAAGEN3HV", "P3",
    "NextSeq 1000/2000 Control Software", "1.5.0.42699", "3.10.30", 6, 2, 2, 2, 6, 14, 1, 1, FOUR,
    "green blue", PAIRED, &rta3_nextseq, three_bins_34, 5044952, TRUE, 1.014 },
  { "novaseq6000-sp", "NovaSeq 6000", MNS_GEN_NOVASEQ_6000, "A90013", "H0GENDRXY", "SP",
    "NovaSeq Control Software", "1.7.5", "v3.4.4", 5, 2, 2, 1, 2, 78, 1, 1, FOUR, "RED GREEN",
    "101,10i,10i,101", &rta3, three_bins, 4091904, TRUE, 1.0142 },
  { "novaseq6000-s1", "NovaSeq 6000", MNS_GEN_NOVASEQ_6000, "A90013", "H0GENDRXX", "S1",
    "NovaSeq Control Software", "1.7.5", "v3.4.4", 5, 2, 2, 2, 2, 78, 1, 1, FOUR, "RED GREEN",
    "101,8i,8i,101", &rta3, three_bins, 4091904, TRUE, 1.0142 },
  { "novaseq6000-s2", "NovaSeq 6000", MNS_GEN_NOVASEQ_6000, "A90013", "H0GENDMXX", "S2",
    "NovaSeq Control Software", "1.7.5", "v3.4.4", 5, 2, 2, 2, 4, 88, 1, 1, FOUR, "RED GREEN",
    "101,8i,8i,101", &rta3, three_bins, 4091904, TRUE, 1.0142 },
  { "novaseq6000-s4", "NovaSeq 6000", MNS_GEN_NOVASEQ_6000, "A90013", "H0GENDSX5", "S4",
    "NovaSeq Control Software", "1.8.0", "v3.4.4", 5, 4, 2, 2, 6, 78, 1, 1, FOUR, "RED GREEN",
    PAIRED, &rta3, three_bins, 4091904, TRUE, 1.0142 },
  { "novaseqx-10b", "NovaSeq X", MNS_GEN_NOVASEQ_X, "LH90014", "22GENALT3", "10B",
    "NovaSeqXSeries Control Software", "1.2.2.48004", "4.6.7", 6, 8, 2, 2, 2, 98, 1, 1, FOUR,
    "blue green", PAIRED, &rta4, three_bins, 4380000, TRUE, 0.8 },
  { "novaseqx-25b", "NovaSeq X", MNS_GEN_NOVASEQ_X, "LH90014", "22GENALT4", "25B",
    "NovaSeqXSeries Control Software", "1.2.2.48004", "4.6.7", 6, 8, 2, 2, 4, 98, 1, 1, FOUR,
    "blue green", PAIRED, &rta4, three_bins, 4380000, TRUE, 0.8 },
};
/* clang-format on */

/* Returns: (transfer none) (nullable): the @nth preset, from 0 */
const MnsGenPreset *
mns_gen_preset_get (guint nth)
{
  return nth < G_N_ELEMENTS (presets) ? &presets[nth] : NULL;
}

const MnsGenPreset *
mns_gen_preset_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (presets); i++)
    if (g_str_equal (presets[i].name, name))
      return &presets[i];
  return NULL;
}
