// SPDX-License-Identifier: AGPL-3.0-or-later
// Mounts a grid and hands it new options.
import {useEffect, useRef, useState} from 'preact/hooks';
import {Grid, type GridOptions} from './grid.ts';

export interface GridViewProps {
  options: GridOptions;
  /** Gives the grid to the screen, for the calls that are no options. */
  grid?: (grid: Grid | null) => void;
}

export function GridView({options, grid: give}: GridViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<Grid | null>(null);
  const [status, setStatus] = useState('');
  const all = {onstatus: setStatus, ...options};

  useEffect(() => {
    grid.current = new Grid(host.current!, all);
    give?.(grid.current);
    return () => {
      give?.(null);
      grid.current?.destroy();
      grid.current = null;
    };
  }, []);
  useEffect(() => grid.current?.update(all));

  return <>
    <div ref={host} />
    <div class="grid-status" role="status">{status}</div>
  </>;
}
