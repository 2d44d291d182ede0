import type { Target } from './lessonTypes';
import { selectorOf } from './targets';

const MARK = 'data-spotlight';

/**
 * Outlines what a step points at, also when it appears later or is drawn anew, and brings it into sight when it appears.
 * @returns takes the outline away
 */
export function spotlight(target: Target): () => void {
  const selector = selectorOf(target);
  let marked: Element | null = null;
  const look = () => {
    const found = document.querySelector(selector);
    if (found === marked && (found?.hasAttribute(MARK) ?? true)) return;
    marked?.removeAttribute(MARK);
    marked = found;
    if (found === null) return;
    // Regions fill their place up to the edge, where an outline around them would be cut off.
    found.setAttribute(MARK, target.startsWith('control:') ? 'around' : 'inside');
    found.scrollIntoView({ block: 'nearest' });
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true });
  look();
  return () => {
    watch.disconnect();
    marked?.removeAttribute(MARK);
  };
}

/** Brings what a step points at into sight. @returns whether it is on the page */
export function showTarget(target: Target): boolean {
  const found = document.querySelector(selectorOf(target));
  found?.scrollIntoView({ block: 'center' });
  return found !== null;
}
