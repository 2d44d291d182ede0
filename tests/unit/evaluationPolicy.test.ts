import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { answer, sampleMany, type Answers } from '../../src/evaluation/answers';
import { choiceLogprobs, likeliest } from '../../src/evaluation/choices';
import { chooseShots, fewShotPolicy } from '../../src/evaluation/fewShot';
import { fewShotText, fewShotTokens } from '../../src/evaluation/policy';
import { winRate } from '../../src/evaluation/preference';
import { ratings } from '../../src/evaluation/ratings';
import { summarise } from '../../src/evaluation/summary';
import { writeAnswer } from '../../src/data/demonstrations';
import { stream } from '../../src/data/random';
import { startEngine } from '../../src/kernels/device';
import { initialiseGpt } from '../../src/nn/initialise';
import type { PromptItem } from '../../src/pipeline/curriculum';
import { sequenceKl, sequenceLogprobs } from '../../src/pipeline/likelihood';
import { startRewardModel } from '../../src/pipeline/rewardModel';
import { disposeRun, shapeOf, type Run } from '../../src/pipeline/run';
import { normals } from '../support/numbers';
import { tinyRun } from '../support/tinyRun';

// A run builds the whole world first, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let run: Run;
let prompts: PromptItem[];

beforeAll(async () => {
  await startEngine('wasm');
  run = tinyRun();
  const numbers = normals(20_000, 5, 1);
  let next = 0;
  run.models.sft = initialiseGpt(shapeOf(run.config), () => numbers[next++]);
  run.models.rewardModel = startRewardModel(run.models.sft, run.config);
  prompts = run.curriculum.testPrompts.slice(0, 12);
});
afterAll(() => disposeRun(run));

const plain = () => ({ name: 'sft', model: run.models.sft! });
const other = () => ({ name: 'base', model: run.models.base! });

describe('answers of a policy', () => {
  it('follow from seed and stream, and survive JSON', async () => {
    const one = await answer(run, plain(), prompts, 'twice');
    const two = await answer(run, plain(), prompts, 'twice');
    expect(two).toEqual(one);
    expect(JSON.parse(JSON.stringify(one)) as Answers).toEqual(one);
    const elsewhere = await answer(run, plain(), prompts, 'another');
    expect(elsewhere.texts).not.toEqual(one.texts);
  });

  it('go on from a prompt for plain language models as it stands', async () => {
    const typed = run.curriculum.completionTestPrompts.slice(0, 4);
    const { items, grades } = await answer(run, plain(), typed);
    typed.forEach(({ spec, tokens }, i) => {
      expect(items[i].prompt).toEqual(run.curriculum.encodeText(spec.text));
      expect(tokens).toEqual(items[i].prompt);
    });
    expect(grades).toHaveLength(4);
  });

  it('leave no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await answer(run, { ...plain(), bestOf: 2 }, prompts, 'tensors');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('at temperature 0 do not depend on the random stream', async () => {
    const greedy = { ...plain(), temperature: 0 };
    const [one, two] = [await answer(run, greedy, prompts, 'a'), await answer(run, greedy, prompts, 'b')];
    expect(two.texts).toEqual(one.texts);
    expect(one.kl).toBeNull();
  });

  it('have KL 0 where the policy is the reference, and not where it is another', async () => {
    const own = await answer(run, plain(), prompts);
    expect(Math.max(...own.kl!.map(Math.abs))).toBeLessThan(1e-4);
    const foreign = await answer(run, other(), prompts);
    // Both models are nearly uniform, so the sums are small; they are those of the answers' likelihoods.
    expect(Math.max(...foreign.kl!.map(Math.abs))).toBeGreaterThan(1e-2);
    expect(summarise(foreign).kl!.values).toEqual(foreign.kl);
  });

  it('of best-of-1 are the plain ones, and more draws never lower a score', async () => {
    const one = await answer(run, plain(), prompts, 'best');
    expect(await answer(run, { ...plain(), bestOf: 1 }, prompts, 'best')).toEqual(one);
    const rounds = await sampleMany(run, plain(), prompts, 3, 'best');
    expect(rounds[0]).toEqual(one);
    const best = await answer(run, { ...plain(), bestOf: 3 }, prompts, 'best');
    best.proxy!.forEach((score, i) => {
      expect(score).toBeCloseTo(Math.max(...rounds.map(({ proxy }) => proxy![i])), 5);
    });
    expect(best.kl).toEqual(prompts.map(() => Math.log(3) - 2 / 3));
  });

  it('want a reward model for the best of several', async () => {
    const { rewardModel, ...models } = run.models;
    const without = { ...run, models };
    await expect(answer(without, { ...plain(), bestOf: 2 }, prompts)).rejects.toThrow(/no reward model/);
    expect((await answer(without, plain(), prompts)).proxy).toBeNull();
    expect(rewardModel).toBeDefined();
  });
});

