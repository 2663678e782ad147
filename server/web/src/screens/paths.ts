// SPDX-License-Identifier: AGPL-3.0-or-later
// Addresses of objects, by the ids that people know.
export function samplePath(id: string | null | undefined): string {
  return `/sample/${encodeURIComponent(id ?? '')}`;
}

export function containerPath(id: string | null | undefined): string {
  return `/container/${encodeURIComponent(id ?? '')}`;
}

export function stepPath(id: string | null | undefined, tab = ''): string {
  return `/step/${encodeURIComponent(id ?? '')}${tab && `/${tab}`}`;
}

export function queuePath(id: string | null | undefined): string {
  return `/queue/${encodeURIComponent(id ?? '')}`;
}

export function projectPath(id: string | null | undefined): string {
  return `/projects/${encodeURIComponent(id ?? '')}`;
}
