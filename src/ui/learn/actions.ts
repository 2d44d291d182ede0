import type { SettingKey, SettingValue } from '../../config/config';
import type { PolicyName, PpoPhaseName, RankingLabel, RunPlan, Stage } from '../../worker/protocol';
import type { AppState } from '../state/app.svelte';
import type { Taste } from './breakTypes';
import { wait } from './waiting';

/** What "Do it for me" does, in the same steps a learner would take. */

const MINUTE = 60_000;

/** Something is loaded that can answer: a run was begun, held or is over. */
export const hasRun = (app: AppState) => app.live.status.plan !== null;

/** PPO from the shipped models, or everything where none ship. */
export const ppoPlan = (app: AppState): RunPlan => (app.isShipped ? 'ppo' : 'scratch');

export function startPpo(app: AppState): void {
  app.start(ppoPlan(app));
}

/** Settings as a fresh run needs them, then the run. */
export function startPpoWith(app: AppState, settings: Partial<Record<SettingKey, SettingValue>>): void {
  for (const key of Object.keys(settings) as SettingKey[]) app.change(key, settings[key]);
  startPpo(app);
}

/** Loads the models without training, so that they can answer. */
export function load(app: AppState): void {
  if (!hasRun(app)) app.hold();
}

/** Asks every picked policy side by side. Which of them there are, the worker says a moment after it has loaded them. */
export async function askSideBySide(app: AppState, prompt: string): Promise<void> {
  const { evaluation } = app;
  load(app);
  evaluation.tab = 'answers';
  await wait(() => evaluation.ready.length > 0, MINUTE);
  evaluation.ask(prompt);
}

/** All three steps from the shipped base model, or from nothing where none ships. */
export const allSteps = (app: AppState): RunPlan => (app.isShipped ? 'all' : 'scratch');

/** Lets the run go on until a stage has come so far, and pauses it there; begins PPO where nothing runs. */
export async function runUntil(app: AppState, stage: Stage, step: number): Promise<void> {
  // A run that still counts as running may have a pause before it, asked for by the step before.
  if (app.live.isActive) app.live.client.send({ type: 'resume' });
  else startPpo(app);
  await pauseAt(app, stage, step);
}

/** Begins a run and pauses it where a stage has come so far. The worker tells a moment later that it has begun. */
export async function startUntil(app: AppState, plan: RunPlan, stage: Stage, step: number): Promise<void> {
  app.start(plan);
  await pauseAt(app, stage, step);
}

/** Begins PPO anew, up to `from`, where what is left of the run is too short to watch `updates` more of it. */
export async function makeRoom(app: AppState, updates: number, from: number): Promise<void> {
  const { step, totalSteps } = app.live.status;
  if (step + updates > totalSteps) await startUntil(app, ppoPlan(app), 'ppo', from);
}

/** Lets PPO do `updates` more and pauses it there. */
export const runOn = (app: AppState, updates: number): Promise<void> =>
  runUntil(app, 'ppo', app.live.status.step + updates);

async function pauseAt(app: AppState, stage: Stage, step: number): Promise<void> {
  await wait(() => isPast(app, stage, step), 10 * MINUTE);
  app.live.client.send({ type: 'pause' });
}

function isPast(app: AppState, stage: Stage, step: number): boolean {
  const { status } = app.live;
  return (status.stage === stage && status.step >= step) || status.stages[stage] === 'done';
}

/** Opens the answer of a policy to the first pinned prompt in the inspector, the most telling one if asked. */
export async function inspectAnswer(
  app: AppState,
  policy: PolicyName,
  prefer: (score: number, trueScore: number) => number = () => 0,
): Promise<void> {
  if (app.run.snapshot(policy, null) === null) load(app);
  await wait(() => app.run.snapshot(policy, null) !== null, MINUTE);
  const items = [...(app.run.snapshot(policy, null)?.items ?? [])];
  const weight = (item: (typeof items)[number]) => prefer(item.score ?? 0, item.trueScore ?? 0);
  items.sort((a, b) => weight(b) - weight(a));
  if (items[0] !== undefined) app.inspect(policy, items[0].prompt);
}

/** Lets PPO come so far, then stops its next update phase by phase until one of them has been seen. */
export async function stepTo(app: AppState, phase: PpoPhaseName, after: number): Promise<void> {
  const seen = () => app.live.phases.some((stop) => stop.phase === phase && stop.step > after);
  if (seen()) return;
  await runUntil(app, 'ppo', after);
  app.go('slow');
  while (!seen()) {
    const before = app.live.phases;
    app.live.client.send({ type: 'phase' });
    await wait(() => app.live.phases !== before, 2 * MINUTE);
  }
}

/** Ranks answers on the desk, shorter ones first, until `count` more rankings are submitted. */
export async function rank(app: AppState, count: number): Promise<void> {
  const { task, book } = app.desk;
  await book.open();
  if (book.nickname.trim() === '') book.nickname = 'guest';
  load(app);
  for (let i = 0; i < count; i++) {
    if (task.item === null) await task.next();
    const { item } = task;
    if (item === null) return;
    byLength(item.answers.map(({ text }) => text)).forEach((rank, answer) => task.place(answer, rank));
    await task.submit();
  }
}

/** Rank of each text, the shortest being 0; texts of one length tie. */
function byLength(texts: readonly string[]): number[] {
  const lengths = texts.map((text) => text.split(/\s+/).length);
  return lengths.map((length) => new Set(lengths.filter((other) => other < length)).size);
}

/** Prompts ranked by a made-up labeler. */
const TASTE_PROMPTS = 60;

/**
 * Made-up labelers rank the same answers of the present SFT policy, each by length and nothing else. They land on the table
 * as label files named after them, like those of people.
 */
export async function loadTastes(app: AppState, labelers: Readonly<Record<string, Taste>>): Promise<void> {
  const { classroom, link } = app.desk;
  const names = Object.keys(labelers);
  const labels = new Map<string, RankingLabel[]>(names.map((name) => [name, []]));
  for (let number = 1; number <= TASTE_PROMPTS; number++) {
    const item = await link.ask({ kind: 'draw', answers: 4, pool: ['sft'], number });
    const short = byLength(item.answers.map(({ text }) => text));
    const most = Math.max(...short);
    for (const name of names)
      labels.get(name)?.push({
        prompt: item.prompt,
        answers: item.answers.map(({ text }) => text),
        ended: item.answers.map(({ ended }) => ended),
        tokens: item.answers.map(({ tokens }) => tokens),
        ranks: labelers[name] === 'shortest' ? short : short.map((place) => most - place),
        labeler: name,
        group: name,
      });
  }
  const files = names.map(
    (name) =>
      new File([(labels.get(name) ?? []).map((label) => `${JSON.stringify(label)}\n`).join('')], `${name}.jsonl`),
  );
  await classroom.load(files);
}

/** Two classes with opposite tastes: one likes the shortest answer, the other the longest. */
export async function loadExampleClasses(app: AppState): Promise<void> {
  load(app);
  await loadTastes(app, { terse: 'shortest', wordy: 'longest' });
}
