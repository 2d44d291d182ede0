/**
 * A number that changes from step to step while the work stays the same: a learning rate, β, the name of a random stream.
 * Kernels get it as an attribute. A captured step asks for the value again at every replay, so that changing it compiles
 * and captures nothing.
 */
export class StepValue<T> {
  constructor(public value: T) {}
}

/** An attribute that is either fixed or asked for again at every replay. */
export type StepNumber = number | StepValue<number>;

/** The value in force now. */
export function numberOf(value: StepNumber): number {
  return value instanceof StepValue ? value.value : value;
}

/** Whether any attribute changes from step to step. */
export function hasStepValue(attrs: object): boolean {
  return Object.values(attrs).some((value) => value instanceof StepValue);
}

/** @returns `attrs` with the values in force now in place of its step values */
export function resolveAttrs<Attrs extends object>(attrs: Attrs): Attrs {
  if (!hasStepValue(attrs)) return attrs;
  return Object.fromEntries(
    Object.entries(attrs).map(([key, value]) => [key, value instanceof StepValue ? value.value : value]),
  ) as Attrs;
}
