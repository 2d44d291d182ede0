/** What is made ready before a run: once, in pieces, and only until there is one. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../../src/config/errors';
import { startEngine } from '../../src/kernels/device';
import { groundwork, layGroundwork } from '../../src/pipeline/groundwork';
import { assetShelf } from '../../src/worker/assetShelf';
import type { WorkerEvent } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { tinyRun } from '../support/tinyRun';
import { tinySettings } from '../support/tinySettings';

beforeAll(() => startEngine('wasm').then(() => undefined));

describe('the shelf of files', () => {
  it('reads a file once, whoever asks and how often', async () => {
    const read = vi.fn((path: string) => Promise.resolve(new TextEncoder().encode(path)));
    const shelf = assetShelf(read);
    const [first, second] = await Promise.all([shelf('a'), shelf('a')]);
    expect(await shelf('a')).toBe(first);
    expect(second).toBe(first);
    await shelf('b');
    expect(read.mock.calls).toEqual([['a'], ['b']]);
  });

  it('asks again for a file that could not be had', async () => {
    const read = vi.fn(() => Promise.resolve(new Uint8Array(1)));
    read.mockImplementationOnce(() => Promise.reject(new StorageError('a: not there; expected it; look again.')));
    const shelf = assetShelf(read);
    await expect(shelf('a')).rejects.toThrow('not there');
    expect((await shelf('a')).length).toBe(1);
  });
});

describe('the ground of all runs', () => {
  it('is made once for a size of the world, whatever the seed', () => {
    const [one, other] = [tinyRun({ 'run.seed': 1 }), tinyRun({ 'run.seed': 2 })];
    expect(other.curriculum.world).toBe(one.curriculum.world);
    // What the seed decides is the run's own.
    expect(other.curriculum.sft.train).not.toEqual(one.curriculum.sft.train);
  });

  it('comes in pieces, after which a grade costs no grammar', () => {
    const prepare = vi.spyOn(groundwork('standard').grader, 'prepare');
    const pieces = layGroundwork('standard');
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) piece();
    expect(prepare).toHaveBeenCalledOnce();
  });
});

describe('a session that foresees a run', () => {
  function open() {
    const asked: string[] = [];
    const events: WorkerEvent[] = [];
    const read = (path: string) => {
      asked.push(path);
      return Promise.resolve(new Uint8Array(readFileSync(`public/${path}`)));
    };
    return { asked, events, session: new Session(assetShelf(read), (event) => void events.push(event)) };
  }

  const hasBegun = (events: WorkerEvent[]) =>
    vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('runBegun'), 20_000);

  it('has its files by the time it is started, and says nothing of it', async () => {
    const { asked, events, session } = open();
    await session.handle({ type: 'foresee', settings: tinySettings });
    expect(events).toEqual([]);
    const before = [...asked];
    expect(before).toContain('tokenizer.json');
    expect(before).toContain('models/nano/sft.safetensors');
    await session.handle({ type: 'start', plan: 'scratch', settings: tinySettings, isHeld: true });
    await hasBegun(events);
    expect(asked).toEqual(before);
    await session.close();
  });

  it('turns to the settings that were chosen since', async () => {
    const { asked, session } = open();
    const first = session.handle({ type: 'foresee', settings: tinySettings });
    const second = session.handle({ type: 'foresee', settings: { ...tinySettings, preset: 'small' } });
    await Promise.all([first, second]);
    expect(asked).toContain('models/small/sft.safetensors');
    expect(asked.filter((path) => path.startsWith('models/nano/'))).toEqual([]);
    await session.close();
  });

  it('lets a start go before what is left of it, which is then left out', async () => {
    const { asked, events, session } = open();
    const foreseen = session.handle({ type: 'foresee', settings: tinySettings });
    await session.handle({ type: 'start', plan: 'scratch', settings: tinySettings, isHeld: true });
    await foreseen;
    await hasBegun(events);
    expect(asked).toEqual(['tokenizer.json']);
    await session.close();
  });
});
