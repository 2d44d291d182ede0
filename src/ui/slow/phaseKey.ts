/** `Shift + .`, wherever the layout of the keyboard puts it, unless something that takes text has the focus. */
export function isPhaseKey(event: KeyboardEvent): boolean {
  if (!event.shiftKey || event.code !== 'Period' || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  return (target?.closest('input:not([type=range]), textarea, select, dialog, [contenteditable]') ?? null) === null;
}
