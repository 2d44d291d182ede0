/** The screens. Each has a hash address, so that the page works from any folder of any host. */
export const ROUTES = [
  '',
  'sft',
  'rm',
  'ppo',
  'slow',
  'label',
  'eval',
  'runs',
  'learn',
  'settings',
  'about',
  'bench',
] as const;
export type Route = (typeof ROUTES)[number];

/** A screen, and what follows it in the address: `#/learn/leash` is screen `learn` with detail `leash`. */
export interface Place {
  route: Route;
  detail: string | null;
}

/** The screen a hash address names; anything unknown leads to the start. */
export function parsePlace(hash: string): Place {
  const [name = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const detail = rest.join('/');
  return { route: ROUTES.find((route) => route === name) ?? '', detail: detail === '' ? null : detail };
}
