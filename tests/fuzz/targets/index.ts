import type { FuzzTarget } from '../target';
import { archive } from './archive';
import { labels } from './labels';
import { link } from './link';
import { recording } from './recording';
import { safetensors } from './safetensors';
import { commandLine, settings } from './settings';
import { hiddenText, json } from './text';
import { tokenizer } from './tokenizer';

/** Every parser that reads something from outside. */
export const TARGETS: readonly FuzzTarget[] = [
  hiddenText,
  json,
  labels,
  safetensors,
  tokenizer,
  settings,
  commandLine,
  link,
  recording,
  archive,
];