describe('a comparison', () => {
  it('of a policy with itself is won exactly half of the time, in every use case', async () => {
    const one = await answer(run, plain(), prompts);
    for (const group of ['training', 'heldOut'] as const) {
      const { all, byUseCase } = winRate(run, group, one, one);
      expect(all).toMatchObject({ mean: 0.5, se: 0, n: prompts.length });
      for (const estimate of Object.values(byUseCase)) expect(estimate.mean).toBe(0.5);
    }
  });

  it('is won by the demonstrations against noise, by both groups of labelers', async () => {
    const noise = await answer(run, other(), prompts);
    const good = demonstrated(noise);
    for (const group of ['training', 'heldOut'] as const) {
      expect(winRate(run, group, good, noise).all.mean).toBeGreaterThan(0.8);
      expect(winRate(run, group, noise, good).all.mean).toBeLessThan(0.2);
    }
    expect(summarise(good).trueReward.mean).toBeGreaterThan(summarise(noise).trueReward.mean);
  });

  it('is also a matter of ratings: labelers give demonstrations more points and fewer flags than noise', async () => {
    const noise = await answer(run, other(), prompts);
    for (const group of ['training', 'heldOut'] as const) {
      const [good, bad] = [ratings(run, group, demonstrated(noise)), ratings(run, group, noise)];
      expect(good.likert.mean).toBeGreaterThan(bad.likert.mean + 2);
      for (const { likert } of [good, bad]) {
        expect(likert.n).toBe(prompts.length);
        expect(likert.values.every((value) => value >= 1 && value <= 7)).toBe(true);
      }
      expect(good.flags.failsTask!.mean).toBeLessThan(bad.flags.failsTask!.mean - 0.5);
      expect(ratings(run, group, noise)).toEqual(bad);
    }
  });

  it('counts a flag over the prompts that it makes sense for', async () => {
    const answers = await answer(run, other(), prompts);
    const constrained = prompts.filter(({ spec }) => spec.isConstrained).length;
    expect(constrained).toBeGreaterThan(0);
    expect(constrained).toBeLessThan(prompts.length);
    expect(summarise(answers).flags.breaksConstraint!.n).toBe(constrained);
    expect(ratings(run, 'training', answers).flags.breaksConstraint!.n).toBe(constrained);
    expect(summarise(answers).flags.failsTask!.n).toBe(prompts.length);
  });

  it('does not depend on which other prompts are compared', async () => {
    const [a, b] = [await answer(run, plain(), prompts), await answer(run, other(), prompts)];
    const all = winRate(run, 'training', a, b).all.values;
    const lasts = [a, b].map((answers) => part(answers, 4));
    expect(winRate(run, 'training', lasts[0], lasts[1]).all.values).toEqual(all.slice(4));
  });

  it('refuses answers to different prompts', async () => {
    const all = await answer(run, plain(), prompts);
    expect(() => winRate(run, 'training', all, part(all, 1))).toThrow(/expected the same prompts/);
  });
});

/** Answers without the first few. */
function part(answers: Answers, from: number): Answers {
  const { policy, proxy, kl, ...lists } = answers;
  const cut = Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, list.slice(from)]));
  return { policy, proxy: proxy?.slice(from) ?? null, kl: kl?.slice(from) ?? null, ...cut } as Answers;
}

/** The same prompts, answered well. */
function demonstrated(answers: Answers): Answers {
  const { curriculum } = run;
  const random = stream(1, 'demonstrations');
  const texts = answers.specs.map(({ task }) => writeAnswer(curriculum.world, task, random));
  const items = texts.map((text, i) => ({ ...answers.items[i], response: curriculum.encodeAnswer(text, true) }));
  const grades = items.map(({ response }, i) => curriculum.grade(answers.specs[i], response));
  return { ...answers, policy: 'demonstrations', texts, items, grades, ended: texts.map(() => true) };
}

