/** What a key of a keyboard or of a presenter's remote control does in the projector view; null for any other key. */
export function presenterMove(key: string): { what: 'chart' | 'prompt'; by: 1 | -1 } | null {
  if (key === 'ArrowRight' || key === 'PageDown') return { what: 'chart', by: 1 };
  if (key === 'ArrowLeft' || key === 'PageUp') return { what: 'chart', by: -1 };
  if (key === 'ArrowDown') return { what: 'prompt', by: 1 };
  if (key === 'ArrowUp') return { what: 'prompt', by: -1 };
  return null;
}

/** The place after a move among `count`, going round at both ends. */
export function turn(at: number, by: number, count: number): number {
  return count === 0 ? 0 : (at + by + count) % count;
}
