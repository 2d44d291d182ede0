/** Step 3: PPO or PPO-ptx, with held-out prompts asked now and then, which gives the over-optimisation curve. */
import { estimateOf } from '../../evaluation/estimate';
import { pageLosses } from '../../pipeline/pretrain';
import type { MetricsRow } from '../../pipeline/report';
import { runStage } from '../../pipeline/run';
import type { JobDefinition } from '../job';
import type { CheckPoint, PpoResult } from '../results';
import { checkPoint } from './checkPoint';
import { loadAligned } from './reward';
import { runToEnd } from './stageRows';

/** Tokens of held-out pages that the page loss is measured on. */
const PAGE_TOKENS = 16 * 1024;

export const ppo: JobDefinition<'ppo'> = {
  version: 1,
  async run(context, { options }) {
    const { run, saveModel, progress } = context;
    await loadAligned(context);
    const { config, curriculum, models } = run;
    const prompts = curriculum.testPrompts.slice(0, options.prompts);
    const checks: CheckPoint[] = [await checkPoint(run, models.sft!, prompts, 0)];
    const rows = await runToEnd(runStage(run, 'ppo'), progress, async ({ step }) => {
      if (options.checks.includes(step)) checks.push(await checkPoint(run, models.policy!, prompts, step));
    });
    await saveModel('policy', models.policy!);
    return {
      klCoef: config['ppo.klCoef'],
      ptxCoef: config['ppo.ptxCoef'],
      rows: rows.map(trainingRow),
      checks,
      pageLoss: estimateOf(await pageLosses(models.policy!, curriculum.pages(PAGE_TOKENS).validation)),
    };
  },
};

function trainingRow({ step, metrics }: MetricsRow): PpoResult['rows'][number] {
  return {
    step,
    kl: metrics['objective/kl'] ?? NaN,
    score: metrics['objective/scores'] ?? NaN,
    trueScore: metrics['objective/true_score'] ?? NaN,
    entropy: metrics['policy/entropy_avg'] ?? NaN,
    length: metrics['len/mean'] ?? NaN,
  };
}
