/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The text files of a run folder: RunInfo.xml, the parameters file, the sample sheet, and what
 * says that the run has ended. Words in braces are filled in; see fill_in().
 */

#include "config.h"

#include "server/instruments/generate/generator-private.h"

/* clang-format off */
static const struct
{
  const char *file; /* of the parameters */
  const char *text;
} parameters[MNS_N_GEN_FAMILIES] = {
  [MNS_GEN_MISEQ] = { "runParameters.xml",
    "<?xml version=\"1.0\"?>\n"
    "<RunParameters>\n"
    "  <FlowcellRFIDTag>\n    <SerialNumber>{flowcell}</SerialNumber>\n"
    "    <PartNumber>{kind}</PartNumber>\n    <LotNumber>20900001</LotNumber>\n"
    "    <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n  </FlowcellRFIDTag>\n"
    "  <PR2BottleRFIDTag>\n    <SerialNumber>MS9000001-00PR2</SerialNumber>\n"
    "    <PartNumber>15041807</PartNumber>\n    <LotNumber>20900002</LotNumber>\n"
    "    <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n  </PR2BottleRFIDTag>\n"
    "  <ReagentKitRFIDTag>\n    <SerialNumber>MS9000002-500V2</SerialNumber>\n"
    "    <PartNumber>15033573</PartNumber>\n    <LotNumber>20900003</LotNumber>\n"
    "    <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n  </ReagentKitRFIDTag>\n"
    "  <Setup>\n    <ApplicationName>{software}</ApplicationName>\n"
    "    <ApplicationVersion>{version}</ApplicationVersion>\n  </Setup>\n"
    "  <RunID>{run}</RunID>\n  <ScannerID>{serial}</ScannerID>\n  <RunNumber>{number}</RunNumber>\n"
    "  <MCSVersion>{version}</MCSVersion>\n  <RTAVersion>{rta}</RTAVersion>\n"
    "  <Barcode>{flowcell}</Barcode>\n  <PR2BottleBarcode>MS9000001-00PR2</PR2BottleBarcode>\n"
    "  <ReagentKitBarcode>MS9000002-500V2</ReagentKitBarcode>\n"
    "  <ReagentKitVersion>Version2</ReagentKitVersion>\n"
    "  <ExperimentName>{experiment}</ExperimentName>\n  <Chemistry>Default</Chemistry>\n"
    "  <RunStartDate>{date6}</RunStartDate>\n"
    "  <Workflow>\n    <Analysis>GenerateFASTQ</Analysis>\n  </Workflow>\n"
    "</RunParameters>\n" },
  [MNS_GEN_HISEQ] = { "runParameters.xml",
    "<?xml version=\"1.0\"?>\n"
    "<RunParameters>\n  <Setup>\n    <ExperimentName>{experiment}</ExperimentName>\n"
    "    <RunID>{run}</RunID>\n    <RunStartDate>{date6}</RunStartDate>\n"
    "    <ScannerID>{serial}</ScannerID>\n    <ScanNumber>{number}</ScanNumber>\n"
    "    <FCPosition>A</FCPosition>\n    <Barcode>{flowcell}</Barcode>\n"
    "    <Flowcell>{kind}</Flowcell>\n    <Sbs>HiSeq SBS Kit v4</Sbs>\n"
    "    <ApplicationName>{software}</ApplicationName>\n"
    "    <ApplicationVersion>{version}</ApplicationVersion>\n    <RTAVersion>{rta}</RTAVersion>\n"
    "    <RunMode>HighOutput</RunMode>\n    <WorkFlowType>DUALINDEX</WorkFlowType>\n"
    "    <Read1>{read1}</Read1>\n    <IndexRead1>{index1}</IndexRead1>\n"
    "    <IndexRead2>{index2}</IndexRead2>\n    <Read2>{read2}</Read2>\n"
    "    <ReagentKits>\n      <Sbs>\n        <SbsReagentKit>\n          <ID>RGT9000003</ID>\n"
    "        </SbsReagentKit>\n      </Sbs>\n    </ReagentKits>\n"
    "  </Setup>\n</RunParameters>\n" },
  [MNS_GEN_NEXTSEQ_500] = { "RunParameters.xml",
    "<?xml version=\"1.0\"?>\n"
    "<RunParameters>\n  <Setup>\n    <ApplicationName>{software}</ApplicationName>\n"
    "    <ApplicationVersion>{version}</ApplicationVersion>\n"
    "    <Read1>{read1}</Read1>\n    <Index1Read>{index1}</Index1Read>\n"
    "    <Index2Read>{index2}</Index2Read>\n    <Read2>{read2}</Read2>\n  </Setup>\n"
    "  <RunID>{run}</RunID>\n  <InstrumentID>{serial}</InstrumentID>\n"
    "  <RunNumber>{number}</RunNumber>\n  <RTAVersion>{rta}</RTAVersion>\n"
    "  <FlowCellSerial>{flowcell}</FlowCellSerial>\n"
    "  <FlowCellRfidTag>\n    <SerialNumber>{flowcell}</SerialNumber>\n"
    "    <PartNumber>15065973</PartNumber>\n    <LotNumber>20900001</LotNumber>\n"
    "    <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n  </FlowCellRfidTag>\n"
    "  <PR2BottleSerial>NS9000001-BUFFR</PR2BottleSerial>\n"
    "  <ReagentKitSerial>NS9000002-REAGT</ReagentKitSerial>\n"
    "  <Chemistry>{kind}</Chemistry>\n  <ExperimentName>{experiment}</ExperimentName>\n"
    "  <RunStartDate>{date6}</RunStartDate>\n"
    "  <AnalysisWorkflowType>GenerateFASTQ</AnalysisWorkflowType>\n</RunParameters>\n" },
  [MNS_GEN_ISEQ] = { "RunParameters.xml",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<RunParameters>\n  <ApplicationName>{software}</ApplicationName>\n"
    "  <ApplicationVersion>{version}</ApplicationVersion>\n  <RtaVersion>{rta}</RtaVersion>\n"
    "  <InstrumentId>{serial}</InstrumentId>\n  <RunId>{run}</RunId>\n"
    "  <ExperimentName>{experiment}</ExperimentName>\n  <RunStartDate>{date8}</RunStartDate>\n"
    "  <FlowcellEEPROMTag>\n    <SerialNumber>{flowcell}</SerialNumber>\n"
    "    <PartNumber>20014737</PartNumber>\n    <LotNumber>20900001</LotNumber>\n"
    "    <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n  </FlowcellEEPROMTag>\n"
    "  <ReagentKitRFIDTag>\n    <SerialNumber>IS9000002-REAGT</SerialNumber>\n"
    "    <PartNumber>20014738</PartNumber>\n    <LotNumber>20900003</LotNumber>\n"
    "    <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n  </ReagentKitRFIDTag>\n"
    "  <PlannedCycles>\n    <Read1>{read1}</Read1>\n    <Index1>{index1}</Index1>\n"
    "    <Index2>{index2}</Index2>\n    <Read2>{read2}</Read2>\n  </PlannedCycles>\n"
    "</RunParameters>\n" },
  [MNS_GEN_NEXTSEQ_2000] = { "RunParameters.xml",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<RunParameters>\n  <ApplicationName>{software}</ApplicationName>\n"
    "  <ApplicationVersion>{version}</ApplicationVersion>\n  <RtaVersion>{rta}</RtaVersion>\n"
    "  <InstrumentSerialNumber>{serial}</InstrumentSerialNumber>\n"
    "  <InstrumentType>{model}</InstrumentType>\n  <ExperimentName>{experiment}</ExperimentName>\n"
    "  <RunStartTime>{date_iso}T09:51:18Z</RunStartTime>\n"
    "  <FlowCellMode>{model} {kind}</FlowCellMode>\n"
    "  <FlowCellSerialNumber>{flowcell}</FlowCellSerialNumber>\n"
    "  <FlowCellPartNumber>20021665</FlowCellPartNumber>\n"
    "  <FlowCellLotNumber>20900001</FlowCellLotNumber>\n"
    "  <FlowCellExpirationDate>2030-06-30T00:00:00</FlowCellExpirationDate>\n"
    "  <CartridgeSerialNumber>EC9000002-EC13</CartridgeSerialNumber>\n"
    "  <CartridgePartNumber>20021670</CartridgePartNumber>\n"
    "  <CartridgeLotNumber>20900003</CartridgeLotNumber>\n"
    "  <CartridgeExpirationDate>2030-06-30T00:00:00</CartridgeExpirationDate>\n"
    "  <PlannedCycles>\n    <Read1>{read1}</Read1>\n    <Index1>{index1}</Index1>\n"
    "    <Index2>{index2}</Index2>\n    <Read2>{read2}</Read2>\n  </PlannedCycles>\n"
    "  <SecondaryAnalysisWorkflow>BCL Convert</SecondaryAnalysisWorkflow>\n</RunParameters>\n" },
  [MNS_GEN_NOVASEQ_6000] = { "RunParameters.xml",
    "<?xml version=\"1.0\"?>\n"
    "<RunParameters>\n  <Side>A</Side>\n  <Application>{software}</Application>\n"
    "  <ApplicationVersion>{version}</ApplicationVersion>\n  <RtaVersion>{rta}</RtaVersion>\n"
    "  <InstrumentName>{serial}</InstrumentName>\n  <RunNumber>{number}</RunNumber>\n"
    "  <RunId>{run}</RunId>\n  <ExperimentName>{experiment}</ExperimentName>\n"
    "  <RunStartDate>{date6}</RunStartDate>\n  <WorkflowType>NovaSeqStandard</WorkflowType>\n"
    "  <PlannedRead1Cycles>{read1}</PlannedRead1Cycles>\n"
    "  <PlannedIndex1ReadCycles>{index1}</PlannedIndex1ReadCycles>\n"
    "  <PlannedIndex2ReadCycles>{index2}</PlannedIndex2ReadCycles>\n"
    "  <PlannedRead2Cycles>{read2}</PlannedRead2Cycles>\n"
    "  <Read1NumberOfCycles>{read1}</Read1NumberOfCycles>\n"
    "  <Read2NumberOfCycles>{read2}</Read2NumberOfCycles>\n"
    "  <IndexRead1NumberOfCycles>{index1}</IndexRead1NumberOfCycles>\n"
    "  <IndexRead2NumberOfCycles>{index2}</IndexRead2NumberOfCycles>\n"
    "  <RfidsInfo>\n    <FlowCellSerialBarcode>{flowcell}</FlowCellSerialBarcode>\n"
    "    <FlowCellPartNumber>20015843</FlowCellPartNumber>\n"
    "    <FlowCellLotNumber>20900001</FlowCellLotNumber>\n"
    "    <FlowCellExpirationdate>6/30/2030 12:00:00 AM</FlowCellExpirationdate>\n"
    "    <FlowCellMode>{kind}</FlowCellMode>\n"
    "    <LibraryTubeSerialBarcode>NV9000001-LIB</LibraryTubeSerialBarcode>\n"
    "    <SbsSerialBarcode>NV9000002-RGSBS</SbsSerialBarcode>\n"
    "    <SbsPartNumber>20029064</SbsPartNumber>\n    <SbsLotNumber>20900003</SbsLotNumber>\n"
    "    <SbsExpirationdate>6/30/2030 12:00:00 AM</SbsExpirationdate>\n"
    "    <SbsConsumableVersion>3</SbsConsumableVersion>\n"
    "    <ClusterSerialBarcode>NV9000003-RGCPE</ClusterSerialBarcode>\n"
    "    <BufferSerialBarcode>NV9000004-BUFFR</BufferSerialBarcode>\n"
    "  </RfidsInfo>\n</RunParameters>\n" },
  [MNS_GEN_NOVASEQ_X] = { "RunParameters.xml",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<RunParameters>\n  <Application>{software}</Application>\n"
    "  <SystemSuiteVersion>{version}</SystemSuiteVersion>\n  <Side>A</Side>\n"
    "  <InstrumentSerialNumber>{serial}</InstrumentSerialNumber>\n"
    "  <InstrumentType>NovaSeqXPlus</InstrumentType>\n  <RunId>{run}</RunId>\n"
    "  <RunCounter>{number}</RunCounter>\n  <ExperimentName>{experiment}</ExperimentName>\n"
    "  <FlowCellType>{kind}</FlowCellType>\n  <RecipeVersion>1.2.2</RecipeVersion>\n"
    "  <PlannedReads>\n    <Read ReadName=\"Read1\" Cycles=\"{read1}\" />\n"
    "    <Read ReadName=\"Index1\" Cycles=\"{index1}\" />\n"
    "    <Read ReadName=\"Index2\" Cycles=\"{index2}\" />\n"
    "    <Read ReadName=\"Read2\" Cycles=\"{read2}\" />\n  </PlannedReads>\n"
    "  <ConsumableInfo>\n    <ConsumableInfo>\n      <SerialNumber>{flowcell}</SerialNumber>\n"
    "      <LotNumber>20900001</LotNumber>\n      <PartNumber>20066636</PartNumber>\n"
    "      <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n      <Type>FlowCell</Type>\n"
    "      <Mode>{kind}</Mode>\n    </ConsumableInfo>\n"
    "    <ConsumableInfo>\n      <SerialNumber>LC9000002-LC1</SerialNumber>\n"
    "      <LotNumber>20900003</LotNumber>\n      <PartNumber>20066610</PartNumber>\n"
    "      <ExpirationDate>2030-06-30T00:00:00</ExpirationDate>\n      <Type>Reagent</Type>\n"
    "    </ConsumableInfo>\n  </ConsumableInfo>\n</RunParameters>\n" },
};

