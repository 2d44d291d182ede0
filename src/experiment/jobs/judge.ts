/** Win rates of all policies against the SFT policy, from their stored answers; no model is needed. */
import { winRate } from '../../evaluation/preference';
import type { JobDefinition } from '../job';
import { loadLabelers } from './reward';
import type { Judgement, PolicyResult } from '../results';

const AGAINST = 'sft';

export const judge: JobDefinition<'judge'> = {
  version: 1,
  async run(context, { options }) {
    const { run, result, progress } = context;
    await loadLabelers(context);
    const baseline = await result(AGAINST, 'policy');
    const policies: Judgement[] = [];
    for (const name of options.policies) {
      progress(`judging ${name}`);
      const judged = await result(name, 'policy');
      const onTest = (group: 'training' | 'heldOut') => winRate(run, group, judged.answers, baseline.answers);
      const training = onTest('training');
      policies.push({
        policy: name,
        winRate: { training: training.all, heldOut: onTest('heldOut').all },
        completionWinRate: completionWinRate(judged, baseline),
        byUseCase: training.byUseCase,
      });
    }
    return { against: AGAINST, policies };

    function completionWinRate(judged: PolicyResult, against: PolicyResult): Judgement['completionWinRate'] {
      const [a, b] = [judged.completionAnswers, against.completionAnswers];
      if (!a || !b) return null;
      return { training: winRate(run, 'training', a, b).all, heldOut: winRate(run, 'heldOut', a, b).all };
    }
  },
};
