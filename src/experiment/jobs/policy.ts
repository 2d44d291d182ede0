/** One policy of the core tables: its answers to held-out prompts, kept whole, and its numbers on the suites. */
import { answer } from '../../evaluation/answers';
import { measureBias } from '../../evaluation/bias';
import { fewShotPolicy } from '../../evaluation/fewShot';
import type { Policy } from '../../evaluation/policy';
import { measureTax } from '../../evaluation/tax';
import { measureToxicity } from '../../evaluation/toxicity';
import { measureTruth } from '../../evaluation/truth';
import type { JobContext, JobDefinition } from '../job';
import type { PolicyName } from '../results';
import { loadAligned } from './reward';

/** The held facts are few, so each question is asked often: what separates policies on them is small. */
const TRUTH_REPEATS = { held: 8, seen: 3 };

export const policy: JobDefinition<'policy'> = {
  version: 1,
  async run(context, { options }) {
    const { run, progress } = context;
    await loadAligned(context);
    const asked = await policyOf(context, options.policy);
    const { testPrompts } = run.curriculum;
    const completion = run.curriculum.completionTestPrompts.slice(0, options.completionPrompts);
    progress(`${options.policy}: answering ${options.prompts} prompts`);
    const answers = await answer(run, asked, testPrompts.slice(0, options.prompts));
    const completionAnswers = completion.length > 0 ? await answer(run, asked, completion) : null;
    progress(`${options.policy}: suites`);
    // A way of asking changes answers, not what the model holds likely: the prompted base is the base here.
    const isModelOfItsOwn = !asked.shots && !asked.bestOf;
    return {
      policy: options.policy,
      answers,
      completionAnswers,
      truth: await measureTruth(run, asked, TRUTH_REPEATS),
      toxicity: await measureToxicity(run, asked),
      bias: isModelOfItsOwn ? await measureBias(run, asked.model) : null,
      tax: isModelOfItsOwn ? await measureTax(run, asked.model) : null,
    };
  },
};

/** How a policy of the tables is asked. */
async function policyOf(context: JobContext, name: PolicyName): Promise<Policy> {
  const { run, base, model, result } = context;
  switch (name) {
    case 'base':
      return { name, model: await base() };
    case 'prompted': {
      const { shots } = await result('prompted', 'prompted');
      return { ...fewShotPolicy(await base(), shots), name };
    }
    case 'sft':
      return { name, model: run.models.sft! };
    case 'bestOf4':
      return { name, model: run.models.sft!, bestOf: 4 };
    case 'publicTasks':
    case 'ppo':
    case 'ppoPtx':
      return { name, model: await model(name, 'policy') };
  }
}
