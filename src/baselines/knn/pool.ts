import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MarqueeError, throwIfAborted } from '../../core/errors.ts'
import type { KnnJob, KnnSetup } from './work.ts'

export interface Following {
  readonly signal?: AbortSignal | undefined
  /** Called after each job with how many are done. */
  readonly onDone?: ((jobs: number) => void) | undefined
}

/**
 * Runs jobs on worker threads, each of which takes the next when it is done; results in the order of the jobs, which do
 * not depend on who did what. Throws `worker-failed`, and an InterruptedError between jobs.
 */
export async function runJobs(
  setups: readonly KnnSetup[],
  jobs: readonly KnnJob[],
  { signal, onDone }: Following = {},
): Promise<Float64Array[]> {
  // The same name from the sources (.ts) and from the built package (.js).
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
  const workers = setups.slice(0, jobs.length).map((workerData) => new Worker(file, { workerData, execArgv: [] }))
  const results: Float64Array[] = []
  let next = 0
  let done = 0
  try {
    await Promise.all(
      workers.map(async (worker) => {
        while (next < jobs.length) {
          throwIfAborted(signal, 'comparing neighbours')
          const n = next++
          results[n] = await ask(worker, jobs[n]!)
          onDone?.(++done)
        }
      }),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return results
}

function ask(worker: Worker, job: KnnJob): Promise<Float64Array> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      const remedy = 'Use fewer threads, or a machine with more memory.'
      reject(new MarqueeError('worker-failed', `a thread failed: ${cause.message}`, { remedy, cause }))
    }
    const ended = (code: number): void => fail(new Error(`it ended with code ${code}`))
    worker.once('error', fail)
    worker.once('exit', ended)
    worker.once('message', (result: Float64Array) => {
      worker.off('error', fail)
      worker.off('exit', ended)
      resolve(result)
    })
    worker.postMessage(job)
  })
}
