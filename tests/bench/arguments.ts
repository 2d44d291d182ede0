import { ConfigError } from '../../src/config/errors';
import { WORKLOADS, type WorkloadId } from '../../src/bench/workloads';
import { ENTRIES, SIDES } from './contestants';

export const PLACES = ['node', 'browser'] as const;

export interface BenchArguments {
  workloads: WorkloadId[];
  sides: string[];
  engines: string[];
  in: (typeof PLACES)[number];
  reps: number;
  /** Seconds a side may spend on a workload before it has to stop repeating. */
  budget: number;
  json: string | null;
  svg: string | null;
}

const IDS = WORKLOADS.map(({ id }) => id);
const ENGINES = [...new Set(ENTRIES.map(({ engine }) => engine as string))];

export const USAGE = `npm run bench -- [options]
  --workloads W1,W4      what is measured: ${IDS.join(', ')} (default W1,W2,W3,W4; W5 to W7 take minutes)
  --sides ours,tfjs      who takes part: ${SIDES.join(', ')} (default all)
  --engines webgpu,wasm  on what: ${ENGINES.join(', ')} (default all)
  --in ${PLACES.join('|')}      where JavaScript runs (default node)
  --reps N               timed repetitions of each (default 5)
  --budget SECONDS       a side that has spent this on a workload repeats it no more (default 60)
  --json FILE            rows of numbers
  --svg FILE             a picture
  --help                 prints this list`;

/** @throws ConfigError naming the part that is not in the list */
function choose<T extends string>(flag: string, text: string, allowed: readonly T[]): T[] {
  const parts = text.split(',').map((part) => part.trim());
  const wrong = parts.find((part) => !allowed.includes(part as T));
  if (wrong !== undefined)
    throw new ConfigError(`${flag}: got "${wrong}"; expected some of ${allowed.join(', ')}, with commas between them.`);
  return allowed.filter((each) => parts.includes(each));
}

function positive(flag: string, text: string, isWhole: boolean): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value) || (isWhole && !Number.isInteger(value)))
    throw new ConfigError(`${flag}: got "${text}"; expected a ${isWhole ? 'whole ' : ''}number above 0.`);
  return value;
}

/** @throws ConfigError in one line that names the argument */
export function parseBenchArguments(argv: readonly string[]): BenchArguments {
  const result: BenchArguments = {
    workloads: ['W1', 'W2', 'W3', 'W4'],
    sides: [...SIDES],
    engines: [...ENGINES],
    in: 'node',
    reps: 5,
    budget: 60,
    json: null,
    svg: null,
  };
  for (let i = 0; i < argv.length; i += 2) {
    const flag = argv[i];
    const text = argv[i + 1] as string | undefined;
    if (text === undefined || text.startsWith('--'))
      throw new ConfigError(`${flag}: got no value; expected one behind it; --help lists the options.`);
    if (flag === '--workloads') result.workloads = choose(flag, text, IDS);
    else if (flag === '--sides') result.sides = choose(flag, text, SIDES);
    else if (flag === '--engines') result.engines = choose(flag, text, ENGINES);
    else if (flag === '--in') result.in = choose(flag, text, PLACES)[0];
    else if (flag === '--reps') result.reps = positive(flag, text, true);
    else if (flag === '--budget') result.budget = positive(flag, text, false);
    else if (flag === '--json') result.json = text;
    else if (flag === '--svg') result.svg = text;
    else throw new ConfigError(`${flag}: no such option; --help lists them.`);
  }
  return result;
}
