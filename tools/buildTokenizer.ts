/** Learns the tokenizer from generated pages and writes `public/tokenizer.json`. Run with tsx; takes a few seconds. */
import { writeFileSync } from 'node:fs';
import { trainTokenizer } from '../src/data/bpeTrainer';
import { drawPage } from '../src/data/pages';
import { stream } from '../src/data/random';
import { wordsOf } from '../src/data/text';
import { loadTokenizer } from '../src/data/tokenizer';
import { tokenizerPages } from '../src/data/tokenizerPages';
import { WORLD_SIZES } from '../src/data/vocabulary';
import { buildWorld } from '../src/data/world';

const TEST_PAGES = 2_000;
const OUTPUT = new URL('../public/tokenizer.json', import.meta.url);

const json = trainTokenizer(tokenizerPages());
writeFileSync(OUTPUT, `${JSON.stringify(json)}\n`);

const tokenizer = loadTokenizer(json);
console.log(`public/tokenizer.json: ${tokenizer.vocabSize} tokens, hash ${tokenizer.hash}`);
for (const size of WORLD_SIZES) {
  const world = buildWorld({ size });
  const fresh = stream(world.settings.seed, 'tokenizer/test pages');
  const pages = Array.from({ length: TEST_PAGES }, () => drawPage(world, fresh));
  const tokens = pages.reduce((sum, page) => sum + tokenizer.encode(page).length, 0);
  const words = pages.reduce((sum, page) => sum + wordsOf(page).length, 0);
  const ratios = `${(tokens / words).toFixed(3)} tokens per word, ${(tokens / TEST_PAGES).toFixed(1)} per page`;
  console.log(`${size} world ${world.hash}: ${ratios}`);
}
