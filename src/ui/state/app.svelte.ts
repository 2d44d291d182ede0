import { defaultValue, SETTING_KEYS, type RunSettings, type SettingKey, type SettingValue } from '../../config/config';
import { StorageError } from '../../config/errors';
import { SHIPPED_PRESETS, type Preset } from '../../config/rows';
import type { ChartBoard } from '../charts/chartBoard.svelte';
import { Desk } from '../desk/desk.svelte';
import type { RunClient } from '../../worker/client';
import type { OpenedRun, PolicyName, RecordedRun, RunPlan, Stage } from '../../worker/protocol';
import { Evaluation } from '../evaluate/evaluation.svelte';
import { Learning } from '../learn/learning.svelte';
import { Library } from '../library/library.svelte';
import { noticeSleep, saveWhenHidden } from '../library/watchOver';
import type { EngineChoice } from './engineChoice';
import { readLink, type LinkState, type Part, type ReadLink } from './link';
import { LiveSettings } from './liveSettings';
import { Offline } from './offline.svelte';
import { Preferences } from './preferences.svelte';
import { Recording } from './recording.svelte';
import { parsePlace, type Place, type Route } from './route';
import { RunModel } from './run.svelte';
import { runName } from './runName';
import { RunShelf } from './runShelf.svelte';
import { SettingsForm } from './settings.svelte';
import { suggestPreset } from './suggestedPreset';

const STAGE_ROUTE: Record<Stage, Route> = { pretrain: 'sft', sft: 'sft', rm: 'rm', ppo: 'ppo' };
const DARK = '(prefers-color-scheme: dark)';

/** One page: its route, theme, engine choice, settings form, and the run on screen. */
export class AppState {
  readonly form = new SettingsForm();
  readonly live: RunModel;
  /** Earlier runs of this visit. */
  readonly shelf = new RunShelf();
  readonly desk: Desk;
  readonly evaluation: Evaluation;
  readonly library: Library;

  readonly preferences = new Preferences();
  readonly offline = new Offline();
  /** The open lesson is part of the address, so that a link leads to its very step. */
  readonly learning = new Learning({
    get: () => (this.link.lesson?.id ? this.link.lesson : null),
    set: (lesson) => (this.link = { ...this.link, lesson }),
  });

  #place = $state.raw<Place>(parsePlace(location.hash));
  #systemIsDark = $state(matchMedia(DARK).matches);
  /** What the address asked for; closing its note empties the lines. */
  link = $state.raw<ReadLink>(readLink(''));
  isHelpOpen = $state(false);
  isShareOpen = $state(false);
  /** Large type, thick lines, one chart and one prompt: for the back row. */
  isProjector = $state(false);
  isRailOpen = $state(false);
  /** What the charts on screen share; null on screens without charts. */
  chartBoard = $state.raw<ChartBoard | null>(null);
  /** The step that charts, answers and inspector show; null follows the newest. */
  moment = $state<number | null>(null);
  selection = $state.raw<{ policy: PolicyName; prompt: string } | null>(null);
  readonly recording = new Recording();
  isShowingReplay = $state(false);
  /** Set when this device trains in software or not at all and the visitor has not waved the note away. */
  isDeviceNoteHidden = $state(false);
  isHttpNoteHidden = $state(false);
  #startCount = $state(0);
  #isReplayOffered = false;
  /** Preset and recipe that the worker has been told to expect. */
  #foreseen: string | null = null;
  /** What the page would open with by itself on this device; null while nobody knows. */
  suggestedPreset = $state<Preset | null>(null);
  /** Null once the preset to open with is known; a run asked for earlier waits for it. */
  #opening = $state.raw<Promise<void> | null>(null);
  readonly #liveSettings: LiveSettings;

