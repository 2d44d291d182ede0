import { PRESETS, type Preset } from '../config/rows';
import { ConfigError, DeviceError, DivergedError, StorageError } from '../config/errors';
import { deviceTrouble } from '../kernels/device';
import type { FailureKind } from './protocol';

export function kindOf(error: unknown): FailureKind {
  if (error instanceof ConfigError) return 'config';
  if (error instanceof DeviceError) return 'device';
  if (error instanceof DivergedError) return 'diverged';
  return error instanceof StorageError ? 'storage' : 'unexpected';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What an error comes from. A device that goes away first fails in ways of its own. */
export async function causeOf(error: unknown): Promise<unknown> {
  const mayBeLoss = error instanceof DeviceError ? error.trouble === 'other' : kindOf(error) === 'unexpected';
  return mayBeLoss ? ((await deviceTrouble()) ?? error) : error;
}

/** The next preset that asks less of the device. */
export function smallerPreset(preset: Preset): Preset | null {
  return PRESETS[PRESETS.indexOf(preset) - 1] ?? null;
}

/** Losses in a row, without a step between them, after which trying again is no use. */
const PATIENCE = 3;

/** Keeps count of how often the device of a run went away. */
export class LossBook {
  losses = 0;
  #inARow = 0;
  #newest: DeviceError | null = null;

  begin(): void {
    this.losses = 0;
    this.#inARow = 0;
  }

  noteStep(): void {
    this.#inARow = 0;
  }

  /** @returns whether another try is worth it */
  note(error: DeviceError): boolean {
    this.#newest = error;
    this.losses++;
    this.#inARow++;
    return this.#inARow < PATIENCE;
  }

  /** A loss is announced, and noticed by the step under way; both carry the same error. */
  hasHandled(error: DeviceError): boolean {
    return this.#newest === error;
  }
}
