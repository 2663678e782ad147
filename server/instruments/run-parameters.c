/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* RunParameters.xml in all the forms that control software has written since 2010. Each form puts
 * the same fact at another place; the tables below list the places, the first one filled wins.
 */

#include "config.h"

#include <stddef.h>
#include <string.h>

#include "server/instruments/run-parameters.h"
#include "server/instruments/text-file.h"
#include "sync/model/error.h"

#define N_PLACES 5

typedef struct
{
  const char *member; /* its name in JSON */
  gsize offset;
  const char *places[N_PLACES];
} Field;

#define FIELD(member, ...)                                                                         \
  {                                                                                                \
#member, offsetof(MnsRunParameters, member), { __VA_ARGS__ }                                   \
  }

/* Order of places: newest software first. HiSeq keeps nearly all below Setup. */
static const Field fields[] = {
  FIELD (application, "ApplicationName", "Application", "Setup/ApplicationName"),
  FIELD (application_version,
         "ApplicationVersion",
         "Setup/ApplicationVersion",
         "MCSVersion",
         "SystemSuiteVersion"),
  FIELD (rta, "RtaVersion", "RTAVersion", "Setup/RTAVersion"),
  FIELD (instrument_type, "InstrumentType"),
  FIELD (instrument,
         "InstrumentSerialNumber",
         "InstrumentName",
         "InstrumentId",
         "InstrumentID",
         "ScannerID"),
  FIELD (run_id, "RunId", "RunID", "Setup/RunID"),
  FIELD (run_number, "RunCounter", "RunNumber", "Setup/ScanNumber"),
  FIELD (experiment, "ExperimentName", "Setup/ExperimentName"),
  FIELD (flowcell,
         "RfidsInfo/FlowCellSerialBarcode",
         "FlowCellSerialNumber",
         "FlowCellSerial",
         "Barcode",
         "Setup/Barcode"),
  FIELD (flowcell_kind, "RfidsInfo/FlowCellMode", "FlowCellType", "FlowCellMode", "Setup/Flowcell"),
  FIELD (side, "Side", "Setup/FCPosition"),
  FIELD (chemistry, "Chemistry"),
  FIELD (chemistry_version, "Setup/ChemistryVersion"),
  FIELD (run_mode, "Setup/RunMode"),
  FIELD (workflow, "WorkflowType", "Setup/WorkFlowType"),
  FIELD (analysis_workflow,
         "SecondaryAnalysisWorkflow",
         "AnalysisWorkflowType",
         "Workflow/Analysis",
         "ModuleName"),
  FIELD (reagent_kit,
         "RfidsInfo/SbsSerialBarcode",
         "CartridgeSerialNumber",
         "ReagentKitSerial",
         "ReagentKitBarcode",
         "ReagentKitRFIDTag/SerialNumber"),
  FIELD (reagent_kit_version, "ReagentKitVersion"),
  FIELD (sbs_kit, "Setup/Sbs"),
  FIELD (sbs_consumable_version, "RfidsInfo/SbsConsumableVersion"),
  FIELD (paired_end_kit, "Setup/Pe"),
  FIELD (recipe, "RecipeName"),
  FIELD (recipe_version, "RecipeVersion", "Setup/RecipeFragmentVersion"),
  FIELD (control_lane, "Setup/ControlLane"),
  FIELD (library, "LibraryID", "LibraryPoolId"),
  FIELD (output_folder, "OutputRunFolder", "OutputFolder", "Setup/OutputFolder"),
  FIELD (started, "RunStartTime", "RunStartDate", "Setup/RunStartDate"),
  FIELD (ended, "RunEndTime", "RunEndDate"),
};

/* Where the flow cell's or reagent's number only stands in its tag. */
static const Field fallbacks[] = {
  FIELD (instrument, "Setup/ScannerID"),
  FIELD (flowcell,
         "FlowcellEEPROMTag/SerialNumber",
         "FlowCellRfidTag/SerialNumber",
         "FlowcellRFIDTag/SerialNumber"),
  FIELD (reagent_kit, "ReagentKitRfidTag/SerialNumber", "Setup/ReagentKits/Sbs/SbsReagentKit/ID"),
};

