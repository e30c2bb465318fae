/** How bad trials are stopped early. */
export interface HalvingOptions {
  /** The first epoch at which trials are compared. Default 2. */
  readonly firstEpoch?: number
  /** At each comparison the best 1 / factor go on, and the next comparison is at factor times the epoch. Default 3. */
  readonly factor?: number
}

/**
 * Asynchronous successive halving over epochs, in its stopping form (Li et al. 2020, "A system for massively parallel
 * hyperparameter tuning"): whoever comes to a rung is stopped there unless among the best 1 / factor of all who have come to it so
 * far; nobody is stopped before `factor` trials have come. What is compared is a trial's best validation figure so far.
 */
export class Halving {
  private readonly first: number
  private readonly factor: number
  private readonly rungs = new Map<number, number[]>()

  constructor({ firstEpoch = 2, factor = 3 }: HalvingOptions = {}) {
    if (!(Number.isInteger(firstEpoch) && firstEpoch >= 1 && factor > 1)) {
      throw new RangeError(`halving from epoch ${firstEpoch} by ${factor}`)
    }
    this.first = firstEpoch
    this.factor = factor
  }

  /** Whether trials are compared after this epoch. */
  isRung(epoch: number): boolean {
    let rung = this.first
    while (rung < epoch) rung = Math.round(rung * this.factor)
    return rung === epoch
  }

  /**
   * Takes in the best validation figure (lower is better) of a trial up to a rung's epoch; true if the trial should go on.
   * For an epoch that is no rung nothing is taken in and everybody goes on.
   */
  report(epoch: number, best: number): boolean {
    if (!this.isRung(epoch)) return true
    const known = this.rungs.get(epoch) ?? []
    this.rungs.set(epoch, known)
    known.push(best)
    if (known.length < this.factor) return true
    const places = Math.max(1, Math.floor(known.length / this.factor))
    return known.filter((other) => other < best).length < places
  }

  /** Takes in an earlier trial's whole course of validation figures, epoch by epoch from 1. */
  replay(validations: readonly number[]): void {
    let best = Number.POSITIVE_INFINITY
    validations.forEach((value, n) => {
      best = Math.min(best, value)
      if (this.isRung(n + 1)) this.report(n + 1, best)
    })
  }
}
