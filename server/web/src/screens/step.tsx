// SPDX-License-Identifier: AGPL-3.0-or-later
// A step run as it stands: its milestones, placement, recorded values and next steps, to read.
import type {Row} from '../api.ts';
import {_, moment, ngettext} from '../i18n.ts';
import {session} from '../session.ts';
import {useStore} from '../store.ts';
import {Empty, Fault, Link, Loaded, Screen, stateWord} from '../ui/parts.tsx';
import {useView} from '../ui/useView.ts';
import {stepPath} from './paths.ts';
import {NextSteps, Placement, RecordDetails} from './step-parts.tsx';

type Run = Row<'run'>;

/** The milestones that this client shows, and their part of the address. */
const TABS: Record<string, string> = {
  PLACEMENT: 'placement',
  RECORD_DETAILS: 'details',
  ASSIGN_NEXT_STEPS: 'next',
};

export type MilestoneState = 'done' | 'current' | 'later';

/** The milestones of a run's step type, in their order. */
export function milestonesOf(run: Pick<Run, 'milestones'>): string[] {
  return (run.milestones ?? '').split(' ').filter(Boolean);
}

/** How far a run is, for the bar over it. */
export function milestoneStates(milestones: string[], state: string): MilestoneState[] {
  const at = state === 'COMPLETED' || state === 'UNDER_REVIEW'
    ? milestones.length : milestones.indexOf(state);
  return milestones.map((_name, i) => i < at ? 'done' : i === at ? 'current' : 'later');
}

/** The milestone to show: the one of the address, else the one where the run is. */
export function shownMilestone(milestones: string[], state: string, tab: string | undefined): string {
  const asked = milestones.find((name) => TABS[name] === tab);
  const shown = milestones.filter((name) => name in TABS);
  return asked ?? (shown.includes(state) ? state : shown[shown.length - 1] ?? '');
}

const STATE_WORDS: Record<MilestoneState, () => string> = {
  done: () => _('done'), current: () => _('under way'), later: () => _('to come'),
};

function MilestoneBar({run, shown}: {run: Run; shown: string}) {
  const milestones = milestonesOf(run);
  const states = milestoneStates(milestones, run.state ?? '');
  return <nav class="milestones" aria-label={_('Milestones')}>
    <ol>
      {milestones.map((name, i) => {
        const tab = TABS[name];
        const state = states[i]!;
        const words = <>
          <span aria-hidden="true">{state === 'done' ? '✓' : i + 1} </span>{stateWord(name)}
          <span class="hidden"> ({STATE_WORDS[state]()})</span>
        </>;
        return <li key={name} class={state} aria-current={name === shown ? 'step' : undefined}>
          {tab
            ? <Link href={stepPath(run.lims_id, tab)}>{words}</Link>
            : <span>{words}</span>}
        </li>;
      })}
    </ol>
  </nav>;
}

function WhoBanner({run}: {run: Run}) {
  const me = useStore(session);
  const mine = run.mine || (me && run.technician_id === me.id);
  if (run.state === 'COMPLETED')
    return <div class="banner info">
      {_('Completed at {time} by {name}.',
        {time: moment(run.completed_at), name: run.technician ?? ''})}
    </div>;
  if (run.state === 'UNDER_REVIEW')
    return <div class="banner info">{_('Waiting for review.')}</div>;
  return <div class="banner info">
    {mine
      ? _('You can read this step here. Go on with it in the desktop program.')
      : _('{name} is working on this step since {time}.',
        {name: run.technician ?? '', time: moment(run.started_at)})}
  </div>;
}

function Part({run, shown}: {run: Run; shown: string}) {
  const id = run.run_id ?? '';
  switch (shown) {
    case 'PLACEMENT': return <Placement run={id} />;
    case 'RECORD_DETAILS': return <RecordDetails run={id} />;
    case 'ASSIGN_NEXT_STEPS': return <NextSteps run={id} />;
    default: return <Empty title={_('This step has nothing to show here')} />;
  }
}

export default function Step({params}: {params: Record<string, string>}) {
  const look = useView('run', {run: params.run ?? ''});
  const run = look.page?.rows[0];
  if (look.page && !run)
    return <Screen title={_('There is no such step')}>
      <Fault fault={new Error(_('No step has the id {id}.', {id: params.run ?? ''}))} />
    </Screen>;
    const shown = run ? shownMilestone(milestonesOf(run), run.state ?? '', params.tab) : '';
  return <Screen title={run?.step ?? _('Step')} ready={run !== undefined} facts={run && <>
    <span class="id">{run.lims_id}</span>
    <span>{run.protocol}</span>
    <span>{ngettext('{n} sample', '{n} samples', run.samples ?? 0)}</span>
    <span>{stateWord(run.state)}</span>
  </>}>
    <Loaded look={look}>{() => run && <>
      <MilestoneBar run={run} shown={shown} />
      <WhoBanner run={run} />
      <Part run={run} shown={shown} />
    </>}</Loaded>
  </Screen>;
}