/* A consumable described by one element with the four usual children. */
static const struct
{
  const char *element;
  const char *kind;
} tags[] = {
  { "FlowcellRFIDTag", "flow_cell" },   { "FlowCellRfidTag", "flow_cell" },
  { "FlowcellEEPROMTag", "flow_cell" }, { "ReagentKitRFIDTag", "reagent" },
  { "ReagentKitRfidTag", "reagent" },   { "PR2BottleRFIDTag", "pr2_bottle" },
  { "PR2BottleRfidTag", "pr2_bottle" },
};

/* A consumable described by children that share a prefix (NovaSeq 6000 below RfidsInfo, NextSeq
 * 1000/2000 at the top). The older ending has a small d: Expirationdate.
 */
static const struct
{
  const char *parent;
  const char *prefix;
  const char *kind;
} prefixes[] = {
  { "RfidsInfo", "FlowCell", "flow_cell" },
  { "RfidsInfo", "LibraryTube", "library_tube" },
  { "RfidsInfo", "Sbs", "sbs" },
  { "RfidsInfo", "Cluster", "cluster" },
  { "RfidsInfo", "Buffer", "buffer" },
  { "", "FlowCell", "flow_cell" },
  { "", "Cartridge", "cartridge" },
};

/* HiSeq: kit numbers typed by hand, several of one kind. */
static const struct
{
  const char *list;
  const char *kind;
} typed_kits[] = {
  { "Setup/ReagentKits/Sbs", "sbs" },
  { "Setup/ReagentKits/Pe", "paired_end" },
  { "Setup/ReagentKits/Index", "index" },
};

/* ConsumableInfo@Type of NovaSeq X. */
static const struct
{
  const char *type;
  const char *kind;
} consumable_types[] = {
  { "FlowCell", "flow_cell" },     { "Reagent", "reagent" }, { "Buffer", "buffer" },
  { "SampleTube", "sample_tube" }, { "Lyo", "lyo" },
};

static const struct
{
  const char *name;
  const char *planned[N_PLACES];
  const char *completed[2];
} read_places[4] = {
  { "Read1",
    { "PlannedCycles/Read1", "PlannedRead1Cycles", "Read1NumberOfCycles", "Setup/Read1" },
    { "CompletedCycles/Read1" } },
  { "Index1",
    { "PlannedCycles/Index1",
      "PlannedIndex1ReadCycles",
      "IndexRead1NumberOfCycles",
      "Setup/IndexRead1",
      "Setup/Index1Read" },
    { "CompletedCycles/Index1" } },
  { "Index2",
    { "PlannedCycles/Index2",
      "PlannedIndex2ReadCycles",
      "IndexRead2NumberOfCycles",
      "Setup/IndexRead2",
      "Setup/Index2Read" },
    { "CompletedCycles/Index2" } },
  { "Read2",
    { "PlannedCycles/Read2", "PlannedRead2Cycles", "Read2NumberOfCycles", "Setup/Read2" },
    { "CompletedCycles/Read2" } },
};

static void
free_consumable (gpointer data)
{
  MnsConsumable *consumable = data;

  g_free (consumable->kind);
  g_free (consumable->serial);
  g_free (consumable->part);
  g_free (consumable->lot);
  g_free (consumable->expires);
  g_free (consumable->mode);
  g_free (consumable->version);
  g_free (consumable);
}

/* Day and month of 17/01/2020 and 1/17/2020; %FALSE where neither order gives a date. */
static gboolean
order_day_and_month (guint64 first, guint64 second, int *month, int *day)
{
  /* The RFID dates are zero padded with the month first (12/31/2169 occurs), so that order has
   * the say where both would do.
   */
  if (first >= 1 && first <= 12 && second >= 1 && second <= 31)
    {
      *month = (int) first;
      *day = (int) second;
      return TRUE;
    }
  if (second >= 1 && second <= 12 && first >= 1 && first <= 31)
    {
      *month = (int) second;
      *day = (int) first;
      return TRUE;
    }
  return FALSE;
}

