import { describe, expect, it } from 'vitest'
import { MarqueeError } from '../../src/core/errors.ts'
import { roundHalfEven, type SplitSpec, split, splits } from '../../src/data/splits/index.ts'
import { hasMl100k, ml100k, pairs, ratings } from './ratings.ts'

/** Three users; user 0 has ties in time, user 2 one rating. Rows are deliberately out of time order. */
const small = ratings([
  [0, 0, 5, 30],
  [0, 1, 4, 10],
  [1, 0, 3, 50],
  [0, 2, 2, 30],
  [1, 1, 1, 20],
  [0, 3, 5, 30],
  [2, 2, 4, 5],
  [1, 3, 2, 40],
])

describe('hand-made cases', () => {
  it('rounds halves to even', () => {
    expect([0.5, 1.5, 2.5, 3.5, 2.4, 2.6, 3].map(roundHalfEven)).toEqual([0, 2, 2, 4, 2, 3, 3])
  })

  it('time-user: the earliest of every user train, ties in file order', () => {
    const { train, test } = split(small, { kind: 'time-user', ratio: 0.5 })
    // User 0: ranks by time i1(10), i0(30), i2(30), i3(30): round(2) = 2 train. User 1: i1(20), i3(40), i0(50): round(1.5) = 2.
    // User 2: round-half-even(0.5) = 0.
    expect(pairs(train)).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 3],
    ])
    expect(pairs(test)).toEqual([
      [1, 0],
      [0, 2],
      [0, 3],
      [2, 2],
    ])
  })

  it('time-global: the earliest of all train, ties in file order', () => {
    const { train, test } = split(small, { kind: 'time-global', ratio: 0.6 })
    // Sorted: 5, 10, 20, 30 (0,0), 30 (0,2), 30 (0,3), 40, 50; round(4.8) = 5.
    expect(pairs(train)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 1],
      [2, 2],
    ])
    expect(pairs(test)).toEqual([
      [1, 0],
      [0, 3],
      [1, 3],
    ])
  })

  it('leave-one-out: the last of every user by time, of ties the last in the file; a single rating stays', () => {
    const { train, test, validation } = split(small, { kind: 'leave-one-out', validation: 0.1 })
    expect(pairs(test)).toEqual([
      [1, 0],
      [0, 3],
    ])
    expect(pairs(validation!)).toEqual([
      [0, 2],
      [1, 3],
    ])
    expect(pairs(train)).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
      [2, 2],
    ])
  })

  it('the validation part of time-user comes after the rest of the training part and before the test', () => {
    const rows = ratings(Array.from({ length: 10 }, (_, n) => [0, n, 3, 100 - n]))
    const { train, validation, test } = split(rows, { kind: 'time-user', ratio: 0.8, validation: 0.25 })
    expect(pairs(test).map(([, item]) => item)).toEqual([0, 1])
    expect(pairs(validation!).map(([, item]) => item)).toEqual([2, 3])
    expect(pairs(train).map(([, item]) => item)).toEqual([4, 5, 6, 7, 8, 9])
  })

  it('random-user and random-item take the rounded share of every user and every item', () => {
    const grid = ratings(Array.from({ length: 60 }, (_, n) => [n % 6, Math.floor(n / 6), 3]))
    const byUser = split(grid, { kind: 'random-user', ratio: 0.75 }).train
    const byItem = split(grid, { kind: 'random-item', ratio: 0.75 }).train
    // 10 ratings a user: round-half-even(7.5) = 8; 6 an item: round-half-even(4.5) = 4.
    for (let u = 0; u < 6; u++) expect(byUser.user.filter((user) => user === u)).toHaveLength(8)
    for (let i = 0; i < 10; i++) expect(byItem.item.filter((item) => item === i)).toHaveLength(4)
  })

  it('strong: held-out users have a profile and no training row', () => {
    const grid = ratings(Array.from({ length: 100 }, (_, n) => [n % 10, Math.floor(n / 10), 3]))
    const parts = split(grid, { kind: 'strong', ratio: 0.7, profile: 0.6, validation: 0.28 })
    const usersOf = (part: { user: Int32Array } | null) => [...new Set(part!.user)].sort()
    expect(usersOf(parts.test)).toHaveLength(3)
    expect(usersOf(parts.profiles)).toEqual(usersOf(parts.test))
    expect(usersOf(parts.validation)).toHaveLength(2)
    expect(usersOf(parts.validationProfiles)).toEqual(usersOf(parts.validation))
    expect(usersOf(parts.train)).toHaveLength(5)
    expect(parts.profiles!.count).toBe(18)
    expect(parts.test.count).toBe(12)
    const all = [...usersOf(parts.test), ...usersOf(parts.validation), ...usersOf(parts.train)]
    expect(new Set(all).size).toBe(10)
  })

  it('strong: a held-out user with one rating has it in the profile, one with two has one of each', () => {
    const rows = ratings([
      [0, 0, 3],
      [1, 0, 3],
      [1, 1, 3],
      [2, 0, 3],
      [2, 1, 3],
    ])
    const { test, profiles, train } = split(rows, { kind: 'strong', ratio: 0.34, profile: 0.99, seed: 3 })
    const count = (part: { user: Int32Array } | null, u: number) => part!.user.filter((user) => user === u).length
    const heldOut = [...new Set(profiles!.user)]
    expect(heldOut).toHaveLength(2)
    for (const u of heldOut) {
      expect(count(profiles, u)).toBe(1)
      expect(count(test, u)).toBe(u === 0 ? 0 : 1)
      expect(count(train, u)).toBe(0)
    }
  })

  it('kfold: every row is tested once, sizes differ by one at most', () => {
    const rows = ratings(Array.from({ length: 23 }, (_, n) => [n, n, 3]))
    const folds = splits(rows, { kind: 'kfold', folds: 5 })
    expect(folds.map(({ test }) => test.count).sort()).toEqual([4, 4, 5, 5, 5])
    expect(folds.flatMap(({ test }) => [...test.user]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 23 }, (_, n) => n),
    )
    expect(folds.map(({ spec }) => spec.fold)).toEqual([1, 2, 3, 4, 5])
    expect(pairs(split(rows, { kind: 'kfold', folds: 5, fold: 3 }).test)).toEqual(pairs(folds[2]!.test))
  })
})

