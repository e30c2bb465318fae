import type { NewFeedback, Store } from '../../../store/store.ts'
import type { Live } from '../shelf/live.ts'

/** The store's ratings are counted again at most this often, in milliseconds. */
const every = 30_000

/**
 * How many current ratings of the store each movie has that the version was not trained on, by movie id: what popularity adds to
 * the training ratings. Counted in the background when asked for and something may have changed, so up to half a minute old.
 */
export class StoreRatings {
  private readonly store: Store
  private counts: ReadonlyMap<string, number> = new Map()
  private live: Live | null = null
  private counted = Number.NEGATIVE_INFINITY
  private counting: Promise<void> | null = null

  constructor(store: Store) {
    this.store = store
  }

  /** Waits for the first count of a version; later ones are made beside. */
  async of(live: Live): Promise<ReadonlyMap<string, number>> {
    const first = this.live !== live
    if (!this.counting && (first || performance.now() - this.counted > every)) {
      this.counting = this.count(live).finally(() => {
        this.counting = null
      })
      this.counting.catch(() => undefined)
    }
    if (first) await this.counting
    return this.counts
  }

  /** Feedback has come: the next count need not wait as long. */
  touch(events: readonly NewFeedback[]): void {
    if (events.some(({ kind }) => kind === 'rating'))
      this.counted = Math.min(this.counted, performance.now() - every + 1000)
  }

  private async count(live: Live): Promise<void> {
    const { users, items } = live.train
    const { offsets, indices } = live.train.byUser()
    const counts = new Map<string, number>()
    for await (const block of this.store.ratings()) {
      for (const { user, item } of block) {
        const known = users.indexOf(user)
        if (known >= 0 && has(indices, offsets[known]!, offsets[known + 1]!, items.indexOf(item))) continue
        counts.set(item, (counts.get(item) ?? 0) + 1)
      }
    }
    this.counts = counts
    this.live = live
    this.counted = performance.now()
  }
}

/** Whether an ascending stretch holds a value. */
export function has(values: Int32Array, from: number, to: number, wanted: number): boolean {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low < to && values[low] === wanted
}
