/** How much of a plan goes to the device at once: all of it where it is fast, pieces where it is slow. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { adapterTraits } from '../../src/kernels/adapter';
import { countDuring } from '../../src/kernels/counters';
import { Plan } from '../../src/kernels/plan';
import { SubmitPace } from '../../src/kernels/submitPace';
import type { WebGPUInternals } from '../../src/kernels/webgpuBackend';
import { startIdleGpu } from '../support/idleGpu';

/** A queue that works off what it got in turn, and a clock that stands still in between. */
function slowQueue() {
  let now = 0;
  let freeAt = 0;
  let told = Promise.resolve();
  return {
    clock: () => now,
    give: (ms: number) => (freeAt = Math.max(freeAt, now) + ms),
    onSubmittedWorkDone: async (): Promise<undefined> => {
      const done = freeAt;
      told = told
        .then(() => new Promise((resolve) => setTimeout(resolve)))
        .then(() => {
          now = Math.max(now, done);
        });
      await told;
      return undefined;
    },
  };
}

async function timed(pace: SubmitPace, queue: ReturnType<typeof slowQueue>, ms: number): Promise<void> {
  const handedIn = pace.watch(queue);
  queue.give(ms);
  await handedIn();
}

describe('the pace of submits', () => {
  afterEach(() => {
    adapterTraits.isSoftware = false;
  });

  it.each([
    [3, 400],
    [499, 400],
    [501, 300],
    [1600, 150],
    [1e7, 1],
  ])('600 commands that take %d ms go %d at a time', async (ms, size) => {
    const queue = slowQueue();
    const pace = new SubmitPace(queue.clock);
    expect(pace.size(600)).toBe(64);
    await timed(pace, queue, ms);
    expect(pace.size(600)).toBe(size);
  });

  it('what the queue had to do before is nobody else’s time', async () => {
    const queue = slowQueue();
    const pace = new SubmitPace(queue.clock);
    queue.give(60_000);
    await timed(pace, queue, 10);
    expect(pace.size(100)).toBe(100);
  });

  it('one late answer cuts nothing, a device that became slow does', async () => {
    const queue = slowQueue();
    const pace = new SubmitPace(queue.clock);
    await timed(pace, queue, 10);
    await timed(pace, queue, 4000);
    expect(pace.size(100)).toBe(100);
    for (let run = 2; run < 64 * 4; run++) await timed(pace, queue, 2000);
    expect(pace.size(100)).toBe(25);
  });

  it('a device that went away times nothing', async () => {
    const pace = new SubmitPace();
    await pace.watch({ onSubmittedWorkDone: () => Promise.reject(new Error('lost')) })();
    expect(pace.size(600)).toBe(64);
  });

  it('a simulated GPU is not asked', async () => {
    adapterTraits.isSoftware = true;
    const onSubmittedWorkDone = vi.fn<() => Promise<undefined>>();
    const pace = new SubmitPace();
    await pace.watch({ onSubmittedWorkDone })();
    expect(onSubmittedWorkDone).not.toHaveBeenCalled();
    expect(pace.size(300)).toBe(300);
  });
});

describe('a captured step', () => {
  beforeAll(() => startIdleGpu());
  afterEach(() => vi.restoreAllMocks());

  const COMMANDS = 100;
  const square = ([x]: tf.Tensor[]) => {
    let y = x;
    for (let i = 0; i < COMMANDS; i++) y = tf.mul(y, x);
    return [y];
  };

  /** Submits of a replay after the capture has kept the device busy for `ms`. */
  async function submits(ms: number): Promise<number> {
    const backend = tf.backend() as unknown as WebGPUInternals;
    const queue = slowQueue();
    vi.spyOn(performance, 'now').mockImplementation(queue.clock);
    const done = vi.spyOn(backend.queue, 'onSubmittedWorkDone').mockImplementation(queue.onSubmittedWorkDone);
    vi.spyOn(backend.queue, 'submit').mockImplementationOnce(() => void queue.give(ms));
    const x = tf.ones([8]);
    const plan = new Plan(backend, [x], square);
    expect(done).toHaveBeenCalledTimes(2);
    await Promise.all(done.mock.results.map(({ value }) => value as Promise<undefined>));
    await new Promise((resolve) => setTimeout(resolve));
    const { counted } = await countDuring(() => void plan.replay([x]));
    expect(counted.dispatches).toBe(COMMANDS);
    plan.dispose();
    x.dispose();
    return counted.submits;
  }

  it('is one submit where it takes milliseconds', async () => {
    expect(await submits(2)).toBe(1);
  });

  it('is cut where it takes seconds, with nothing left out', async () => {
    expect(await submits(2400)).toBeGreaterThanOrEqual(5);
  });
});
