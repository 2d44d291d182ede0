/**
 * `npm run test:faults -- --kills 200 --seed 1`: the long fault injection. Serves the built page, kills the browser again
 * and again, writes `out/faults/kills.json` and prints the figures of docs/reliability.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { ensureBrowser } from '../../tools/findBrowser';
import { killAgainAndAgain, summarise, type Kill } from './kills';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    /** Longest time between two kills, milliseconds. */
    longest: { type: 'string', default: '9000' },
    dist: { type: 'string', default: 'dist' },
    out: { type: 'string', default: join('out', 'faults') },
  },
});

const server = await preview({
  build: { outDir: values.dist },
  logLevel: 'error',
  preview: { port: 4373, open: false },
});
const pageUrl = server.resolvedUrls?.local[0];
if (pageUrl === undefined) throw new Error('faults: the preview server gave no address; free a port from 4373 on.');
mkdirSync(values.out, { recursive: true });
const kills: Kill[] = [];
try {
  await killAgainAndAgain({
    browser: ensureBrowser().path,
    pageUrl,
    kills: Number(values.kills),
    seed: Number(values.seed),
    longestMs: Number(values.longest),
    onKill(kill) {
      kills.push(kill);
      const { stage, isDuringSave, lostMs } = kill;
      console.log(`kill ${kills.length}: ${stage}${isDuringSave ? ', while saving' : ''}, lost ${lostMs} ms`);
      writeFileSync(join(values.out, 'kills.json'), JSON.stringify(kills, null, 1));
    },
  });
  console.log(JSON.stringify(summarise(kills), null, 1));
} finally {
  await server.close();
}
