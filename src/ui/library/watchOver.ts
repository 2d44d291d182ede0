/** What the page does for a run besides drawing it: keeps the device awake, saves before it may be closed, notices sleep. */

/** Holds the screen awake while the page is seen. Browsers without the lock, or in want of battery, just do not. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let isOver = false;
  const ask = async () => {
    if (document.visibilityState !== 'visible' || isOver) return;
    const taken = await navigator.wakeLock?.request('screen').catch(() => null);
    // The run may have ended while the browser was making up its mind.
    if (isOver) await taken?.release();
    else lock = taken ?? null;
  };
  const onChange = () => void ask();
  onChange();
  // The browser takes the lock back whenever the page is hidden.
  document.addEventListener('visibilitychange', onChange);
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', onChange);
    void lock?.release();
  };
}

/** Calls `save` when the page is hidden: on phones nothing follows any more. */
export function saveWhenHidden(save: () => void): () => void {
  const onChange = () => {
    if (document.visibilityState === 'hidden') save();
  };
  document.addEventListener('visibilitychange', onChange);
  window.addEventListener('pagehide', save);
  return () => {
    document.removeEventListener('visibilitychange', onChange);
    window.removeEventListener('pagehide', save);
  };
}

const BEAT_MS = 5000;
/** A page that was only busy or throttled in the background is back sooner. */
const SLEEP_MS = 90_000;

/**
 * Tells when the device has slept: the time of day went on while nothing here could. A clock that is set back tells
 * nothing, and one that is set forward by hours looks like sleep, which does no harm.
 * @param onWake gets the seconds slept
 */
export function noticeSleep(onWake: (seconds: number) => void, now: () => number = Date.now): () => void {
  let last = now();
  const timer = setInterval(() => {
    const gapMs = now() - last - BEAT_MS;
    last = now();
    if (gapMs > SLEEP_MS) onWake(gapMs / 1000);
  }, BEAT_MS);
  return () => clearInterval(timer);
}