/* What appears in a folder when its run ends, in this order. */
static const struct
{
  MnsGenFamily family;
  const char *file;
  const char *text;
} flags[] = {
  { MNS_GEN_MISEQ, "RTAComplete.txt", "{date_us},12:00:00,Illumina RTA {rta}\n" },
  { MNS_GEN_HISEQ, "RTAComplete.txt", "{date_us},12:00:00,Illumina RTA {rta}\n" },
  { MNS_GEN_NEXTSEQ_500, "RTAComplete.txt", "RTA {rta} completed on {date_us} 2:09:31 PM\n" },
  { MNS_GEN_NEXTSEQ_500, "RunCompletionStatus.xml",
    "<?xml version=\"1.0\"?>\n<RunCompletionStatus>\n"
    "  <CompletionStatus>CompletedAsPlanned</CompletionStatus>\n  <RunId>{run}</RunId>\n"
    "  <PlannedRead1Cycles>{read1}</PlannedRead1Cycles>\n"
    "  <CompletedRead1Cycles>{read1}</CompletedRead1Cycles>\n"
    "  <PlannedIndex1ReadCycles>{index1}</PlannedIndex1ReadCycles>\n"
    "  <CompletedIndex1ReadCycles>{index1}</CompletedIndex1ReadCycles>\n"
    "  <PlannedIndex2ReadCycles>{index2}</PlannedIndex2ReadCycles>\n"
    "  <CompletedIndex2ReadCycles>{index2}</CompletedIndex2ReadCycles>\n"
    "  <PlannedRead2Cycles>{read2}</PlannedRead2Cycles>\n"
    "  <CompletedRead2Cycles>{read2}</CompletedRead2Cycles>\n"
    "  <ErrorDescription>None</ErrorDescription>\n</RunCompletionStatus>\n" },
  { MNS_GEN_ISEQ, "RTAComplete.txt", " \n" },
  { MNS_GEN_ISEQ, "CopyComplete.txt", "" },
  { MNS_GEN_NEXTSEQ_2000, "RTAComplete.txt", " \n" },
  { MNS_GEN_NEXTSEQ_2000, "SequenceComplete.txt", "" },
  { MNS_GEN_NEXTSEQ_2000, "CopyComplete.txt", "" },
  { MNS_GEN_NOVASEQ_6000, "RTAComplete.txt", " \n" },
  { MNS_GEN_NOVASEQ_6000, "SequenceComplete.txt", "" },
  { MNS_GEN_NOVASEQ_6000, "CopyComplete.txt", "" },
  { MNS_GEN_NOVASEQ_X, "RTAComplete.txt", " \n" },
  { MNS_GEN_NOVASEQ_X, "RunCompletionStatus.xml",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RunCompletionStatus>\n"
    "  <RunStatus>RunCompleted</RunStatus>\n  <RunId>{run}</RunId>\n"
    "  <CompletedReads>\n    <Read ReadName=\"Read1\" Cycles=\"{read1}\" />\n"
    "    <Read ReadName=\"Index1\" Cycles=\"{index1}\" />\n"
    "    <Read ReadName=\"Index2\" Cycles=\"{index2}\" />\n"
    "    <Read ReadName=\"Read2\" Cycles=\"{read2}\" />\n  </CompletedReads>\n"
    "</RunCompletionStatus>\n" },
  { MNS_GEN_NOVASEQ_X, "CopyComplete.txt", "" },
};
/* clang-format on */

