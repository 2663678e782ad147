// SPDX-License-Identifier: AGPL-3.0-or-later
// A grid of many rows without a framework. Only the rows and columns in view and a few more exist in
// the page; they are recycled while scrolling. The focused row and column always exist, so that the
// focus never falls to the page. Rows may not be there yet: get() then answers undefined and the
// owner calls refresh() when they are.
import {num, _, ngettext} from '../i18n.ts';
import {follow} from '../nav.ts';
import {toTsv} from './tsv.ts';
import {moveTarget} from './keys.ts';

export interface Column {
  key: string;
  title: string;
  width: number;
  /** Digits, right-aligned. */
  num?: boolean;
  /** The header sorts by this column. */
  sortable?: boolean;
}

export interface Cell {
  text: string;
  /** Marks it beyond its text: 'bad', 'good', 'strong'. */
  look?: string;
  /** The text leads there. */
  href?: string;
}

export interface GridOptions {
  label: string;
  columns: Column[];
  count: number;
  /** How many columns stay at the start while scrolling sideways. */
  frozen?: number;
  /** undefined: not loaded yet. */
  get(row: number, col: number): Cell | string | undefined;
  /** The rows from first to last are about to be seen. */
  need?(first: number, last: number): void;
  /** With it, rows are chosen, not cells. */
  rows?: RowChoice;
  sort?: {key: string; descending: boolean};
  onsort?(key: string): void;
  /** Enter or a double click on a row. */
  onopen?(row: number): void;
  onstatus?(text: string): void;
}

export interface RowChoice {
  has(row: number): boolean;
  /** Sets rows from first to last to be chosen or not. */
  set(first: number, last: number, chosen: boolean): void;
  all(chosen: boolean): void;
}

interface RowNode {
  index: number;
  element: HTMLElement;
  cells: Map<number, CellNode>;
  chosen: boolean;
}

interface CellNode {
  element: HTMLElement;
  text: string;
  href: string;
  state: string;
}

interface Point {
  row: number;
  col: number;
}

const SPARE_ROWS = 4;
const SPARE_PX = 80;
const CHOICE_WIDTH = 36;
const TITLE_PX = 8.5; // about a bold letter
const SORT_MARK_LETTERS = 2;
const CELL_PADDING = 10;
const PENDING = '…';

export class Grid {
  #options: GridOptions;
  #host: HTMLElement;
  #head = document.createElement('div');
  #body = document.createElement('div');
  #nodes = new Map<number, RowNode>();
  #headCells: HTMLElement[] = [];
  #starts: number[] = [];
  #rowHeight = 32;
  #focus: Point = {row: 0, col: 0};
  #anchor: Point = {row: 0, col: 0};
  #frame = 0;
  #dragging = false;
  #observer = new ResizeObserver(() => this.#draw());
  #listeners = new AbortController();

