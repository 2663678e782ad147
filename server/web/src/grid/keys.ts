// SPDX-License-Identifier: AGPL-3.0-or-later
// Where a key moves the focus in a table of cells; grid and plate share it.

export interface Place {
  row: number;
  col: number;
}

export interface Extent {
  rows: number;
  cols: number;
  /** Rows that a page key moves. */
  page: number;
  /** The first column is on the right. */
  rtl: boolean;
}

/** The place that a key leads to, null for a key that does not move. May lie outside. */
export function moveTarget(key: string, control: boolean, from: Place,
  extent: Extent): Place | null {
  const ahead = extent.rtl ? 'ArrowLeft' : 'ArrowRight';
  const back = extent.rtl ? 'ArrowRight' : 'ArrowLeft';
  const {row, col} = from;
  const lastRow = extent.rows - 1;
  const lastCol = extent.cols - 1;
  switch (key) {
    case 'ArrowDown': return {row: control ? lastRow : row + 1, col};
    case 'ArrowUp': return {row: control ? 0 : row - 1, col};
    case ahead: return {row, col: control ? lastCol : col + 1};
    case back: return {row, col: control ? 0 : col - 1};
    case 'Home': return {row: control ? 0 : row, col: 0};
    case 'End': return {row: control ? lastRow : row, col: lastCol};
    case 'PageDown': return {row: row + extent.page, col};
    case 'PageUp': return {row: row - extent.page, col};
    default: return null;
  }
}
