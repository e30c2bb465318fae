import type { TensorData } from '../../core/container.ts'
import { InterruptedError, MarqueeError } from '../../core/errors.ts'
import type { EpochRecord, OnProgress } from '../../core/progress.ts'
import { EarlyStopping, type EarlyStoppingState } from '../early-stopping.ts'
import { createSchedule, type ScheduleOptions, type ScheduleState } from '../schedules.ts'
import { type CheckpointPlace, readCheckpoint, writeCheckpoint } from './checkpoint.ts'

/** What an epoch is told. */
export interface EpochContext {
  /** From 1. */
  readonly epoch: number
  /** The learning rate at the start of the epoch. */
  readonly learningRate: number
  /** The learning rate when a share of the epoch is done. */
  rateAt(share: number): number
  /** Where to go on inside this epoch, as the interrupted epoch gave it; null at its start. */
  readonly cursor: unknown
  /** Reports the share done: `done` examples of the epoch, the mean loss so far. */
  report(done: number, loss: number): void
  /** True once the user wants to stop, and from then on: finish the batches under way and return a cursor. */
  stopping(): boolean
}

/** Finished with the epoch's mean loss, or stopped at a clean point inside it. */
export type EpochOutcome = { readonly loss: number } | { readonly cursor: unknown }

/** Something that is trained in epochs; the driver below sees only this. */
export interface EpochTask {
  /** Examples in one epoch, for progress. */
  readonly examples: number
  /** What an example is called: "ratings". */
  readonly unit: string
  /** Live views of all that training changes, by name: weights, moments, running statistics. The same views at every call. */
  readonly state: Readonly<Record<string, TensorData>>
  /** The names in `state` that make the model: what is kept of the best epoch. */
  readonly weights: readonly string[]
  /** State that is not in arrays, as JSON: optimiser steps, generators. */
  values(): unknown
  restore(values: unknown): void
  run(context: EpochContext): Promise<EpochOutcome>
  /** The validation metric of the weights as they are, lower is better; absent without validation data. */
  readonly validate?: (() => Promise<number>) | undefined
}

export interface EpochOptions {
  /** At most so many epochs. */
  readonly epochs: number
  /** Base learning rate. */
  readonly learningRate: number
  /** How the rate falls; constant unless given. */
  readonly schedule?: ScheduleOptions
  /** Stop after so many epochs without a better validation metric; null never stops early. */
  readonly patience?: number | null
  readonly onProgress?: OnProgress | undefined
  readonly signal?: AbortSignal | undefined
  readonly checkpoint?: CheckpointPlace | undefined
  /** What must agree between a checkpoint and the run that resumes it: data, hyper-parameters, seed, threads. */
  readonly fingerprint: string
}

export interface EpochReport {
  readonly epochs: readonly EpochRecord[]
  /** The epoch whose weights stand in `state` at the end: the best on validation, or the last without validation. */
  readonly bestEpoch: number
  readonly stopped: 'finished' | 'early'
}

const checkpointEveryMs = 10_000

/** What a checkpoint holds besides the arrays. */
interface Progressed {
  history: EpochRecord[]
  stopping: EarlyStoppingState
  schedule: ScheduleState
  cursor: unknown
  values: unknown
}

/**
 * Runs a task epoch by epoch: schedule, validation, early stopping with the best weights restored, progress, and
 * checkpoints that resume to the same weights as an uninterrupted run. A checkpoint is written every ten
 * seconds between epochs and when the signal is raised. Throws `diverged` when a loss is not finite, InterruptedError when stopped by the signal.
 */
