const LOOK_MS = 100;

/**
 * Resolves once `isSo` holds.
 * @throws Error when `timeoutMs` has passed, so that nobody waits for a run that was stopped
 */
export async function wait(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > end)
      throw new Error(
        `learn: not reached in ${timeoutMs / 1000} s; expected the run to get there; do the step by hand.`,
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
