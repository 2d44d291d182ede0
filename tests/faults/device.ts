/**
 * `npm run test:faults:device -- --losses 100 --seed 1`: destroys the graphics device at random moments of whole runs, in
 * Node on whatever adapter there is, and holds the numbers against a run that was left alone. Prints one line of JSON.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startNodeEngine } from '../../src/cli/nodeGpu';
import { STAGES } from '../../src/worker/protocol';
import { playWithLosses, type LossOutcome } from '../support/deviceLosses';

const { values } = parseArgs({
  options: {
    losses: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    /** Losses of one run, spread over its stages. */
    each: { type: 'string', default: '8' },
    /** Longest wait after a step, milliseconds. */
    within: { type: 'string', default: '60' },
  },
});

/** What no loss may change. */
function digest({ metrics, last }: LossOutcome): string {
  const tensors = last.tensors.map(({ name, data }) => [name, Buffer.from(data.buffer).toString('base64')]);
  return JSON.stringify([metrics, tensors]);
}

const read = (path: string) => Promise.resolve(new Uint8Array(readFileSync(`public/${path}`)));
const { adapter } = await startNodeEngine('webgpu');
const plan = { perStage: Number(values.each) / STAGES.length, withinMs: Number(values.within) };
const whole = await playWithLosses(read, { ...plan, seed: 0, losses: 0 });
const expected = digest(whole);
let [losses, runs, different] = [0, 0, 0];
const stages: Record<string, number> = {};
const failures = [...whole.failures];
while (losses < Number(values.losses) && failures.length === 0) {
  const outcome = await playWithLosses(read, {
    ...plan,
    seed: Number(values.seed) + runs,
    losses: Math.min(Number(values.each), Number(values.losses) - losses),
  });
  runs++;
  losses += outcome.losses.length;
  different += Number(digest(outcome) !== expected);
  failures.push(...outcome.failures);
  for (const { stage } of outcome.places) stages[stage ?? 'none'] = (stages[stage ?? 'none'] ?? 0) + 1;
  console.error(`run ${runs}: ${losses} losses so far ${JSON.stringify(stages)}, ${different} runs with other numbers`);
}
console.log(JSON.stringify({ adapter, losses, runs, different, failures, stages }));
process.exit(different > 0 || failures.length > 0 ? 1 : 0);
