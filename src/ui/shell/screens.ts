import type { Component } from 'svelte';
import { bench } from '../messages/en/bench';
import { learn } from '../messages/en/learn';
import { library } from '../messages/en/library';
import { shell } from '../messages/en/shell';
import { slow } from '../messages/en/slow';
import type { AppState } from '../state/app.svelte';
import type { Route } from '../state/route';

export type Screen = Component<{ app: AppState }>;

/**
 * What each address shows. The start and the three steps are part of the first load; a screen given as a function is
 * fetched when it is first opened. Adding one: a row here, its name in `ROUTES`, its title in the messages.
 */
export const SCREENS: Record<Route, { title: () => string; load: (() => Promise<{ default: Screen }>) | null }> = {
  '': { title: shell.name, load: null },
  sft: { title: shell.titleSft, load: null },
  rm: { title: shell.titleRm, load: null },
  ppo: { title: shell.titlePpo, load: null },
  slow: { title: slow.title, load: () => import('../slow/SlowScreen.svelte') },
  label: { title: shell.titleLabel, load: () => import('../desk/DeskScreen.svelte') },
  eval: { title: shell.titleEval, load: () => import('../evaluate/EvaluateScreen.svelte') },
  runs: { title: library.title, load: () => import('../library/LibraryScreen.svelte') },
  learn: { title: learn.title, load: () => import('../learn/LearnScreen.svelte') },
  settings: { title: shell.titleSettings, load: () => import('../screens/SettingsScreen.svelte') },
  bench: { title: bench.title, load: () => import('../bench/BenchScreen.svelte') },
  about: { title: shell.titleAbout, load: () => import('../screens/AboutScreen.svelte') },
};

export function documentTitle(route: Route): string {
  return route === '' ? shell.name() : `${SCREENS[route].title()} · ${shell.name()}`;
}
