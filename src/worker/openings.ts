/** How a run comes into the session: from a plan, from a snapshot, after trouble, or with new labels. */
import { ConfigError, StorageError } from '../config/errors';
import type { Contributions } from '../pipeline/contributions';
import type { ChangedSnapshot } from '../pipeline/fork';
import { forgetSaved, type Run } from '../pipeline/run';
import { newRunId, type RunSnapshot } from '../pipeline/snapshot';
import { bringBack, loadModels, prepareRun } from './beginning';
import type { LiveRun, Start } from './liveRun';
import { PLAN_STAGES } from './stageBook';

/** @throws ConfigError for settings that cannot be; the present run goes on then */
export async function begin(live: LiveRun, command: Start): Promise<void> {
  // Before the old run goes: settings that cannot be must not cost it.
  const run = await prepareRun(command, live.read);
  await live.discard();
  live.losses.begin();
  live.keeper.begin(null);
  await beginWith(live, run, { ...command, runId: command.runId ?? newRunId() });
}

/** @param run that was prepared for the command */
export async function beginWith(live: LiveRun, run: Run, command: Start & { runId: string }): Promise<void> {
  const { runId, plan, settings } = command;
  live.run = run;
  live.identity = { runId, parent: null, plan, settings, changes: [] };
  live.teller.plan = plan;
  live.origin = command;
  live.book.open(PLAN_STAGES[plan]);
  live.teller.enter('loading', 'loading models');
  await loadModels(run, command, live.read);
  live.show(run, live.identity, null);
  live.board.isOwing = true;
  live.nextStage();
}

/** The present run makes way only once the other stands. A snapshot that does not fit is told to the page. */
export async function comeBack(live: LiveRun, snapshot: RunSnapshot): Promise<void> {
  const run = await bringBack(snapshot, live.read).catch((error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
    live.teller.say('storage', error.message);
  });
  if (!run) return;
  await live.discard();
  live.losses.begin();
  live.keeper.begin(snapshot);
  await goOn(live, run, snapshot);
}

/** Goes on with a run that was built again. */
export async function goOn(live: LiveRun, run: Run, { manifest }: RunSnapshot): Promise<void> {
  const { runId, parent, plan, settings, stages, position, at, summary } = manifest;
  live.run = run;
  live.identity = { runId, parent, plan, settings, changes: [...manifest.changes] };
  live.teller.plan = plan;
  live.origin = null;
  live.book.open(stages);
  live.book.standAt(at, summary);
  live.show(run, live.identity, at);
  await live.completeAll();
  live.nextStage();
  if (!position) return;
  live.book.standAt(at, summary);
  live.watch.begin(at.seconds);
  live.teller.enter(live.teller.state);
}

/** After a stage diverged or memory ran out: the newest good state, with settings that ask for less. @throws ConfigError */
export async function recover(live: LiveRun, change: (good: RunSnapshot) => ChangedSnapshot): Promise<void> {
  const good = live.keeper.stepBack();
  if (!good) throw new ConfigError('recover: there is no state to go back to; expected one; start the run again.');
  const { snapshot, changes } = change(good);
  const run = await bringBack(snapshot, live.read);
  await live.discard();
  live.keeper.tryAgain(snapshot);
  await goOn(live, run, snapshot);
  for (const change of changes) live.post({ type: 'settingChanged', ...change });
}

/** The reward model is trained again on these contributions, and then PPO. @throws ConfigError without an SFT policy */
export async function retrain(live: LiveRun, contributions: Contributions): Promise<void> {
  const { run, book } = live;
  const isLearning = live.loop !== null && (book.stage === 'sft' || book.stage === 'pretrain');
  if (!run?.models.sft || isLearning)
    throw new ConfigError(
      'rm: there is no finished SFT policy to begin with; expected one; wait for step 1 or load the shipped models.',
    );
  await live.loop?.return(undefined);
  run.contributions = contributions;
  forgetSaved(run);
  book.plan(['rm', 'ppo']);
  live.stepsLeft = Infinity;
  live.nextStage();
}
