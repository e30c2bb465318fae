import { InterruptedError, MarqueeError } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import { Random } from '../core/random.ts'
import type { Interactions } from '../data/interactions.ts'
import type { Split } from '../data/splits/index.ts'
import type { ProfileRating, Recommender } from '../models/recommender.ts'
import { scoresOf } from '../models/scores-of.ts'

export interface EarlierOptions {
  /** At most so many test rows, drawn with seed 1; all unless given. */
  readonly most?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

export interface EarlierResult {
  readonly rmse: number
  readonly mae: number
  /** Test rows predicted. */
  readonly rows: number
  /** Those of them before which their user had rated nothing. */
  readonly empty: number
}

/**
 * Errors where each test rating is predicted by fold-in from the ratings that its user gave strictly before it, in
 * training or test part, clipped to the scale. Nothing of the same second or later is known. Every model gets the same profiles.
 * Throws `not-able` for a model without fold-in or ratings, `no-timestamps`, `not-a-number`.
 */
export async function evaluateEarlier(
  model: Recommender,
  { train, test }: Split,
  { most = Number.POSITIVE_INFINITY, onProgress, signal }: EarlierOptions = {},
): Promise<EarlierResult> {
  if (!model.abilities.foldIn || !model.abilities.ratings) {
    throw new MarqueeError('not-able', `${model.name} cannot predict ratings from a profile`)
  }
  const { min, max } = test.scale
  const timeOf = new Timeline(train, test)
  const rows = Int32Array.from({ length: test.count }, (_, row) => row)
  const chosen = test.count > most ? new Random(1).fork('earlier').shuffle(rows).slice(0, most) : rows
  // Rows of one user and second share their profile, so they share its fold-in.
  const groups = new Map<string, number[]>()
  for (const row of chosen.sort()) {
    const group = `${test.user[row]} ${test.timestamp![row]}`
    const members = groups.get(group)
    if (members) members.push(row)
    else groups.set(group, [row])
  }
  let squares = 0
  let absolutes = 0
  let empty = 0
  let done = 0
  for (const members of groups.values()) {
    if (signal?.aborted) throw new InterruptedError('evaluation was interrupted')
    const first = members[0]!
    const profile = timeOf.before(test.user[first]!, test.timestamp![first]!)
    if (profile.length === 0) empty += members.length
    const scores = await scoresOf(
      model,
      { profile },
      Int32Array.from(members, (row) => test.item[row]!),
    )
    for (const [n, row] of members.entries()) {
      const score = scores[n]!
      if (Number.isNaN(score)) {
        throw new MarqueeError('not-a-number', `${model.name} predicted NaN for user ${test.users.id(test.user[row]!)}`)
      }
      const error = Math.min(max, Math.max(min, score)) - test.rating[row]!
      squares += error * error
      absolutes += Math.abs(error)
    }
    done += members.length
    onProgress?.({ stage: 'predicting from earlier ratings', done, total: chosen.length, unit: 'ratings' })
  }
  return { rmse: Math.sqrt(squares / chosen.length), mae: absolutes / chosen.length, rows: chosen.length, empty }
}

interface Entry {
  readonly time: number
  readonly item: number
  readonly rating: number
}

/**
 * Each user's ratings of both parts by time, those of equal times in the order of the rows. Holds one user at a time: objects
 * for all the ratings of a large set would take gigabytes.
 */
class Timeline {
  private readonly parts: readonly Interactions[]
  private user = -1
  private entries: readonly Entry[] = []

  constructor(...parts: readonly Interactions[]) {
    if (parts.some(({ timestamp }) => !timestamp)) {
      throw new MarqueeError('no-timestamps', 'profiles of earlier ratings need timestamps and these have none')
    }
    this.parts = parts
  }

  before(user: number, time: number): ProfileRating[] {
    if (user !== this.user) {
      this.entries = this.parts.flatMap((part) => entriesOf(part, user)).sort((a, b) => a.time - b.time)
      this.user = user
    }
    const profile: ProfileRating[] = []
    for (const entry of this.entries) {
      if (entry.time >= time) break
      profile.push({ item: entry.item, rating: entry.rating })
    }
    return profile
  }
}

function entriesOf(part: Interactions, user: number): Entry[] {
  const { offsets, rows } = part.byUser()
  const own = rows.slice(offsets[user]!, offsets[user + 1]!).sort()
  return Array.from(own, (row) => ({ time: part.timestamp![row]!, item: part.item[row]!, rating: part.rating[row]! }))
}
