import { drawPage } from './pages';
import { stream } from './random';
import { buildWorld } from './world';

const PAGES = 30_000;
/** Every so many pages are of the large world, so that its words are not spelled out in bytes. */
const LARGE_EVERY = 6;

/** The pages that the tokenizer is learned from: most of the standard world, some of the large one. */
export function tokenizerPages(): string[] {
  const standard = buildWorld({ size: 'standard' });
  const large = buildWorld({ size: 'large' });
  const random = stream(standard.settings.seed, 'tokenizer/pages');
  return Array.from({ length: PAGES }, (_, i) => drawPage(i % LARGE_EVERY === 0 ? large : standard, random));
}