/* Cycles of the @nth data or index read, 0 without one. */
static guint
find_cycles (const MnsGenerator *self, gboolean is_index, guint nth)
{
  for (guint i = 0; i < self->n_reads; i++)
    if (self->reads[i].is_index == is_index && nth-- == 0)
      return self->reads[i].cycles;
  return 0;
}

static void
fill_number (GString *text, const char *word, guint number)
{
  g_autofree char *digits = g_strdup_printf ("%u", number);

  g_string_replace (text, word, digits, 0);
}

/* Days are written as YYMMDD, YYYYMMDD, YYYY-MM-DD or M/D/YYYY. */
static void
fill_dates (const MnsGenerator *self, GString *text)
{
  const char *day = self->run_day; /* YYYYMMDD */
  g_autofree char *iso = g_strdup_printf ("%.4s-%.2s-%.2s", day, day + 4, day + 6);
  g_autofree char *us =
      g_strdup_printf ("%u/%u/%.4s",
                       (guint) (g_ascii_digit_value (day[4]) * 10 + g_ascii_digit_value (day[5])),
                       (guint) (g_ascii_digit_value (day[6]) * 10 + g_ascii_digit_value (day[7])),
                       day);

  g_string_replace (text, "{date6}", day + 2, 0);
  g_string_replace (text, "{date8}", day, 0);
  g_string_replace (text, "{date_iso}", iso, 0);
  g_string_replace (text, "{date_us}", us, 0);
}

