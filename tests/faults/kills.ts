/**
 * Kills the browser in the middle of training and of saving, again and again on one profile, and looks after every
 * restart at what is left: every checkpoint whole, the run going on, no more lost than one interval between saves.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { stream, type Random } from '../../src/data/random';
import { openKillable } from './killableBrowser';
import { readCheckpoints, type StoredCheckpoint } from './storedRuns';
import { clockTraining, readClock, trainedBetween, waitForTraining, type TrainingClock } from './trainingClock';

export interface KillOptions {
  /** Path of a Chromium. */
  browser: string;
  /** Address of the built page. */
  pageUrl: string;
  kills: number;
  seed: number;
  /** Longest time a run is left alone before a kill, milliseconds. */
  longestMs: number;
  /** Called after every kill. */
  onKill?: (kill: Kill) => void;
}

export interface Kill {
  /** The stage the run was in when it was killed, as the next visit found it. */
  stage: string | null;
  /** Whether a save had just been asked for. */
  isDuringSave: boolean;
  /** Training after the newest checkpoint that the next visit found, milliseconds. */
  lostMs: number;
  /** How often training had waited for a save. */
  waits: number;
  checkpoints: number;
  broken: number;
}

/** Seconds between saves: the shortest that visitors can choose. */
const INTERVAL_S = 5;
/** A save asked for takes about this long, so kills within it meet it at work. */
const SAVE_MS = 400;
const PATIENCE_MS = 180_000;
/** Share of the kills that do not wait for the first step of a visit. */
const BEFORE_TRAINING = 0.1;

/** The whole pipeline with a model of one layer: every stage takes seconds. */
const SMALLEST = new URLSearchParams({
  preset: 'nano',
  engine: 'wasm',
  'model.layers': '1',
  'model.width': '16',
  'model.heads': '2',
  'sampling.responseLength': '8',
  'data.demonstrations': '256',
  'data.rankings': '200',
  'data.validationPrompts': '8',
  'data.answersPerPrompt': '2',
  'pretrain.tokens': '60000',
  'sft.epochs': '8',
  'ppo.batchSize': '8',
  'ppo.iterations': '150',
  'run.sampleEvery': '50',
});

/** @throws Error when a checkpoint is not whole or lies about its place, or a run does not go on */
export async function killAgainAndAgain(options: KillOptions): Promise<Kill[]> {
  const profile = mkdtempSync(join(tmpdir(), 'faults-'));
  const random = stream(options.seed, 'faults/kills');
  const kills: Kill[] = [];
  let killed: Killed | null = null;
  try {
    for (let visit = 0; visit <= options.kills; visit++) {
      const { page, kill } = await openKillable(options.browser, profile);
      try {
        await open(page, options.pageUrl);
        const found = await readCheckpoints(page);
        if (killed) {
          const entry = whatWasLost(killed, found);
          kills.push(entry);
          options.onKill?.(entry);
        }
        if (visit === options.kills) break;
        killed = await trainAndKill(page, found, random, options.longestMs);
      } finally {
        await kill();
      }
    }
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  return kills;
}

/** What was known when the browser was killed. */
interface Killed {
  run: string | null;
  clock: TrainingClock;
  at: number;
  isDuringSave: boolean;
}

async function open(page: Page, pageUrl: string): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  await clockTraining(page);
  await page.addInitScript((seconds) => localStorage.setItem('rlhf.autosave', String(seconds)), INTERVAL_S);
  // The recorded run on the start screen would only take time from the one that trains.
  await page.route('**/recorded/**', (route) => route.abort());
  await page.goto(`${pageUrl}?${SMALLEST}`);
  await page.getByRole('button', { name: 'Watch PPO now' }).waitFor();
}