describe('mistakes', () => {
  const cases: [string, SplitSpec, string, RegExp][] = [
    ['ratio of 1', { kind: 'random', ratio: 1 }, 'bad-split', /ratio 1 is not between/],
    ['ratio of 0', { kind: 'random', ratio: 0 }, 'bad-split', /ratio 0 /],
    ['a ratio that is no number', { kind: 'time-user', ratio: Number.NaN }, 'bad-split', /NaN/],
    ['a validation share of 1.5', { kind: 'random', validation: 1.5 }, 'bad-split', /validation 1.5/],
    ['one fold', { kind: 'kfold', folds: 1 }, 'bad-split', /1 folds/],
    ['fold 6 of 5', { kind: 'kfold', fold: 6 }, 'bad-split', /fold 6/],
    ['more folds than rows', { kind: 'kfold', folds: 9 }, 'bad-split', /8 ratings/],
    ['an unknown kind', { kind: 'by-moon' as 'random' }, 'bad-split', /by-moon.*Known: random, /],
    ['a seed with a fraction', { kind: 'random', seed: 1.5 }, 'bad-split', /seed 1.5/],
    ['too few users to hold one out', { kind: 'strong', ratio: 0.9 }, 'too-few-users', /3 users/],
    ['a part without rows', { kind: 'random', ratio: 0.99 }, 'empty-part', /test part/],
  ]
  it.each(cases)('%s', (_, spec, code, message) => {
    expect(() => split(small, spec)).toThrow(MarqueeError)
    expect(() => split(small, spec)).toThrow(message)
    expect(() => split(small, spec)).toThrow(expect.objectContaining({ code }))
  })

  it.each(['time-user', 'time-global', 'leave-one-out'] as const)('%s without timestamps', (kind) => {
    const timeless = ratings([[0, 0, 3]], { times: false })
    expect(() => split(timeless, { kind })).toThrow(expect.objectContaining({ code: 'no-timestamps' }))
  })

  it('one user with one rating cannot be split', () => {
    expect(() => split(ratings([[0, 0, 3]]), { kind: 'random' })).toThrow(/test part/)
  })
})

describe.runIf(hasMl100k)('ML-100K', () => {
  it('time-user 75/25 gives the published 74,992 training rows and 1,597 movies', () => {
    const { train, test } = split(ml100k(), { kind: 'time-user', ratio: 0.75 })
    expect(train.count).toBe(74_992)
    expect(test.count).toBe(25_008)
    expect(new Set(train.item).size).toBe(1597)
  })
})