  /** @param query what follows `?` in the address; its preset wins over the suggested one */
  constructor(client: RunClient, query: string) {
    this.live = new RunModel(client);
    this.#liveSettings = new LiveSettings(this.form, this.live);
    this.desk = new Desk(client, {
      run: () => (this.live.engine === null && this.live.failure !== null ? this.recorded : null),
    });
    this.evaluation = new Evaluation(client, {
      runName: () => this.runName,
      engine: () => `${this.live.engine?.engine ?? ''}, ${this.live.engine?.adapter ?? ''}`,
      kept: () => this.desk.link.ask({ kind: 'kept', name: 'evaluations' }),
      keep: (content) => this.desk.link.ask({ kind: 'keep', name: 'evaluations', content }),
    });
    this.library = new Library(client, { adopt: (run, isSame) => this.#adopt(run, isSame) });
    client.subscribe(({ type }) => type === 'workerGone' && void this.#revive());
    const link = readLink(query);
    this.link = link;
    if (link.opensBench) {
      location.hash = '#/bench';
      this.#place = parsePlace(location.hash);
    }
    this.isProjector = link.isProjector;
    if (link.engine !== null) this.preferences.borrow('engine', link.engine);
    if (link.language !== null) this.preferences.borrow('language', link.language);
    this.form.recipe = link.recipe ?? this.form.recipe;
    if (link.preset === null)
      this.#opening = suggestPreset().then((preset) => {
        this.suggestedPreset = preset;
        this.#open(preset, link.overrides);
      });
    else this.#open(link.preset, link.overrides);
  }

  /** The settings of a link stand on the column of its preset, so they come after it. */
  #open(preset: Preset, overrides: LinkState['overrides']): void {
    this.form.preset = preset;
    for (const key of SETTING_KEYS) {
      const value = overrides[key];
      if (value !== undefined) this.form.set(key, value);
    }
    this.#opening = null;
  }

  /** The preset is not known yet. */
  get isOpening(): boolean {
    return this.#opening !== null;
  }

  /** The run that the screens show. */
  get run(): RunModel {
    return this.isShowingReplay && this.replay !== null ? this.replay : this.live;
  }

  get route(): Route {
    return this.#place.route;
  }

  /** What follows the screen in the address, a lesson's name for instance. */
  get detail(): string | null {
    return this.#place.detail;
  }

  get theme(): 'light' | 'dark' {
    const choice = this.preferences.get('theme');
    return choice === 'system' ? (this.#systemIsDark ? 'dark' : 'light') : choice;
  }

  get engineChoice(): EngineChoice {
    return this.preferences.get('engine');
  }

  /** The address may leave parts of a screen and controls out. */
  shows(part: Part | SettingKey): boolean {
    if (this.link.hidden.includes(part)) return false;
    return this.link.shown === null || !part.includes('.') || this.link.shown.some((key) => key === part);
  }

  /** A setting as the run on screen has it, which the form may already have left. */
  settingOfRun(key: SettingKey): SettingValue {
    const settings = (this.isShowingReplay ? this.recorded?.settings : this.form.applied) ?? this.form.settings;
    return settings.overrides[key] ?? defaultValue(key, settings.preset, settings.recipe);
  }

  get runName(): string {
    return this.library.savedName ?? this.#ownName;
  }

  /** What the page calls a run until it is kept. */
  get #ownName(): string {
    return runName(`${JSON.stringify(this.form.applied ?? this.form.settings)} ${this.#startCount}`);
  }

  /** Connects the page to the window; returns the function that disconnects it. */
  connect(): () => void {
    const onHash = () => this.#enter(parsePlace(location.hash));
    const media = matchMedia(DARK);
    const onScheme = () => (this.#systemIsDark = media.matches);
    window.addEventListener('hashchange', onHash);
    // The address may have changed while the words of the page were on their way.
    onHash();
    media.addEventListener('change', onScheme);
    this.prepare();
    void this.#loadReplay();
    void this.library.refresh();
    const ends = [
      saveWhenHidden(() => this.live.client.send({ type: 'save' })),
      noticeSleep((seconds) => {
        if (this.live.isActive) this.library.slept = seconds;
      }),
    ];
    const disconnectOffline = this.offline.connect(import.meta.env.PROD);
    return () => {
      disconnectOffline();
      for (const end of ends) end();
      window.removeEventListener('hashchange', onHash);
      media.removeEventListener('change', onScheme);
      this.live.close();
      this.recording.close();
    };
  }

  async #loadReplay(): Promise<void> {
    try {
      await this.recording.load();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.live.failure = { type: 'failed', kind: 'storage', message: error.message, stage: null, step: 0 };
    }
  }