/**
 * mns_instrument_date_to_iso:
 * @text: (nullable): a date as an instrument writes it: `2018-06-18T00:00:00`, `2020-10-12`,
 *   `09/09/2021 00:00:00`, `200624`, `20230628`
 *
 * Returns: (transfer full) (nullable): `YYYY-MM-DD`, %NULL for anything else
 */
char *
mns_instrument_date_to_iso (const char *text)
{
  int year = 0, month = 0, day = 0;
  gsize digits;

  if (text == NULL)
    return NULL;
  digits = strspn (text, "0123456789");
  if (digits == 4 && sscanf (text, "%4d-%2d-%2d", &year, &month, &day) == 3)
    ;
  else if (digits == 8 && text[8] == '\0')
    sscanf (text, "%4d%2d%2d", &year, &month, &day);
  else if (digits == 6 && text[6] == '\0')
    {
      sscanf (text, "%2d%2d%2d", &year, &month, &day);
      year += 2000; /* no instrument is older than that */
    }
  else if (digits >= 1 && digits <= 2)
    {
      int first = 0, second = 0;

      if (sscanf (text, "%2d/%2d/%4d", &first, &second, &year) != 3 || first < 0 || second < 0 ||
          !order_day_and_month ((guint64) first, (guint64) second, &month, &day))
        return NULL;
    }
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
      !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return NULL;
  return g_strdup_printf ("%04d-%02d-%02d", year, month, day);
}

static char *
find_text (xmlNode *root, const char *const places[], gsize n_places)
{
  for (gsize i = 0; i < n_places && places[i] != NULL; i++)
    {
      char *text = mns_xml_text (root, places[i]);

      if (text != NULL)
        return text;
    }
  return NULL;
}

static void
fill_fields (MnsRunParameters *self, xmlNode *root, const Field *table, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      char **member = G_STRUCT_MEMBER_P (self, table[i].offset);

      if (*member == NULL)
        *member = find_text (root, table[i].places, N_PLACES);
    }
}

static void
take_consumable (MnsRunParameters *self, MnsConsumable *consumable)
{
  if (consumable->serial == NULL && consumable->part == NULL && consumable->lot == NULL)
    free_consumable (consumable);
  else
    g_ptr_array_add (self->consumables, consumable);
}

static void
add_tagged (MnsRunParameters *self, xmlNode *root)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      xmlNode *tag = mns_xml_find (root, tags[i].element);
      g_autofree char *expires = mns_xml_text (tag, "ExpirationDate");
      MnsConsumable *consumable;

      if (tag == NULL)
        continue;
      consumable = g_new0 (MnsConsumable, 1);
      consumable->kind = g_strdup (tags[i].kind);
      consumable->serial = mns_xml_text (tag, "SerialNumber");
      consumable->part = mns_xml_text (tag, "PartNumber");
      consumable->lot = mns_xml_text (tag, "LotNumber");
      consumable->expires = mns_instrument_date_to_iso (expires);
      take_consumable (self, consumable);
    }
}

