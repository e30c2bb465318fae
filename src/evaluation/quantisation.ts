import { scoreCount } from '../catalogue/fold-in-graph.ts'
import { throwIfAborted } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import type { RatingScale } from '../data/interactions.ts'
import { Session } from '../engine/session/session.ts'
import type { ProfileRating } from '../models/recommender.ts'
import { topK } from '../models/top-k.ts'
import type { HeldOut } from './held-out.ts'

/** Errors of predictions clipped to the scale. */
export interface RatingErrors {
  readonly rmse: number
  readonly mae: number
}

/** What 8-bit weights cost, measured with both graphs on the same profiles. */
export interface QuantisationLoss {
  readonly of: HeldOut['of']
  readonly users: number
  /** Ratings predicted. */
  readonly ratings: number
  /** Null for models that predict no ratings. */
  readonly float32: RatingErrors | null
  readonly int8: RatingErrors | null
  /** Of the best ten movies by float32 (rated ones left out), the share that int8 has among its own ten; mean over users. */
  readonly overlapAt10: number
  /** Over all users and all items. */
  readonly largestScoreDifference: number
  readonly meanScoreDifference: number
}

export interface LossOptions {
  /** Whether the scores are predicted ratings. */
  readonly ratings: boolean
  readonly scale: RatingScale
  /** Items of the vocabulary; scores beyond are of the unknown item. */
  readonly items: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

/** Folds every profile in with both graphs (item, rating -> scores) and compares. At least one case. */
export async function quantisationLoss(
  graphs: { readonly float32: Uint8Array; readonly int8: Uint8Array },
  { cases, of }: HeldOut,
  { ratings, scale, items, onProgress, signal }: LossOptions,
): Promise<QuantisationLoss> {
  const full = await Scorer.open(graphs.float32)
  const small = await Scorer.open(graphs.int8)
  const tallies = { float32: new Tally(scale), int8: new Tally(scale) }
  let [overlap, largest, sum] = [0, 0, 0]
  for (const [n, { profile, heldOut }] of cases.entries()) {
    throwIfAborted(signal, 'measuring')
    const a = (await full.scores(profile)).subarray(0, items)
    const b = (await small.scores(profile)).subarray(0, items)
    tallies.float32.add(a, heldOut)
    tallies.int8.add(b, heldOut)
    for (let i = 0; i < items; i++) {
      const difference = Math.abs(a[i]! - b[i]!)
      sum += difference
      if (difference > largest) largest = difference
    }
    const seen = new Set(profile.map(({ item }) => item))
    const best = topK(a, 10, (item) => !seen.has(item))
    const other = new Set(topK(b, 10, (item) => !seen.has(item)))
    overlap += best.filter((item) => other.has(item)).length / best.length
    onProgress?.({ stage: 'measuring the loss', done: n + 1, total: cases.length, unit: 'users' })
  }
  await full.release()
  await small.release()
  return {
    of,
    users: cases.length,
    ratings: tallies.float32.count,
    float32: ratings ? tallies.float32.errors() : null,
    int8: ratings ? tallies.int8.errors() : null,
    overlapAt10: overlap / cases.length,
    largestScoreDifference: largest,
    meanScoreDifference: sum / (cases.length * items),
  }
}

class Tally {
  count = 0
  private squares = 0
  private distances = 0
  private readonly scale: RatingScale

  constructor(scale: RatingScale) {
    this.scale = scale
  }

  add(scores: Float32Array, heldOut: readonly ProfileRating[]): void {
    const { min, max } = this.scale
    for (const { item, rating } of heldOut) {
      const error = Math.min(max, Math.max(min, scores[item]!)) - rating
      this.squares += error * error
      this.distances += Math.abs(error)
      this.count++
    }
  }

  errors(): RatingErrors {
    return { rmse: Math.sqrt(this.squares / this.count), mae: this.distances / this.count }
  }
}

/** A fold-in graph ready to score. */
class Scorer {
  private readonly session: Session
  private readonly count: number

  private constructor(session: Session, count: number) {
    this.session = session
    this.count = count
  }

  static async open(graph: Uint8Array): Promise<Scorer> {
    return new Scorer(await Session.create(graph), scoreCount(graph))
  }

  async scores(profile: readonly ProfileRating[]): Promise<Float32Array> {
    const scores = new Float32Array(this.count)
    const item = Int32Array.from(profile, (entry) => entry.item)
    const rating = Float32Array.from(profile, (entry) => entry.rating)
    await this.session.bind({ item, rating }, { scores }, { N: item.length, B: item.length }).run()
    return scores
  }

  async release(): Promise<void> {
    await this.session.release()
  }
}
