/** What the first iteration of PPO tells before it has learned anything, and that nothing else changes by it. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { disposeRun, runStage, type Run } from '../../src/pipeline/run';
import type { StepReport } from '../../src/pipeline/report';
import { finish, tinyRun } from '../support/tinyRun';

beforeAll(async () => void (await startEngine('wasm')));

async function readyRun(): Promise<Run> {
  const run = tinyRun({ 'ppo.iterations': 2 });
  await finish(run, 'sft', 'rm');
  return run;
}

async function reportsOf(run: Run): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for await (const report of runStage(run, 'ppo')) reports.push(report);
  return reports;
}

describe('the first figures of PPO', () => {
  it('come before the first updates, each number once, and are those of the whole iteration', async () => {
    const plain = await readyRun();
    const expected = await reportsOf(plain);
    const run = await readyRun();
    run.watch = { isOn: false, isStale: false, tellsAnswers: true };
    const [early, first, second, ...more] = await reportsOf(run);
    expect(more).toEqual([]);
    expect(early).toMatchObject({ stage: 'ppo', step: 0, totalSteps: 2, episodes: 0, tokens: 0 });
    expect(early.frame).toBeUndefined();
    const [told] = early.rows;
    expect(told.step).toBe(1);
    expect(Object.keys(told.metrics)).toEqual(
      expect.arrayContaining(['objective/scores', 'objective/kl', 'objective/true_score', 'len/mean']),
    );
    expect(Object.keys(told.metrics).filter((key) => key.startsWith('loss/'))).toEqual([]);
    expect(Object.keys(told.metrics).filter((key) => key in first.rows[0].metrics)).toEqual([]);
    expect({ ...told.metrics, ...first.rows[0].metrics }).toEqual(expected[0].rows[0].metrics);
    expect({ ...first, rows: [] }).toEqual({ ...expected[0], rows: [] });
    expect(second).toEqual(expected[1]);
    disposeRun(plain);
    disposeRun(run);
  });

  it('are not told twice to whoever watches the iteration in slow motion', async () => {
    const run = await readyRun();
    run.watch = { isOn: true, isStale: false, tellsAnswers: true };
    const reports = await reportsOf(run);
    expect(reports.filter(({ rows }) => rows.length > 0).map(({ step }) => step)).toEqual([1, 2]);
    disposeRun(run);
  });

  it('are no place to begin slow motion: its frames come from the next iteration on', async () => {
    const run = await readyRun();
    run.watch = { isOn: false, isStale: false, tellsAnswers: true };
    const frames: number[] = [];
    for await (const report of runStage(run, 'ppo')) {
      run.watch.isOn = true;
      if (report.frame) frames.push(report.frame.step);
    }
    expect([...new Set(frames)]).toEqual([2]);
    disposeRun(run);
  });

  it('leave nothing behind when the run is stopped there', async () => {
    const run = await readyRun();
    const before = tf.memory().numTensors;
    run.watch = { isOn: false, isStale: false, tellsAnswers: true };
    const loop = runStage(run, 'ppo');
    await loop.next();
    await loop.return();
    const { policy, valueModel } = run.ppo!;
    const ofRun = Object.keys(policy.parameters).length + Object.keys(valueModel.parameters).length;
    expect(tf.memory().numTensors).toBe(before + ofRun);
    disposeRun(run);
  });
});
