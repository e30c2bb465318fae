import { InterruptedError, MarqueeError } from '../../core/errors.ts'
import type { OnProgress } from '../../core/progress.ts'
import type { SplitSpec } from '../../data/splits/index.ts'
import { parseMetrics } from '../../evaluation/index.ts'
import { JsonLinesLog } from '../json-lines.ts'
import { Halving, type HalvingOptions } from './halving.ts'
import { TrialWorker } from './pool.ts'
import { createSampler, type Observation, type SamplerName } from './samplers.ts'
import type { SearchSpace, Settings } from './space.ts'
import { runTrial, type SearchData, type TrialJob, type TrialOutcome, type TrialSetup } from './trial.ts'

export interface SearchOptions {
  readonly model: string
  readonly space: SearchSpace
  /** Hyper-parameters that are not searched. */
  readonly fixed?: Settings
  readonly trials: number
  /** One metric of accuracy. Default rmse. */
  readonly metric?: string
  /** Default tpe. */
  readonly sampler?: SamplerName
  /** Of the proposals and of every model. Default 1. */
  readonly seed?: number
  /** How bad trials are stopped early; null: none is. */
  readonly halving?: HalvingOptions | null
  /** Trials at a time, each in a thread of its own; 1 (default) runs them in this one, and then the search is repeatable. */
  readonly parallel?: number
  /** Threads of one trial. Default 1. */
  readonly threads?: number
  /** A JSON-lines file that every trial is appended to. */
  readonly log?: { readonly path: string; readonly resume: boolean; readonly about: SearchAbout }
  readonly onProgress?: OnProgress
  readonly onTrial?: (trial: Trial) => void
  readonly signal?: AbortSignal
}

/** What a log must agree on, besides the options themselves, to be gone on with. */
export interface SearchAbout {
  readonly dataset: string
  readonly fingerprint: string
  readonly split: SplitSpec
}

/** One line of the log. */
export interface Trial extends TrialOutcome {
  /** From 1. */
  readonly trial: number
  /** The searched hyper-parameters; the fixed ones are the search's. */
  readonly settings: Settings
}

export interface SearchResult {
  readonly metric: string
  readonly higherIsBetter: boolean
  /** In order of their numbers. */
  readonly trials: readonly Trial[]
  /** Those that finished, best first; ties by number. */
  readonly ranked: readonly Trial[]
}

/**
 * Searches a space for the settings that are best on the validation part. Trials that fail are noted and passed over.
 * Throws `bad-metric`, `all-failed` where no trial finished, what JsonLinesLog.open throws, and an InterruptedError after which a
 * search with a log can be resumed: finished trials are kept, those in hand are run again.
 */
export async function search(data: SearchData, options: SearchOptions): Promise<SearchResult> {
  const {
    model,
    space,
    fixed = {},
    trials: wanted,
    sampler: samplerName = 'tpe',
    seed = 1,
    parallel = 1,
    signal,
  } = options
  const { metric, higherIsBetter } = objective(options.metric ?? 'rmse')
  const halving = options.halving === null ? null : new Halving(options.halving)
  const setup: TrialSetup = { model, fixed, metric, seed, threads: options.threads ?? 1 }
  const header = {
    search: 1,
    ...options.log?.about,
    model,
    fixed,
    space,
    metric,
    sampler: samplerName,
    seed,
    halving: options.halving === null ? null : (options.halving ?? {}),
  }
  const log = options.log ? JsonLinesLog.open<Trial>(options.log.path, header, options.log.resume) : null
  const trials: Trial[] = [...(log?.entries ?? [])]
  for (const { validations } of trials) halving?.replay(validations)
  const propose = createSampler(samplerName, space, seed)
  const asObservation = ({ settings, status, value, validations }: Trial): Observation =>
    status === 'stopped'
      ? { settings, value: Math.min(...validations), budget: validations.length }
      : { settings, value: value === null ? null : higherIsBetter ? -value : value, budget: Number.POSITIVE_INFINITY }
  const known = new Set(trials.map(({ trial }) => trial))
  const left = Array.from({ length: wanted }, (_, n) => n).filter((n) => !known.has(n + 1))

  const tell = (): void => {
    const best = rank(trials, higherIsBetter)[0]?.value
    const figures = best === undefined || best === null ? {} : { [`best ${metric}`]: best }
    options.onProgress?.({ stage: `searching ${model}`, done: trials.length, total: wanted, unit: 'trials', figures })
  }
  const finish = (job: TrialJob, outcome: TrialOutcome): void => {
    const trial: Trial = { trial: job.number + 1, settings: job.settings, ...outcome }
    log?.append(trial)
    trials.push(trial)
    options.onTrial?.(trial)
    tell()
  }
  const goesOn = (epoch: number, best: number): boolean => halving?.report(epoch, best) ?? true
  const take = async (run: (job: TrialJob) => Promise<TrialOutcome>): Promise<void> => {
    for (;;) {
      if (signal?.aborted) throw new InterruptedError('the search was interrupted')
      const number = left.shift()
      if (number === undefined) return
      const job = { number, settings: propose(number, trials.map(asObservation)) }
      finish(job, await run(job))
    }
  }
  tell()
  try {
    if (parallel === 1) await take((job) => runTrial(setup, job, data, goesOn, signal))
    else
      await inThreads(Math.min(parallel, left.length), setup, data, signal, (worker) =>
        take((job) => worker.run(job, goesOn)),
      )
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    throw new InterruptedError(`the search was interrupted after ${trials.length} of ${wanted} trials`, {
      ...(log && { place: log.path }),
      remedy: log ? 'The same command with --resume goes on.' : 'Nothing was kept.',
      cause: error,
    })
  } finally {
    log?.close()
  }
  const ranked = rank(trials, higherIsBetter)
  if (ranked.length === 0) {
    const reason = trials.find(({ status }) => status === 'failed')?.reason ?? 'none was run'
    throw new MarqueeError('all-failed', `no trial of ${model} finished: ${reason}`, {
      remedy: 'Check the search space and the metric.',
    })
  }
  return { metric, higherIsBetter, trials: trials.sort((a, b) => a.trial - b.trial), ranked }
}

async function inThreads(
  count: number,
  setup: TrialSetup,
  data: SearchData,
  signal: AbortSignal | undefined,
  work: (worker: TrialWorker) => Promise<void>,
): Promise<void> {
  const workers = Array.from({ length: count }, () => new TrialWorker(setup, data))
  const stop = (): void => {
    for (const worker of workers) void worker.terminate()
  }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await Promise.all(workers.map(work))
  } finally {
    signal?.removeEventListener('abort', stop)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** Errors of ratings are to be small, accuracies of rankings large; what is no accuracy cannot be searched for. */
function objective(name: string): { metric: string; higherIsBetter: boolean } {
  const [planned, ...others] = parseMetrics(name)
  const { kind } = planned!.definition
  if (others.length > 0 || kind === 'items' || kind === 'exposure') {
    throw new MarqueeError('bad-metric', `"${name}" is not one metric of accuracy`, {
      place: '--metric',
      remedy: 'Choose rmse, mae, or a ranking metric such as ndcg@10.',
    })
  }
  return { metric: planned!.printed, higherIsBetter: kind !== 'rating' }
}

function rank(trials: readonly Trial[], higherIsBetter: boolean): Trial[] {
  const sign = higherIsBetter ? -1 : 1
  return trials
    .filter(({ status }) => status === 'finished')
    .sort((a, b) => sign * (a.value! - b.value!) || a.trial - b.trial)
}
