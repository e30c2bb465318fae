import { InvalidArgumentError } from 'commander'
import type { Artefact } from '../catalogue/artefact.ts'
import { loadArtefact } from '../catalogue/artefact-load.ts'
import { TitleIndex } from '../catalogue/titles.ts'
import { MarqueeError } from '../core/errors.ts'
import type { ProfileRating } from '../models/recommender.ts'
import type { Io } from './io.ts'

/** A title as it was asked for and the movie that was taken. */
export interface Asked {
  readonly asked: string
  readonly item: number
  readonly title: string
}

/** An artefact with its titles to look movies up in. */
export class Library {
  readonly artefact: Artefact
  private readonly titles: TitleIndex
  private readonly io: Io

  private constructor(artefact: Artefact, io: Io) {
    const { offsets } = artefact.train.byItem()
    const counts = Int32Array.from({ length: offsets.length - 1 }, (_, item) => offsets[item + 1]! - offsets[item]!)
    this.artefact = artefact
    this.titles = new TitleIndex(artefact.items, artefact.train.items, counts)
    this.io = io
  }

  static async open(directory: string, io: Io): Promise<Library> {
    return new Library(await loadArtefact(directory), io)
  }

  /** The movie meant; where the text is not its title, the choice is shown on standard error. */
  find(asked: string): Asked {
    const { item, title, exact } = this.titles.find(asked)
    if (!exact) this.io.stderr(`"${asked}": taking ${title}\n`)
    return { asked, item, title }
  }

  /** The original id. */
  id(item: number): string {
    return this.artefact.train.items.id(item)
  }

  title(item: number): string {
    return this.artefact.items.titles[item]!
  }

  /** Genres as the data names them, found without regard to case. Throws `unknown-genre` with those there are. */
  genres(asked: readonly string[]): Set<string> {
    const known = new Map<string, string>()
    for (const genres of this.artefact.items.genres) for (const genre of genres) known.set(genre.toLowerCase(), genre)
    return new Set(
      asked.map((name) => {
        const found = known.get(name.trim().toLowerCase())
        if (found !== undefined) return found
        throw new MarqueeError('unknown-genre', `there is no genre "${name}"`, {
          place: '--genre',
          remedy:
            known.size === 0 ? 'This data set has no genres.' : `There are: ${[...known.values()].sort().join(', ')}.`,
        })
      }),
    )
  }

  /** The index of an original user id. Throws `unknown-user`. */
  user(id: string): number {
    const user = this.artefact.train.users.indexOf(id)
    if (user >= 0) return user
    const { users } = this.artefact.train
    throw new MarqueeError('unknown-user', `there is no user ${id} among the ${users.size} of the training data`, {
      place: '--user',
      remedy: 'For somebody new, give ratings instead: --rate "TITLE=RATING".',
    })
  }

  /** "Toy Story (1995)=5" as a rating on the data's scale. Throws `bad-rating`. */
  rating(text: string): ProfileRating & Asked {
    const { min, max } = this.artefact.train.scale
    const at = text.lastIndexOf('=')
    const rating = at < 1 || text.slice(at + 1).trim() === '' ? Number.NaN : Number(text.slice(at + 1))
    if (!(rating >= min && rating <= max)) {
      throw new MarqueeError('bad-rating', `"${text}" is not TITLE=RATING with a rating from ${min} to ${max}`, {
        place: '--rate',
        remedy: `For example --rate "Toy Story (1995)=${max}".`,
      })
    }
    return { ...this.find(text.slice(0, at)), rating }
  }
}

/** Commander's own kind of error, for options that exclude one another. */
export function usage(message: string): InvalidArgumentError {
  return new InvalidArgumentError(message)
}
