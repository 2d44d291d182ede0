import type { ChartCallbacks, LineChart } from './lineChart';

/**
 * Fingers on a chart: one moves the cursor, two zoom to what lies between them. Taps stay clicks, and a vertical swipe
 * still scrolls the page.
 * @returns the function that stops listening
 */
export function followFingers(chart: LineChart, { hover, zoom }: ChartCallbacks): () => void {
  const surface = chart.surface;
  const fingers = new Map<number, number>();
  const place = (event: PointerEvent) => event.clientX - surface.getBoundingClientRect().left;

  function down(event: PointerEvent): void {
    if (event.pointerType === 'touch') fingers.set(event.pointerId, place(event));
  }

  function move(event: PointerEvent): void {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 1) {
      const x = chart.xAt(place(event));
      chart.showCursor(x);
      hover(x);
    }
  }

  function up(event: PointerEvent): void {
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()].sort((one, other) => one - other);
      if (b - a > 20) zoom([chart.xAt(a), chart.xAt(b)]);
    }
    fingers.delete(event.pointerId);
    if (fingers.size === 0) hover(null);
  }

  const listeners = [
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', up],
    ['pointercancel', up],
  ] as const;
  for (const [type, listener] of listeners) surface.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of listeners) surface.removeEventListener(type, listener);
  };
}
