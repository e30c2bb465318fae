import { createModel } from '../../catalogue/create.ts'
import { InterruptedError } from '../../core/errors.ts'
import type { ItemTable } from '../../data/dataset.ts'
import type { Interactions } from '../../data/interactions.ts'
import { type Split, type SplitSpec, split } from '../../data/splits/index.ts'
import { evaluate, genreSimilarity } from '../../evaluation/index.ts'
import type { Settings } from './space.ts'

/** What a search works on: the training part of a split, divided once more. There is no test part in it to look at. */
export interface SearchData {
  readonly train: Interactions
  readonly validation: Interactions
  /** What is known of validation users who have no training row; null unless the split holds out whole users. */
  readonly validationProfiles: Interactions | null
  readonly items: ItemTable
}

/** Divides ratings as `spec` says and lets go of the test part. */
export function searchData(interactions: Interactions, items: ItemTable, spec: SplitSpec): SearchData {
  const { train, validation, validationProfiles } = split(interactions, spec)
  if (!validation) throw new RangeError('a search needs a validation share')
  return { train, validation, validationProfiles, items }
}

/** One thing to try. */
export interface TrialJob {
  /** From 0. */
  readonly number: number
  readonly settings: Settings
}

/** What every trial of a search has in common. */
export interface TrialSetup {
  readonly model: string
  /** Hyper-parameters that are not searched. */
  readonly fixed: Settings
  /** As printed: "rmse", "ndcg@10". */
  readonly metric: string
  readonly seed: number
  readonly threads: number
}

export interface TrialOutcome {
  readonly status: 'finished' | 'stopped' | 'failed'
  /** The metric on the validation part; null where the trial did not finish or the model has no such metric. */
  readonly value: number | null
  /** The model's own validation figure after each epoch, lower is better; empty for models that are solved or report none. */
  readonly validations: readonly number[]
  readonly bestEpoch: number | null
  readonly seconds: number
  /** Why it failed. */
  readonly reason?: string
}

/**
 * Fits one model and measures it on the validation part. `goesOn` is asked after every epoch with a validation figure and
 * answers whether to go on. A mistake of the settings' (a loss that runs away) is an outcome; only an interruption by
 * `signal` throws.
 */
export async function runTrial(
  { model: name, fixed, metric, seed, threads }: TrialSetup,
  { settings }: TrialJob,
  { train, validation, validationProfiles, items }: SearchData,
  goesOn: (epoch: number, best: number) => boolean,
  signal?: AbortSignal,
): Promise<TrialOutcome> {
  const started = performance.now()
  const seconds = (): number => Math.round(performance.now() - started) / 1000
  const validations: number[] = []
  const stop = new AbortController()
  let best = Number.POSITIVE_INFINITY
  let bestEpoch: number | null = null
  try {
    const model = await createModel(name, { ...fixed, ...settings })
    const report = await model.fit(train, {
      validation,
      items,
      seed,
      threads,
      signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
      onProgress: ({ epoch, epochs, figures }) => {
        const value = figures?.validation
        // Pre-training has epochs too, of another number: they are not compared.
        if (epochs !== (model.hyperparameters.epochs ?? epochs)) return
        if (epoch === undefined || value === undefined || validations.length >= epoch) return
        validations.push(value)
        if (value < best) {
          best = value
          bestEpoch = epoch
        }
        if (!goesOn(epoch, best)) stop.abort()
      },
    })
    const nothing = train.select(new Int32Array(0))
    const spec = { kind: 'given' as const }
    const parts: Split = { train, validation, validationProfiles, test: nothing, profiles: null, spec }
    const options = { part: 'validation' as const, metrics: [metric], similarity: genreSimilarity(items.genres) }
    const { metrics } = await evaluate(model, parts, { ...options, ...(signal && { signal }) })
    const value = metrics[metric] ?? null
    const outcome = { validations, bestEpoch: report.bestEpoch ?? bestEpoch, seconds: seconds() }
    if (value !== null && Number.isFinite(value)) return { status: 'finished', value, ...outcome }
    return { status: 'failed', value: null, ...outcome, reason: `${name} gives no ${metric}` }
  } catch (error) {
    if (signal?.aborted) throw error
    const outcome = { value: null, validations, bestEpoch, seconds: seconds() }
    if (stop.signal.aborted && error instanceof InterruptedError) return { status: 'stopped', ...outcome }
    return { status: 'failed', ...outcome, reason: error instanceof Error ? error.message : String(error) }
  }
}
