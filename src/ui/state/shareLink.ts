import type { SettingKey } from '../../config/config';
import type { AppState } from './app.svelte';
import { emptyLink, writeLink, type LinkState, type Part } from './link';
import { LINK_VERSION } from './linkMigrations';

/** What a shared address asks for beyond the settings of the form. */
export interface ShareOptions {
  hasLanguage: boolean;
  hasEngine: boolean;
  hasLesson: boolean;
  isProjector: boolean;
  isEmbedded: boolean;
  controls: 'all' | 'changed' | 'none';
  hiddenParts: readonly Part[];
}

/** The form and the chosen options as a link. */
export function shareState(app: AppState, options: ShareOptions): LinkState {
  const { preset, recipe, overrides } = app.form.settings;
  const changed = Object.keys(overrides) as SettingKey[];
  return {
    ...emptyLink(),
    preset,
    recipe,
    overrides,
    engine: options.hasEngine ? app.engineChoice : null,
    language: options.hasLanguage ? app.preferences.language : null,
    lesson: options.hasLesson ? app.link.lesson : null,
    isProjector: options.isProjector,
    isEmbedded: options.isEmbedded,
    hidden: options.controls === 'none' ? [...options.hiddenParts, 'rail'] : options.hiddenParts,
    shown: options.controls === 'changed' ? changed : null,
  };
}

/** A whole address: this page and this screen, asking for `state`. */
export function shareAddress(state: LinkState): string {
  return `${location.origin}${location.pathname}?${writeLink(state, LINK_VERSION)}${location.hash}`;
}

/** Markup that shows an address inside another page. */
export function embedCode(address: string, title: string): string {
  const source = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${source}" title="${title}" width="100%" height="720" loading="lazy" allow="clipboard-write; fullscreen"></iframe>`;
}

/** The query that belongs in the address bar: empty while everything is as the page opened by itself. */
export function ownQuery(app: AppState): string {
  const { preset, recipe, overrides } = app.form.settings;
  const isAsOpened = preset === app.suggestedPreset && recipe === 'proven' && Object.keys(overrides).length === 0;
  const state: LinkState = {
    ...app.link,
    // A wish of the address counts until the reader wishes otherwise.
    language: app.link.language === app.preferences.language ? app.link.language : null,
    engine: app.link.engine === app.engineChoice ? app.link.engine : null,
    // The preset of a device without a wish stays open, so that the address suits other devices too.
    preset: isAsOpened ? null : preset,
    recipe,
    overrides,
    isProjector: app.isProjector,
  };
  const query = writeLink(state, LINK_VERSION);
  return query === `v=${LINK_VERSION}` ? '' : `?${query}`;
}
