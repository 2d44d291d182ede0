import { expect, it } from 'vitest';
import { PatientQueue } from '../../src/kernels/patientQueue';

/** Work by name that notes when it begins and ends when told. */
function bench(queue: PatientQueue, names: string) {
  const begun: string[] = [];
  const end: Record<string, () => Promise<void>> = {};
  const jobs = Object.fromEntries(
    [...names].map((name) => {
      const job = queue.add(() => {
        begun.push(name);
        return new Promise<void>((resolve) => (end[name] = () => Promise.resolve(resolve()).then(() => job)));
      });
      return [name, job];
    }),
  );
  return { begun, end, jobs };
}

it('begins so many at a time, in order', async () => {
  const { begun, end } = bench(new PatientQueue(2), 'abcd');
  expect(begun.join('')).toBe('ab');
  await end.b();
  expect(begun.join('')).toBe('abc');
  await end.a();
  expect(begun.join('')).toBe('abcd');
});

it('begins at once what is urged, and once only', async () => {
  const queue = new PatientQueue(1);
  const { begun, end, jobs } = bench(queue, 'abcd');
  queue.urge(jobs.c);
  queue.urge(jobs.c);
  expect(begun.join('')).toBe('ac');
  await end.a();
  expect(begun.join(''), 'c is still under way').toBe('ac');
  await end.c();
  expect(begun.join('')).toBe('acb');
});

it('holds the rest until it is released', async () => {
  const queue = new PatientQueue(1);
  const { begun, end, jobs } = bench(queue, 'abc');
  queue.hold();
  await end.a();
  expect(begun.join('')).toBe('a');
  queue.urge(jobs.c);
  expect(begun.join('')).toBe('ac');
  await end.c();
  queue.release();
  expect(begun.join('')).toBe('acb');
});

it('goes on after work that failed, and forgets what it is told to', async () => {
  const queue = new PatientQueue(1);
  const failing = queue.add(() => Promise.reject(new Error('no such program')));
  const { begun } = bench(queue, 'ab');
  await expect(failing).rejects.toThrow('no such program');
  await Promise.resolve();
  expect(begun.join('')).toBe('a');
  queue.clear();
  queue.release();
  expect(begun.join('')).toBe('a');
});
