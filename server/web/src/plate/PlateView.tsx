// SPDX-License-Identifier: AGPL-3.0-or-later
// Mounts a plate, with the line that tells the well under the focus or the pointer.
import {useEffect, useRef, useState} from 'preact/hooks';
import {_} from '../i18n.ts';
import {Plate, type PlateOptions} from './plate.ts';

export function PlateView({options}: {options: PlateOptions}) {
  const host = useRef<HTMLDivElement>(null);
  const plate = useRef<Plate | null>(null);
  const [line, setLine] = useState('');
  const all = {...options, onwell: setLine};

  useEffect(() => {
    plate.current = new Plate(host.current!, all);
    return () => plate.current?.destroy();
  }, []);
  useEffect(() => plate.current?.update(all));

  return <>
    <div class="plate-scroll"><div ref={host} /></div>
    <p class="well-line" aria-hidden="true">{line || _('Point at a well to read it.')}</p>
  </>;
}
