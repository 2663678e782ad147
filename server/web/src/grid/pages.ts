// SPDX-License-Identifier: AGPL-3.0-or-later
// Rows of a long view, fetched page by page as the grid comes near them. A page begins where the one
// before ended, so pages come in order; a jump far down fetches what lies between.

export interface RowPage<T> {
  rows: T[];
  cols: string[];
  next: string | null;
  total: number | null;
}

export type FetchPage<T> = (after: string | null, signal: AbortSignal) => Promise<RowPage<T>>;

export class Pages<T> {
  rows: T[] = [];
  cols: string[] = [];
  total: number | null = null;
  fault: Error | null = null;
  /** The first page has come. */
  started = false;
  #fetch: FetchPage<T>;
  #changed: () => void;
  #next: string | null = null;
  #wanted = 0;
  #busy = false;
  #abort = new AbortController();

  constructor(fetch: FetchPage<T>, changed: () => void) {
    this.#fetch = fetch;
    this.#changed = changed;
  }

  /** How many rows there are as far as is known. */
  get count(): number {
    if (!this.#next && this.started)
      return this.rows.length;
    return Math.max(this.total ?? 0, this.rows.length + 1);
  }

  /** Whether count is the number of all rows. */
  get counted(): boolean {
    return this.started && (this.total !== null || !this.#next);
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Sees to it that the rows up to this one come. */
  need(last: number): void {
    this.#wanted = Math.max(this.#wanted, last);
    void this.#run();
  }

  /** Reads what is loaded once more, the old rows shown until the new ones are there. */
  async reload(): Promise<void> {
    const wanted = this.rows.length;
    this.#abort.abort();
    this.#abort = new AbortController();
    const {signal} = this.#abort;
    const rows: T[] = [];
    let page: RowPage<T> | null = null;
    this.#busy = true;
    try {
      do {
        page = await this.#fetch(page?.next ?? null, signal);
        rows.push(...page.rows);
      } while (page.next && rows.length < wanted);
      if (signal.aborted)
        return;
      Object.assign(this, {rows, cols: page.cols, total: page.total, fault: null, started: true});
      this.#next = page.next;
    } catch (fault) {
      if (signal.aborted)
        return;
      this.fault = fault as Error;
    }
    this.#busy = false;
    this.#changed();
    void this.#run();
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    const {signal} = this.#abort;
    while (!this.#busy && !signal.aborted && !this.fault && this.#lacks()) {
      this.#busy = true;
      try {
        const page = await this.#fetch(this.#next, signal);
        if (signal.aborted)
          return;
        this.rows.push(...page.rows);
        this.cols = page.cols;
        this.total = page.total ?? this.total;
        this.#next = page.next;
        this.started = true;
      } catch (fault) {
        if (signal.aborted)
          return;
        this.fault = fault as Error;
      }
      this.#busy = false;
      this.#changed();
    }
  }

  #lacks(): boolean {
    return !this.started || (this.#next !== null && this.rows.length <= this.#wanted);
  }
}