  get recorded(): RecordedRun | null {
    return this.recording.run;
  }

  /** The recorded run as it is played. */
  get replay(): RunModel | null {
    return this.recording.replay;
  }

  watchReplay(): void {
    this.isShowingReplay = true;
    this.moment = null;
    this.go(STAGE_ROUTE[this.replay?.status.stage ?? 'ppo']);
  }

  /**
   * A visit that begins on a step of a device that trains slowly shows the recorded run there, so that something real
   * moves at once. Who asks for settings or an engine wants to train, and nothing is replaced once a run has begun.
   */
  offerReplay(): void {
    const { engine, status } = this.live;
    const isStep = this.route === 'sft' || this.route === 'rm' || this.route === 'ppo';
    const isAsked = this.engineChoice !== 'auto' || Object.keys(this.form.settings.overrides).length > 0;
    if (this.#isReplayOffered || engine === null || this.replay === null) return;
    this.#isReplayOffered = true;
    // A run that was asked for before the engine had started has said nothing yet.
    const isBegun = status.state !== 'idle' || this.form.applied !== null;
    if (!isStep || isAsked || !engine.isSoftware || isBegun) return;
    this.isShowingReplay = true;
    if (this.route === 'ppo') this.recording.play('ppo');
  }

  go(route: Route, detail?: string): void {
    location.hash = detail === undefined ? `#/${route}` : `#/${route}/${detail}`;
  }

  #enter(place: Place): void {
    const isSameScreen = place.route === this.route;
    this.#place = place;
    if (isSameScreen) return;
    this.moment = null;
    this.selection = null;
    this.isRailOpen = false;
  }

  /** Follows the run to the screen of its next stage, if the visitor was watching the stage before. */
  follow(previous: Stage | null, current: Stage | null): void {
    if (previous === null || current === null || previous === current) return;
    if (this.route === STAGE_ROUTE[previous]) this.go(STAGE_ROUTE[current]);
  }

  cycleTheme(): void {
    this.preferences.set('theme', this.theme === 'dark' ? 'light' : 'dark');
  }

  /** Starts the engine; models are loaded when a run begins. A form with a problem in it is no reason not to. */
  prepare(): void {
    const { preset, recipe } = this.form;
    this.#foreseen = null;
    const settings: RunSettings = { version: 1, preset, recipe, overrides: {} };
    const saveEveryMs = Number(this.preferences.get('autosave')) * 1000;
    const { engineChoice: engine } = this;
    this.live.client.send({ type: 'init', settings, engine, baseUrl: document.baseURI, saveEveryMs });
    void this.#opening?.then(() => this.foresee());
    this.foresee();
  }

  /** What the form stands at is what will most likely be started. Once for a preset and recipe, and not beside a run. */
  foresee(): void {
    const { preset, recipe, resolved, settings } = this.form;
    const wanted = `${preset} ${recipe}`;
    if (this.#opening !== null || resolved.problem !== null || this.live.isActive || wanted === this.#foreseen) return;
    this.#foreseen = wanted;
    this.live.client.send({ type: 'foresee', settings });
  }

  /** Another engine means another device: the run on it ends, and a fresh worker keeps nothing of either. */
  chooseEngine(choice: EngineChoice): void {
    this.preferences.set('engine', choice);
    this.live.client.restart();
    this.live.engine = null;
    this.library.link.giveUp('library: the engine was changed before the answer came; expected it to stay; ask again.');
    this.#shelve();
    this.prepare();
    // The run that ends here can be continued on the new engine.
    void this.library.refresh();
  }

  /** The browser has ended the worker: another one takes over, and the run goes on from its last save. */
  async #revive(): Promise<void> {
    const { state } = this.live.status;
    const { savedRun } = this.library;
    const gone = 'training worker: the browser ended it before the answer came; expected it to stay; ask again.';
    this.live.client.restart();
    this.live.engine = null;
    this.library.link.giveUp(gone);
    this.desk.link.giveUp(gone);
    this.prepare();
    if (state === 'idle') return;
    if (savedRun === null) {
      this.#shelve();
      this.library.revival = { place: null };
    } else await this.library.revive(savedRun, state !== 'running');
  }

