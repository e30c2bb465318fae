import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { registerBuiltins } from '../catalogue/builtin.ts'
import { InterruptedError, MarqueeError } from '../core/errors.ts'
import type { ItemTable } from '../data/dataset.ts'
import type { Interactions } from '../data/interactions.ts'
import type { FitReport, Recommender } from '../models/recommender.ts'
import { createModel } from '../models/registry.ts'
import { withProgress } from './common.ts'
import type { Io } from './io.ts'
import { hyperparameters } from './values.ts'

export interface FitRequest {
  readonly train: Interactions
  readonly validation: Interactions | null
  /** What is known of the items, for the models that learn from it. */
  readonly items?: ItemTable
  readonly seed: number
  readonly threads: number
  readonly checkpoint?: { readonly directory: string; readonly resume: boolean }
}

/** An unfitted model from --model and --set, checked before any data are read. */
export function modelOf(name: string, set: readonly string[]): Promise<Recommender> {
  registerBuiltins()
  return createModel(name, hyperparameters(name, set))
}

/** Throws `no-checkpoint` where --resume has nothing to go on from. */
export function requireCheckpoint(directory: string): void {
  if (existsSync(join(directory, 'checkpoint.bin'))) return
  throw new MarqueeError('no-checkpoint', 'there is no checkpoint to resume from', {
    place: directory,
    remedy: 'Start the training without --resume.',
  })
}

/** Fits with progress on standard error; an interruption says how to go on. */
export async function fitModel(model: Recommender, request: FitRequest, io: Io): Promise<FitReport> {
  const { train, validation, items, seed, threads, checkpoint } = request
  try {
    return await withProgress(io, (line) =>
      model.fit(train, {
        seed,
        threads,
        onProgress: line.report,
        signal: io.signal,
        ...(validation && { validation }),
        ...(items && { items }),
        ...(checkpoint && { checkpoint }),
      }),
    )
  } catch (error) {
    if (!(error instanceof InterruptedError) || !checkpoint || error.message.includes('--resume')) throw error
    if (!existsSync(join(checkpoint.directory, 'checkpoint.bin'))) throw error
    throw new InterruptedError('training was interrupted; a checkpoint is written', {
      place: checkpoint.directory,
      remedy: 'The same command with --resume goes on from it.',
      cause: error,
    })
  }
}