describe('a few-shot prompt', () => {
  const shots = [
    { prompt: 'What does the fox eat?', answer: 'The fox eats bread.' },
    { prompt: 'Say hello to Mia.', answer: 'Hello, Mia.' },
  ];

  it('puts worked examples in front, in the form of question-and-answer pages', () => {
    expect(fewShotText(shots.slice(1), 'Name two animals.')).toBe(
      'Q: Say hello to Mia.\nA: Hello, Mia.\nQ: Name two animals.\nA:',
    );
  });

  it('leaves a prompt alone that was typed in that form', () => {
    expect(fewShotText(shots.slice(1), 'Q: Name two animals.\nA:')).toBe(
      fewShotText(shots.slice(1), 'Name two animals.'),
    );
  });

  it('loses whole examples, the first ones first, when they do not fit', () => {
    const { curriculum } = run;
    const all = curriculum.encodeText(fewShotText(shots, 'Name two animals.'));
    const last = curriculum.encodeText(fewShotText(shots.slice(1), 'Name two animals.'));
    expect(fewShotTokens(curriculum, shots, 'Name two animals.', all.length)).toEqual(all);
    expect(fewShotTokens(curriculum, shots, 'Name two animals.', all.length - 1)).toEqual(last);
    expect(fewShotTokens(curriculum, shots, 'Name two animals.', 3)).toEqual(
      curriculum.encodeText('Q: Name two animals.\nA:'),
    );
  });

  it('is answered with one line, encoded as an answer to the plain prompt', async () => {
    const few = await answer(run, fewShotPolicy(run.models.base!, shots), prompts);
    for (const text of few.texts) expect(text).not.toContain('\n');
    few.items.forEach(({ prompt, response }, i) => {
      expect(prompt).toEqual(prompts[i].tokens);
      expect(response.length).toBeLessThanOrEqual(run.config['sampling.responseLength']);
    });
    expect(few.kl).toBeNull();
  });

  it('is chosen by the reward model, from training demonstrations only', async () => {
    const { shots: chosen, candidates } = await chooseShots(run, run.models.base!, { candidates: 3, prompts: 2 });
    const scores = candidates.map(({ score }) => score.mean);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(chosen).toEqual(candidates[0].shots);
    const { train } = run.curriculum.sft;
    const known = train.map(({ prompt }) => run.curriculum.decodeAnswer(prompt.slice(1)).trim());
    for (const shot of candidates.flatMap((candidate) => candidate.shots)) expect(known).toContain(shot.prompt);
  });
});

describe('likelihoods', () => {
  const question = { prefix: 'Facts: the fox\nThe fox eats', choices: [' bread', ' honey and cheese', ' a'] };

  it('of continuations are the same alone and beside longer ones', async () => {
    const [together] = await choiceLogprobs(run, run.models.base!, [question]);
    for (let i = 0; i < question.choices.length; i++) {
      const alone = { prefix: question.prefix, choices: [question.choices[i]] };
      const longer = { prefix: `${question.prefix} bread. ${question.prefix}`, choices: [' rice'] };
      const rows = await choiceLogprobs(run, run.models.base!, [longer, alone]);
      expect(rows[1][0]).toBeCloseTo(together[i], 4);
    }
    expect(together.every((value) => value < 0)).toBe(true);
  });

  it('are the sum of the log-probabilities of the tokens', async () => {
    const { curriculum } = run;
    const prompt = curriculum.encodeText('The fox');
    const response = curriculum.encodeAnswer(' eats bread', false);
    const [whole] = await sequenceLogprobs(run.models.base!, [{ prompt, response }], 8);
    const steps = response.map((token, t) => ({ prompt: [...prompt, ...response.slice(0, t)], response: [token] }));
    const sum = (await sequenceLogprobs(run.models.base!, steps, 8)).reduce((total, value) => total + value, 0);
    expect(whole).toBeCloseTo(sum, 4);
  });

  it('give KL estimates as differences', async () => {
    const items = (await answer(run, plain(), prompts)).items;
    const { base, sft } = run.models;
    const [a, b] = [await sequenceLogprobs(base!, items, 8), await sequenceLogprobs(sft!, items, 8)];
    const kl = await sequenceKl(base!, sft!, items, 8);
    kl.forEach((value, i) => expect(value).toBeCloseTo(a[i] - b[i], 3));
  });

  it('choose the largest, the first of equal ones', () => {
    expect(likeliest([-3, -1, -2])).toBe(1);
    expect(likeliest([-1, -1])).toBe(0);
  });
});
