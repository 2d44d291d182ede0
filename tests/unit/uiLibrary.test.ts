import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepAwake, noticeSleep, saveWhenHidden } from '../../src/ui/library/watchOver';
import { figureWords, placeWords, savedWords } from '../../src/ui/library/runWords';
import type { RunListing } from '../../src/worker/protocol';

describe('the clock', () => {
  let clock = 0;
  let slept: number[] = [];
  let end = () => {};

  beforeEach(() => {
    vi.useFakeTimers();
    [clock, slept] = [1_000_000, []];
    end = noticeSleep(
      (seconds) => slept.push(seconds),
      () => clock,
    );
  });
  afterEach(() => {
    end();
    vi.useRealTimers();
  });

  /** Time passes on the clock; a device that sleeps runs no timers meanwhile. */
  const pass = (ms: number) => {
    clock += ms;
    vi.advanceTimersByTime(5000);
  };

  test('time that passed while nothing could run was sleep', () => {
    pass(5000);
    pass(5000 + 600_000);
    pass(5000);
    expect(slept).toEqual([600]);
  });

  test('a busy page has not slept, and a clock that is set back says nothing', () => {
    pass(40_000);
    pass(-7_200_000);
    pass(5000);
    expect(slept).toEqual([]);
  });

  test('a save is never in the future', () => {
    expect(savedWords(2_000_000, 1_000_000)).toBe('saved just now');
    expect(savedWords(1_000_000, 1_065_000)).toBe('saved 1 min 05 s ago');
  });
});

describe('a page that may be closed', () => {
  afterEach(() => void vi.unstubAllGlobals());

  test('saves when it is hidden or left, and not when it is seen', () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const window = new EventTarget();
    vi.stubGlobal('document', page);
    vi.stubGlobal('window', window);
    let saves = 0;
    const end = saveWhenHidden(() => saves++);
    const see = (state: 'visible' | 'hidden') => {
      page.visibilityState = state;
      page.dispatchEvent(new Event('visibilitychange'));
    };
    see('hidden');
    expect(saves).toBe(1);
    see('visible');
    expect(saves).toBe(1);
    window.dispatchEvent(new Event('pagehide'));
    expect(saves).toBe(2);
    end();
    see('hidden');
    window.dispatchEvent(new Event('pagehide'));
    expect(saves).toBe(2);
  });
});

describe('staying awake', () => {
  afterEach(() => void vi.unstubAllGlobals());

  /** A page that can be hidden, and a browser whose answers to a request for a lock are given by hand. */
  function browser() {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const [answers, log]: [((isGranted: boolean) => void)[], string[]] = [[], []];
    const request = () =>
      new Promise((resolve, reject) => {
        log.push('asked');
        answers.push((isGranted) => {
          if (isGranted) resolve({ release: async () => void log.push('released') });
          else reject(new Error('low battery'));
        });
      });
    vi.stubGlobal('document', page);
    vi.stubGlobal('navigator', { wakeLock: { request } });
    const see = (state: 'visible' | 'hidden') => {
      page.visibilityState = state;
      page.dispatchEvent(new Event('visibilitychange'));
    };
    const answer = async (isGranted: boolean) => {
      answers.shift()!(isGranted);
      await new Promise((resume) => setTimeout(resume));
    };
    return { log, see, answer };
  }

  test('the lock is asked for, asked for again when the page is seen again, and given back at the end', async () => {
    const { log, see, answer } = browser();
    const end = keepAwake();
    await answer(true);
    see('hidden');
    see('visible');
    await answer(true);
    expect(log).toEqual(['asked', 'asked']);
    end();
    await vi.waitFor(() => expect(log).toEqual(['asked', 'asked', 'released']));
    see('hidden');
    see('visible');
    expect(log).toHaveLength(3);
  });

  test('a lock that comes after the run has ended goes back at once', async () => {
    const { log, answer } = browser();
    keepAwake()();
    await answer(true);
    expect(log).toEqual(['asked', 'released']);
  });

  test('a browser that refuses, and one without locks, harm nothing', async () => {
    const { log, answer } = browser();
    const end = keepAwake();
    await answer(false);
    end();
    expect(log).toEqual(['asked']);
    vi.stubGlobal('navigator', {});
    keepAwake()();
  });
});

describe('words about a run', () => {
  test('where it stands', () => {
    const place = { stage: 'ppo', step: 34, totalSteps: 100, isDone: false } as const;
    expect(placeWords(place)).toBe('PPO, update 34 of 100');
    expect(placeWords({ ...place, stage: 'sft' })).toBe('SFT, step 34 of 100');
    expect(placeWords({ ...place, step: 0 })).toBe('PPO, before the first step');
    expect(placeWords({ ...place, isDone: true })).toBe('finished');
  });

  test('its figures are those of the newest stage that has any', () => {
    const summaries = { sft: { 'sft/loss': 0.512 }, ppo: { 'objective/kl': 1.25, 'objective/scores': 0.4 } };
    expect(figureWords({ summaries } as unknown as RunListing)).toBe('score 0.40 · KL 1.25');
    expect(figureWords({ summaries: {} } as RunListing)).toBe('');
  });
});
