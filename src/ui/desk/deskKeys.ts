import type { Likert } from '../../config/labelling';
import type { RankTask } from './rankTask.svelte';

/** What keys do beyond the task itself. */
export interface DeskReach {
  focusCard: () => void;
  focusFlags: () => void;
  submit: () => void;
}

/** A place where letters and digits are typed, or a dialog with keys of its own. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog, [contenteditable]') !== null;
}

const isOnButton = (target: EventTarget | null) =>
  target instanceof Element && target.closest('button, a, summary') !== null;

/**
 * What a key press means at the desk, or null when it means nothing here. Digits rank, Shift and a digit rate, arrows
 * walk the answers, T ties, F goes to the flags, Escape comes back from them, S skips, U takes back, Enter submits.
 */
export function deskAction(event: KeyboardEvent, task: RankTask, reach: DeskReach): (() => void) | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return null;
  const answer = task.focus;
  const count = task.draft.lanes.length;
  const move = (by: number) => () => {
    task.focus = (answer + by + count) % count;
    reach.focusCard();
  };
  const thenFocus = (change: () => void) => () => {
    change();
    reach.focusCard();
  };
  const digit = /^Digit([1-9])$|^Numpad([1-9])$/.exec(event.code);
  if (digit !== null) {
    const number = Number(digit[1] ?? digit[2]);
    if (event.shiftKey) return number <= 7 ? () => task.rate(answer, number as Likert) : null;
    return number <= count ? thenFocus(() => task.placeAndGoOn(number - 1)) : null;
  }
  switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
    case 'ArrowRight':
      return isOnFlags(event.target) ? walkFlags(event.target, 1) : move(1);
    case 'ArrowLeft':
      return isOnFlags(event.target) ? walkFlags(event.target, -1) : move(-1);
    case 't':
      return thenFocus(() => task.tie(answer));
    case 'f':
      return reach.focusFlags;
    case 's':
      return () => (task.isSkipping = true);
    case 'u':
      return () => void task.undo().then(reach.focusCard);
    case 'Backspace':
      return thenFocus(() => task.unrank(answer));
    case 'Escape':
      return task.isSkipping ? () => (task.isSkipping = false) : reach.focusCard;
    case 'Enter':
      // A button under the focus is pressed by the same key.
      return isOnButton(event.target) || !task.canSubmit ? null : reach.submit;
    default:
      return null;
  }
}

const isOnFlags = (target: EventTarget | null): target is Element =>
  target instanceof Element && target.closest('.flags') !== null;

function walkFlags(target: Element, by: number): () => void {
  const flags = [...(target.closest('.flags')?.querySelectorAll<HTMLElement>('button') ?? [])];
  const at = flags.findIndex((flag) => flag === target);
  return () => flags[(at + by + flags.length) % flags.length]?.focus();
}
