import type { AppState } from '../state/app.svelte';
import { shortcutOf, type ShortcutName } from '../state/shortcuts';

/** Single keys act only while nothing that takes text, or is itself operated by the key, has the focus. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input:not([type=range]), textarea, select, dialog, [contenteditable]')) return true;
  return event.key === ' ' && target !== null && target.closest('button, a, summary, [role=button]') !== null;
}

/** One key press anywhere on the page. */
export function handleKey(event: KeyboardEvent, app: AppState): void {
  // A part of the screen that has keys of its own, as the label desk has, comes first and says so.
  if (event.defaultPrevented) return;
  if (event.key === 'Escape' && app.selection !== null) {
    app.selection = null;
    return;
  }
  if (isTaken(event) || app.preferences.get('shortcuts') === 'off') return;
  const name = shortcutOf(event.key, app.preferences.keys);
  if (name === null) return;
  event.preventDefault();
  ACTIONS[name](app);
}

const ACTIONS: Record<ShortcutName, (app: AppState) => void> = {
  toggle: (app) => app.toggle(),
  step: (app) => app.step(),
  restart: (app) => app.restart(),
  back: (app) => moveMoment(app, -1),
  on: (app) => moveMoment(app, 1),
  sft: (app) => app.go('sft'),
  rm: (app) => app.go('rm'),
  ppo: (app) => app.go('ppo'),
  eval: (app) => app.go('eval'),
  label: (app) => app.go('label'),
  smooth: (app) => app.chartBoard?.toggleSmoothing(),
  projector: (app) => (app.isProjector = !app.isProjector),
  share: (app) => (app.isShareOpen = true),
  help: (app) => (app.isHelpOpen = true),
};

/** Moves the step on show; moving past the newest step follows the run again. */
export function moveMoment(app: AppState, by: number): void {
  const newest = app.run.status.step;
  const next = (app.moment ?? newest) + by;
  app.moment = next >= newest ? null : Math.max(0, next);
}
