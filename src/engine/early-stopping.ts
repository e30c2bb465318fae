export interface EarlyStoppingOptions {
  /** So many epochs in a row without a new best end the training; at least 1. */
  readonly patience: number
  /** A new best must be lower than the best so far by more than this. Default 0. */
  readonly minDelta?: number
}

/** JSON-safe. */
export interface EarlyStoppingState {
  readonly best: number | null
  readonly bestEpoch: number | null
  readonly epoch: number
}

/** Watches a validation value, lower is better. Keeping and restoring the best weights is the caller's part. */
export class EarlyStopping {
  private readonly options: EarlyStoppingOptions
  private now: EarlyStoppingState = { best: null, bestEpoch: null, epoch: 0 }

  constructor(options: EarlyStoppingOptions) {
    if (!(options.patience >= 1)) throw new RangeError(`patience = ${options.patience}`)
    this.options = options
  }

  /** Told after each epoch. `best`: this is the best so far, keep its weights. `stop`: the patience is used up. */
  report(value: number): { readonly best: boolean; readonly stop: boolean } {
    const { best, bestEpoch } = this.now
    const epoch = this.now.epoch + 1
    const better = best === null ? !Number.isNaN(value) : value < best - (this.options.minDelta ?? 0)
    this.now = better ? { best: value, bestEpoch: epoch, epoch } : { best, bestEpoch, epoch }
    return { best: better, stop: epoch - (this.now.bestEpoch ?? 0) >= this.options.patience }
  }

  /** The best value, and its epoch from 1; null before the first number. */
  get best(): number | null {
    return this.now.best
  }

  get bestEpoch(): number | null {
    return this.now.bestEpoch
  }

  state(): EarlyStoppingState {
    return this.now
  }

  restore(state: EarlyStoppingState): void {
    this.now = { best: state.best, bestEpoch: state.bestEpoch, epoch: state.epoch }
  }
}
