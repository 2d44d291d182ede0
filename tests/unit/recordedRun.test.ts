import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/config/errors';
import { parseRecordedRun } from '../../src/worker/recordedRun';
import type { RecordedRun } from '../../src/worker/protocol';

const shipped = readFileSync('public/recorded/nano.json', 'utf8');
const small: RecordedRun = {
  version: 1,
  settings: { version: 1, preset: 'nano', recipe: 'proven', overrides: { 'run.seed': 1 } },
  provenance: 'a test',
  events: [
    { atMs: 0, event: { type: 'metrics', stage: 'sft', keys: ['sft/loss'], steps: [1, 2], values: [0.5, null] } },
    { atMs: 5, event: { type: 'stageDone', stage: 'sft', summary: { 'sft/loss': 0.5 } } },
  ],
};
const changed = (change: (run: RecordedRun) => void) => {
  const copy = structuredClone(small);
  change(copy);
  return JSON.stringify(copy);
};

describe('a recorded run', () => {
  it('is read as it was written, the shipped one too', () => {
    expect(parseRecordedRun(JSON.stringify(small), 'x')).toEqual(small);
    expect(parseRecordedRun(shipped, 'x')).toEqual(JSON.parse(shipped));
  });

  it.each<[string, string, RegExp]>([
    ['that ends early', shipped.slice(0, 5000), /x: line 1, character \d+: not JSON/],
    ['of another version', JSON.stringify({ ...small, version: 2 }), /version is 2; expected 1/],
    [
      'with an unknown event',
      shipped.replace('"type":"status"', '"type":"format"'),
      /events\.0\.event\.type is "format"/,
    ],
    [
      'with a value too few',
      changed((run) => Object.assign(run.events[0].event, { values: [1] })),
      /one value for each key/,
    ],
    ['with an unknown metric', changed((run) => Object.assign(run.events[0].event, { keys: ['x'] })), /keys\.0 is "x"/],
    ['that goes back in time', changed((run) => run.events.push({ ...run.events[0], atMs: 1 })), /event 2 is earlier/],
    [
      'with a wrong setting',
      changed((run) => Object.assign(run.settings.overrides, { 'ppo.lambda': 7 })),
      /ppo\.lambda: got 7/,
    ],
    [
      'with an unknown setting',
      changed((run) => Object.assign(run.settings.overrides, { x: 7 })),
      /x: no such setting/,
    ],
    ['with answers without numbers', shipped.replace('"logprobs":[', '"logprobs":[0,'), /one entry for each token/],
    ['nested deep', '['.repeat(100), /nested 13 deep/],
  ])('%s is refused by place', (_, source, message) => {
    expect(() => parseRecordedRun(source, 'x')).toThrow(StorageError);
    expect(() => parseRecordedRun(source, 'x')).toThrow(message);
  });
});
