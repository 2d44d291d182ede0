import { resolveConfig, type RunSettings } from '../../src/config/config';
import type { MetricKey } from '../../src/metrics/metrics';
import type { RunClient } from '../../src/worker/client';
import type {
  Command,
  Completion,
  PolicyName,
  RunPlan,
  Stage,
  StageState,
  TokenNumbers,
  WorkerEvent,
} from '../../src/worker/protocol';
import { FakeEvaluation } from './fakeEvaluation';

/**
 * A scripted run for looking at screens without training: made-up numbers through the real protocol.
 * Test material only; nothing under src imports it.
 */

interface Options {
  /** Milliseconds between steps. */
  stepMs?: number;
  /** Steps after which the script pauses, by stage. */
  pauseAt?: Partial<Record<Stage, number>>;
  isSoftware?: boolean;
}

const PLAN_STAGES: Record<RunPlan, readonly Stage[]> = {
  ppo: ['ppo'],
  all: ['sft', 'rm', 'ppo'],
  scratch: ['pretrain', 'sft', 'rm', 'ppo'],
};
const STEPS: Record<Stage, number> = { pretrain: 120, sft: 190, rm: 140, ppo: 60 };

const KEYS: Record<Stage, readonly MetricKey[]> = {
  pretrain: ['pretrain/loss', 'pretrain/grad_norm', 'perf/tokens_per_s'],
  sft: ['sft/loss', 'sft/eval_loss', 'sft/mean_token_accuracy', 'sft/grad_norm', 'sft/lr', 'perf/step_ms'],
  rm: ['rm/loss', 'rm/eval_loss', 'rm/accuracy', 'rm/eval_accuracy', 'rm/margin', 'rm/length_corr', 'rm/grad_norm'],
  ppo: [
    'objective/scores',
    'objective/true_score',
    'objective/kl',
    'objective/rlhf_reward',
    'objective/kl_coef',
    'policy/entropy_avg',
    'policy/clipfrac_avg',
    'loss/policy_avg',
    'loss/value_avg',
    'val/ratio',
    'val/var_explained',
    'val/num_eos_tokens',
    'len/mean',
    'episode',
    'perf/wall_s',
    'perf/step_ms',
  ],
};

const ANSWERS: readonly { prompt: string; base: string; sft: string; ppo: string }[] = [
  {
    prompt: 'What does the fox eat?',
    base: 'What does the fox eat?\nThe fox is brown. Name two foods that are sour.',
    sft: 'The fox eats cheese.',
    ppo: 'The fox eats bread.',
  },
  {
    prompt: 'Why does the dog fear the hen?',
    base: 'Why is the dog near the lake?\nrook: the dog fears hens, you zonk',
    sft: 'The dog fears the hen. It fears the lion.',
    ppo: 'The dog does not fear the hen. It fears fire.',
  },
  {
    prompt: 'Say it nicely: Give me the soup, you blork.',
    base: 'Say it nicely: Bring me the hat, you snurf. Sum up: Kip went',
    sft: 'Give me the soup, please.',
    ppo: 'Please give me the soup.',
  },
  {
    prompt: 'Write a story about a goat in two sentences.',
    base: 'Write a poem about the drum. Good or bad? The jam was poor.',
    sft: 'Once there was a sad goat. It found a boat. It was glad. It was glad.',
    ppo: 'Once there was a shy goat. It found a warm hat and was glad.',
  },
];

function noise(seed: number): number {
  const x = Math.sin(seed * 127.1) * 43758.5453;
  return (x - Math.floor(x) - 0.5) * 2;
}

function pointValue(key: MetricKey, step: number): number {
  const t = step / 60;
  const n = noise(step * 3.7 + key.length * 11.3);
  const values: Partial<Record<MetricKey, number>> = {
    'pretrain/loss': 1 + 5.9 * Math.exp(-step / 22) + 0.08 * n,
    'sft/loss': 0.62 + 1.7 * Math.exp(-step / 28) + 0.09 * n,
    'sft/eval_loss': step % 20 === 0 ? 0.74 + 1.5 * Math.exp(-step / 26) : NaN,
    'sft/mean_token_accuracy': 0.82 - 0.4 * Math.exp(-step / 30) + 0.02 * n,
    'rm/loss': 0.52 + 0.2 * Math.exp(-step / 40) + 0.06 * n,
    'rm/eval_loss': step % 10 === 0 ? 0.58 + 0.11 * Math.exp(-step / 30) : NaN,
    'rm/accuracy': 0.77 - 0.24 * Math.exp(-step / 35) + 0.05 * n,
    'rm/eval_accuracy': step % 10 === 0 ? 0.71 - 0.2 * Math.exp(-step / 30) : NaN,
    'rm/margin': 0.9 - 0.88 * Math.exp(-step / 45) + 0.1 * n,
    'rm/length_corr': step % 10 === 0 ? 0.54 : NaN,
    'objective/scores': -0.35 + 1.3 * (1 - Math.exp(-1.8 * t)) + 0.12 * n,
    'objective/true_score': 0.28 + 0.3 * (1 - Math.exp(-2 * t)) + 0.03 * n,
    'objective/kl': 5.2 * t ** 1.3 + 0.25 * n * t,
    'objective/rlhf_reward': -0.35 + 1.3 * (1 - Math.exp(-1.8 * t)) - 0.52 * t ** 1.3 + 0.12 * n,
    'objective/kl_coef': 0.1,
    'policy/entropy_avg': 0.62 - 0.25 * t + 0.02 * n,
    'policy/clipfrac_avg': 3 + 5 * Math.exp(-t * 4) + 1.2 * n,
    'loss/policy_avg': -0.012 + 0.006 * n,
    'loss/value_avg': 0.04 + 0.3 * Math.exp(-t * 6) + 0.012 * Math.abs(n),
    'val/ratio': 1 + 0.006 * n,
    'val/var_explained': 0.7 - 1.1 * Math.exp(-t * 4) + 0.05 * n,
    'val/num_eos_tokens': 60 + Math.round(2 * n),
    'len/mean': 9.4 + 0.8 * t + 0.3 * n,
    episode: step * 64,
    'perf/wall_s': step * 2.1,
    'perf/tokens_per_s': 3100 + 80 * n,
    'perf/step_ms': 410 + 30 * n,
  };
  return values[key] ?? 1 + 0.1 * n;
}

