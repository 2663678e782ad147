/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A sample sheet in memory: made, filled, freed. */

#include "config.h"

#include <string.h>

#include "server/instruments/sheet-private.h"
#include "server/instruments/sheet.h"

static const char *const form_names[] = { "classic", "v1", "v2" };

const char *
mns_sheet_form_name (MnsSheetForm form)
{
  g_return_val_if_fail ((guint) form < G_N_ELEMENTS (form_names), NULL);

  return form_names[form];
}

gboolean
mns_sheet_form_from_name (const char *name, MnsSheetForm *form)
{
  for (guint i = 0; i < G_N_ELEMENTS (form_names); i++)
    if (g_strcmp0 (name, form_names[i]) == 0)
      {
        *form = (MnsSheetForm) i;
        return TRUE;
      }
  return FALSE;
}

static void
clear_cell (gpointer data)
{
  g_free (((MnsSheetCell *) data)->text);
}

void
mns_sheet_row_free (MnsSheetRow *row)
{
  g_array_unref (row->cells);
  g_free (row);
}

static void
free_section (gpointer data)
{
  MnsSheetSection *section = data;

  g_free (section->name);
  g_ptr_array_unref (section->rows);
  g_free (section);
}

static void
free_fault (gpointer data)
{
  MnsSheetFault *fault = data;

  g_free (fault->message);
  g_free (fault);
}

static void
free_sample (gpointer data)
{
  MnsSheetSample *sample = data;

  for (guint i = 0; i < MNS_SHEET_N_COLUMNS; i++)
    g_free (sample->values[i]);
  g_free (sample);
}

/**
 * mns_sample_sheet_new:
 * @form: its form
 *
 * Returns: (transfer full): an empty sheet to be filled and written
 */
MnsSampleSheet *
mns_sample_sheet_new (MnsSheetForm form)
{
  MnsSampleSheet *self = g_new0 (MnsSampleSheet, 1);

  self->form = form;
  self->sections = g_ptr_array_new_with_free_func (free_section);
  self->faults = g_ptr_array_new_with_free_func (free_fault);
  self->samples = g_ptr_array_new_with_free_func (free_sample);
  return self;
}

void
mns_sample_sheet_free (MnsSampleSheet *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->sections);
  g_ptr_array_unref (self->faults);
  g_ptr_array_unref (self->samples);
  g_strfreev (self->columns);
  g_free (self->run_name);
  g_free (self->date);
  g_free (self->investigator);
  g_free (self->instrument);
  g_free (self->index_orientation);
  g_free (self->chemistry);
  g_free (self->adapter1);
  g_free (self->adapter2);
  g_free (self->override_cycles);
  g_free (self->software_version);
  g_free (self);
}

/* Adds a sample without values; it belongs to the sheet. */
MnsSheetSample *
mns_sample_sheet_add (MnsSampleSheet *self)
{
  MnsSheetSample *sample = g_new0 (MnsSheetSample, 1);

  g_ptr_array_add (self->samples, sample);
  return sample;
}

/* An empty text is no value. */
void
mns_sheet_sample_set (MnsSheetSample *sample, MnsSheetColumn column, const char *value)
{
  g_return_if_fail (sample != NULL && (guint) column < MNS_SHEET_N_COLUMNS);

  g_free (sample->values[column]);
  sample->values[column] = value != NULL && *value != '\0' ? g_strdup (value) : NULL;
}

void
mns_sample_sheet_add_fault (MnsSampleSheet *self,
                            MnsSheetGravity gravity,
                            guint line,
                            guint column,
                            const char *code,
                            const char *format,
                            ...)
{
  MnsSheetFault *fault = g_new0 (MnsSheetFault, 1);
  va_list args;

  fault->gravity = gravity;
  fault->line = line;
  fault->column = column;
  fault->code = code;
  va_start (args, format);
  fault->message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->faults, fault);
}

/**
 * mns_sample_sheet_find_section:
 * @self: a sheet
 * @name: its name, in any case of letters
 *
 * Returns: (nullable): the first section of that name
 */
const MnsSheetSection *
mns_sample_sheet_find_section (const MnsSampleSheet *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  for (guint i = 0; i < self->sections->len; i++)
    {
      const MnsSheetSection *section = g_ptr_array_index (self->sections, i);

      if (g_ascii_strcasecmp (section->name, name) == 0)
        return section;
    }
  return NULL;
}

/* Adds an empty section; it belongs to the sheet. */
MnsSheetSection *
mns_sample_sheet_add_section (MnsSampleSheet *self, const char *name, guint line)
{
  MnsSheetSection *section = g_new0 (MnsSheetSection, 1);

  section->name = g_strdup (name);
  section->line = line;
  section->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_sheet_row_free);
  g_ptr_array_add (self->sections, section);
  return section;
}

MnsSheetRow *
mns_sheet_row_new (guint line)
{
  MnsSheetRow *row = g_new0 (MnsSheetRow, 1);

  row->line = line;
  row->cells = g_array_new (FALSE, TRUE, sizeof (MnsSheetCell));
  g_array_set_clear_func (row->cells, clear_cell);
  return row;
}

/* The cell @i, %NULL where the row is shorter. */
const MnsSheetCell *
mns_sheet_row_get (const MnsSheetRow *row, guint i)
{
  return i < row->cells->len ? &g_array_index (row->cells, MnsSheetCell, i) : NULL;
}