/** Goes on with the newest run, or begins one, and returns when the browser may be killed. */
async function trainAndKill(
  page: Page,
  found: readonly StoredCheckpoint[],
  random: Random,
  longestMs: number,
): Promise<Killed> {
  const newest = newestOf(found);
  const goesOn = newest !== null && !newest.isDone;
  const name = goesOn ? 'Continue' : /Start from nothing/;
  await page.getByRole('button', { name, exact: goesOn }).click();
  // The link stands in the footer once a run is kept, a resumed one from its first moment.
  await page.locator('footer a.saved:not(.not)').waitFor();
  // Nothing is drawn there, so that the time goes into training.
  await page.evaluate(() => (location.hash = '#/about'));
  await failOnAlert(page);
  // Now and then a run is killed while it is being brought back; a slow machine would never get further.
  if (!random.chance(BEFORE_TRAINING)) await waitForTraining(page);
  await page.waitForTimeout(random.next() * longestMs);
  const isDuringSave = random.chance(0.5);
  if (isDuringSave) {
    await page.evaluate(() => dispatchEvent(new Event('pagehide')));
    await page.waitForTimeout(random.next() * SAVE_MS);
  }
  const clock = await readClock(page);
  return { run: goesOn ? newest.run : null, clock, at: Date.now(), isDuringSave };
}

function newestOf(found: readonly StoredCheckpoint[]): StoredCheckpoint | null {
  return found.reduce<StoredCheckpoint | null>(
    (best, entry) => (best === null || entry.takenAt >= best.takenAt ? entry : best),
    null,
  );
}

async function failOnAlert(page: Page): Promise<void> {
  const alerts = (await page.getByRole('alert').allInnerTexts()).filter((text) => text.trim() !== '');
  if (alerts.length > 0) throw new Error(`kills: the page says: ${alerts.join(' | ')}`);
}

function whatWasLost({ run, clock, at, isDuringSave }: Killed, found: readonly StoredCheckpoint[]): Kill {
  const newest = newestOf(found);
  if (newest === null) throw new Error('kills: no checkpoint is left; expected at least one.');
  if (run !== null && newest.run !== run) throw new Error(`kills: run ${run} has no checkpoint left.`);
  const broken = found.filter(({ isWhole }) => !isWhole);
  if (broken.length > 0) {
    const names = broken.map(({ number, stage, step }) => `save ${number} (${stage}, step ${step})`);
    throw new Error(`kills: not whole after a kill: ${names.join(', ')}; expected every checkpoint to be whole.`);
  }
  // A run that was done had nothing left to lose.
  const lostMs = newest.isDone ? 0 : trainedBetween(clock, newest, at);
  const { stage } = newest;
  return { stage, isDuringSave, lostMs, waits: clock.waits, checkpoints: found.length, broken: broken.length };
}

/** Counts and figures of many kills. @throws Error when one of them lost more than one interval between saves */
export function summarise(kills: readonly Kill[]) {
  const intervalMs = INTERVAL_S * 1000;
  const over = kills.flatMap(({ lostMs, stage }, k) =>
    lostMs > intervalMs ? [`kill ${k + 1}: ${lostMs} ms of ${stage}`] : [],
  );
  if (over.length > 0)
    throw new Error(`kills: more than one interval was lost: ${over.join(', ')}; expected at most ${intervalMs} ms.`);
  const lost = kills.map(({ lostMs }) => lostMs).sort((a, b) => a - b);
  const stages: Record<string, number> = {};
  for (const { stage } of kills) stages[stage ?? 'none'] = (stages[stage ?? 'none'] ?? 0) + 1;
  const at = (share: number) => lost[Math.min(lost.length - 1, Math.floor(share * lost.length))] ?? 0;
  return {
    kills: kills.length,
    duringSave: kills.filter(({ isDuringSave }) => isDuringSave).length,
    stages,
    intervalMs,
    lostMs: { median: at(0.5), p90: at(0.9), most: lost.at(-1) ?? 0 },
    waits: kills.reduce((sum, { waits }) => sum + waits, 0),
    broken: kills.reduce((sum, { broken }) => sum + broken, 0),
  };
}
