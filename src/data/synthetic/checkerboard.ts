import { Interactions } from '../interactions.ts'
import type { Split } from '../splits/spec.ts'
import { Vocabulary } from '../vocabulary.ts'

export interface CheckerboardOptions {
  /** At least 2. Default 40. */
  readonly users?: number
  /** Even, at least 4. Default 20. */
  readonly items?: number
  /**
   * `both` (default): disliked items are in the training part too, so that models of ratings have something to learn.
   * `likes`: only liked ones, for models of implicit feedback.
   */
  readonly cells?: 'both' | 'likes'
}

/**
 * A toy: users of even index like items of even index (rating 5) and dislike the others (rating 1), users of odd index the reverse.
 * Two cells of every user are withheld: a liked item, item `u mod items`, which is the test part, and a disliked one,
 * item `(u + 1) mod items`, which is in no part. So the first recommendation for user u must be item `u mod items`.
 */
export function checkerboard(options: CheckerboardOptions = {}): Split {
  const { users = 40, items = 20, cells = 'both' } = options
  if (!(users >= 2)) throw new RangeError(`a checkerboard needs at least 2 users, not ${users}`)
  if (!(items >= 4 && items % 2 === 0))
    throw new RangeError(`a checkerboard needs an even number of items, not ${items}`)
  const train: Cell[] = []
  const test: Cell[] = []
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const liked = user % 2 === item % 2
      const cell = { user, item, rating: liked ? 5 : 1 }
      if (item === user % items) test.push(cell)
      else if (item !== (user + 1) % items && (liked || cells === 'both')) train.push(cell)
    }
  }
  const vocabularies = {
    users: Vocabulary.of(Float64Array.from({ length: users }, (_, u) => u + 1)),
    items: Vocabulary.of(Float64Array.from({ length: items }, (_, i) => i + 1)),
  }
  return {
    train: table(train, vocabularies),
    validation: null,
    test: table(test, vocabularies),
    profiles: null,
    validationProfiles: null,
    spec: { kind: 'given' },
  }
}

interface Cell {
  readonly user: number
  readonly item: number
  readonly rating: number
}

function table(cells: Cell[], vocabularies: { users: Vocabulary; items: Vocabulary }): Interactions {
  return new Interactions({
    ...vocabularies,
    user: Int32Array.from(cells, ({ user }) => user),
    item: Int32Array.from(cells, ({ item }) => item),
    rating: Float32Array.from(cells, ({ rating }) => rating),
    timestamp: Float64Array.from(cells, (_, n) => 1_000_000_000 + n),
    scale: { min: 1, max: 5, step: 1 },
  })
}
