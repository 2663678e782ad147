// SPDX-License-Identifier: AGPL-3.0-or-later
// Texts, numbers and dates in the user's language. English is the text itself.

export interface Catalogue {
  lang: string;
  forms: Record<string, number>;
  texts: Record<string, string | string[]>;
}

export type Values = Record<string, string | number>;

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/;
const ENGLISH: Catalogue = {lang: 'en', forms: {one: 0, other: 1}, texts: {}};

let catalogue = ENGLISH;
let plurals = new Intl.PluralRules('en');

function fill(text: string, values?: Values): string {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole) : text;
}

export function _(text: string, values?: Values): string {
  const found = catalogue.texts[text];
  return fill(typeof found === 'string' ? found : text, values);
}

/** One of two English texts, or as many forms as the language has; {n} is the number. */
export function ngettext(one: string, many: string, n: number, values?: Values): string {
  const found = catalogue.texts[one];
  const filled = {n: num(n), ...values};
  if (!Array.isArray(found))
    return fill(n === 1 ? one : many, filled);
  const form = catalogue.forms[plurals.select(n)] ?? found.length - 1;
  return fill(found[form] ?? found[found.length - 1] ?? many, filled);
}

export function useCatalogue(next: Catalogue): void {
  catalogue = next;
  plurals = new Intl.PluralRules(next.lang.replace('_', '-'));
}

export function language(): string {
  return catalogue.lang.replace('_', '-');
}

export function num(value: number, digits?: number): string {
  return new Intl.NumberFormat(language(), {
    maximumFractionDigits: digits ?? 6,
    minimumFractionDigits: digits ?? 0,
  }).format(value);
}

/** A day from microseconds since 1970 UTC, or from YYYY-MM-DD. */
export function day(value: number | string | null | undefined): string {
  if (value === null || value === undefined || value === '')
    return '';
  const fixed = typeof value === 'string';
  const date = new Date(fixed ? `${value.slice(0, 10)}T00:00:00Z` : value / 1000);
  return Number.isNaN(date.getTime()) ? String(value) : new Intl.DateTimeFormat(language(),
    {dateStyle: 'medium', timeZone: fixed ? 'UTC' : undefined}).format(date);
}

/** A moment from microseconds: the time if it is today, else the day too. */
export function moment(micros: number | null | undefined, now = Date.now()): string {
  if (micros === null || micros === undefined)
    return '';
  const date = new Date(micros / 1000);
  const today = date.toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(language(),
    today ? {timeStyle: 'short'} : {dateStyle: 'medium', timeStyle: 'short'}).format(date);
}

/** The first wanted language that has a catalogue, else English. */
export function pickLanguage(wanted: readonly string[], have: readonly string[]): string {
  for (const tag of wanted) {
    const exact = have.find((name) => name.replace('_', '-').toLowerCase() === tag.toLowerCase());
    const base = tag.split('-')[0]?.toLowerCase();
    if (base === 'en')
      return 'en';
    const near = exact ?? have.find((name) => name.toLowerCase() === base);
    if (near)
      return near;
  }
  return 'en';
}

export async function loadLanguage(): Promise<void> {
  const name = pickLanguage(navigator.languages, LANGUAGES);
  if (name !== 'en') {
    try {
      const answer = await fetch(`/locale/${name}.json`);
      if (answer.ok)
        useCatalogue(await answer.json() as Catalogue);
    } catch {
      // Without the catalogue the client speaks English.
    }
  }
  document.documentElement.lang = language();
  document.documentElement.dir = RIGHT_TO_LEFT.test(catalogue.lang) ? 'rtl' : 'ltr';
}
