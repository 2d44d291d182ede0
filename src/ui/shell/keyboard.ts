import type { AppState } from '../state/app.svelte';

/** Shown in the help dialog; `handleKey` implements them. */
export const SHORTCUTS: readonly { keys: string; does: string }[] = [
  { keys: 'Space', does: 'Run or pause' },
  { keys: '.', does: 'One step' },
  { keys: 'R', does: 'Restart with the settings shown' },
  { keys: '[ ]', does: 'One step back or on in charts and completions' },
  { keys: '1 2 3 4', does: 'SFT, reward model, PPO, evaluate' },
  { keys: 'Esc', does: 'Close the inspector or a dialog' },
  { keys: '?', does: 'This list' },
];

const ROUTE_KEYS = { '1': 'sft', '2': 'rm', '3': 'ppo', '4': 'eval' } as const;

/** Single keys act only while nothing that takes text, or is itself operated by the key, has the focus. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input:not([type=range]), textarea, select, dialog, [contenteditable]')) return true;
  return event.key === ' ' && target !== null && target.closest('button, a, summary, [role=button]') !== null;
}

/** One key press anywhere on the page. */
export function handleKey(event: KeyboardEvent, app: AppState): void {
  if (event.key === 'Escape' && app.selection !== null) {
    app.selection = null;
    return;
  }
  if (isTaken(event)) return;
  const action = keyAction(event.key, app);
  if (action === null) return;
  event.preventDefault();
  action();
}

function keyAction(key: string, app: AppState): (() => void) | null {
  if (key === ' ') return () => app.toggle();
  if (key === '.') return () => app.step();
  if (key === 'r' || key === 'R') return () => app.restart();
  if (key === '[') return () => moveMoment(app, -1);
  if (key === ']') return () => moveMoment(app, 1);
  if (key === '?') return () => (app.isHelpOpen = true);
  if (key === '1' || key === '2' || key === '3' || key === '4') return () => app.go(ROUTE_KEYS[key]);
  return null;
}

/** Moves the step on show; moving past the newest step follows the run again. */
export function moveMoment(app: AppState, by: number): void {
  const newest = app.run.status.step;
  const next = (app.moment ?? newest) + by;
  app.moment = next >= newest ? null : Math.max(0, next);
}
