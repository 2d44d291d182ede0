import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { stream } from '../../src/data/random';
import type { RunSnapshot } from '../../src/pipeline/snapshot';
import { Keeper } from '../../src/worker/keeper';
import { SavePace } from '../../src/worker/savePace';
import { Stopwatch } from '../../src/worker/stopwatch';

interface Course {
  intervalMs: number;
  /** Of the next step, and of the save that begins now. */
  stepMs: () => number;
  saveMs: () => number;
  steps: number;
}

/** Trains as a session does: steps, saves that go on beside them, and waits at the gate. */
function train({ intervalMs, stepMs, saveMs, steps }: Course) {
  const pace = new SavePace(intervalMs);
  let [now, most, saves, waitedMs, longest] = [0, 0, 0, 0, 0];
  let under: { endsAt: number; begun: number; noteEnd: (ms: number) => void } | null = null;
  const endSave = () => {
    under!.noteEnd(under!.endsAt - under!.begun);
    under = null;
  };
  for (let step = 0; step < steps; step++) {
    if (under && now >= under.endsAt) endSave();
    if (pace.isSpent && under) {
      waitedMs += under.endsAt - now;
      now = under.endsAt;
      endSave();
    }
    const ms = stepMs();
    longest = Math.max(longest, ms);
    // A crash at the end of the step costs most; what ends meanwhile does not count in its favour.
    most = Math.max(most, pace.atStakeMs + ms);
    now += ms;
    pace.noteStep(ms);
    if (pace.isDue && !under) {
      saves++;
      under = { begun: now, endsAt: now + saveMs(), noteEnd: pace.noteTaken() };
    }
  }
  return { most, saves, waitedMs, longest, trainedMs: now - waitedMs };
}

describe('at most one interval is at stake', () => {
  test.each([
    { name: 'quick steps, quick saves', stepMs: 20, saveMs: 150 },
    { name: 'saves as long as the interval', stepMs: 20, saveMs: 5000 },
    { name: 'saves much longer than the interval', stepMs: 50, saveMs: 30_000 },
    { name: 'steps of nearly half an interval', stepMs: 2400, saveMs: 400 },
    { name: 'steps of nearly an interval', stepMs: 4900, saveMs: 400 },
  ])('$name', ({ stepMs, saveMs }) => {
    const { most } = train({ intervalMs: 5000, stepMs: () => stepMs, saveMs: () => saveMs, steps: 3000 });
    expect(most).toBeLessThanOrEqual(5000);
  });

  test('with steps and saves of all lengths, it goes over by what the next step exceeds those before', () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = stream(seed, 'test/save pace');
      const course = { stepMs: () => 5 + random.next() * 300, saveMs: () => 50 + random.next() ** 4 * 20_000 };
      const { most } = train({ intervalMs: 5000, ...course, steps: 2000 });
      expect(most).toBeLessThanOrEqual(5305);
    }
  });

  test('a step longer than the interval is at stake whole, and nothing else', () => {
    const { most, saves } = train({ intervalMs: 5000, stepMs: () => 8000, saveMs: () => 700, steps: 100 });
    expect(most).toBe(8000);
    expect(saves).toBe(100);
  });

  test('where saving is quick nothing waits, and saves are hardly more frequent than asked for', () => {
    const { waitedMs, saves, trainedMs } = train({
      intervalMs: 5000,
      stepMs: () => 20,
      saveMs: () => 100,
      steps: 10_000,
    });
    expect(waitedMs).toBe(0);
    expect(saves).toBeLessThan((1.1 * trainedMs) / 5000);
  });

  test('a device that slept in a step saves more for a while, and then no more', () => {
    let step = 0;
    const slept = { stepMs: () => (step++ === 500 ? 3_600_000 : 20), saveMs: () => 100 };
    const awake = train({ intervalMs: 5000, ...slept, stepMs: () => 20, steps: 20_000 });
    const { saves } = train({ intervalMs: 5000, ...slept, steps: 20_000 });
    expect(saves - awake.saves).toBeLessThan(25);
  });
});

describe('the keeper', () => {
  let clock = 0;
  beforeEach(() => {
    vi.useFakeTimers();
    clock = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const snapshot = { manifest: {}, tensors: [] } as unknown as RunSnapshot;

  /** A keeper of a run that has been saved once and goes on, and the end of the save under way. */
  async function keeping() {
    let end: (error?: Error) => void = () => undefined;
    const failures: unknown[] = [];
    const store = () =>
      new Promise<void>((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve());
      });
    const keeper = new Keeper(store, (error) => failures.push(error), 5000);
    keeper.begin(snapshot);
    const finish = async (error?: Error) => {
      end(error);
      await vi.advanceTimersByTimeAsync(0);
    };
    return { keeper, failures, finish };
  }

  test('shuts the gate while a save is late, and opens it when it ends', async () => {
    const { keeper, finish } = await keeping();
    keeper.noteChange(2600);
    expect(keeper.due).toBe('interval');
    keeper.take(snapshot, 'interval');
    expect(keeper.gate).not.toBeNull();
    await finish();
    expect(keeper.gate).toBeNull();
    expect(keeper.due).toBeNull();
  });

  test('a save that failed does not hold training up, and the next comes in time', async () => {
    const { keeper, failures, finish } = await keeping();
    keeper.noteChange(2600);
    keeper.take(snapshot, 'interval');
    await finish(new Error('the disk is gone'));
    expect(failures).toHaveLength(1);
    expect(keeper.gate).toBeNull();
    keeper.noteChange(2600);
    expect(keeper.due).toBe('interval');
  });

  test('a disk that never answers is given up in words', async () => {
    const { keeper, failures } = await keeping();
    keeper.noteChange(2600);
    keeper.take(snapshot, 'interval');
    expect(keeper.gate).not.toBeNull();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(keeper.gate).toBeNull();
    expect(String(failures[0])).toContain('no answer for 30 s');
  });

  test('the gate stays shut for the second of two saves', async () => {
    const { keeper, finish } = await keeping();
    keeper.noteChange(2600);
    keeper.take(snapshot, 'interval');
    const first = finish;
    keeper.noteChange(2600);
    keeper.take(snapshot, 'asked');
    expect(keeper.gate).not.toBeNull();
    await first();
    expect(keeper.gate).toBeNull();
  });

  test.each([-7_200_000, 7_200_000])('a time of day that jumps by %i ms changes nothing', async (jump) => {
    const { keeper, finish } = await keeping();
    const day = vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
    const order: (string | null)[] = [];
    for (let step = 0; step < 16; step++) {
      if (step === 4) day.mockReturnValue(1_700_000_000_000 + jump);
      keeper.noteChange(500);
      order.push(keeper.due);
      if (keeper.due) {
        keeper.take(snapshot, 'interval');
        clock += 100;
        await finish();
      }
    }
    const due = order.flatMap((reason, step) => (reason ? [step] : []));
    expect(due).toEqual([4, 13]);
  });
});

describe('the stopwatch', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('counts training only: no pause, no waiting, no evaluation', async () => {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    const watch = new Stopwatch();
    watch.begin();
    clock += 300;
    expect(watch.step()).toBe(300);
    await watch.without(async () => void (clock += 1000));
    clock += 50;
    watch.stop();
    clock += 60_000;
    await watch.without(async () => void (clock += 1000));
    watch.stop();
    watch.go();
    clock += 150;
    expect(watch.step()).toBe(200);
    expect(watch.seconds).toBeCloseTo(0.5);
  });
});
