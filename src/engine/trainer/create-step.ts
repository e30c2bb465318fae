import { canDivide, ParallelStep } from './parallel/parallel-step.ts'
import { GraphStep, type StepOptions, type TrainingStep } from './step.ts'

/** The training step of a graph: divided among threads where that is possible and worth it, else with threads inside each op. */
export function createTrainingStep(options: StepOptions): Promise<TrainingStep> {
  return canDivide(options) ? ParallelStep.create(options) : GraphStep.create(options)
}
