import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { StorageError } from '../../../src/config/errors';
import { ReplayClient } from '../../../src/worker/client';
import type { RecordedRun } from '../../../src/worker/protocol';
import { parseRecordedRun } from '../../../src/worker/recordedRun';
import { brokenJson } from '../hostile';
import { checkPrototypes, checkSame, orRefused, target, type Verdict } from '../target';

/** The shipped recording with the first few events of each kind; answers with few tokens. */
function shortened(): RecordedRun {
  const whole = parseRecordedRun(readFileSync('public/recorded/nano.json', 'utf8'), 'shipped');
  const kinds = ['status', 'completions', 'metrics', 'stageDone'];
  const events = kinds.flatMap((kind) => whole.events.filter(({ event }) => event.type === kind).slice(0, 2));
  const isSmall = ({ event }: (typeof events)[number]) => JSON.stringify(event).length < 8000;
  return { ...whole, events: events.filter(isSmall).sort((a, b) => a.atMs - b.atMs) };
}

function check(text: string): Verdict {
  const read = orRefused(StorageError, () => parseRecordedRun(text, 'recorded/nano.json'));
  checkPrototypes();
  if (!read) return 'refused';
  checkSame(parseRecordedRun(JSON.stringify(read.value), 'again'), read.value, 'a recording');
  const client = new ReplayClient(read.value);
  let events = 0;
  client.subscribe(() => events++);
  for (let i = 0; i <= read.value.events.length; i++) client.send({ type: 'step' });
  client.close();
  if (events < read.value.events.length)
    throw new Error(`${events} of ${read.value.events.length} events were replayed`);
  return 'accepted';
}

export const recording = target('recording', 'recorded runs', brokenJson(fc.constant(shortened())), check);
