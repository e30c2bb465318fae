import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { InterruptedError, MarqueeError } from '../../core/errors.ts'
import type { Interactions, RatingScale } from '../../data/interactions.ts'
import type { SearchData, TrialJob, TrialOutcome, TrialSetup } from './trial.ts'

/** Interactions as they can be sent to another thread. */
export interface SentInteractions {
  readonly user: Int32Array
  readonly item: Int32Array
  readonly rating: Float32Array
  readonly timestamp: Float64Array | null
}

/** All that a worker gets: there are no test rows in it. */
export interface WorkerSetup {
  readonly setup: TrialSetup
  readonly users: readonly string[]
  readonly itemIds: readonly string[]
  readonly scale: RatingScale
  readonly train: SentInteractions
  readonly validation: SentInteractions
  readonly validationProfiles: SentInteractions | null
  readonly items: SearchData['items']
  /** One word: 0 while the worker waits for an answer, then 1 (go on) or 2 (stop). */
  readonly answer: SharedArrayBuffer
}

export type FromWorker =
  | { readonly kind: 'epoch'; readonly epoch: number; readonly best: number }
  | { readonly kind: 'outcome'; readonly outcome: TrialOutcome }

/** A thread that runs one trial at a time. */
export class TrialWorker {
  private readonly worker: Worker
  private readonly answer: Int32Array
  private stopped = false

  constructor(setup: TrialSetup, data: SearchData) {
    // The same name from the sources (.ts) and from the built package (.js).
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
    const answer = new SharedArrayBuffer(4)
    const { train, validation, validationProfiles, items } = data
    const workerData: WorkerSetup = {
      setup,
      users: train.users.ids(),
      itemIds: train.items.ids(),
      scale: train.scale,
      train: sent(train),
      validation: sent(validation),
      validationProfiles: validationProfiles && sent(validationProfiles),
      items,
      answer,
    }
    this.answer = new Int32Array(answer)
    this.worker = new Worker(file, { workerData, execArgv: [] })
    // A worker that dies between two trials is noticed at the next.
    this.worker.on('error', () => {})
  }

  /** As runTrial. Throws `worker-failed`, and an InterruptedError after terminate(). */
  run(job: TrialJob, goesOn: (epoch: number, best: number) => boolean): Promise<TrialOutcome> {
    return new Promise((resolve, reject) => {
      const { worker, answer } = this
      const fail = (cause: Error): void => {
        done()
        const remedy = 'Run fewer trials at a time, or use a machine with more memory.'
        if (this.stopped) reject(new InterruptedError('the search was interrupted'))
        else reject(new MarqueeError('worker-failed', `a thread failed: ${cause.message}`, { remedy, cause }))
      }
      const ended = (code: number): void => fail(new Error(`it ended with code ${code}`))
      const heard = (message: FromWorker): void => {
        if (message.kind === 'epoch') {
          Atomics.store(answer, 0, goesOn(message.epoch, message.best) ? 1 : 2)
          Atomics.notify(answer, 0)
          return
        }
        done()
        resolve(message.outcome)
      }
      const done = (): void => {
        worker.off('error', fail)
        worker.off('exit', ended)
        worker.off('message', heard)
      }
      worker.on('error', fail)
      worker.on('exit', ended)
      worker.on('message', heard)
      worker.postMessage(job)
    })
  }

  /** Ends the thread at once, whatever it does. */
  async terminate(): Promise<void> {
    this.stopped = true
    await this.worker.terminate()
  }
}

function sent({ user, item, rating, timestamp }: Interactions): SentInteractions {
  return { user, item, rating, timestamp }
}
