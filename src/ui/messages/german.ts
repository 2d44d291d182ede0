import below from './de/tables/below';
import metrics from './de/tables/metrics';
import options from './de/tables/options';
import settings from './de/tables/settings';
import type { Message, Translations } from './words.svelte';

/** Every file of `de/` under its own name. A chunk of its own, which pages in English never fetch. */
const FILES = import.meta.glob<Readonly<Record<string, Message>>>('./de/*.ts', { eager: true, import: 'default' });

const areas = Object.fromEntries(
  Object.entries(FILES).map(([path, messages]) => [path.replace('./de/', '').replace('.ts', ''), messages]),
);

export const GERMAN: Translations = { areas, settings, metrics, options, below };
