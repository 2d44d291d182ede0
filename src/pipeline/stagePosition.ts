/** Where the stage under way stands, as JSON: its generators, counters and optimisers without their moments. */
import type { AdamW, SavedOptimizer } from '../nn/optimizer';
import type { SavedTraining, Training } from './runState';

type WithoutOptimizer<Course> = Omit<Course, 'optimizer' | 'policyOptimizer' | 'valueOptimizer'> & {
  /** Updates of each optimiser, by its name; the moments are tensors. */
  updates: Record<string, number>;
};
type Written<T> = T extends { course: infer Course } ? Omit<T, 'course'> & { course: WithoutOptimizer<Course> } : T;
/** Where the stage under way stands, as JSON. */
export type StagePosition = Written<SavedTraining>;

/** Of a stage that is going on. */
export function positionOf(training: Training): StagePosition {
  const updates = Object.fromEntries(optimizersOf(training).map(([name, { state }]) => [name, state.step]));
  switch (training.stage) {
    case 'pretrain': {
      const { step, tokens, draws } = training.course;
      return { stage: 'pretrain', course: { step, tokens, draws: draws.state(), updates } };
    }
    case 'sft': {
      const { step, tokens, draws } = training.course;
      return { stage: 'sft', course: { step, tokens, draws: draws.state(), updates } };
    }
    case 'rm': {
      if (training.phase !== 'training') return training;
      const { step, tokens, draws } = training.course;
      return { stage: 'rm', phase: 'training', course: { step, tokens, draws: draws.state(), updates } };
    }
    case 'ppo': {
      const { step, prompts, shuffle, pages } = training.course;
      const generators = { prompts: prompts.state(), shuffle: shuffle.state(), pages: pages.state() };
      return { stage: 'ppo', course: { step, ...generators, updates } };
    }
  }
}

/** Of a stage that has not gone on since it was brought back. */
export function positionOfSaved(saved: SavedTraining): StagePosition {
  const updates = Object.fromEntries(savedOptimizers(saved).map(([name, { step }]) => [name, step]));
  switch (saved.stage) {
    case 'pretrain': {
      const { optimizer: _, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
    case 'sft': {
      const { optimizer: _, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
    case 'rm': {
      if (saved.phase !== 'training') return saved;
      const { optimizer: _, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
    case 'ppo': {
      const { policyOptimizer: _, valueOptimizer: __, ...course } = saved.course;
      return { ...saved, course: { ...course, updates } };
    }
  }
}

/** By the names they have in a snapshot. */
export function optimizersOf(training: Training | null): [string, AdamW][] {
  if (!training || !('course' in training)) return [];
  if (training.stage !== 'ppo') return [['optimizer', training.course.optimizer]];
  const { policyOptimizer, valueOptimizer } = training.course;
  return Object.entries({ policyOptimizer, valueOptimizer });
}

/** {@link optimizersOf} a stage whose optimisers are on the host. */
export function savedOptimizers(saved: SavedTraining | null): [string, SavedOptimizer][] {
  if (!saved || !('course' in saved)) return [];
  if (saved.stage !== 'ppo') return [['optimizer', saved.course.optimizer]];
  const { policyOptimizer, valueOptimizer } = saved.course;
  return Object.entries({ policyOptimizer, valueOptimizer });
}
