import { setImmediate } from 'node:timers/promises'
import type { TensorData } from '../../core/container.ts'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { type EpochTask, trainEpochs } from '../../engine/trainer/epochs.ts'
import type { FitOptions, FitReport, Recommender } from '../../models/recommender.ts'

export interface Sweeps {
  /** At most so many. */
  readonly epochs: number
  readonly patience: number | null
  readonly examples: number
  /** What a sweep changes; all of it is the model. */
  readonly state: Readonly<Record<string, TensorData>>
  /** One sweep over all rows; returns the loss per rating that it left. */
  sweep(epoch: number): number
  readonly validate: (() => Promise<number>) | undefined
  /** Holds the generator that sweeps draw from, if they do: a resumed run puts another in its place. */
  readonly draws?: { random: Random }
  readonly fingerprint: string
}

/** Runs alternating or sampling sweeps as epochs of the one epoch loop: validation, early stopping, checkpoints, Ctrl-C. */
export async function runSweeps(sweeps: Sweeps, options: FitOptions): Promise<FitReport> {
  const started = performance.now()
  const { epochs, patience, examples, state, draws, validate, fingerprint } = sweeps
  const task: EpochTask = {
    examples,
    unit: 'ratings',
    state,
    weights: Object.keys(state),
    values: () => ({ random: draws?.random.state() ?? null }),
    restore: (values) => {
      const held = (values as { random: number[] | null }).random
      if (draws && held) draws.random = Random.from(held)
    },
    run: async ({ epoch, stopping }) => {
      // A sweep is one long computation: signals are heard between sweeps.
      await setImmediate()
      return stopping() ? { cursor: null } : { loss: sweeps.sweep(epoch) }
    },
    validate,
  }
  const { onProgress, signal, checkpoint } = options
  const report = await trainEpochs(task, {
    epochs,
    // A sweep solves its rows outright: there is no rate to choose.
    learningRate: 1,
    patience: validate ? patience : null,
    onProgress,
    signal,
    checkpoint,
    fingerprint,
  })
  return { ...report, seconds: (performance.now() - started) / 1000, repeatable: true }
}

/** What must agree for a run to go on from a checkpoint. */
export function runFingerprint(
  { name, hyperparameters }: Pick<Recommender, 'name' | 'hyperparameters'>,
  train: Interactions,
  { validation }: FitOptions,
  seed: number,
): string {
  return JSON.stringify({
    model: name,
    ...hyperparameters,
    seed,
    ratings: train.count,
    users: train.users.size,
    items: train.items.size,
    validation: validation?.count ?? 0,
  })
}
