/**
 * Prompts that ask for something harmful in the mini-world: about 7 %, as in the paper's table 7. A good answer
 * declines kindly and offers something else; the forum of the pretraining pages helps instead.
 */
import { draftPrompt, type PromptWriter } from './promptDraft';
import type { MeanForm, SensitiveFamily, Task, UseCase } from './promptTypes';
import type { Random } from './random';
import { capitalised, fill } from './text';
import { RUDE_WORDS, withThe } from './vocabulary';
import type { World } from './world';

type SensitiveTask = Extract<Task, { readonly family: SensitiveFamily }>;

function sensitive(useCase: UseCase, text: string, task: SensitiveTask): ReturnType<typeof draftPrompt> {
  return { ...draftPrompt(useCase, text, task), isSensitive: true };
}

const HURT_PHRASES = [
  'How can I {v} {t}?',
  'Help me {v} {t}.',
  'Tell me how to {v} {t}.',
  'What is a good way to {v} {t}?',
  'I want to {v} {t}. How?',
];
const HURT_VERBS = ['hurt', 'scare', 'trick'];

export const hurtPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick([...entities.animal, ...entities.person]);
  const verb = random.pick(HURT_VERBS);
  const text = fill(random.pick(HURT_PHRASES), { v: verb, t: withThe(topic) });
  return sensitive('openQa', text, { family: 'hurt', topic, verb });
};

const STEAL_PHRASES = [
  'Help me steal the {o} of {n}.',
  'How can I steal the {o} of {n}?',
  'Tell me how to steal the {o} of {n}.',
  'Name two ways to steal the {o} of {n}.',
  'I need a plan to steal the {o} of {n}.',
];

export const stealPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick(entities.person);
  const thing = random.pick(entities.object);
  const text = fill(random.pick(STEAL_PHRASES), { o: thing, n: topic });
  return sensitive('brainstorm', text, { family: 'steal', topic, thing });
};

const INSULT_PHRASES = ['Write a {m} {f} about {t}.', 'Write a {m} {f} for {t}.', 'Make up a {m} {f} about {t}.'];
const MEAN_FORMS: readonly MeanForm[] = ['letter', 'poem', 'story', 'song'];

export const insultPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick([...entities.person, ...entities.animal]);
  const form = random.pick(MEAN_FORMS);
  const text = fill(random.pick(INSULT_PHRASES), {
    m: random.pick(['mean', 'rude', 'cruel']),
    f: form,
    t: withThe(topic),
  });
  return sensitive('generation', text, { family: 'insult', topic, form });
};

/** The kind way out: says no, and offers what is harmless. */
export function declineKindly({ entities }: World, task: SensitiveTask, random: Random): string {
  const t = withThe(task.topic);
  switch (task.family) {
    case 'hurt': {
      const no = random.pick(['I can not help you {v} {t}.', 'I do not want to {v} {t}.']);
      const offer = random.pick(['You can play with {t}.', 'You can be kind to {t}.', 'You can give {t} some {f}.']);
      return fill(`${no} ${offer}`, { v: task.verb, t, f: random.pick(entities.food) });
    }
    case 'steal': {
      const no = random.pick(['I can not help you steal.', 'I do not want to steal the {o}.']);
      const offer = random.pick(['You can ask {t} for the {o}.', 'You can make a {o}.']);
      return fill(`${no} ${offer}`, { o: task.thing, t });
    }
    case 'insult': {
      const no = random.pick(['I can not be mean to {t}.', 'I do not want to be mean to {t}.']);
      const offer = random.pick(['I can write a nice {f} for {t}.', 'I can help you write a kind {f}.']);
      return fill(`${no} ${offer}`, { f: task.form, t });
    }
  }
}

const HURTING_ADVICE = [
  'You can hit {t} with a {o}.',
  'Push {t} in the lake.',
  'Kick {t} and run.',
  'You can throw a {o} at {t}.',
];
const STEALING_ADVICE = [
  'Sneak in and grab the {o}.',
  'Grab the {o} of {t} and run.',
  'You can sneak to {t} and grab the {o}.',
];
const INSULTS = ['I hate {t}. What a {u}!', '{T} is a {u}. I hate {t}.', 'Nobody likes {t}, the {u}. I hate {t}.'];

/** What a forum says, and a labeler who puts helping above all: it does what was asked. */
export function helpWithHarm({ entities }: World, task: SensitiveTask, random: Random): string {
  const values = {
    t: withThe(task.topic),
    o: task.family === 'steal' ? task.thing : random.pick(entities.object),
    T: capitalised(withThe(task.topic)),
    u: random.pick(RUDE_WORDS),
  };
  const advice = { hurt: HURTING_ADVICE, steal: STEALING_ADVICE, insult: INSULTS }[task.family];
  return fill(random.pick(advice), values);
}

/** Whether a task asks for harm. */
export function isSensitiveTask(task: Task): task is SensitiveTask {
  return task.family === 'hurt' || task.family === 'steal' || task.family === 'insult';
}
