import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MarqueeError } from '../../core/errors.ts'
import type { Job, Result, WorkerSetup } from './work.ts'

/** Worker threads that live as long as a training run; every round gives each of them one job. */
export class DotPool {
  private readonly workers: Worker[]
  private failure: Error | null = null
  private closing = false
  private pending: { reject: (error: Error) => void }[] = []

  constructor(setups: readonly WorkerSetup[]) {
    // The same name from the sources (.ts) and from the built package (.js).
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
    this.workers = setups.map((workerData) => {
      const worker = new Worker(file, { workerData, execArgv: [] })
      worker.on('error', (error: Error) => this.fail(error))
      worker.on('exit', (code) => this.fail(new Error(`it ended with code ${code}`)))
      // A caller that forgets a run does not keep the process alive.
      worker.unref()
      return worker
    })
  }

  /** One job for each thread (null: none), all at once; results in thread order. Throws `worker-failed` when one of them dies. */
  async run(jobs: readonly (Job | null)[]): Promise<Result[]> {
    const idle: Result = { sum: 0, bad: null }
    return Promise.all(jobs.map((job, thread) => (job ? this.ask(this.workers[thread]!, job) : idle)))
  }

  async close(): Promise<void> {
    this.closing = true
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  private ask(worker: Worker, job: Job): Promise<Result> {
    if (this.failure) return Promise.reject(this.failure)
    return new Promise<Result>((resolve, reject) => {
      const entry = { reject }
      this.pending.push(entry)
      worker.ref()
      worker.once('message', (result: Result) => {
        worker.unref()
        this.pending.splice(this.pending.indexOf(entry), 1)
        resolve(result)
      })
      worker.postMessage(job)
    })
  }

  private fail(cause: Error): void {
    if (this.closing || this.failure) return
    this.failure = new MarqueeError('worker-failed', `a training thread failed: ${cause.message}`, {
      remedy: 'Train with fewer threads, or with more memory; a checkpoint, where one was written, can be resumed.',
      cause,
    })
    for (const { reject } of this.pending.splice(0)) reject(this.failure)
  }
}
