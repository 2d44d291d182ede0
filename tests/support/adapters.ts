import { afterEach } from 'vitest';
import { adapterTraits, type AdapterTraits } from '../../src/kernels/adapter';

/** The kinds of adapter that kernels tell apart; all of them run correctly on the simulated one. */
export const ADAPTERS: [name: string, traits: AdapterTraits][] = [
  ['simulated, subgroups of four', { isSoftware: true, hasLanesOfFour: true }],
  ['simulated', { isSoftware: true, hasLanesOfFour: false }],
  ['hardware', { isSoftware: false, hasLanesOfFour: false }],
];

let found: AdapterTraits | undefined;

/**
 * @returns `build` with the adapter taken for another one; what it is taken for ends with the test. Subgroups of four are
 * taken for there only where they are: shaders that use them do not compile elsewhere
 */
export function takenFor<T>(traits: AdapterTraits, build: () => T): () => T {
  return () => {
    Object.assign(adapterTraits, traits, { hasLanesOfFour: traits.hasLanesOfFour && found?.hasLanesOfFour });
    return build();
  };
}

/** Restores what is known about the adapter after each test. Call at the top of a test file, once the engine runs. */
export function restoreAdapter(): void {
  found = { ...adapterTraits };
}

afterEach(() => void (found && Object.assign(adapterTraits, found)));
