/** What a take from a bucket came to. */
export interface Taken {
  readonly allowed: boolean
  /** What is left in the bucket, whole requests. */
  readonly remaining: number
  /** Seconds, rounded up, until one request fits again; 0 where one does. */
  readonly retryAfter: number
  /** Seconds, rounded up, until the bucket is full. */
  readonly reset: number
}

/** Seconds of waiting that one call can cost at most. */
const longestDebt = 60

interface Bucket {
  tokens: number
  at: number
}

/**
 * A token bucket for each key: `perSecond` flow in, at most `burst` lie in it. Buckets that are full again are forgotten,
 * and where there are more than `most` the oldest go: memory is bounded whoever asks.
 */
export class RateLimiter {
  readonly limit: number
  readonly burst: number
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number
  readonly #most: number

  constructor(perSecond: number, burst = perSecond * 2, now: () => number = () => performance.now(), most = 50_000) {
    this.limit = perSecond
    this.burst = Math.max(1, burst)
    this.#now = now
    this.#most = most
  }

  /**
   * Takes `cost` where that much is there. What costs more than a bucket holds needs a full one and is owed: the bucket is below
   * empty afterwards, by a minute's flow at most, and whoever owes waits. `before`: what the same request has taken already.
   */
  take(key: string, cost = 1, before = 0): Taken {
    const now = this.#now()
    let bucket = this.#buckets.get(key)
    if (!bucket) {
      if (this.#buckets.size >= this.#most) this.#forget(now)
      bucket = { tokens: this.burst, at: now }
      this.#buckets.set(key, bucket)
    }
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((now - bucket.at) / 1000) * this.limit)
    bucket.at = now
    const price = Math.min(cost, Math.max(0, this.burst - before))
    const allowed = bucket.tokens >= price
    if (allowed) bucket.tokens -= Math.min(cost, Math.max(this.burst, this.limit * longestDebt))
    return {
      allowed,
      remaining: Math.max(0, Math.floor(bucket.tokens)),
      retryAfter: allowed ? 0 : Math.max(1, Math.ceil((price - bucket.tokens) / this.limit)),
      reset: Math.ceil((this.burst - bucket.tokens) / this.limit),
    }
  }

  get size(): number {
    return this.#buckets.size
  }

  #forget(now: number): void {
    for (const [key, { tokens, at }] of this.#buckets) {
      if (tokens + ((now - at) / 1000) * this.limit >= this.burst) this.#buckets.delete(key)
    }
    // A tenth at once: looking through all of them for every new caller would be what a flood of callers wants.
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= 0.9 * this.#most) break
      this.#buckets.delete(key)
    }
  }
}