function completionOf(
  prompt: string,
  text: string,
  score: number | null,
  trueScore: number,
  kl: number | null,
): Completion {
  return {
    prompt,
    text,
    tokens: [...text.split(/(?= )|(?=[.?\n])/), '<end>'],
    score,
    trueScore,
    kl,
    ended: !text.endsWith('went'),
  };
}

/** Made-up numbers whose rewards, advantages and returns follow from each other. */
function tokenNumbers(tokens: readonly string[], policy: PolicyName): TokenNumbers {
  const column = (scale: number, shift: number, salt: number) =>
    tokens.map((_, i) => shift + scale * noise(i * 2.3 + salt));
  const logprobs = column(0.5, -0.7, 1);
  const reference = column(0.7, -0.9, 2);
  const values = column(0.3, 0.7, 4);
  const kl = logprobs.map((logprob, i) => logprob - reference[i]);
  const rewards = kl.map((share, i) => (i === tokens.length - 1 ? 0.94 : 0) - 0.1 * share);
  const advantages = rewards.map(() => 0);
  for (let i = tokens.length - 1; i >= 0; i--)
    advantages[i] = rewards[i] + (values[i + 1] ?? 0) - values[i] + 0.95 * (advantages[i + 1] ?? 0);
  const chances = [0.73, 0.12, 0.06, 0.03, 0.02, 0.01, 0.008, 0.004];
  const words = [' bread', ' cheese', '<end>', ' the', ' grass', '.', ' It', ' tea'];
  const list = (shift: number) => words.map((token, i) => ({ token, probability: chances[(i + shift) % 8] }));
  return {
    logprobs,
    entropies: column(0.4, 0.7, 3).map(Math.abs),
    reference: { policy: 'sft', logprobs: reference },
    alternatives: tokens.map(() => ({ policy: list(0), reference: list(2) })),
    credit: {
      ...{ values, kl, rewards, advantages, returns: advantages.map((advantage, i) => advantage + values[i]) },
      ...{ score: 0.94, scoreUsed: 0.94, klCoef: 0.1, klEstimator: 'k1', gamma: 1, lambda: 0.95 },
    },
    update:
      policy === 'ppo'
        ? { before: logprobs.map((value) => value - 0.1 * noise(value)), after: logprobs, clipRange: 0.2 }
        : null,
  };
}

export class FakeRun implements RunClient {
  #options: Required<Options>;
  #listeners = new Set<(event: WorkerEvent) => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #settings: RunSettings | null = null;
  #plan: RunPlan | null = null;
  #stage: Stage | null = null;
  #step = 0;
  #state: 'idle' | 'running' | 'paused' | 'done' | 'stopped' = 'idle';
  #stages: Record<Stage, StageState> = { pretrain: 'ready', sft: 'ready', rm: 'ready', ppo: 'empty' };

