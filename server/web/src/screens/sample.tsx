// SPDX-License-Identifier: AGPL-3.0-or-later
// One submitted sample: where it is, what was done with it, what was made of it.
import type {Row} from '../api.ts';
import type {Json} from '../api-types.ts';
import {_, day, moment} from '../i18n.ts';
import {Empty, Fault, Link, Loaded, qcWord, Screen, stageWord} from '../ui/parts.tsx';
import {useView} from '../ui/useView.ts';
import {fieldColumns, fieldText} from './fields.ts';
import {projectPath, stepPath} from './paths.ts';

type Sample = Row<'sample'> & Record<string, Json>;

function Facts({sample, cols}: {sample: Sample; cols: string[]}) {
  const fields = useView('fields', {}, true);
  const facts: [string, string][] = [
    [_('Where'), sample.stage ?? ''],
    [_('Container'), [sample.container, sample.well].filter(Boolean).join(' ')],
    [_('Received'), day(sample.received_date)],
    [_('Completed'), day(sample.completed_date)],
    ...fieldColumns(cols, fields.page?.rows ?? []).map((column): [string, string] =>
      [column.title, fieldText(sample[column.key], column.kind)]),
  ];
  return <aside tabIndex={0} aria-label={_('Sample details')}>
    <section class="card">
      <h2>{_('Sample details')}</h2>
      <dl>{facts.map(([name, value]) => <>
        <dt>{name}</dt><dd>{value || '–'}</dd>
      </>)}</dl>
    </section>
  </aside>;
}

function History({sample}: {sample: string}) {
  const look = useView('sample_history', {sample}, true);
  return <section class="card">
    <h2>{_('History')}</h2>
    <Loaded look={look}>{() => look.page!.rows.length === 0
      ? <p class="mut">{_('Nothing has happened yet.')}</p>
      : <table>
        <thead><tr>
          <th scope="col">{_('Step')}</th><th scope="col">{_('Protocol')}</th>
          <th scope="col">{_('Status')}</th><th scope="col">{_('Run')}</th>
          <th scope="col">{_('By')}</th><th scope="col">{_('When')}</th>
        </tr></thead>
        <tbody>{look.page!.rows.map((row, i) => <tr key={i}>
          <th scope="row">{row.step}</th><td>{row.protocol}</td><td>{stageWord(row.status)}</td>
          <td>{row.run_lims_id &&
            <Link href={stepPath(row.run_lims_id)}>{row.run_lims_id}</Link>}</td>
          <td>{row.person}</td><td>{moment(row.at)}</td>
        </tr>)}</tbody>
      </table>}
    </Loaded>
  </section>;
}

function Family({sample}: {sample: string}) {
  const look = useView('sample_family', {sample}, true);
  const rows = (look.page?.rows ?? []).filter((row) => row.kind !== 'ROOT');
  return <section class="card">
    <h2>{_('Derived samples')}</h2>
    <Loaded look={look}>{() => rows.length === 0
      ? <p class="mut">{_('Nothing was made of it yet.')}</p>
      : <table>
        <thead><tr>
          <th scope="col">{_('Sample')}</th><th scope="col">{_('Id')}</th>
          <th scope="col">{_('Step')}</th><th scope="col">{_('Container')}</th>
          <th scope="col">{_('QC')}</th>
        </tr></thead>
        <tbody>{rows.map((row) => <tr key={row.artifact_id}>
          <th scope="row">{row.name}</th><td>{row.lims_id}</td>
          <td>{row.run_lims_id && <Link href={stepPath(row.run_lims_id)}>{row.step}</Link>}</td>
          <td>{row.container}</td><td>{qcWord(row.qc_flag)}</td>
        </tr>)}</tbody>
      </table>}
    </Loaded>
  </section>;
}

export default function SampleScreen({params}: {params: Record<string, string>}) {
  const id = params.sample ?? '';
  const look = useView('sample', {sample: id});
  const sample = look.page?.rows[0] as Sample | undefined;
  if (look.page && !sample)
    return <Screen title={_('There is no such sample')}>
      <Fault fault={new Error(_('No sample has the id {id}.', {id}))} />
    </Screen>;
  return <Screen title={sample?.name ?? _('Sample')} ready={sample !== undefined}
    facts={sample && <>
      <span class="id">{sample.lims_id}</span>
      {sample.project_id && <Link href={projectPath(sample.project_id)}>{sample.project}</Link>}
    </>}>
    <Loaded look={look}>{() => sample
      ? <div class="with-side scrolls">
        <div class="main-region stack"><History sample={id} /><Family sample={id} /></div>
        <Facts sample={sample} cols={look.page!.cols} />
      </div>
      : <Empty title={_('There is no such sample')} />}</Loaded>
  </Screen>;
}
