export const ROUTES = ['', 'sft', 'rm', 'ppo', 'eval', 'about'] as const;
export type Route = (typeof ROUTES)[number];

/** The screen a hash address names; anything unknown leads to the start. */
export function parseRoute(hash: string): Route {
  const name = hash.replace(/^#\/?/, '');
  return ROUTES.find((route) => route === name) ?? '';
}

export function routeTitle(route: Route): string {
  const titles: Record<Route, string> = {
    '': 'RLHF in a tab',
    sft: '1 Demonstrations → SFT',
    rm: '2 Rankings → Reward model',
    ppo: '3 Prompts → PPO',
    eval: 'Evaluate',
    about: 'About',
  };
  return route === '' ? titles[route] : `${titles[route]} · RLHF in a tab`;
}