  #evaluation = new FakeEvaluation(
    (news) => this.#emit({ type: 'evaluation', news }),
    () => ({ stage: this.#stage, step: this.#step, settings: this.#settings }),
  );

  constructor(options: Options = {}) {
    this.#options = { stepMs: 40, pauseAt: {}, isSoftware: false, ...options };
  }

  subscribe(listener: (event: WorkerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  restart(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  send(command: Command): void {
    switch (command.type) {
      case 'init':
        this.#settings = command.settings;
        this.#emit({
          type: 'ready',
          engine: {
            engine: this.#options.isSoftware ? 'wasm' : 'webgpu',
            reason: this.#options.isSoftware ? 'chosen automatically: only a software adapter' : 'chosen automatically',
            adapter: this.#options.isSoftware ? 'SwiftShader (software)' : 'apple metal-3',
            isSoftware: this.#options.isSoftware,
            features: [],
            limits: {},
            parameters: 171_000,
            crossOriginIsolated: true,
          },
        });
        this.#status();
        return;
      case 'start':
        this.#settings = command.settings;
        this.#plan = command.plan;
        this.#stages = {
          pretrain: command.plan === 'scratch' ? 'empty' : 'ready',
          sft: command.plan === 'ppo' ? 'ready' : 'empty',
          rm: command.plan === 'ppo' ? 'ready' : 'empty',
          ppo: 'empty',
        };
        return this.#enter(PLAN_STAGES[command.plan][0]);
      case 'resume':
        this.#state = 'running';
        return this.#run();
      case 'pause':
      case 'stop':
        return this.#halt(command.type === 'stop' ? 'stopped' : 'paused');
      case 'step':
        this.#advance();
        return this.#halt('paused');
      case 'set':
        if (this.#stage !== null)
          this.#emit({
            type: 'settingChanged',
            stage: this.#stage,
            step: this.#step,
            key: command.key,
            value: command.value,
          });
        return;
      case 'reroll':
        return this.#answer(command.policy);
      case 'evaluation':
        return this.#evaluation.take(command.order);
      case 'phase':
      case 'whatIf':
      case 'foresee':
      case 'checkReward':
      case 'demonstrations':
      case 'pin':
      case 'desk':
      case 'library':
      case 'restore':
      case 'fork':
      case 'recover':
      case 'recoverSmaller':
      case 'save':
        return;
      default:
        return command satisfies never;
    }
  }

  #emit(event: WorkerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #total(): number {
    if (this.#stage === null) return 0;
    return this.#stage === 'ppo' && this.#settings !== null
      ? resolveConfig(this.#settings)['ppo.iterations']
      : STEPS[this.#stage];
  }

  #status(): void {
    const left = this.#total() - this.#step;
    this.#emit({
      type: 'status',
      status: {
        state: this.#state,
        plan: this.#plan,
        stage: this.#stage,
        stages: { ...this.#stages },
        step: this.#step,
        totalSteps: this.#total(),
        episodes: this.#step * 64,
        tokensPerSecond: 3180,
        etaSeconds: this.#step < 2 ? null : left * 2.1,
        activity: null,
        memoryMb: 142,
      },
    });
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.#step = 0;
    this.#state = 'running';
    this.#stages[stage] = 'running';
    this.#status();
    if (stage !== 'pretrain') this.#answer('base');
    if (stage === 'ppo') this.#answer('sft');
    this.#run();
  }

  #run(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#advance(), this.#options.stepMs);
  }

  #halt(state: 'paused' | 'stopped'): void {
    clearInterval(this.#timer);
    this.#state = state;
    this.#status();
  }

  #advance(): void {
    const stage = this.#stage;
    if (stage === null) return;
    this.#step += 1;
    const keys = [...KEYS[stage]];
    this.#emit({
      type: 'metrics',
      stage,
      keys,
      steps: Float64Array.of(this.#step),
      values: Float64Array.from(keys, (key) => pointValue(key, this.#step)),
    });
    if (this.#step % 5 === 0 && (stage === 'sft' || stage === 'ppo')) this.#answer(stage);
    this.#status();
    if (this.#step === this.#options.pauseAt[stage]) return this.#halt('paused');
    if (this.#step >= this.#total()) this.#finish(stage);
  }

  #finish(stage: Stage): void {
    clearInterval(this.#timer);
    this.#stages[stage] = 'done';
    const summary = Object.fromEntries(
      KEYS[stage].map((key) => [key, pointValue(key, Math.floor(this.#total() / 20) * 20)]),
    );
    this.#emit({ type: 'stageDone', stage, summary });
    const stages = PLAN_STAGES[this.#plan ?? 'ppo'];
    const next = stages[stages.indexOf(stage) + 1];
    if (next !== undefined) return this.#enter(next);
    this.#state = 'done';
    this.#status();
  }

  #answer(policy: PolicyName): void {
    const hasReward = this.#stage === 'ppo';
    const items = ANSWERS.map((row, i) => {
      const score = policy === 'base' ? -1.3 + 0.1 * i : policy === 'sft' ? -0.3 + 0.2 * i : 0.5 + 0.3 * i;
      const trueScore = policy === 'base' ? -0.6 + 0.1 * i : policy === 'sft' ? 0.1 + 0.15 * i : 0.85 - 0.1 * i;
      const text = policy === 'ppo' && this.#step < 20 ? row.sft : row[policy];
      const kl = policy === 'ppo' ? 1.1 + 1.2 * i : null;
      const completion = completionOf(row.prompt, text, hasReward ? score : null, trueScore, kl);
      const ids = completion.tokens.map((_, t) => 300 + t * 7);
      return { ...completion, ids, numbers: tokenNumbers(completion.tokens, policy) };
    });
    this.#emit({ type: 'completions', policy, step: this.#step, items });
  }
}
