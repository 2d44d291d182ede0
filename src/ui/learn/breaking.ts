import { SETTING_KEYS, type SettingKey } from '../../config/config';
import { teachRun } from '../desk/teachRun';
import type { AppState } from '../state/app.svelte';
import { loadTastes } from './actions';
import { BREAK_PREFIX } from './breakages';
import type { Breakage, Taste } from './breakTypes';

/** The labeler of a breakage, and the name of their file. */
const LABELER = 'one-taste';

const keysOf = ({ settings }: Breakage) => SETTING_KEYS.filter((key) => settings[key] !== undefined);
const fileOf = (app: AppState) => app.desk.classroom.files.find(({ name }) => name === `${LABELER}.jsonl`);

/** The run on screen was started with the settings, or the labels, of a breakage. */
export function isBroken(app: AppState, breakage: Breakage): boolean {
  const { teaching } = app.desk;
  const isTaught = fileOf(app) !== undefined && teaching.rankings.join() === 'files';
  return (
    app.form.applied !== null &&
    !app.isShowingReplay &&
    isTaught === (breakage.taste !== undefined) &&
    keysOf(breakage).every((key) => app.settingOfRun(key) === breakage.settings[key])
  );
}

/**
 * Everything else goes back to its default first, so that the failure is the one that was measured.
 * @returns once the broken run has begun
 */
export async function breakRun(app: AppState, breakage: Breakage): Promise<void> {
  app.form.resetAll();
  await dismissLabeler(app);
  for (const key of keysOf(breakage)) app.change(key, breakage.settings[key]);
  app.learning.start(`${BREAK_PREFIX}${breakage.id}`);
  if (breakage.taste === undefined) {
    app.start(app.isShipped ? breakage.plan : 'scratch');
    app.go(breakage.route);
  } else await app.learning.whileBreaking(() => hireLabeler(app, breakage.taste!));
}

/** One person ranks answers of the shipped SFT model, and the reward model learns from nobody else. */
async function hireLabeler(app: AppState, taste: Taste): Promise<void> {
  app.hold();
  await loadTastes(app, { [LABELER]: taste });
  app.desk.teaching.rankings = ['files'];
  await teachRun(app);
}

async function dismissLabeler(app: AppState): Promise<void> {
  const file = fileOf(app);
  if (file === undefined) return;
  app.desk.teaching.rankings = ['simulated'];
  await app.desk.classroom.drop(file.id);
}

/** Takes the changes back and starts the same plan again. */
export async function repairRun(app: AppState, breakage: Breakage): Promise<void> {
  for (const key of keysOf(breakage) satisfies SettingKey[]) app.resetSetting(key);
  await dismissLabeler(app);
  app.start(app.isShipped ? breakage.plan : 'scratch');
  app.go(breakage.route);
}
