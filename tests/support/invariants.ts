/** What must hold whatever the numbers are; run on cpu in Node and on WebGPU in the browser. */
import { beforeAll } from 'vitest';
import { startEngine, type Engine } from '../../src/kernels/device';
import { describeDecoding } from './invariants/decoding';
import { describeLeaks } from './invariants/leaks';
import { describeLearning } from './invariants/learning';
import { describePadding } from './invariants/padding';
import { describePpo } from './invariants/ppo';

/** Registers the tests for one engine. */
export function describeInvariants(engine: Engine): void {
  beforeAll(async () => void (await startEngine(engine)));
  describePpo();
  describePadding();
  describeDecoding();
  describeLearning();
  describeLeaks();
}
