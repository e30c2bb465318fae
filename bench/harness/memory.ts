import { Worker } from 'node:worker_threads'

export interface MemorySizes {
  /** Bytes of the two arrays that are read and copied as streams. */
  readonly streamBytes: number
  /** A table of rows x dim float32, and how many random rows of it a pass visits. */
  readonly rows: number
  readonly dim: number
  readonly ids: number
  readonly seed: number
}

export interface MemoryJob {
  /**
   * copy: a stream, bytes read and written counted. read: a stream. gather: random rows read. update: random rows read,
   * added to and written back, which is what a step of stochastic gradient descent does to them: both counted.
   */
  readonly kind: 'copy' | 'read' | 'gather' | 'update'
  readonly seconds: number
}

/** Threads that move memory at the same time, each over its share of the sizes. */
export class MemoryCrew {
  private readonly workers: readonly Worker[]

  private constructor(workers: readonly Worker[]) {
    this.workers = workers
  }

  /** Starts the threads; each checks what its passes do before it is ready. */
  static async start(threads: number, sizes: MemorySizes): Promise<MemoryCrew> {
    const share = {
      ...sizes,
      streamBytes: Math.floor(sizes.streamBytes / threads),
      rows: Math.ceil(sizes.rows / threads),
      ids: Math.ceil(sizes.ids / threads),
    }
    const file = new URL('./memory-worker.ts', import.meta.url)
    const workers = Array.from(
      { length: threads },
      (_, t) => new Worker(file, { workerData: { ...share, seed: sizes.seed + t } }),
    )
    await Promise.all(workers.map(answer))
    return new MemoryCrew(workers)
  }

  /** Bytes a second of all threads together. */
  async bandwidth(job: MemoryJob): Promise<number> {
    const answers = this.workers.map(answer)
    for (const worker of this.workers) worker.postMessage(job)
    return (await Promise.all(answers)).reduce((sum, bytes) => sum + bytes, 0)
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }
}

function answer(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('message', (bytes: number) => {
      worker.off('error', reject)
      resolve(bytes)
    })
    worker.once('error', reject)
  })
}
