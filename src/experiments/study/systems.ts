import type { Artefact } from '../../catalogue/artefact.ts'
import { MarqueeError } from '../../core/errors.ts'
import type { Dataset, ItemTable } from '../../data/dataset.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { ProfileRating, Who } from '../../models/recommender.ts'

/** The two systems of a study; which is which is never shown to participants. */
export type SystemName = 'a' | 'b'

export const systemNames: readonly SystemName[] = ['a', 'b']

/** The people whose profiles are shown: users both systems were trained on, or of a data set that neither need know. */
export interface Profiles {
  readonly ratings: Interactions
  readonly items: ItemTable
  readonly dataset: string
}

/** Two fitted systems and profiles for which both can recommend. Items are known by their original ids here. */
export class StudySystems {
  readonly artefacts: Readonly<Record<SystemName, Artefact>>
  readonly profiles: Profiles
  /** Profiles are taken as new users by fold-in; else as the users the systems know. */
  readonly foldIn: boolean
  private readonly minimumRatings: number
  private readonly popularity: Readonly<Record<SystemName, Int32Array>>

  /**
   * `dataset`: profiles come from there, for both systems as people they do not know. Without one the systems must have
   * been trained on the same ratings. Only movies with at least `minimumRatings` training ratings in a system are its
   * candidates. Throws `same-artefact`, `different-training`, `not-able`.
   */
  constructor(a: Artefact, b: Artefact, dataset: Dataset | null, minimumRatings: number) {
    if (a.manifest.checksum === b.manifest.checksum) {
      throw new MarqueeError('same-artefact', `${a.directory} and ${b.directory} are the same artefact`, {
        remedy: 'Give two systems to compare.',
      })
    }
    if (dataset) {
      for (const { model, directory } of [a, b]) {
        if (model.abilities.foldIn) continue
        throw new MarqueeError('not-able', `${model.name} cannot take profiles of people it was not trained on`, {
          place: directory,
          remedy: 'Leave out --data: profiles are then of the training data.',
        })
      }
    } else if (!sameRatings(a.train, b.train)) {
      throw new MarqueeError(
        'different-training',
        `${a.directory} and ${b.directory} were trained on different ratings`,
        {
          remedy: 'Train both on the same data and split, or give --data with the profiles to show.',
        },
      )
    }
    this.artefacts = { a, b }
    this.foldIn = dataset !== null
    this.profiles = dataset
      ? { ratings: dataset.interactions, items: dataset.items, dataset: dataset.name }
      : { ratings: a.train, items: a.items, dataset: a.manifest.dataset.name }
    this.minimumRatings = minimumRatings
    this.popularity = { a: ratingsOf(a), b: ratingsOf(b) }
  }

  /** The ratings of a user of `profiles`, best first, then as in the data; items are indices of `profiles`. */
  profile(user: number): ProfileRating[] {
    const { offsets, indices, values } = this.profiles.ratings.byUser()
    const profile: ProfileRating[] = []
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++)
      profile.push({ item: indices[at]!, rating: values[at]! })
    return profile.sort((x, y) => y.rating - x.rating || x.item - y.item)
  }

  /** The ids of a system's best movies for a user of `profiles` that the user has not rated. */
  async best(system: SystemName, user: number, k: number): Promise<string[]> {
    const { model, train } = this.artefacts[system]
    const { ratings } = this.profiles
    const counts = this.popularity[system]
    const rated = this.profile(user).map(({ item, rating }) => ({
      item: train.items.indexOf(ratings.items.id(item)),
      rating,
    }))
    const { min, max } = train.scale
    const who: Who = this.foldIn
      ? { profile: rated.filter(({ item, rating }) => item >= 0 && rating >= min && rating <= max) }
      : { user: train.users.indexOf(ratings.users.id(user)) }
    const found = await model.recommend(who, {
      k,
      exclude: rated.map(({ item }) => item).filter((item) => item >= 0),
      filter: (item) => counts[item]! >= this.minimumRatings,
    })
    return found.map(({ item }) => train.items.id(item))
  }

  /** What is shown of a movie: nothing that depends on the system. */
  movie(id: string): { readonly title: string; readonly genres: readonly string[] } {
    const tables = [this.profiles, ...systemNames.map((name) => this.artefacts[name])]
    for (const known of tables) {
      const vocabulary = 'ratings' in known ? known.ratings.items : known.train.items
      const item = vocabulary.indexOf(id)
      if (item >= 0) return { title: known.items.titles[item]!, genres: known.items.genres[item]! }
    }
    throw new RangeError(`no movie ${id}`)
  }
}

function ratingsOf({ train }: Artefact): Int32Array {
  const counts = new Int32Array(train.items.size)
  for (const item of train.item) counts[item]!++
  return counts
}

function sameRatings(a: Interactions, b: Interactions): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>): boolean => {
    for (let n = 0; n < x.length; n++) if (x[n] !== y[n]) return false
    return true
  }
  return (
    a.count === b.count &&
    a.users.ids().join('\n') === b.users.ids().join('\n') &&
    a.items.ids().join('\n') === b.items.ids().join('\n') &&
    same(a.user, b.user) &&
    same(a.item, b.item) &&
    same(a.rating, b.rating)
  )
}