/* The text of the child <@prefix><one of @endings>. */
static char *
text_of_prefixed (xmlNode *parent, const char *prefix, const char *const endings[])
{
  for (gsize i = 0; endings[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat (prefix, endings[i], NULL);
      char *text = mns_xml_text (parent, name);

      if (text != NULL)
        return text;
    }
  return NULL;
}

static void
add_prefixed (MnsRunParameters *self, xmlNode *root)
{
  static const char *const serial[] = { "SerialBarcode", "SerialNumber", NULL };
  static const char *const part[] = { "PartNumber", NULL };
  static const char *const lot[] = { "LotNumber", NULL };
  static const char *const expiry[] = { "Expirationdate", "ExpirationDate", NULL };
  static const char *const mode[] = { "Mode", "CycleKit", "SupportedModes", NULL };
  static const char *const version[] = { "ConsumableVersion", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      const char *prefix = prefixes[i].prefix;
      xmlNode *parent = mns_xml_find (root, prefixes[i].parent);
      g_autofree char *expires = text_of_prefixed (parent, prefix, expiry);
      MnsConsumable *consumable;

      consumable = g_new0 (MnsConsumable, 1);
      consumable->kind = g_strdup (prefixes[i].kind);
      consumable->serial = text_of_prefixed (parent, prefix, serial);
      consumable->part = text_of_prefixed (parent, prefix, part);
      consumable->lot = text_of_prefixed (parent, prefix, lot);
      consumable->expires = mns_instrument_date_to_iso (expires);
      consumable->mode = text_of_prefixed (parent, prefix, mode);
      consumable->version = text_of_prefixed (parent, prefix, version);
      take_consumable (self, consumable);
    }
}

static void
add_typed_kits (MnsRunParameters *self, xmlNode *root)
{
  for (gsize i = 0; i < G_N_ELEMENTS (typed_kits); i++)
    {
      xmlNode *list = mns_xml_find (root, typed_kits[i].list);

      for (xmlNode *kit = list != NULL ? list->children : NULL; kit != NULL; kit = kit->next)
        {
          MnsConsumable *consumable = g_new0 (MnsConsumable, 1);

          consumable->kind = g_strdup (typed_kits[i].kind);
          consumable->serial = mns_xml_text (kit, "ID");
          take_consumable (self, consumable);
        }
    }
}

static char *
kind_of_type (const char *type)
{
  for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (consumable_types); i++)
    if (g_str_equal (consumable_types[i].type, type))
      return g_strdup (consumable_types[i].kind);
  return type != NULL ? g_ascii_strdown (type, -1) : g_strdup ("unknown");
}

static void
add_consumable_info (MnsRunParameters *self, xmlNode *root)
{
  xmlNode *list = mns_xml_find (root, "ConsumableInfo");

  for (xmlNode *item = list != NULL ? list->children : NULL; item != NULL; item = item->next)
    {
      MnsConsumable *consumable = g_new0 (MnsConsumable, 1);
      g_autofree char *type = mns_xml_text (item, "Type");
      g_autofree char *expires = mns_xml_text (item, "ExpirationDate");

      consumable->kind = kind_of_type (type);
      consumable->serial = mns_xml_text (item, "SerialNumber");
      consumable->part = mns_xml_text (item, "PartNumber");
      consumable->lot = mns_xml_text (item, "LotNumber");
      consumable->expires = mns_instrument_date_to_iso (expires);
      /* Software 1.2 turned Mode into a number and put the words into Name. */
      consumable->mode = mns_xml_text (item, "Name");
      if (consumable->mode == NULL)
        consumable->mode = mns_xml_text (item, "Mode");
      consumable->version = mns_xml_text (item, "Version");
      take_consumable (self, consumable);
    }
}

static int
parse_cycles (const char *text)
{
  guint64 value;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, 100000, &value, NULL)
             ? (int) value
             : -1;
}

/* NovaSeq X names its reads in attributes. */
static void
fill_named_reads (MnsRunParameters *self, xmlNode *root)
{
  xmlNode *list = mns_xml_find (root, "PlannedReads");

  for (xmlNode *item = list != NULL ? list->children : NULL; item != NULL; item = item->next)
    {
      g_autofree char *name = NULL;
      g_autofree char *cycles = NULL;

      if (item->type != XML_ELEMENT_NODE)
        continue;
      name = mns_xml_attribute (item, "ReadName");
      cycles = mns_xml_attribute (item, "Cycles");
      for (gsize i = 0; i < G_N_ELEMENTS (self->reads); i++)
        if (g_strcmp0 (name, self->reads[i].name) == 0)
          self->reads[i].planned = parse_cycles (cycles);
    }
}

static void
fill_reads (MnsRunParameters *self, xmlNode *root)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->reads); i++)
    {
      g_autofree char *planned = find_text (root, read_places[i].planned, N_PLACES);
      g_autofree char *completed = find_text (root, read_places[i].completed, 2);

      self->reads[i].name = read_places[i].name;
      self->reads[i].planned = parse_cycles (planned);
      self->reads[i].completed = parse_cycles (completed);
    }
  fill_named_reads (self, root);
}

