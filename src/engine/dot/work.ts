import type { Simd } from '../kernels/load.ts'
import { type DotKernel, instantiateDot, ratingBytes, widthOf } from './kernel.ts'
import { tilesOf } from './order.ts'
import { adamStepSize, type DotSettings } from './settings.ts'

/** What a worker is started with: addresses are byte offsets in the shared memory. */
export interface WorkerSetup {
  readonly memory: WebAssembly.Memory
  readonly simd: Simd
  readonly settings: DotSettings
  readonly seed: number
  readonly tile: number
  readonly blocks: readonly { readonly start: number; readonly count: number }[]
  readonly ratings: number
  readonly validation: number
  readonly users: number
  readonly items: number
  readonly progress: number
  /** The arguments of configureBatch, and where shuffled ratings go; null for one rating a step of SGD. */
  readonly space: { readonly addresses: readonly number[]; readonly shuffled: number } | null
}

export type Job =
  | {
      readonly kind: 'train'
      readonly epoch: number
      readonly block: number
      /** Which of how many equal parts of the block's tiles. */
      readonly slice: number
      readonly slices: number
      readonly rate: number
      /** Steps before this block's first, for Adam's bias correction. */
      readonly step: number
    }
  | { readonly kind: 'validate'; readonly start: number; readonly count: number }

export interface Result {
  /** Sum of squared errors. */
  readonly sum: number
  /** Where it stopped being finite: "block 3, tile 7"; null where all is well. */
  readonly bad: string | null
}

/** Does jobs on a shared memory; one per thread. */
export class DotWork {
  private readonly setup: WorkerSetup
  private readonly kernel: DotKernel
  private readonly progress: Float64Array

  private constructor(setup: WorkerSetup, kernel: DotKernel) {
    this.setup = setup
    this.kernel = kernel
    this.progress = new Float64Array(setup.memory.buffer, setup.progress, 2)
  }

  static async start(setup: WorkerSetup): Promise<DotWork> {
    const kernel = await instantiateDot(setup.memory, setup.simd)
    const { factors, output, offset, low, high, l2, l2Bias } = setup.settings
    kernel.configureTables(setup.users, setup.items, widthOf(factors))
    kernel.configureOutput(output === 'sigmoid' ? 1 : 0, offset, low, high)
    kernel.configureDecay(l2, l2Bias)
    if (setup.space) {
      kernel.configureBatch(...(setup.space.addresses as Parameters<DotKernel['configureBatch']>))
    }
    return new DotWork(setup, kernel)
  }

  run(job: Job): Result {
    if (job.kind === 'train') return this.train(job)
    const sum = this.kernel.squaredError(this.setup.validation + job.start * ratingBytes, job.count)
    return { sum, bad: null }
  }

  private train({ epoch, block, slice, slices, rate, step }: Extract<Job, { kind: 'train' }>): Result {
    const { blocks, tile, seed, ratings, space, settings } = this.setup
    const tiles = tilesOf(blocks[block]!, tile, seed, epoch, block)
    const perTile = Math.ceil(tile / settings.batch)
    const end = Math.floor((tiles.length * (slice + 1)) / slices)
    let sum = 0
    for (let t = Math.floor((tiles.length * slice) / slices); t < end; t++) {
      const { start, count, bits, key } = tiles[t]!
      const at = ratings + start * ratingBytes
      if (space) {
        this.kernel.gather(at, count, bits, key, space.shuffled)
        sum += this.batches(space.shuffled, count, rate, step + t * perTile)
      } else sum += this.kernel.sgd(at, count, bits, key, rate)
      this.progress[0]! += count
      this.progress[1] = sum
      if (!Number.isFinite(sum)) return { sum, bad: `block ${block + 1}, tile ${t + 1} of ${tiles.length}` }
    }
    return { sum, bad: null }
  }

  private batches(ratings: number, count: number, rate: number, before: number): number {
    const { batch, optimiser } = this.setup.settings
    let sum = 0
    for (let start = 0, step = before + 1; start < count; start += batch, step++) {
      const n = Math.min(batch, count - start)
      const at = ratings + start * ratingBytes
      if (optimiser.kind === 'sgd') sum += this.kernel.batch(at, n, rate, 0, 0, 0)
      else {
        const { beta1, beta2, epsilon } = optimiser
        sum += this.kernel.batch(at, n, adamStepSize(optimiser, rate, step), epsilon, beta1, beta2)
      }
    }
    return sum
  }
}