static char *
fill_in (const MnsGenerator *self, const char *pattern)
{
  const MnsGenPreset *preset = self->preset;
  GString *text = g_string_new (pattern);

  g_string_replace (text, "{run}", self->run_id, 0);
  g_string_replace (text, "{model}", preset->model, 0);
  g_string_replace (text, "{serial}", preset->serial, 0);
  g_string_replace (text, "{flowcell}", preset->flowcell, 0);
  g_string_replace (text, "{kind}", preset->flowcell_kind, 0);
  g_string_replace (text, "{software}", preset->software, 0);
  g_string_replace (text, "{version}", preset->software_version, 0);
  g_string_replace (text, "{rta}", preset->rta, 0);
  g_string_replace (text, "{experiment}", "Made-up run", 0);
  fill_dates (self, text);
  fill_number (text, "{number}", self->run_number);
  fill_number (text, "{read1}", find_cycles (self, FALSE, 0));
  fill_number (text, "{read2}", find_cycles (self, FALSE, 1));
  fill_number (text, "{index1}", find_cycles (self, TRUE, 0));
  fill_number (text, "{index2}", find_cycles (self, TRUE, 1));
  return g_string_free (text, FALSE);
}

static void
add_reads (const MnsGenerator *self, GString *xml)
{
  guint n_index = 0;

  g_string_append (xml, "    <Reads>\n");
  for (guint i = 0; i < self->n_reads; i++)
    {
      gboolean is_index = self->reads[i].is_index;

      n_index += is_index;
      g_string_append_printf (xml,
                              "      <Read Number=\"%u\" NumCycles=\"%u\" IsIndexedRead=\"%s\"",
                              i + 1,
                              self->reads[i].cycles,
                              is_index ? "Y" : "N");
      if (self->preset->info_version >= 6)
        g_string_append_printf (
            xml, " IsReverseComplement=\"%s\"", is_index && n_index == 2 ? "Y" : "N");
      g_string_append (xml, " />\n");
    }
  g_string_append (xml, "    </Reads>\n");
}

