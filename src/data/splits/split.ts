import { MarqueeError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { Interactions } from '../interactions.ts'
import { foldCut } from './kfold.ts'
import { leaveOneOutRule } from './leave-one-out.ts'
import { randomItemRule, randomRule, randomUserRule } from './random.ts'
import { allRows, type SplitRule } from './rows.ts'
import { resolveSpec, type Split, type SplitDescription, type SplitSpec } from './spec.ts'
import { strongCut } from './strong.ts'
import { timeGlobalRule, timeUserRule } from './time.ts'

const rules: Record<
  'random' | 'random-user' | 'random-item' | 'time-user' | 'time-global' | 'leave-one-out',
  SplitRule
> = {
  random: randomRule,
  'random-user': randomUserRule,
  'random-item': randomItemRule,
  'time-user': timeUserRule,
  'time-global': timeGlobalRule,
  'leave-one-out': leaveOneOutRule,
}

/**
 * Divides ratings as the spec says; `kfold` gives the one fold that `spec.fold` names. The same ratings and spec give the same parts.
 * Throws `bad-split` for a spec out of range, `no-timestamps`, `too-few-users`, and `empty-part` where a part would have no rating.
 */
export function split(interactions: Interactions, spec: SplitSpec): Split {
  const resolved = resolveSpec(spec)
  const { kind, seed, validation } = resolved
  const random = new Random(seed)
  const rows = allRows(interactions)
  if (kind === 'strong') return strongSplit(interactions, resolved, rows, random)
  const rule = kind === 'kfold' ? null : rules[kind]
  const first = rule
    ? rule(interactions, rows, resolved.ratio ?? Number.NaN, random.fork('test'))
    : foldCut(rows, resolved.folds!, resolved.fold!, random.fork('test'))
  const second =
    validation === undefined
      ? null
      : (rule ?? randomRule)(interactions, first.kept, 1 - validation, random.fork('validation'))
  return checked({
    train: interactions.select(second ? second.kept : first.kept),
    validation: second ? interactions.select(second.cut) : null,
    test: interactions.select(first.cut),
    profiles: null,
    validationProfiles: null,
    spec: resolved,
  })
}

/** Every split that the spec stands for: the k folds of `kfold`, else the one. */
export function splits(interactions: Interactions, spec: SplitSpec): Split[] {
  if (spec.kind !== 'kfold') return [split(interactions, spec)]
  const { folds } = resolveSpec({ ...spec, fold: 1 })
  return Array.from({ length: folds! }, (_, k) => split(interactions, { ...spec, fold: k + 1 }))
}

/** The split with its validation part back in the training part: what a model with frozen settings is refitted to. */
export function mergeValidation(split: Split): Split {
  if (!split.validation) return split
  const returned = [split.train, split.validationProfiles, split.validation].filter((part) => part !== null)
  return { ...split, train: concatenate(returned), validation: null, validationProfiles: null }
}

function strongSplit(whole: Interactions, spec: SplitDescription, rows: Int32Array, random: Random): Split {
  const { ratio, profile, validation } = spec
  const first = strongCut(whole, rows, ratio!, profile!, random.fork('test'))
  const second =
    validation === undefined ? null : strongCut(whole, first.kept, 1 - validation, profile!, random.fork('validation'))
  return checked({
    train: whole.select(second ? second.kept : first.kept),
    validation: second ? whole.select(second.held) : null,
    test: whole.select(first.held),
    profiles: whole.select(first.profiles),
    validationProfiles: second ? whole.select(second.profiles) : null,
    spec,
  })
}

function concatenate(parts: Interactions[]): Interactions {
  const first = parts[0]!
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const user = new Int32Array(count)
  const item = new Int32Array(count)
  const rating = new Float32Array(count)
  const timestamp = parts.every((part) => part.timestamp) ? new Float64Array(count) : null
  let at = 0
  for (const part of parts) {
    user.set(part.user, at)
    item.set(part.item, at)
    rating.set(part.rating, at)
    timestamp?.set(part.timestamp!, at)
    at += part.count
  }
  const { users, items, scale } = first
  return new Interactions({ users, items, user, item, rating, timestamp, scale })
}

/** The split itself, if none of its parts is empty. */
function checked(split: Split): Split {
  const parts = { training: split.train, validation: split.validation, test: split.test }
  for (const [name, part] of Object.entries(parts)) {
    if (part && part.count === 0) {
      throw new MarqueeError('empty-part', `the ${name} part of the split ${split.spec.kind} has no rating`, {
        remedy: 'Choose another ratio or validation share, or give more ratings.',
      })
    }
  }
  return split
}
