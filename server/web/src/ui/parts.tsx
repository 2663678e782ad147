// SPDX-License-Identifier: AGPL-3.0-or-later
// The states that every screen has, and the frame of one.
import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {online, Refusal} from '../api.ts';
import {_, moment} from '../i18n.ts';
import {follow, place} from '../nav.ts';
import {useStore} from '../store.ts';

const SPINNER_AFTER_MS = 200;

export interface LinkProps {
  href: string;
  class?: string;
  current?: boolean;
  children: ComponentChildren;
}

export function Link({href, current, children, ...rest}: LinkProps) {
  return <a href={href} aria-current={current ? 'page' : undefined} onClick={follow} {...rest}>
    {children}
  </a>;
}

/** Nothing for a moment, then a spinner. */
export function Busy() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SPINNER_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return <div class="state" role="status">
    {late && <><span class="spinner" aria-hidden="true" />{_('Loading…')}</>}
  </div>;
}

export interface EmptyProps {
  title: string;
  text?: string;
  children?: ComponentChildren;
}

export function Empty({title, text, children}: EmptyProps) {
  return <div class="state">
    <h2>{title}</h2>
    {text && <p>{text}</p>}
    {children}
  </div>;
}

export function Fault({fault, retry}: {fault: Error; retry?: () => void}) {
  const status = fault instanceof Refusal ? fault.status : 0;
  return <div class="banner err" role="alert">
    <span>{fault.message}{status > 0 && <small> {status}</small>}</span>
    {retry && <button type="button" onClick={retry}>{_('Try again')}</button>}
  </div>;
}

export interface LookState {
  page: unknown;
  fault: Error | null;
  reload(): void;
}

/** The content once it is there; else the fault or the spinner. Old content stays on a fault. */
export function Loaded({look, children}: {look: LookState; children: () => ComponentChildren}) {
  return <>
    {look.fault && <Fault fault={look.fault} retry={look.reload} />}
    {look.page ? children() : !look.fault && <Busy />}
  </>;
}

export interface ScreenProps {
  title: string;
  /** Facts beside the title, in grey. */
  facts?: ComponentChildren;
  /** What can be done, the primary action last. */
  actions?: ComponentChildren;
  /** The first picture of the screen is complete. */
  ready?: boolean;
  children: ComponentChildren;
}

/** Heading, facts, actions. The heading has the focus after a change of screen. */
export function Screen({title, facts, actions, ready = true, children}: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Meniscus`;
  }, [title]);
  useEffect(() => {
    heading.current?.focus({preventScroll: true});
  }, []);
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (ready)
        document.documentElement.dataset.ready = place.get();
    });
    return () => {
      cancelAnimationFrame(frame);
      delete document.documentElement.dataset.ready;
    };
  }, [ready]);
  return <>
    <div class="title">
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      <div class="facts">{facts}</div>
      <div class="actions">{actions}</div>
    </div>
    {children}
  </>;
}

/** "as of 10:42", while there is no connection. */
export function AsOf({micros}: {micros: number}) {
  return useStore(online) ? null : <span>{_('as of {time}', {time: moment(micros)})}</span>;
}

const PRIORITY_WORDS: Record<number, () => string> = {
  1: () => _('High'), 2: () => _('Standard'), 3: () => _('Low'),
};

export function priorityWord(priority: number | null | undefined): string {
  return priority === null || priority === undefined
    ? '' : PRIORITY_WORDS[priority]?.() ?? String(priority);
}

export function qcWord(flag: string | null | undefined): string {
  switch ((flag ?? '').toUpperCase()) {
    case 'PASSED': case 'PASS': return _('✓ PASS');
    case 'FAILED': case 'FAIL': return _('✗ FAIL');
    case 'CONTINUE': return _('› CONTINUE');
    default: return _('– none');
  }
}

const RUN_STATES: Record<string, () => string> = {
  STARTED: () => _('Started'),
  STEP_SETUP: () => _('Step setup'),
  POOLING: () => _('Pooling'),
  PLACEMENT: () => _('Placement'),
  ADD_REAGENT: () => _('Add labels'),
  RECORD_DETAILS: () => _('Record details'),
  ASSIGN_NEXT_STEPS: () => _('Next steps'),
  COMPLETED: () => _('Completed'),
  UNDER_REVIEW: () => _('Under review'),
};

export function stateWord(state: string | null | undefined): string {
  return state ? RUN_STATES[state]?.() ?? state : '';
}

const STAGE_STATES: Record<string, () => string> = {
  QUEUED: () => _('Waiting'),
  IN_PROGRESS: () => _('In progress'),
  COMPLETE: () => _('Completed'),
  SKIPPED: () => _('Skipped'),
  REWORKED: () => _('Reworked'),
  REMOVED: () => _('Removed'),
};

/** How a sample stands in a stage. */
export function stageWord(status: string | null | undefined): string {
  return status ? STAGE_STATES[status]?.() ?? status : '';
}

const TOUCH_ONLY = '(any-pointer: coarse)';
const FINE = '(any-pointer: fine)';

/** A screen without a mouse only shows. */
export function isTouchOnly(): boolean {
  return matchMedia(TOUCH_ONLY).matches && !matchMedia(FINE).matches;
}