  constructor(host: HTMLElement, options: GridOptions) {
    this.#host = host;
    this.#options = options;
    host.classList.add('grid');
    host.setAttribute('role', 'grid');
    this.#head.className = 'grid-head';
    this.#head.setAttribute('role', 'rowgroup');
    this.#body.className = 'grid-body';
    this.#body.setAttribute('role', 'rowgroup');
    host.replaceChildren(this.#head, this.#body);
    this.#listen();
    this.#measure();
    this.update(options);
    this.#observer.observe(host);
  }

  destroy(): void {
    this.#listeners.abort();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#host.replaceChildren();
  }

  /** New columns, count or order; what is chosen is the owner's. */
  update(options: GridOptions): void {
    const columns = JSON.stringify([options.columns, options.sort]);
    const sameColumns = columns === JSON.stringify([this.#options.columns, this.#options.sort]) &&
      this.#headCells.length > 0;
    this.#options = options;
    this.#host.setAttribute('aria-label', options.label);
    this.#host.setAttribute('aria-rowcount', String(options.count + 1));
    this.#host.setAttribute('aria-colcount', String(options.columns.length));
    this.#host.setAttribute('aria-multiselectable', 'true');
    this.#host.setAttribute('aria-readonly', 'true');
    if (!sameColumns)
      this.#layColumns();
    this.#body.style.height = `${options.count * this.#rowHeight}px`;
    this.#focus = this.#clamp(this.#focus);
    this.#anchor = this.#clamp(this.#anchor);
    this.refresh();
  }

  /** Draws what get() and the choice say now. */
  refresh(): void {
    this.#draw();
  }

  focusRow(row: number): void {
    this.#focus = this.#anchor = this.#clamp({row, col: this.#focus.col});
    this.#reveal();
    this.#draw();
    this.#focusCell();
  }

  toTop(): void {
    this.#focus = this.#anchor = {row: 0, col: this.#focus.col};
    this.#host.scrollTop = 0;
    this.#draw();
  }

  #measure(): void {
    const height = parseFloat(getComputedStyle(this.#host).getPropertyValue('--row'));
    if (height > 0)
      this.#rowHeight = height;
  }

  #clamp(point: Point): Point {
    return {
      row: Math.max(0, Math.min(point.row, this.#options.count - 1)),
      col: Math.max(0, Math.min(point.col, this.#options.columns.length - 1)),
    };
  }

  #frozen(): number {
    return this.#options.frozen ?? 0;
  }

  #layColumns(): void {
    let at = this.#options.rows ? CHOICE_WIDTH : 0;
    this.#starts = this.#options.columns.map((column) => {
      const start = at;
      at += this.#widthOf(column);
      return start;
    });
    this.#host.style.setProperty('--grid-width', `${at}px`);
    for (const node of this.#nodes.values())
      node.element.remove();
    this.#nodes.clear();
    this.#layHead();
  }

  #layHead(): void {
    const row = document.createElement('div');
    row.className = 'grid-row';
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', '1');
    if (this.#options.rows)
      row.append(choiceMark('span'));
    this.#headCells = this.#options.columns.map((column, col) => {
      const cell = this.#makeCell(col);
      cell.setAttribute('role', 'columnheader');
      const sort = this.#options.sort?.key === column.key ? this.#options.sort : null;
      if (column.sortable && this.#options.onsort) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = column.title + (sort ? sort.descending ? ' ▾' : ' ▴' : '');
        button.addEventListener('click', () => this.#options.onsort?.(column.key));
        cell.append(button);
        cell.setAttribute('aria-sort',
          sort ? sort.descending ? 'descending' : 'ascending' : 'none');
      } else {
        cell.textContent = column.title;
      }
      row.append(cell);
      return cell;
    });
    this.#head.replaceChildren(row);
  }

  #makeCell(col: number): HTMLElement {
    const cell = document.createElement('div');
    const column = this.#options.columns[col]!;
    const frozen = col < this.#frozen();
    cell.className = `grid-cell${column.num ? ' num' : ''}${frozen ? ' frozen' : ''}`;
    cell.style.width = `${this.#widthOf(column)}px`;
    cell.style.insetInlineStart = `${this.#starts[col]}px`;
    cell.setAttribute('aria-colindex', String(col + 1));
    return cell;
  }

  /** Never narrower than its title. */
  #widthOf(column: Column): number {
    const title = column.title.length + (column.sortable ? SORT_MARK_LETTERS : 0);
    return Math.max(column.width, title * TITLE_PX + 2 * CELL_PADDING);
  }

  /** The columns that must exist, in order. */
  #columnsInView(): number[] {
    const from = Math.abs(this.#host.scrollLeft) - SPARE_PX;
    const to = from + this.#host.clientWidth + 2 * SPARE_PX;
    const shown: number[] = [];
    for (const [col, column] of this.#options.columns.entries()) {
      const start = this.#starts[col]!;
      const inView = start + this.#widthOf(column) > from && start < to;
      if (col < this.#frozen() || inView || col === this.#focus.col)
        shown.push(col);
    }
    return shown;
  }

  #rowsInView(): [number, number] {
    const top = this.#host.scrollTop;
    const height = this.#host.clientHeight - this.#head.offsetHeight;
    return [
      Math.max(0, Math.floor(top / this.#rowHeight) - SPARE_ROWS),
      Math.min(this.#options.count - 1, Math.ceil((top + height) / this.#rowHeight) + SPARE_ROWS),
    ];
  }

  #draw(): void {
    const [first, last] = this.#rowsInView();
    if (last >= first)
      this.#options.need?.(first, last);
    const wanted = new Set<number>();
    for (let row = first; row <= last; row++)
      wanted.add(row);
    if (this.#options.count > 0)
      wanted.add(this.#focus.row);
    const free: RowNode[] = [];
    for (const [row, node] of this.#nodes) {
      if (wanted.has(row))
        continue;
      this.#nodes.delete(row);
      free.push(node);
    }
    const columns = this.#columnsInView();
    for (const row of wanted) {
      let node = this.#nodes.get(row);
      if (!node) {
        node = free.pop() ?? this.#makeRow();
        this.#nodes.set(row, node);
        this.#placeRow(node, row);
      }
      this.#drawRow(node, columns);
    }
    for (const node of free)
      node.element.remove();
  }

  #makeRow(): RowNode {
    const element = document.createElement('div');
    element.className = 'grid-row';
    element.setAttribute('role', 'row');
    if (this.#options.rows)
      element.append(choiceMark('box'));
    this.#body.append(element);
    return {index: -1, element, cells: new Map(), chosen: false};
  }

  #placeRow(node: RowNode, row: number): void {
    node.index = row;
    node.element.style.top = `${row * this.#rowHeight}px`;
    node.element.setAttribute('aria-rowindex', String(row + 2));
    node.element.classList.toggle('odd', row % 2 === 1);
  }

  #drawRow(node: RowNode, columns: number[]): void {
    const chosen = this.#options.rows?.has(node.index) ?? false;
    if (chosen !== node.chosen || !node.element.hasAttribute('aria-selected')) {
      node.chosen = chosen;
      if (this.#options.rows)
        node.element.setAttribute('aria-selected', String(chosen));
      node.element.classList.toggle('chosen', chosen);
    }
    for (const [col, cell] of node.cells) {
      if (!columns.includes(col)) {
        cell.element.remove();
        node.cells.delete(col);
      }
    }
    for (const col of columns)
      this.#drawCell(node, col);
  }

  #drawCell(node: RowNode, col: number): void {
    let cell = node.cells.get(col);
    if (!cell) {
      const element = this.#makeCell(col);
      element.setAttribute('role', 'gridcell');
      cell = {element, text: '', href: '', state: ''};
      node.cells.set(col, cell);
      // In the order of the columns, which is the order in which they are read out.
      const after = [...node.cells.keys()].filter((other) => other > col).sort((a, b) => a - b)[0];
      node.element.insertBefore(element,
        after === undefined ? null : node.cells.get(after)!.element);
    }
    const value = this.#options.get(node.index, col);
    const text = value === undefined ? PENDING : typeof value === 'string' ? value : value.text;
    const look = value === undefined ? 'pending' : typeof value === 'string' ? '' : value.look ?? '';
    const focused = node.index === this.#focus.row && col === this.#focus.col;
    const inRange = !this.#options.rows && this.#inRange(node.index, col);
    const href = typeof value === 'object' ? value.href ?? '' : '';
    if (text !== cell.text || href !== cell.href) {
      cell.text = text;
      cell.href = href;
      cell.element.replaceChildren(href ? cellLink(text, href) : text);
    }
    const state = `${look}|${focused}|${inRange}`;
    if (state === cell.state)
      return;
    cell.state = state;
    cell.element.dataset.look = look;
    cell.element.tabIndex = focused ? 0 : -1;
    cell.element.classList.toggle('in-range', inRange);
    if (!this.#options.rows)
      cell.element.setAttribute('aria-selected', String(inRange));
  }

  #range(): {top: number; bottom: number; left: number; right: number} {
    const [a, b] = [this.#anchor, this.#focus];
    return {top: Math.min(a.row, b.row), bottom: Math.max(a.row, b.row),
      left: Math.min(a.col, b.col), right: Math.max(a.col, b.col)};
  }

  #inRange(row: number, col: number): boolean {
    const {top, bottom, left, right} = this.#range();
    return (top !== bottom || left !== right) && row >= top && row <= bottom && col >= left &&
      col <= right;
  }

  #listen(): void {
    const options = {signal: this.#listeners.signal};
    this.#host.addEventListener('scroll', () => this.#onScroll(), {...options, passive: true});
    this.#host.addEventListener('keydown', (event) => this.#onKey(event), options);
    this.#host.addEventListener('copy', (event) => this.#onCopy(event), options);
    this.#body.addEventListener('pointerdown', (event) => this.#onPointer(event), options);
    this.#body.addEventListener('pointermove', (event) => this.#onDrag(event), options);
    this.#body.addEventListener('dblclick', (event) => {
      const point = this.#pointOf(event);
      if (point)
        this.#options.onopen?.(point.row);
    }, options);
    addEventListener('pointerup', () => {
      this.#dragging = false;
    }, options);
    matchMedia('(any-pointer: coarse)').addEventListener('change', () => {
      this.#measure();
      this.update(this.#options);
    }, options);
  }

  #onScroll(): void {
    if (this.#frame)
      return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #onKey(event: KeyboardEvent): void {
    const {count, columns, rows} = this.#options;
    if (count === 0 || (event.target as HTMLElement).tagName === 'BUTTON' || event.altKey)
      return;
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === 'a') {
      this.#chooseAll(!event.shiftKey);
    } else if (event.key === ' ' && rows) {
      this.#chooseRows(this.#focus.row, this.#focus.row, !rows.has(this.#focus.row));
    } else if (event.key === 'Enter' && this.#options.onopen) {
      this.#options.onopen(this.#focus.row);
    } else {
      const page = Math.max(1, Math.floor(this.#host.clientHeight / this.#rowHeight) - 2);
      const rtl = getComputedStyle(this.#host).direction === 'rtl';
      const target = moveTarget(event.key, control, this.#focus,
        {rows: count, cols: columns.length, page, rtl});
      if (!target)
        return;
      this.#moveTo(target, event.shiftKey);
    }
    event.preventDefault();
  }

  #moveTo(point: Point, extend: boolean): void {
    this.#focus = this.#clamp(point);
    if (!extend)
      this.#anchor = this.#focus;
    this.#reveal();
    if (extend && this.#options.rows)
      this.#chooseRows(this.#anchor.row, this.#focus.row, true);
    this.#draw();
    this.#focusCell();
  }

  #reveal(): void {
    const top = this.#focus.row * this.#rowHeight;
    const height = this.#host.clientHeight - this.#head.offsetHeight;
    if (top < this.#host.scrollTop)
      this.#host.scrollTop = top;
    else if (top + this.#rowHeight > this.#host.scrollTop + height)
      this.#host.scrollTop = top + this.#rowHeight - height;
    if (this.#focus.col >= this.#frozen())
      this.#revealColumn();
  }

  #revealColumn(): void {
    const frozen = this.#frozen();
    const covered = frozen > 0
      ? this.#starts[frozen - 1]! + this.#widthOf(this.#options.columns[frozen - 1]!) : 0;
    const sign = getComputedStyle(this.#host).direction === 'rtl' ? -1 : 1;
    const at = Math.abs(this.#host.scrollLeft);
    const start = this.#starts[this.#focus.col]!;
    const end = start + this.#widthOf(this.#options.columns[this.#focus.col]!);
    if (start - covered < at)
      this.#host.scrollLeft = sign * (start - covered);
    else if (end > at + this.#host.clientWidth)
      this.#host.scrollLeft = sign * (end - this.#host.clientWidth);
  }

  #focusCell(): void {
    this.#nodes.get(this.#focus.row)?.cells.get(this.#focus.col)?.element
      .focus({preventScroll: true});
  }

  #chooseRows(from: number, to: number, chosen: boolean): void {
    this.#options.rows?.set(Math.min(from, to), Math.max(from, to), chosen);
    this.#draw();
  }

  #chooseAll(chosen: boolean): void {
    if (this.#options.rows) {
      this.#options.rows.all(chosen);
    } else {
      this.#anchor = {row: 0, col: 0};
      this.#focus = chosen
        ? {row: this.#options.count - 1, col: this.#options.columns.length - 1} : this.#anchor;
    }
    this.#draw();
    this.#focusCell();
  }

  #pointOf(event: MouseEvent): Point | null {
    const element = event.target as HTMLElement;
    const row = element.closest<HTMLElement>('[aria-rowindex]');
    const cell = element.closest<HTMLElement>('[aria-colindex]');
    if (!row)
      return null;
    return {row: Number(row.getAttribute('aria-rowindex')) - 2,
      col: cell ? Number(cell.getAttribute('aria-colindex')) - 1 : this.#focus.col};
  }

  #onPointer(event: PointerEvent): void {
    const point = this.#pointOf(event);
    if (!point || event.button !== 0 || (event.target as HTMLElement).tagName === 'A')
      return;
    event.preventDefault();
    const {rows} = this.#options;
    const touch = event.pointerType === 'touch';
    const before = this.#anchor;
    this.#focus = point;
    if (!event.shiftKey)
      this.#anchor = point;
    if (rows && !touch) {
      if (event.shiftKey)
        this.#chooseRows(before.row, point.row, true);
      else
        this.#chooseRows(point.row, point.row, !rows.has(point.row));
    }
    this.#dragging = !rows && !touch;
    this.#draw();
    this.#focusCell();
  }

  #onDrag(event: PointerEvent): void {
    if (!this.#dragging)
      return;
    const point = this.#pointOf(event);
    if (!point || (point.row === this.#focus.row && point.col === this.#focus.col))
      return;
    this.#focus = point;
    this.#draw();
    this.#focusCell();
  }

  /** Copies the range, or the chosen rows that are loaded. */
  #onCopy(event: ClipboardEvent): void {
    const lines = this.#options.rows ? this.#chosenLines() : this.#rangeLines();
    if (lines.length === 0 || !event.clipboardData)
      return;
    event.clipboardData.setData('text/plain', toTsv(lines));
    event.preventDefault();
    this.#options.onstatus?.(this.#options.rows
      ? ngettext('{n} row copied', '{n} rows copied', lines.length)
      : ngettext('{n} cell copied', '{n} cells copied', lines.length * lines[0]!.length));
  }

  #rangeLines(): string[][] {
    const {top, bottom, left, right} = this.#range();
    const lines: string[][] = [];
    for (let row = top; row <= bottom; row++)
      lines.push(this.#line(row, left, right));
    return lines;
  }

  #chosenLines(): string[][] {
    const lines: string[][] = [];
    for (let row = 0; row < this.#options.count; row++) {
      if (this.#options.rows?.has(row))
        lines.push(this.#line(row, 0, this.#options.columns.length - 1));
    }
    return lines;
  }

  #line(row: number, left: number, right: number): string[] {
    const line: string[] = [];
    for (let col = left; col <= right; col++) {
      const value = this.#options.get(row, col);
      line.push(value === undefined ? '' : typeof value === 'string' ? value : value.text);
    }
    return line;
  }
}

/** A link for the mouse; keys use Enter on the cell, so it is no stop of its own. */
function cellLink(text: string, href: string): HTMLElement {
  const link = document.createElement('a');
  link.href = href;
  link.textContent = text;
  link.tabIndex = -1;
  link.addEventListener('click', follow);
  return link;
}

/** The box in front of a row; a help for the eye, the state is on the row. */
function choiceMark(kind: string): HTMLElement {
  const mark = document.createElement('div');
  mark.className = `grid-choice ${kind}`;
  mark.setAttribute('aria-hidden', 'true');
  return mark;
}

/** What stands beside a grid: "10,000 rows, 41 selected". */
export function countLine(count: number, counted: boolean, chosen: number): string {
  const rows = counted ? ngettext('{n} row', '{n} rows', count)
    : ngettext('more than {n} row', 'more than {n} rows', count - 1);
  return chosen > 0 ? _('{rows}, {n} selected', {rows, n: num(chosen)}) : rows;
}
