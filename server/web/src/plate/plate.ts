// SPDX-License-Identifier: AGPL-3.0-or-later
// A container drawn as what it is: rows and columns of wells, each with its name for those who
// cannot see it. Any size from one tube to 1,536 wells. It owns its part of the page.
import {_} from '../i18n.ts';
import {moveTarget, type Place} from '../grid/keys.ts';
import {axisName, wellName, type Axes} from './wells.ts';

export interface Well {
  name: string;
  /** Told with the well: project, where it came from. */
  detail?: string;
  /** Colour group 0 to 5. */
  group?: number;
  /** Of another step: shown, not ours. */
  foreign?: boolean;
}

export interface PlateOptions {
  label: string;
  axes: Axes;
  /** By "y:x", both from 0. */
  wells: ReadonlyMap<string, Well>;
  /** Wells that cannot be used, by "y:x". */
  unavailable?: ReadonlySet<string>;
  /** The well under focus or pointer in words. */
  onwell?(line: string): void;
}

const NAMED_TO = 384; // more wells than this have no room for a name
const LARGE_TO = 96;

export class Plate {
  #host: HTMLElement;
  #options: PlateOptions;
  #wells: HTMLElement[] = [];
  #focus: Place = {row: 0, col: 0};
  #listeners = new AbortController();

  constructor(host: HTMLElement, options: PlateOptions) {
    this.#host = host;
    this.#options = options;
    host.classList.add('plate');
    host.setAttribute('role', 'grid');
    host.setAttribute('aria-readonly', 'true');
    const listen = {signal: this.#listeners.signal};
    host.addEventListener('keydown', (event) => this.#onKey(event), listen);
    host.addEventListener('pointerover', (event) => this.#onPointer(event), listen);
    host.addEventListener('click', (event) => this.#onClick(event), listen);
    host.addEventListener('focusin', () => this.#say(this.#focus), listen);
    this.#build();
  }

  destroy(): void {
    this.#listeners.abort();
    this.#host.replaceChildren();
  }

  update(options: PlateOptions): void {
    const sameShape = JSON.stringify(options.axes) === JSON.stringify(this.#options.axes);
    this.#options = options;
    if (sameShape)
      this.#fill();
    else
      this.#build();
  }

  #count(): number {
    return this.#options.axes.xSize * this.#options.axes.ySize;
  }

  #build(): void {
    const {axes} = this.#options;
    const size = this.#count() <= LARGE_TO ? 'large' : this.#count() <= NAMED_TO ? 'small' : 'tiny';
    this.#host.dataset.size = size;
    this.#host.style.setProperty('--plate-columns', String(axes.xSize));
    this.#host.setAttribute('aria-rowcount', String(axes.ySize + 1));
    this.#host.setAttribute('aria-colcount', String(axes.xSize + 1));
    this.#wells = [];
    const rows = [this.#headRow()];
    for (let y = 0; y < axes.ySize; y++)
      rows.push(this.#wellRow(y));
    this.#host.replaceChildren(...rows);
    this.#focus = {row: 0, col: 0};
    this.#fill();
  }

  #part(role: string, text = ''): HTMLElement {
    const part = document.createElement('div');
    part.setAttribute('role', role);
    part.textContent = text;
    return part;
  }

  #headRow(): HTMLElement {
    const {axes} = this.#options;
    const row = this.#part('row');
    const corner = this.#part('columnheader');
    const label = document.createElement('span');
    label.className = 'hidden';
    label.textContent = _('Row');
    corner.append(label);
    row.append(corner);
    for (let x = 0; x < axes.xSize; x++)
      row.append(this.#part('columnheader', axisName(axes.xAlpha, axes.xOffset, x)));
    return row;
  }

  #wellRow(y: number): HTMLElement {
    const {axes} = this.#options;
    const row = this.#part('row');
    row.append(this.#part('rowheader', axisName(axes.yAlpha, axes.yOffset, y)));
    for (let x = 0; x < axes.xSize; x++) {
      const well = this.#part('gridcell');
      well.className = 'well';
      well.dataset.at = `${y}:${x}`;
      well.tabIndex = -1;
      this.#wells.push(well);
      row.append(well);
    }
    return row;
  }

  #wordsFor(y: number, x: number): string {
    const at = `${y}:${x}`;
    const name = wellName(this.#options.axes, y, x);
    const well = this.#options.wells.get(at);
    if (well)
      return `${name}, ${well.name}`;
    return this.#options.unavailable?.has(at)
      ? _('{well}, not available', {well: name}) : _('{well}, empty', {well: name});
  }

  #fill(): void {
    const {axes, wells, unavailable} = this.#options;
    const named = this.#count() <= NAMED_TO;
    this.#host.setAttribute('aria-label', this.#options.label);
    for (const [i, element] of this.#wells.entries()) {
      const y = Math.floor(i / axes.xSize);
      const x = i % axes.xSize;
      const at = `${y}:${x}`;
      const well = wells.get(at);
      const text = well && named ? well.name : '';
      if (element.textContent !== text)
        element.textContent = text;
      element.setAttribute('aria-label', this.#wordsFor(y, x));
      element.dataset.group = well?.group === undefined ? '' : String(well.group % 6);
      element.classList.toggle('full', Boolean(well));
      element.classList.toggle('foreign', well?.foreign === true);
      element.classList.toggle('unavailable', unavailable?.has(at) === true);
    }
    this.#setFocusable();
  }

  #wellAt(place: Place): HTMLElement | undefined {
    return this.#wells[place.row * this.#options.axes.xSize + place.col];
  }

  #setFocusable(): void {
    for (const element of this.#host.querySelectorAll<HTMLElement>('.well[tabindex="0"]'))
      element.tabIndex = -1;
    const focused = this.#wellAt(this.#focus);
    if (focused)
      focused.tabIndex = 0;
  }

  #onKey(event: KeyboardEvent): void {
    const {axes} = this.#options;
    const rtl = getComputedStyle(this.#host).direction === 'rtl';
    const target = moveTarget(event.key, event.ctrlKey || event.metaKey, this.#focus,
      {rows: axes.ySize, cols: axes.xSize, page: axes.ySize, rtl});
    if (!target || event.altKey)
      return;
    event.preventDefault();
    this.#goTo({
      row: Math.max(0, Math.min(target.row, axes.ySize - 1)),
      col: Math.max(0, Math.min(target.col, axes.xSize - 1)),
    });
  }

  #goTo(place: Place): void {
    this.#focus = place;
    this.#setFocusable();
    this.#wellAt(place)?.focus();
    this.#say(place);
  }

  #placeOf(event: Event): Place | null {
    const at = (event.target as HTMLElement).closest<HTMLElement>('.well')?.dataset.at;
    if (!at)
      return null;
    const [row, col] = at.split(':').map(Number);
    return {row: row!, col: col!};
  }

  #onPointer(event: Event): void {
    const place = this.#placeOf(event);
    if (place)
      this.#say(place);
  }

  #onClick(event: Event): void {
    const place = this.#placeOf(event);
    if (place)
      this.#goTo(place);
  }

  #say(place: Place): void {
    const detail = this.#options.wells.get(`${place.row}:${place.col}`)?.detail;
    const words = this.#wordsFor(place.row, place.col);
    this.#options.onwell?.(detail ? `${words}, ${detail}` : words);
  }
}
