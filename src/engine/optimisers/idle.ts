import type { IdleSteps } from '../kernels/updates.ts'
import { arenaBytes, type Workspace } from '../memory/arena.ts'
import type { AdamOptions } from './optimiser.ts'
import { adamStep, betasOf, decayOf } from './rules.ts'

/** So many steps are remembered; then all rows are brought level and the memory starts anew. */
const remembered = 4096

/** The arena bytes of the bookkeeping of an exact Adam over `rows` rows. */
export function idleBytes(rows: number): number {
  return arenaBytes({ int32: [rows], float32: [remembered, remembered, remembered] })
}

/**
 * What lets Adam leave untouched rows alone and still be exact: the constants of past steps, and per row up to which
 * of them it has been brought. A row catches up when it is next read.
 */
export class IdleRows {
  readonly last: Int32Array
  readonly views: Record<string, Float32Array | Int32Array>
  /** Steps in the memory. */
  count = 0
  private readonly stepSizes: Float32Array
  private readonly epsilons: Float32Array
  private readonly keeps: Float32Array
  private readonly options: AdamOptions

  constructor(workspace: Workspace, rows: number, options: AdamOptions) {
    this.options = options
    this.last = workspace.int32(rows)
    this.stepSizes = workspace.float32(remembered)
    this.epsilons = workspace.float32(remembered)
    this.keeps = workspace.float32(remembered)
    this.views = { last: this.last, stepSizes: this.stepSizes, epsilons: this.epsilons, keeps: this.keeps }
  }

  get full(): boolean {
    return this.count === remembered
  }

  /** Remembers the constants of step t. */
  add(learningRate: number, t: number): void {
    const { stepSize, epsilon, keep } = adamStep(this.options, learningRate, t)
    this.stepSizes[this.count] = stepSize
    this.epsilons[this.count] = epsilon
    this.keeps[this.count] = keep
    this.count++
  }

  /** What catchUpAdam() is told. */
  steps(): IdleSteps {
    const { stepSizes, epsilons, keeps, count, options } = this
    const { l1 = 0, l2 = 0 } = options
    return { count, stepSizes, epsilons, keeps, ...betasOf(options), l1, l2, decays: decayOf(options) !== 0 }
  }

  /** Once every row is level. */
  forget(): void {
    this.last.fill(0)
    this.count = 0
  }
}
