/** A movie that was seen in a list. */
export interface Impression {
  readonly item: string
  /** Id of the list. */
  readonly recommendation: string
  readonly time: string
}

/**
 * Movies of recommended lists that were really in view, each once a list, gathered until they are handed over together:
 * what an experiment divides its feedback by.
 */
export class Impressions {
  readonly #seen = new Set<string>()
  readonly #hand: (impressions: readonly Impression[]) => void
  readonly #mayGo: () => boolean
  readonly #now: () => string
  #waiting: Impression[] = []

  /** `mayGo`: whether this visitor's impressions may leave the browser; nothing is gathered otherwise. */
  constructor(hand: (impressions: readonly Impression[]) => void, mayGo: () => boolean, now: () => string) {
    this.#hand = hand
    this.#mayGo = mayGo
    this.#now = now
  }

  /** Notes that a movie is in view. Returns whether that is new for this list. */
  saw(recommendation: string, item: string): boolean {
    const key = `${recommendation} ${item}`
    if (this.#seen.has(key) || !this.#mayGo()) return false
    this.#seen.add(key)
    this.#waiting.push({ item, recommendation, time: this.#now() })
    return true
  }

  /** Hands over what was seen since the last time. */
  flush(): void {
    const seen = this.#waiting
    this.#waiting = []
    if (seen.length > 0 && this.#mayGo()) this.#hand(seen)
  }

  /** Forgets what was gathered. */
  drop(): void {
    this.#waiting = []
  }
}
