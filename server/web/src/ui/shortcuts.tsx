// SPDX-License-Identifier: AGPL-3.0-or-later
// The list of keys, on Ctrl+?.
import {useEffect, useState} from 'preact/hooks';
import {_} from '../i18n.ts';
import {Dialog} from './dialog.tsx';

function keys(): [string, string][] {
  return [
    ['Ctrl+K', _('Search or scan')],
    ['Ctrl+Shift+F', _('Filter of the list')],
    ['↑ ↓ ← →', _('Move in lists, grids and plates')],
    ['Ctrl+↑ ↓ ← →', _('To the edge')],
    ['Home  End  Page↑  Page↓', _('First, last, a page up or down')],
    ['Shift+↑ ↓', _('Extend the selection')],
    ['Space', _('Select or deselect')],
    ['Ctrl+A  Ctrl+Shift+A', _('Select all, none')],
    ['Ctrl+C', _('Copy for a spreadsheet')],
    ['Enter', _('Open')],
    ['Esc', _('Close a dialog')],
  ];
}

export function Shortcuts() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.ctrlKey || event.altKey || event.key !== '?')
        return;
      event.preventDefault();
      setShown(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (!shown)
    return null;
  return <Dialog title={_('Keys')} onClose={() => setShown(false)}>
    <dl class="keys">{keys().map(([key, what]) => <>
      <dt><kbd>{key}</kbd></dt><dd>{what}</dd>
    </>)}</dl>
    <button type="button" onClick={() => setShown(false)}>{_('Close')}</button>
  </Dialog>;
}
