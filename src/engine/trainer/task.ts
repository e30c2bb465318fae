import { Random } from '../../core/random.ts'
import { runBatches } from './batches.ts'
import type { EpochContext, EpochOutcome, EpochTask } from './epochs.ts'
import type { TrainingStep } from './step.ts'

export interface GraphTaskOptions {
  readonly step: TrainingStep
  /** Examples in an epoch; `fill` of the step is given numbers below it. */
  readonly examples: number
  readonly unit: string
  readonly batch: number
  /** Shuffles the examples. */
  readonly random: Random
  /** The order of an epoch in place of a shuffle: every example once. Must depend on the epoch and the seed only. */
  order?(epoch: number, examples: number): Int32Array
  /** Names among `step.weights` plus `statistics`, kept for the best epoch: all of them. */
  readonly statistics?: Readonly<Record<string, Float32Array>>
  /** Before an epoch: negatives drawn afresh, for example. Must depend on the epoch and the seed only. */
  beginEpoch?(epoch: number): void
  readonly validate?: (() => Promise<number>) | undefined
}

/** A graph trained in shuffled mini-batches. */
export function graphTask(options: GraphTaskOptions): EpochTask {
  const { step, examples, unit, batch, statistics = {}, validate } = options
  let random = options.random
  /** The generator as it was when the epoch began: a resumed epoch shuffles alike. */
  let began = random.state()
  const shuffled = options.order ? null : new Int32Array(examples)
  return {
    examples,
    unit,
    state: { ...step.state(), ...statistics },
    weights: [...Object.keys(step.weights), ...Object.keys(statistics)],
    values: () => ({ random: began, counters: step.counters() }),
    restore: (values) => {
      const held = values as { random: number[]; counters: ReturnType<TrainingStep['counters']> }
      random = Random.from(held.random)
      step.restore(held.counters)
    },
    run: async (context: EpochContext): Promise<EpochOutcome> => {
      began = random.state()
      const order = orderOf(context.epoch)
      options.beginEpoch?.(context.epoch)
      const outcome = await runBatches({ order, batch, context, step })
      if ('loss' in outcome) {
        began = random.state()
        await step.flush()
      }
      return outcome
    },
    validate,
  }

  function orderOf(epoch: number): Int32Array {
    if (!shuffled) return options.order!(epoch, examples)
    for (let n = 0; n < examples; n++) shuffled[n] = n
    return random.shuffle(shuffled)
  }
}
