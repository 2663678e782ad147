// SPDX-License-Identifier: AGPL-3.0-or-later
// How a container names its rows, columns and wells: letters from A (after Z comes AA), or numbers
// from an offset; the row comes first: "B:7".

export interface Axes {
  xSize: number;
  ySize: number;
  xAlpha: boolean;
  yAlpha: boolean;
  xOffset: number;
  yOffset: number;
}

export function axisName(alpha: boolean, offset: number, at: number): string {
  if (!alpha)
    return String(at + offset);
  let name = '';
  for (let rest = at + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(65 + (rest - 1) % 26) + name;
  return name;
}

export function wellName(axes: Axes, y: number, x: number): string {
  return `${axisName(axes.yAlpha, axes.yOffset, y)}:${axisName(axes.xAlpha, axes.xOffset, x)}`;
}
