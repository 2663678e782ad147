// SPDX-License-Identifier: AGPL-3.0-or-later
import {_} from '../i18n.ts';
import {Link, Screen} from '../ui/parts.tsx';

export default function Missing() {
  return <Screen title={_('There is no such page')}>
    <p class="padded">{_('The address may be mistyped, or the page may have gone.')}</p>
    <p class="padded"><Link href="/">{_('Lab View')}</Link></p>
  </Screen>;
}
