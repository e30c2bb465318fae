import { MarqueeError } from '../../core/errors.ts'
import { Interactions } from '../interactions.ts'
import { Vocabulary } from '../vocabulary.ts'
import type { Split } from './spec.ts'

/** Parts that came as files, such as u1.base and u1.test. */
export interface GivenParts {
  readonly train: Interactions
  readonly validation?: Interactions | null
  readonly test: Interactions
  /** What is known of test users who have no training row. */
  readonly profiles?: Interactions | null
  /** Let a (user, item) pair stand in the test part and in another part as well. Default false: an error. */
  readonly allowOverlap?: boolean
}

/**
 * A split of given parts. Parts of different vocabularies are brought to one: the training part's ids first, then the others' as they come.
 * Throws `overlapping-parts` where a test pair is also a training, validation or profile pair.
 */
export function givenSplit(parts: GivenParts): Split {
  const given = [parts.train, parts.validation ?? null, parts.test, parts.profiles ?? null]
  const [train, validation, test, profiles] = shareVocabularies(given) as [
    Interactions,
    Interactions | null,
    Interactions,
    Interactions | null,
  ]
  if (!parts.allowOverlap) {
    for (const [name, part] of Object.entries({ train, validation, profiles })) {
      if (part) requireDisjoint(part, name, test)
    }
  }
  return { train, validation, test, profiles, validationProfiles: null, spec: { kind: 'given' } }
}

/** The same ratings over one pair of vocabularies: unchanged where all have the same already. */
export function shareVocabularies(parts: (Interactions | null)[]): (Interactions | null)[] {
  const present = parts.filter((part) => part !== null)
  const first = present[0]!
  if (present.every((part) => part.users === first.users && part.items === first.items)) return parts
  const users = unite(present.map((part) => part.users))
  const items = unite(present.map((part) => part.items))
  const scale = {
    min: Math.min(...present.map((part) => part.scale.min)),
    max: Math.max(...present.map((part) => part.scale.max)),
    step: present.every((part) => part.scale.step === first.scale.step) ? first.scale.step : null,
  }
  return parts.map((part) => {
    if (!part) return null
    const user = translate(part.user, part.users, users)
    const item = translate(part.item, part.items, items)
    const { rating, timestamp } = part
    return new Interactions({ users, items, user, item, rating, timestamp, scale })
  })
}

function unite(vocabularies: Vocabulary[]): Vocabulary {
  const ids = new Set<string>()
  for (const vocabulary of new Set(vocabularies)) for (const id of vocabulary.ids()) ids.add(id)
  return Vocabulary.of([...ids])
}

function translate(column: Int32Array, from: Vocabulary, to: Vocabulary): Int32Array {
  const index = Int32Array.from(from.ids(), (id) => to.indexOf(id))
  return column.map((old) => index[old]!)
}

function requireDisjoint(part: Interactions, name: string, test: Interactions): void {
  const { offsets, indices } = part.byUser()
  for (let row = 0; row < test.count; row++) {
    const user = test.user[row]!
    const item = test.item[row]!
    let low = offsets[user]!
    let high = offsets[user + 1]!
    while (low < high) {
      const middle = (low + high) >> 1
      if (indices[middle]! < item) low = middle + 1
      else high = middle
    }
    if (low < offsets[user + 1]! && indices[low] === item) {
      throw new MarqueeError(
        'overlapping-parts',
        `user ${test.users.id(user)}'s rating of item ${test.items.id(item)} stands in the ${name} part and in the test part`,
        { remedy: 'A model must not be tested on what it was trained on: remove the pair from one of the files.' },
      )
    }
  }
}
