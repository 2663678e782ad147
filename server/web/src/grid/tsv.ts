// SPDX-License-Identifier: AGPL-3.0-or-later
// Cells on the clipboard, as spreadsheet programs write them: tabulators between cells, a line end
// after each row, quotes around a cell that holds one of the two or begins with a quote.

const NEEDS_QUOTES = /[\t\n\r]|^"/;

export function toTsv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => cells.map((cell) =>
    NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join('\t')).join('\n');
}

export function fromTsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at <= text.length) {
    let cell = '';
    if (text[at] === '"') {
      const closed = readQuoted(text, at);
      cell = closed.cell;
      at = closed.end;
    } else {
      const end = /[\t\r\n]/.exec(text.slice(at))?.index ?? text.length - at;
      cell = text.slice(at, at + end);
      at += end;
    }
    row.push(cell);
    if (text[at] === '\t') {
      at++;
      continue;
    }
    rows.push(row);
    row = [];
    if (at >= text.length)
      break;
    at += text.startsWith('\r\n', at) ? 2 : 1;
    if (at === text.length)
      break; // the line end after the last row begins no row
  }
  return rows;
}

/** Reads a cell that begins with a quote; a quote that is never closed is a plain character. */
function readQuoted(text: string, start: number): {cell: string; end: number} {
  let cell = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '"') {
      cell += text[at];
    } else if (text[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (at + 1 === text.length || /[\t\r\n]/.test(text[at + 1]!)) {
      return {cell, end: at + 1};
    } else {
      cell += '"';
    }
  }
  const end = /[\t\r\n]/.exec(text.slice(start))?.index ?? text.length - start;
  return {cell: text.slice(start, start + end), end: start + end};
}
