import type { Interactions } from '../../data/interactions.ts'
import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import { DotTrainer } from '../../engine/dot/trainer.ts'
import { type EpochOptions, type EpochReport, trainEpochs } from '../../engine/trainer/epochs.ts'

/** What both ways of training are given. */
export interface DotTraining {
  readonly train: Interactions
  readonly validation: Interactions | undefined
  readonly settings: DotSettings
  readonly initial: { readonly users: DotSide; readonly items: DotSide }
  readonly seed: number
  readonly threads: number
  readonly epochs: EpochOptions
}

export interface DotTrained {
  readonly users: DotSide
  readonly items: DotSide
  readonly report: EpochReport
}

/** Trains on shared memory by our kernels, in `threads` threads. */
export async function trainShared(training: DotTraining): Promise<DotTrained> {
  const { train, validation, settings, initial, seed, threads, epochs } = training
  const trainer = await DotTrainer.create({
    ratings: train,
    users: train.users.size,
    items: train.items.size,
    validation,
    settings,
    threads,
    seed,
    initial,
  })
  try {
    const report = await trainEpochs(trainer, epochs)
    return { ...trainer.sides(), report }
  } finally {
    await trainer.close()
  }
}
