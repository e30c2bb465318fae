/** How the learning rate changes. Times are in epochs and may be fractions. Plain data, so that recipes can name it. */
export type ScheduleOptions =
  | { readonly kind: 'constant' }
  /** Multiplied by `factor` after every `every` epochs. */
  | { readonly kind: 'step'; readonly every: number; readonly factor: number }
  /**
   * Multiplied by `factor` once `patience` epochs in a row have not bettered the best validation value by more than
   * `minDelta` (default 0); the count begins again. Never below `minimum` (default 0).
   */
  | {
      readonly kind: 'plateau'
      readonly factor: number
      readonly patience: number
      readonly minDelta?: number
      readonly minimum?: number
    }
  /**
   * Linear from `minimum` (default 0) to the full rate over the first `warmUp` epochs (default 0), then along half a
   * cosine back to `minimum` at `epochs` (Loshchilov and Hutter 2017, equation 5, without restarts), and there it stays.
   */
  | { readonly kind: 'cosine'; readonly epochs: number; readonly warmUp?: number; readonly minimum?: number }

/** What a plateau schedule remembers; other schedules remember nothing. JSON-safe. */
export interface ScheduleState {
  readonly factor: number
  readonly best: number | null
  readonly waited: number
}

export interface Schedule {
  /** The rate of a step that begins when so many epochs are done (0 at the first step, 1.5 amid the second epoch). */
  learningRate(epochsDone: number): number
  /** Told after each epoch: the validation value (lower is better), null where there is none. */
  report(validation: number | null): void
  state(): ScheduleState
  restore(state: ScheduleState): void
}

/** A schedule around the full learning rate `base`. */
export function createSchedule(options: ScheduleOptions, base: number): Schedule {
  check(options)
  const level = { factor: 1, best: null as number | null, waited: 0 }
  return {
    learningRate(epochsDone) {
      if (options.kind === 'plateau') return Math.max(base * level.factor, Math.min(base, options.minimum ?? 0))
      return rateAt(options, base, epochsDone)
    },
    report(validation) {
      if (options.kind !== 'plateau' || validation === null) return
      if (level.best === null ? !Number.isNaN(validation) : validation < level.best - (options.minDelta ?? 0)) {
        level.best = validation
        level.waited = 0
      } else if (++level.waited >= options.patience) {
        level.factor *= options.factor
        level.waited = 0
      }
    },
    state: () => ({ ...level }),
    restore: (state) => void Object.assign(level, state),
  }
}

function rateAt(options: Exclude<ScheduleOptions, { kind: 'plateau' }>, base: number, epochsDone: number): number {
  switch (options.kind) {
    case 'constant':
      return base
    case 'step':
      return base * options.factor ** Math.floor(epochsDone / options.every)
    case 'cosine': {
      const { epochs, warmUp = 0, minimum = 0 } = options
      if (epochsDone < warmUp) return minimum + (base - minimum) * (epochsDone / warmUp)
      const share = Math.min(1, (epochsDone - warmUp) / (epochs - warmUp))
      return minimum + ((base - minimum) * (1 + Math.cos(Math.PI * share))) / 2
    }
  }
}

function check(options: ScheduleOptions): void {
  const need = (fine: boolean, what: string): void => {
    if (!fine) throw new RangeError(`schedule "${options.kind}": ${what}`)
  }
  if (options.kind === 'step') need(options.every > 0, `every = ${options.every}`)
  if (options.kind === 'step' || options.kind === 'plateau') need(options.factor > 0, `factor = ${options.factor}`)
  if (options.kind === 'plateau') need(options.patience >= 1, `patience = ${options.patience}`)
  if (options.kind === 'cosine') {
    const { epochs, warmUp = 0 } = options
    need(warmUp >= 0 && epochs > warmUp, `${epochs} epochs with ${warmUp} of warm-up`)
  }
}