  /** The run on screen makes way; its lines stay at hand for comparison, unless it is the one that comes. */
  #shelve(isSame = false): void {
    if (this.form.applied !== null && !isSame) this.shelf.keep(this.runName, this.form.applied, this.live.metrics);
    this.live.forget();
    this.library.forget();
  }

  /** Starts a plan from its first stage with the form as it stands; refused while the form has a problem. */
  start(plan: RunPlan): void {
    if (this.#opening !== null) {
      void this.#opening.then(() => this.start(plan));
      return;
    }
    if (this.form.resolved.problem !== null) return;
    this.isShowingReplay = false;
    this.moment = null;
    this.selection = null;
    this.#shelve();
    this.#startCount += 1;
    this.form.markStarted();
    const { contributions } = this.desk.teaching;
    const name = this.#ownName;
    this.live.client.send({ type: 'start', plan, settings: this.form.settings, contributions, name });
    this.go(plan === 'ppo' ? 'ppo' : 'sft');
  }

  /** Loads the shipped models and waits before the first update, so that somebody can write answers; no screen changes. */
  hold(): void {
    if (this.#opening !== null) {
      void this.#opening.then(() => this.hold());
      return;
    }
    if (this.form.resolved.problem !== null) return;
    this.isShowingReplay = false;
    this.#shelve();
    this.#startCount += 1;
    this.form.markStarted();
    const name = this.#ownName;
    this.live.client.send({ type: 'start', plan: 'ppo', settings: this.form.settings, isHeld: true, name });
  }

  /**
   * A run of the library is about to be told from its beginning: it takes the place of the one on screen.
   * @param isSame it is the one on screen, which goes on
   */
  #adopt(run: OpenedRun, isSame: boolean): void {
    this.isShowingReplay = false;
    this.moment = null;
    this.selection = null;
    this.#shelve(isSame);
    this.form.adopt(run.settings);
    if (!isSame) this.go(run.place.stage === null ? 'ppo' : STAGE_ROUTE[run.place.stage]);
  }

  /** The models of the preset come with the page, so a run may begin after pretraining. */
  get isShipped(): boolean {
    return SHIPPED_PRESETS.includes(this.form.preset);
  }

  get defaultPlan(): RunPlan {
    if (!this.isShipped) return 'scratch';
    return this.live.status.plan ?? (this.route === 'sft' || this.route === 'rm' ? 'all' : 'ppo');
  }

  restart(): void {
    if (this.isShowingReplay) return this.recording.play();
    this.start(this.defaultPlan);
  }

  /** Run, pause or resume, whichever fits. */
  toggle(): void {
    const { state } = this.run.status;
    if (state === 'running' || state === 'loading') this.run.client.send({ type: 'pause' });
    else if (state === 'paused') this.run.client.send({ type: 'resume' });
    else this.restart();
  }

  step(): void {
    if (this.run.isActive) this.run.client.send({ type: 'step' });
  }

  stop(): void {
    if (this.run.isActive) this.run.client.send({ type: 'stop' });
  }

  /** Takes a value from a control; live keys go to the running stage at once, the others wait for a restart. */
  change(key: SettingKey, value: unknown): void {
    this.#liveSettings.change(key, value);
  }

  resetSetting(key: SettingKey): void {
    this.#liveSettings.reset(key);
  }

  inspect(policy: PolicyName, prompt: string): void {
    this.selection = { policy, prompt };
  }
}
