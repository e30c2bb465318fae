import { MarqueeError } from '../../core/errors.ts'
import type { Interactions } from '../interactions.ts'

/** The ways to split, as given to --split. */
export const splitKinds = [
  'random',
  'random-user',
  'random-item',
  'time-user',
  'time-global',
  'leave-one-out',
  'strong',
  'kfold',
] as const

export type SplitKind = (typeof splitKinds)[number]

/** How ratings are divided into training, validation and test parts. What a kind does not use is ignored. */
export interface SplitSpec {
  readonly kind: SplitKind
  /** The share that trains: of ratings, for `strong` of users; in (0, 1). Default 0.8. Not used by `leave-one-out` and `kfold`. */
  readonly ratio?: number
  /**
   * The share of the training part that is cut out of it again, by the same rule, for validation; in (0, 1). Default: none.
   * `leave-one-out` takes one more rating of every user whatever the share; `kfold` cuts at random.
   */
  readonly validation?: number
  /** Default 1. */
  readonly seed?: number
  /** `kfold`: how many folds, at least 2. Default 5. */
  readonly folds?: number
  /** `kfold`: which fold is the test part, from 1 to `folds`. Default 1; splits() gives them all. */
  readonly fold?: number
  /** `strong`: the share of a held-out user's ratings that is the profile, in (0, 1); the rest is the test. Default 0.8. */
  readonly profile?: number
}

/** A spec with its defaults filled in, or `given` for parts that came as files. Plain JSON. */
export type SplitDescription = Omit<SplitSpec, 'kind'> & { readonly kind: SplitKind | 'given' }

/**
 * The parts of a split. They share the vocabularies of the whole, have no row in common,
 * and keep the order that the rows had in the whole.
 */
export interface Split {
  readonly train: Interactions
  /** Null where no validation part was asked for. */
  readonly validation: Interactions | null
  readonly test: Interactions
  /** What is known of the test users, who have no training row; null unless the split is `strong` (or given so). */
  readonly profiles: Interactions | null
  /** The same for the users of the validation part. */
  readonly validationProfiles: Interactions | null
  readonly spec: SplitDescription
}

/** The spec with the defaults of its kind and without what the kind does not use. Throws `bad-split`. */
export function resolveSpec(spec: SplitSpec): SplitDescription & { readonly kind: SplitKind; readonly seed: number } {
  if (!splitKinds.includes(spec.kind)) {
    throw new MarqueeError('bad-split', `there is no split named "${spec.kind}"`, {
      remedy: `Known: ${splitKinds.join(', ')}.`,
    })
  }
  const { kind, seed = 1, validation } = spec
  if (!Number.isSafeInteger(seed))
    throw new MarqueeError('bad-split', `the seed ${seed} is not an integer`, { remedy: 'Give one such as 1.' })
  const resolved = { kind, seed, ...(validation === undefined ? {} : { validation: share('validation', validation) }) }
  if (kind === 'leave-one-out') return resolved
  if (kind === 'kfold') {
    const { folds = 5, fold = 1 } = spec
    if (!Number.isInteger(folds) || folds < 2) {
      throw new MarqueeError('bad-split', `${folds} folds: at least 2 are needed`, { place: '--split kfold' })
    }
    if (!Number.isInteger(fold) || fold < 1 || fold > folds) {
      throw new MarqueeError('bad-split', `fold ${fold}: there are folds 1 to ${folds}`, { place: '--split kfold' })
    }
    return { ...resolved, folds, fold }
  }
  const ratio = share('ratio', spec.ratio ?? 0.8)
  if (kind === 'strong') return { ...resolved, ratio, profile: share('profile', spec.profile ?? 0.8) }
  return { ...resolved, ratio }
}

function share(name: string, value: number): number {
  if (value > 0 && value < 1) return value
  throw new MarqueeError('bad-split', `${name} ${value} is not between 0 and 1`, {
    remedy: 'Give a share such as 0.8, both ends excluded.',
  })
}