static void
add_layout (const MnsGenerator *self, GString *xml)
{
  const MnsGenPreset *preset = self->preset;

  g_string_append_printf (xml,
                          "    <FlowcellLayout LaneCount=\"%u\" SurfaceCount=\"%u\""
                          " SwathCount=\"%u\" TileCount=\"%u\"",
                          self->lanes,
                          preset->surfaces,
                          self->swaths,
                          self->tiles_per_swath);
  if (preset->naming == MNS_TILE_NAMING_FIVE_DIGIT)
    g_string_append_printf (xml,
                            " SectionPerLane=\"%u\" LanePerSection=\"%u\"",
                            preset->sections_per_lane,
                            preset->lanes_per_section);
  if (preset->family == MNS_GEN_NOVASEQ_6000)
    g_string_append (xml, " FlowcellSide=\"1\"");
  if (preset->info_version < 3) /* these do not list tiles and channels */
    {
      g_string_append (xml, " />\n");
      return;
    }
  g_string_append_printf (xml,
                          ">\n      <TileSet TileNamingConvention=\"%s\">\n        <Tiles>\n",
                          mns_tile_naming_name (preset->naming));
  for (guint i = 0; i < self->n_tiles; i++)
    g_string_append_printf (
        xml, "          <Tile>%u_%u</Tile>\n", self->tiles[i].lane, self->tiles[i].tile);
  g_string_append (xml, "        </Tiles>\n      </TileSet>\n    </FlowcellLayout>\n");
  g_string_append (xml, "    <ImageChannels>\n");
  for (guint i = 0; i < self->n_channels; i++)
    g_string_append_printf (xml, "      <Name>%s</Name>\n", self->channels[i]);
  g_string_append (xml, "    </ImageChannels>\n");
}

