import type { NewFeedback, Store } from '../../../store/store.ts'

const page = 1000
/** Counted again at most so often, in milliseconds: other instances write to the same store. */
const every = 60_000

/**
 * How many rating events the store has that the live model was not trained on. Counted at most up to `enough`, where there is such
 * a number; between counts what this instance hears of is added.
 */
export class NewRatings {
  private readonly store: Store
  private readonly enough: number
  private after = -1
  private count = 0
  private counted = Number.NEGATIVE_INFINITY
  private counting: Promise<void> | null = null

  constructor(store: Store, enough: number) {
    this.store = store
    this.enough = enough
  }

  heard(events: readonly NewFeedback[]): number {
    for (const { kind, action } of events) if (kind === 'rating' && action !== 'delete') this.count++
    return this.count
  }

  async since(trainedThrough: number): Promise<number> {
    const stale = trainedThrough !== this.after || performance.now() - this.counted > every
    if (stale) {
      this.counting ??= this.read(trainedThrough).finally(() => {
        this.counting = null
      })
      await this.counting
    }
    return this.count
  }

  private async read(trainedThrough: number): Promise<void> {
    let count = 0
    let cursor: string | null = null
    do {
      const options = {
        kinds: ['rating'] as const,
        limit: page,
        cursor,
        ...(cursor === null && { after: trainedThrough }),
      }
      const found: Awaited<ReturnType<Store['events']>> = await this.store.events(options)
      for (const { action } of found.entries) if (action === 'put') count++
      cursor = found.next
    } while (cursor !== null && count < this.enough)
    this.count = count
    this.after = trainedThrough
    this.counted = performance.now()
  }
}
