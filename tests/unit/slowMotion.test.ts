import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { disposeRun, runStage, type Run } from '../../src/pipeline/run';
import type { MetricsRow, StepReport } from '../../src/pipeline/report';
import type { PhaseFrame } from '../../src/pipeline/ppoPhases';
import { finish, tinyRun } from '../support/tinyRun';

beforeAll(async () => void (await startEngine('wasm')));

interface Watched {
  frames: PhaseFrame[];
  rows: MetricsRow[];
}

/** Runs PPO to its end, stopping at every phase. @param atFrame called while the loop stands still */
async function watchPpo(run: Run, atFrame: (frame: PhaseFrame) => void = () => {}): Promise<Watched> {
  run.watch.isOn = true;
  const seen: Watched = { frames: [], rows: [] };
  for await (const report of runStage(run, 'ppo')) {
    seen.rows.push(...report.rows);
    if (!report.frame) continue;
    seen.frames.push(report.frame);
    atFrame(report.frame);
  }
  return seen;
}

async function readyRun(changes: Parameters<typeof tinyRun>[0] = {}): Promise<Run> {
  const run = tinyRun({ 'ppo.iterations': 2, ...changes });
  await finish(run, 'sft', 'rm');
  return run;
}

const of = (frames: readonly PhaseFrame[], step: number, phase: PhaseFrame['phase']) =>
  frames.filter((frame) => frame.step === step && frame.phase === phase);

describe('PPO in slow motion', () => {
  it('stops at every phase and learns what it would have learned anyway', async () => {
    const plain = await readyRun();
    const expected = await finish(plain, 'ppo');
    const run = await readyRun();
    const { frames, rows } = await watchPpo(run);
    expect(rows).toEqual(expected);
    const updates = run.config['ppo.epochs'] * run.config['ppo.minibatches'];
    expect(frames.filter((frame) => frame.step === 1).map((frame) => frame.phase)).toEqual([
      'sample',
      'score',
      'readings',
      'rewards',
      'credit',
      ...Array.from({ length: updates }, () => 'minibatch'),
      'result',
    ]);
    disposeRun(plain);
    disposeRun(run);
  });

  it('shows numbers that follow from each other', async () => {
    const run = await readyRun({ 'ppo.gamma': 0.9, 'ppo.lambda': 0.8 });
    const { frames } = await watchPpo(run);
    const [{ items, slots, tensors, settings }] = of(frames, 2, 'credit');
    const [{ tensors: readings }] = of(frames, 2, 'readings');
    items.forEach((item, row) => {
      const last = item.response.length - 1;
      let advantage = 0;
      for (let t = last; t >= 0; t--) {
        const i = row * slots + t;
        const kl = readings.logprobs![i] - readings.referenceLogprobs![i];
        const reward = (t === last ? tensors.scoresUsed![row] : 0) - settings.klCoef * kl;
        expect(tensors.kl![i]).toBeCloseTo(kl, 5);
        expect(tensors.rewards![i]).toBeCloseTo(reward, 5);
        const next = t === last ? 0 : readings.values![i + 1];
        const surprise = reward + settings.gamma * next - readings.values![i];
        advantage = surprise + settings.gamma * settings.lambda * advantage;
        expect(tensors.rawAdvantages![i]).toBeCloseTo(advantage, 5);
        expect(tensors.returns![i]).toBeCloseTo(advantage + readings.values![i], 5);
      }
    });
    disposeRun(run);
  });

  it('the first minibatch has not moved yet, the result has', async () => {
    const run = await readyRun();
    const { frames } = await watchPpo(run);
    const [{ tensors: before, slots }] = of(frames, 1, 'readings');
    const [first, second] = of(frames, 1, 'minibatch');
    const moved = (frame: PhaseFrame) =>
      Math.max(
        ...frame.update!.rows.flatMap((row, r) =>
          frame.items[row].response.map((_, t) =>
            Math.abs(frame.tensors.newLogprobs![r * frame.slots + t] - before.logprobs![row * slots + t]),
          ),
        ),
      );
    expect(moved(first)).toBeLessThan(1e-5);
    expect(moved(second)).toBeGreaterThan(1e-4);
    const [{ tensors: after }] = of(frames, 1, 'result');
    expect(after.newLogprobs).toHaveLength(before.logprobs!.length);
    expect(after.newLogprobs).not.toEqual(before.logprobs);
    disposeRun(run);
  });

  it('a changed β counts at once, and the answers stay', async () => {
    const run = await readyRun();
    const wishes = new Map<string, number>([
      ['rewards', 0],
      ['credit', 1],
    ]);
    const { frames } = await watchPpo(run, ({ step, phase }) => {
      const wish = wishes.get(phase);
      if (step !== 2 || wish === undefined) return;
      wishes.delete(phase);
      run.config['ppo.klCoef'] = wish;
      run.watch.isStale = true;
    });
    const rewards = of(frames, 2, 'rewards');
    const credit = of(frames, 2, 'credit');
    expect(rewards.map(({ settings }) => settings.klCoef)).toEqual([expect.closeTo(0.2, 6), 0]);
    expect(credit.map(({ settings }) => settings.klCoef)).toEqual([0, 1]);
    expect(rewards[1].tensors.kl).toEqual(rewards[0].tensors.kl);
    expect(credit[1].tensors.rewards).not.toEqual(credit[0].tensors.rewards);
    disposeRun(run);
  });

  it('moves only the value network while it warms up', async () => {
    const run = await readyRun({ 'ppo.valueWarmup': 1 });
    const { frames } = await watchPpo(run);
    const [first] = of(frames, 1, 'minibatch');
    expect(first.update!.movesPolicy).toBe(false);
    expect(first.tensors.newLogprobs).toBeUndefined();
    expect(of(frames, 2, 'minibatch')[0].tensors.newLogprobs).toBeDefined();
    disposeRun(run);
  });

  it('leaves nothing behind when it is stopped inside an iteration', async () => {
    const before = tf.memory().numTensors;
    for (const stop of ['readings', 'rewards', 'credit', 'minibatch'] as const) {
      const run = await readyRun();
      run.watch.isOn = true;
      const loop = runStage(run, 'ppo');
      let report: StepReport | undefined;
      do report = (await loop.next()).value ?? undefined;
      while (report?.frame?.phase !== stop);
      await loop.return(undefined);
      disposeRun(run);
      expect(tf.memory().numTensors, `tensors left behind at ${stop}`).toBe(before);
    }
  });
});