static char *
make_run_info (const MnsGenerator *self)
{
  const MnsGenPreset *preset = self->preset;
  GString *xml = g_string_new ("<?xml version=\"1.0\"?>\n");
  const char *date = "{date6}";
  char *filled;

  if (preset->family == MNS_GEN_NOVASEQ_6000)
    date = "{date_us} 4:30:24 PM";
  else if (preset->info_version >= 6 || preset->family == MNS_GEN_ISEQ)
    date = "{date_iso}T09:51:18Z";
  g_string_append_printf (xml,
                          "<RunInfo Version=\"%u\">\n"
                          "  <Run Id=\"{run}\" Number=\"{number}\">\n"
                          "    <Flowcell>{flowcell}</Flowcell>\n"
                          "    <Instrument>{serial}</Instrument>\n"
                          "    <Date>%s</Date>\n",
                          preset->info_version,
                          date);
  add_reads (self, xml);
  add_layout (self, xml);
  g_string_append (xml, "  </Run>\n</RunInfo>\n");
  filled = fill_in (self, xml->str);
  g_string_free (xml, TRUE);
  return filled;
}

/* A sheet of version 2 where the software wants one. Both hold index 2 forward, as the adapter
 * list has it.
 */
static char *
make_sheet (const MnsGenerator *self)
{
  gboolean is_v2 = self->preset->info_version >= 6;
  GString *text = g_string_new (
      is_v2 ? "[Header]\nFileFormatVersion,2\nRunName,{experiment}\nInstrumentPlatform,{platform}\n"
              "\n[Reads]\nRead1Cycles,{read1}\nRead2Cycles,{read2}\nIndex1Cycles,{index1}\n"
              "Index2Cycles,{index2}\n\n[BCLConvert_Settings]\nSoftwareVersion,4.2.7\n"
              "\n[BCLConvert_Data]\nLane,Sample_ID,Index,Index2,Sample_Project\n"
            : "[Header]\nIEMFileVersion,5\nExperiment Name,{experiment}\nDate,{date_us}\n"
              "Workflow,GenerateFASTQ\nApplication,FASTQ Only\nChemistry,Default\n"
              "\n[Reads]\n{read1}\n{read2}\n\n[Settings]\n"
              "\n[Data]\nLane,Sample_ID,Sample_Name,index,index2,Sample_Project\n");
  char *filled;

  for (guint lane = 1; lane <= self->lanes; lane++)
    for (guint i = 0; i < self->samples->len; i++)
      {
        const MnsGenSample *sample = self->samples->pdata[i];

        g_string_append_printf (text, "%u,%s,", lane, sample->name);
        if (!is_v2)
          g_string_append_printf (text, "%s,", sample->name);
        g_string_append_printf (
            text, "%s,%s,%s\n", sample->index1, sample->index2, sample->project);
      }
  if (find_cycles (self, FALSE, 1) == 0)
    g_string_replace (text, is_v2 ? "Read2Cycles,{read2}\n" : "{read2}\n", "", 0);
  g_string_replace (text,
                    "{platform}",
                    self->preset->family == MNS_GEN_NOVASEQ_X ? "NovaSeqXSeries" : "NextSeq1k2k",
                    0);
  filled = fill_in (self, text->str);
  g_string_free (text, TRUE);
  return filled;
}

/* Writes a file of the run folder, its name within it, by a name of its own first so that nobody
 * sees half of it.
 */
gboolean
mns_gen_put_text (MnsGenerator *self, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  return g_file_set_contents (path, text, -1, error);
}

/* What is there from the first minute of a run. */
gboolean
mns_gen_write_run_files (MnsGenerator *self, GError **error)
{
  g_autofree char *info = make_run_info (self);
  g_autofree char *sheet = make_sheet (self);
  g_autofree char *filled = fill_in (self, parameters[self->preset->family].text);

  return mns_gen_put_text (self, parameters[self->preset->family].file, filled, error) &&
         mns_gen_put_text (self, "SampleSheet.csv", sheet, error) &&
         mns_gen_put_text (self, "RunInfo.xml", info, error);
}

/* What says that the run has ended. */
gboolean
mns_gen_write_flags (MnsGenerator *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autofree char *text = NULL;

      if (flags[i].family != self->preset->family)
        continue;
      text = fill_in (self, flags[i].text);
      if (!mns_gen_put_text (self, flags[i].file, text, error))
        return FALSE;
    }
  return TRUE;
}