export async function trainEpochs(task: EpochTask, options: EpochOptions): Promise<EpochReport> {
  const { epochs, patience = null, onProgress, signal, checkpoint, fingerprint } = options
  const schedule = createSchedule(options.schedule ?? { kind: 'constant' }, options.learningRate)
  const stopping = new EarlyStopping({ patience: patience ?? Number.POSITIVE_INFINITY })
  const progressed: Progressed = {
    history: [],
    stopping: stopping.state(),
    schedule: schedule.state(),
    cursor: null,
    values: null,
  }
  const kept = new Map<string, TensorData>()
  if (checkpoint?.resume) resume()
  const { history } = progressed
  let savedAt = performance.now()

  let stopped: EpochReport['stopped'] = exhausted() ? 'early' : 'finished'
  for (let epoch = history.length + 1; epoch <= epochs && stopped === 'finished'; epoch++) {
    const rateAt = (share: number): number => schedule.learningRate(epoch - 1 + share)
    const rate = rateAt(0)
    const started = performance.now()
    const outcome = await task.run({
      epoch,
      learningRate: rate,
      rateAt,
      cursor: progressed.cursor,
      report: (done, loss) => progress(epoch, done, { loss }),
      stopping: () => signal?.aborted ?? false,
    })
    if ('cursor' in outcome) interrupted(epoch, outcome.cursor)
    else {
      progressed.cursor = null
      if (!Number.isFinite(outcome.loss)) throw diverged(`the loss of epoch ${epoch} is ${outcome.loss}`)
      const validation = task.validate ? await task.validate() : null
      if (validation !== null && !Number.isFinite(validation)) {
        throw diverged(`the validation metric after epoch ${epoch} is ${validation}`)
      }
      const seconds = (performance.now() - started) / 1000
      const record = { epoch, loss: outcome.loss, validation, learningRate: rate, seconds }
      history.push(record)
      schedule.report(validation)
      progress(epoch, task.examples, { loss: outcome.loss, ...(validation === null ? {} : { validation }) }, record)
      if (validation !== null && stopping.report(validation).best) for (const name of task.weights) keep(name)
      if (exhausted()) stopped = 'early'
      // Small models finish an epoch in milliseconds: a file for each would cost more than it could save.
      if (checkpoint && performance.now() - savedAt > checkpointEveryMs) save(checkpoint)
      if (signal?.aborted && stopped === 'finished' && epoch < epochs) interrupted(epoch, null)
    }
  }
  for (const [name, data] of kept) task.state[name]!.set(data as never)
  return { epochs: history, bestEpoch: stopping.bestEpoch ?? history.length, stopped }

  function exhausted(): boolean {
    return patience !== null && history.length - (stopping.bestEpoch ?? history.length) >= patience
  }

  function keep(name: string): void {
    const live = task.state[name]!
    const copy = kept.get(name)
    if (copy) copy.set(live as never)
    else kept.set(name, live.slice())
  }

  function progress(epoch: number, done: number, figures: Record<string, number>, ended?: EpochRecord): void {
    const { examples: total, unit } = task
    onProgress?.({ stage: 'training', done, total, unit, epoch, epochs, figures, ...(ended && { ended }) })
  }

  function interrupted(epoch: number, cursor: unknown): never {
    progressed.cursor = cursor
    if (!checkpoint) {
      throw new InterruptedError(`training was interrupted in epoch ${epoch} of ${epochs}`, {
        remedy: 'There was no checkpoint folder, so nothing was kept.',
      })
    }
    const path = save(checkpoint)
    throw new InterruptedError(`training was interrupted in epoch ${epoch} of ${epochs}`, {
      remedy: `The checkpoint is in ${path}: run the same command with --resume to go on.`,
    })
  }

  function save(place: CheckpointPlace): string {
    Object.assign(progressed, { values: task.values(), stopping: stopping.state(), schedule: schedule.state() })
    const tensors: Record<string, TensorData> = {}
    for (const [name, data] of Object.entries(task.state)) tensors[`state.${name}`] = data
    for (const [name, data] of kept) tensors[`best.${name}`] = data
    const path = writeCheckpoint(place.directory, { fingerprint, values: progressed, tensors })
    savedAt = performance.now()
    return path
  }

  function resume(): void {
    const found = readCheckpoint((checkpoint as CheckpointPlace).directory, fingerprint)
    const { values, tensors } = found
    Object.assign(progressed, values as Progressed)
    stopping.restore(progressed.stopping)
    schedule.restore(progressed.schedule)
    for (const [name, data] of Object.entries(task.state)) {
      const saved = tensors[`state.${name}`]
      if (saved?.length !== data.length) throw new RangeError(`the checkpoint has no array ${name} of ${data.length}`)
      data.set(saved as never)
    }
    for (const name of task.weights) {
      const saved = tensors[`best.${name}`]
      if (saved) kept.set(name, saved)
    }
    task.restore(progressed.values)
  }
}

/** The error of a run whose numbers ran away; `where` names the epoch and the batch. */
export function diverged(where: string): MarqueeError {
  return new MarqueeError('diverged', where, {
    remedy: 'Lower the learning rate, raise the regularisation or clip the gradient.',
  })
}
