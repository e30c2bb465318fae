import { MarqueeError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { type StudySystems, type SystemName, systemNames } from './systems.ts'

export interface QuestionOptions {
  readonly seed: number
  /** Comparisons for each participant. */
  readonly comparisons: number
  /** Only users with so many ratings are shown, so that a whole profile can be read. */
  readonly minimumProfile: number
  readonly maximumProfile: number
}

/** All that a participant may see. Nothing in it depends on which system made which recommendation. */
export interface Question {
  readonly participant: string
  /** From 1. */
  readonly number: number
  readonly of: number
  /** Whole profile, best rated first. */
  readonly profile: readonly { readonly title: string; readonly rating: number }[]
  /** The highest rating of the scale. */
  readonly most: number
  /** In random order. */
  readonly movies: readonly [Shown, Shown]
}

export interface Shown {
  readonly title: string
  readonly genres: readonly string[]
}

/** What stands behind a question: kept with the answer, never shown. */
export interface Behind {
  /** Original id of the profile's user. */
  readonly user: string
  /** The systems in the order shown, and the movies' original ids. */
  readonly order: readonly [SystemName, SystemName]
  readonly movies: readonly [string, string]
  /** Both systems had the same best movie, and this one, by lot, gave its next best; null where they differed. */
  readonly yielded: SystemName | null
}

/** Makes the questions of every participant: the same systems, options and participant give the same questions. */
export class Questions {
  private readonly systems: StudySystems
  private readonly options: QuestionOptions
  private readonly eligible: Int32Array

  /** Throws `too-few-profiles`. */
  constructor(systems: StudySystems, options: QuestionOptions) {
    const { comparisons, minimumProfile, maximumProfile } = options
    const { offsets } = systems.profiles.ratings.byUser()
    const eligible: number[] = []
    for (let user = 0; user + 1 < offsets.length; user++) {
      const count = offsets[user + 1]! - offsets[user]!
      if (count >= minimumProfile && count <= maximumProfile) eligible.push(user)
    }
    if (eligible.length < comparisons) {
      const what = `${eligible.length} users have ${minimumProfile} to ${maximumProfile} ratings, and ${comparisons} are needed`
      throw new MarqueeError('too-few-profiles', what, { remedy: 'Widen --min-profile and --max-profile.' })
    }
    this.systems = systems
    this.options = options
    this.eligible = Int32Array.from(eligible)
  }

  /** All questions of a participant, each of another user. Throws `too-few-profiles` where the systems have too little to recommend. */
  async *of(participant: string, from = 1): AsyncGenerator<{ question: Question; behind: Behind }> {
    const { seed, comparisons } = this.options
    const random = new Random(seed).fork(`participant ${participant}`)
    const users = random.shuffle(this.eligible.slice())
    let number = 0
    for (const user of users) {
      if (number === comparisons) return
      const coins = random.fork(`user ${user}`)
      const lot = { yields: systemNames[coins.int(2)]!, first: coins.int(2) }
      const made = await this.compare(user, lot.yields)
      if (!made) continue
      number++
      if (number < from) continue
      const order: [SystemName, SystemName] = lot.first === 0 ? ['a', 'b'] : ['b', 'a']
      const movies: [string, string] = [made[order[0]], made[order[1]]]
      const { profiles } = this.systems
      const shown = (id: string): Shown => this.systems.movie(id)
      yield {
        question: {
          participant,
          number,
          of: comparisons,
          profile: this.systems
            .profile(user)
            .map(({ item, rating }) => ({ title: profiles.items.titles[item]!, rating })),
          most: profiles.ratings.scale.max,
          movies: [shown(movies[0]), shown(movies[1])],
        },
        behind: { user: profiles.ratings.users.id(user), order, movies, yielded: made.yielded },
      }
    }
    if (number < comparisons) {
      throw new MarqueeError('too-few-profiles', `only ${number} profiles get two recommendations`, {
        remedy: 'Lower --comparisons or --min-ratings.',
      })
    }
  }

  /** Each system's best movie; where both have the same, `yields` gives its next best. Null where there is none. */
  private async compare(
    user: number,
    yields: SystemName,
  ): Promise<(Record<SystemName, string> & { yielded: SystemName | null }) | null> {
    const a = await this.systems.best('a', user, 2)
    const b = await this.systems.best('b', user, 2)
    if (a[0] === undefined || b[0] === undefined) return null
    if (a[0] !== b[0]) return { a: a[0], b: b[0], yielded: null }
    const next = (yields === 'a' ? a : b)[1]
    if (next === undefined) return null
    return yields === 'a' ? { a: next, b: b[0], yielded: 'a' } : { a: a[0], b: next, yielded: 'b' }
  }
}
