/** The soak of the whole page: builds it, serves it, trains in it, prints what grew. */
import { build, preview } from 'vite';
import { ensureBrowser } from '../../tools/findBrowser';
import { soakPage } from './page';
import { countedSamples, findPageGrowth, GROWING, pageGrowth, PAGE_TOLERANCE, type PageSample } from './pageGrowth';

export interface BrowserSoak {
  minutes: number;
  engine: 'wasm' | 'webgpu';
  updates: number;
  batchSize: number;
  /** Folder of a page that is built already; null builds it. */
  dist: string | null;
}

const EVERY_SECONDS = 30;
const PORT = 4473;

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function described(sample: PageSample): string {
  const { seconds, cycle, isEnd, heapBytes, workerHeapBytes, workerBufferBytes, nodes, listeners, engineMb } = sample;
  const { gpuProcessBytes, pageProcessBytes } = sample;
  return `${(seconds / 60).toFixed(1).padStart(6)} min  run ${cycle}${isEnd ? '  end' : ''}  page ${mib(heapBytes)}, worker ${mib(workerHeapBytes)} and ${mib(workerBufferBytes)} of buffers, ${nodes} nodes, ${listeners} listeners, tensors ${engineMb} MB, graphics ${mib(gpuProcessBytes)}, process ${mib(pageProcessBytes)}`;
}

/** @returns every sample, and what grew more than it may; null where too few runs ended to say */
export async function soakInBrowser(
  options: BrowserSoak,
): Promise<{ samples: PageSample[]; problems: string[] | null }> {
  const { minutes, dist, ...run } = options;
  if (dist === null) await build({ logLevel: 'warn' });
  const server = await preview({
    build: { outDir: dist ?? 'dist' },
    logLevel: 'error',
    preview: { port: PORT, open: false },
  });
  try {
    const pageUrl = server.resolvedUrls?.local[0];
    if (pageUrl === undefined)
      throw new Error(`soak: the preview server gave no address; free a port from ${PORT} on.`);
    const samples = await soakPage({
      ...run,
      browser: ensureBrowser().path,
      pageUrl,
      everySeconds: EVERY_SECONDS,
      goesOn: (sample) => {
        console.log(described(sample));
        return sample.seconds < minutes * 60;
      },
    });
    return { samples, problems: judged(samples) };
  } finally {
    await server.close();
  }
}

function judged(samples: readonly PageSample[]): string[] | null {
  const counted = countedSamples(samples);
  if (counted.length < 3) {
    console.log(`${counted.length} runs ended after the first ${PAGE_TOLERANCE.warmUpRuns}: too few to judge growth`);
    return null;
  }
  for (const key of GROWING) {
    const { first, last, perHour } = pageGrowth(samples, key);
    console.log(`${key}: ${first} to ${last}, ${Math.round(perHour)} an hour; ${counted.length} ends of runs`);
  }
  return findPageGrowth(samples);
}
