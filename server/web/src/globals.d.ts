// SPDX-License-Identifier: AGPL-3.0-or-later
/** Languages that have a catalogue under /locale/; put in by the bundler. */
declare const LANGUAGES: string[];