static void
fill_from_consumables (MnsRunParameters *self)
{
  const MnsConsumable *flowcell = mns_run_parameters_find_consumable (self, "flow_cell");
  const MnsConsumable *reagent = mns_run_parameters_find_consumable (self, "reagent");

  if (flowcell != NULL && flowcell->mode != NULL)
    self->flowcell_mode = g_strdup (flowcell->mode);
  if (flowcell != NULL && self->flowcell == NULL)
    self->flowcell = g_strdup (flowcell->serial);
  if (reagent != NULL && self->reagent_kit == NULL)
    self->reagent_kit = g_strdup (reagent->serial);
}

/**
 * mns_run_parameters_parse:
 * @data: text of the file
 * @length: its length
 * @name: what messages call it
 * @error: why not
 *
 * Form of each instrument: interop-formats, section 6.
 *
 * Returns: (transfer full) (nullable): what it says
 */
MnsRunParameters *
mns_run_parameters_parse (const char *data, gsize length, const char *name, GError **error)
{
  g_autoptr (xmlDoc) doc = NULL;
  MnsRunParameters *self;
  xmlNode *root;

  g_return_val_if_fail (data != NULL && name != NULL, NULL);

  doc = mns_xml_parse (data, length, name, error);
  if (doc == NULL)
    return NULL;
  root = xmlDocGetRootElement (doc);
  if (g_ascii_strcasecmp ((const char *) root->name, "RunParameters") != 0)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "%s: begins with <%s>, not with <RunParameters>",
                   name,
                   (const char *) root->name);
      return NULL;
    }
  self = g_new0 (MnsRunParameters, 1);
  self->consumables = g_ptr_array_new_with_free_func (free_consumable);
  fill_fields (self, root, fields, G_N_ELEMENTS (fields));
  fill_fields (self, root, fallbacks, G_N_ELEMENTS (fallbacks));
  add_tagged (self, root);
  add_prefixed (self, root);
  add_typed_kits (self, root);
  add_consumable_info (self, root);
  fill_reads (self, root);
  fill_from_consumables (self);
  return self;
}

/**
 * mns_run_parameters_read:
 * @folder: a run folder
 * @error: why not; %MNS_ERROR_NOT_FOUND if it has no such file, in any case of letters
 *
 * Returns: (transfer full) (nullable): what it says
 */
MnsRunParameters *
mns_run_parameters_read (const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *data = NULL;
  gsize length;

  g_return_val_if_fail (folder != NULL, NULL);

  path = mns_folder_find_name (folder, "RunParameters.xml");
  if (path == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "%s: has no RunParameters.xml", folder);
      return NULL;
    }
  data = mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, error);
  return data != NULL ? mns_run_parameters_parse (data, length, path, error) : NULL;
}

void
mns_run_parameters_free (MnsRunParameters *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    g_free (*(char **) G_STRUCT_MEMBER_P (self, fields[i].offset));
  g_free (self->flowcell_mode);
  g_ptr_array_unref (self->consumables);
  g_free (self);
}

/**
 * mns_run_parameters_find_consumable:
 * @self: run parameters
 * @kind: a kind as in #MnsConsumable
 *
 * Returns: (nullable): the first of that kind
 */
const MnsConsumable *
mns_run_parameters_find_consumable (const MnsRunParameters *self, const char *kind)
{
  g_return_val_if_fail (self != NULL && kind != NULL, NULL);

  for (guint i = 0; i < self->consumables->len; i++)
    {
      const MnsConsumable *consumable = g_ptr_array_index (self->consumables, i);

      if (g_str_equal (consumable->kind, kind))
        return consumable;
    }
  return NULL;
}

/**
 * mns_run_parameters_get_text:
 * @self: run parameters
 * @nth: a number from 0
 * @name: (out): name of the member
 *
 * Walks the text members, in the order in which they are declared.
 *
 * Returns: (nullable): its value; @name is %NULL past the last
 */
const char *
mns_run_parameters_get_text (const MnsRunParameters *self, guint nth, const char **name)
{
  *name = nth < G_N_ELEMENTS (fields) ? fields[nth].member : NULL;
  return *name != NULL ? *(char **) G_STRUCT_MEMBER_P (self, fields[nth].offset) : NULL;
}
