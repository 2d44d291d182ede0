/** Describes the generated data in numbers, as the paper's appendix A does, and writes `docs/data-sheet.md`. Run with tsx. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildDataset } from '../src/data/dataset';
import { createGrader } from '../src/data/grader';
import { loadTokenizer } from '../src/data/tokenizer';
import { parseTokenizer } from '../src/data/tokenizerFile';
import { buildWorld } from '../src/data/world';
import { labelerSection } from './dataSheet/labelers';
import { promptSections } from './dataSheet/prompts';
import { demonstrationSection, pageSection, worldSection } from './dataSheet/texts';

const world = buildWorld();
const dataset = buildDataset(world);
const grader = createGrader(world);
const file = new URL('../public/tokenizer.json', import.meta.url);
const tokenizer = loadTokenizer(parseTokenizer(readFileSync(file, 'utf8'), 'tokenizer.json'));

const sheet = [
  '# Data sheet',
  'Written by `npx tsx tools/dataSheet.ts`; do not edit by hand. Columns named after the paper hold the numbers of InstructGPT (arXiv:2203.02155, appendix A).',
  `World seed ${world.settings.seed}, hash \`${world.hash}\`; tokenizer \`${tokenizer.hash}\` (${tokenizer.vocabSize} tokens).`,
  worldSection(tokenizer),
  ...promptSections(dataset, tokenizer),
  demonstrationSection(world, dataset, grader, tokenizer),
  pageSection(world, tokenizer),
  labelerSection(dataset, grader),
];
const folder = new URL('../docs/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('data-sheet.md', folder), `${sheet.join('\n\n')}\n`);
console.log(sheet.join('\n\n'));
