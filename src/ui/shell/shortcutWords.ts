import { shell } from '../messages/en/shell';
import type { ShortcutName } from '../state/shortcuts';

/** What each shortcut does, in the language on screen. */
export const SHORTCUT_WORDS: Record<ShortcutName, () => string> = {
  toggle: shell.keyToggle,
  step: shell.keyStep,
  restart: shell.keyRestart,
  back: shell.keyBack,
  on: shell.keyOn,
  sft: shell.keySft,
  rm: shell.keyRm,
  ppo: shell.keyPpo,
  eval: shell.keyEval,
  label: shell.titleLabel,
  smooth: shell.keySmooth,
  projector: shell.keyProjector,
  share: shell.keyShare,
  help: shell.keyHelp,
};
