/** What becomes of a run when something was thrown: a device that went away, memory that ran out, or its end. */
import { DeviceError, DivergedError } from '../config/errors';
import { smallerSettings } from '../pipeline/smallerBatch';
import { bringBack, prepareRun } from './beginning';
import { beginWith, goOn } from './openings';
import { causeOf, kindOf, messageOf, smallerPreset } from './failures';
import type { LiveRun } from './liveRun';

/** Goes on after a lost device; says in words why a run cannot go on otherwise. */
export async function answerTrouble(live: LiveRun, reason: unknown): Promise<void> {
  const error = await causeOf(reason);
  if (error instanceof DeviceError && error.trouble === 'memory') return clear(live, error);
  const isLoss = error instanceof DeviceError && error.trouble === 'lost' && live.hooks.restartEngine !== undefined;
  const isKnown = live.keeper.newest !== null || live.origin !== null;
  if (!isLoss || !isKnown || !live.losses.note(error)) return end(live, error);
  // The new device may go away as well, while the run is being built again.
  await rebuild(live, error).catch((again: unknown) => answerTrouble(live, again));
}

/** Another device, and on it the newest snapshot; without one the run begins again. */
async function rebuild(live: LiveRun, { message }: DeviceError): Promise<void> {
  const [snapshot, origin] = [live.keeper.newest, live.origin];
  const { losses } = live.losses;
  const { preset } = (snapshot?.manifest ?? origin!).settings;
  const suggestion = losses > 1 ? smallerPreset(preset) : null;
  live.post({ type: 'deviceLost', message, losses, suggestion, resumesAt: snapshot?.manifest.at ?? null });
  live.teller.enter('loading', 'starting the graphics device again');
  await live.letGo();
  await live.hooks.restartEngine!();
  if (snapshot) await goOn(live, await bringBack(snapshot, live.read), snapshot);
  else if (origin) await beginWith(live, await prepareRun(origin, live.read), origin);
}

/** Memory ran out. The engine starts again, empty, so that `recover` finds all of it. */
async function clear(live: LiveRun, { message }: DeviceError): Promise<void> {
  const { stage, step } = live.book;
  const recoversAt = live.keeper.newest?.manifest.at;
  const smaller = live.run && stage && smallerSettings(live.run.config, stage);
  live.teller.flush();
  live.book.abandon();
  live.teller.enter('failed');
  await live.letGo();
  await live.hooks.restartEngine?.();
  const failure = { type: 'failed', kind: 'device', trouble: 'memory', message, stage, step } as const;
  live.post({ ...failure, ...(recoversAt && { recoversAt }), ...(smaller && { smaller }) });
}

/** The run cannot go on by itself. */
async function end(live: LiveRun, error: unknown): Promise<void> {
  const { loop } = live;
  live.loop = null;
  live.teller.flush();
  live.book.abandon();
  live.teller.enter('failed');
  const { stage, step } = live.book;
  const failure = { type: 'failed', kind: kindOf(error), message: messageOf(error), stage } as const;
  if (error instanceof DivergedError) {
    const recoversAt = live.keeper.newest?.manifest.at;
    live.post({ ...failure, step: error.step, tensor: error.tensor, ...(recoversAt && { recoversAt }) });
  } else live.post({ ...failure, step });
  // A step that threw has ended its loop; a command that threw has not.
  await loop?.return(undefined);
}
