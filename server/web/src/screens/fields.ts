// SPDX-License-Identifier: AGPL-3.0-or-later
// Values of fields as they are read: numbers and days in the user's way, words for yes and no.
import type {Json} from '../api-types.ts';
import type {Row} from '../api.ts';
import {_, day, num} from '../i18n.ts';

export interface FieldColumn {
  key: string;
  title: string;
  width: number;
  num: boolean;
  kind: string;
}

export function fieldText(value: Json | undefined, kind = ''): string {
  if (value === null || value === undefined || value === '')
    return '';
  if (kind === 'DATE' && typeof value === 'string')
    return day(value);
  if (typeof value === 'boolean' || kind === 'CHECK')
    return value === true || value === 'true' || value === 1 ? _('Yes') : _('No');
  if (typeof value === 'number')
    return num(value);
  if (kind === 'NUMBER' && typeof value === 'string' && value.trim() !== '' && isFinite(+value))
    return num(+value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** "Conc. (ng/µl)" */
export function titled(title: string | null, unit: string | null | undefined): string {
  return unit ? `${title ?? ''} (${unit})` : title ?? '';
}

/** A JSON column that holds a list of objects, whether it came as text or as JSON. */
export function listOf(value: Json | undefined): Record<string, Json>[] {
  let list: Json | undefined = value;
  if (typeof list === 'string') {
    try {
      list = JSON.parse(list) as Json;
    } catch {
      return [];
    }
  }
  return Array.isArray(list) ? list as Record<string, Json>[] : [];
}

/** A JSON column that holds an object, whether it came as text or as JSON. */
export function objectOf(value: Json | undefined): Record<string, Json> {
  let parsed = value;
  if (typeof parsed === 'string') {
    try {
      parsed = JSON.parse(parsed) as Json;
    } catch {
      return {};
    }
  }
  return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? parsed : {};
}

/** Custom-field columns of a page: those named f and a number, in the order of the page. */
export function fieldColumns(cols: string[], fields: Row<'fields'>[]): FieldColumn[] {
  const known = new Map(fields.map((field) => [field.key, field]));
  return cols.filter((key) => /^f\d+$/.test(key)).map((key) => {
    const field = known.get(key);
    const number = field?.type === 'NUMERIC';
    const unit = objectOf(field?.options).unit;
    return {key, num: number, width: number ? 120 : 160, kind: kindOf(field?.type),
      title: titled(field?.title ?? key, typeof unit === 'string' ? unit : null)};
  });
}

/** The kind of a field as run_fields calls it, by the type of its description. */
function kindOf(type: string | null | undefined): string {
  return type === 'NUMERIC' ? 'NUMBER' : type === 'BOOLEAN' ? 'CHECK' : type ?? '';
}
