// SPDX-License-Identifier: AGPL-3.0-or-later
// Values of fields as they are read: numbers and days in the user's way, words for yes and no.
import type {Json} from '../api-types.ts';
import {_, day, num} from '../i18n.ts';

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

export function textsOf(value: Json | undefined): string[] {
  return (listOf(value) as unknown as Json[]).filter((item) => typeof item === 'string') as string[];
}
