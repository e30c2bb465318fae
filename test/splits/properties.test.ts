import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Interactions } from '../../src/data/interactions.ts'
import { mergeValidation, roundHalfEven, type Split, split, splitKinds, splits } from '../../src/data/splits/index.ts'
import { type Row, ratings } from './ratings.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

/** Some distinct pairs with few distinct times, so that ties abound; the rating numbers the row. */
const table = fc
  .uniqueArray(fc.tuple(fc.nat(11), fc.nat(14), fc.nat(6)), {
    minLength: 40,
    maxLength: 120,
    selector: ([u, i]) => u * 15 + i,
  })
  .map((cells) => ratings(cells.map(([user, item, time], row): Row => [user, item, row, time])))

const parts = (made: Split): Interactions[] =>
  [made.train, made.validation, made.test, made.profiles, made.validationProfiles].filter((part) => part !== null)

const rowsOf = (part: Interactions): number[] => Array.from(part.rating)

/** The split, or null where a part came out empty, which is an error of its own. */
function attempt(make: () => Split): Split | null {
  try {
    return make()
  } catch (error) {
    if ((error as { code?: string }).code === 'empty-part') return null
    throw error
  }
}

describe.each(splitKinds)('%s', (kind) => {
  const spec = fc.record({
    kind: fc.constant(kind),
    ratio: fc.double({ min: 0.3, max: 0.8, noNaN: true }),
    validation: fc.option(fc.double({ min: 0.2, max: 0.5, noNaN: true }), { nil: undefined }),
    seed: fc.integer(),
  })

  it('covers every row once, in order, over shared vocabularies, the same for the same seed', () => {
    let made = 0
    fc.assert(
      fc.property(table, spec, (whole, options) => {
        const one = attempt(() => split(whole, options))
        if (!one) return
        made++
        const rows = parts(one).flatMap(rowsOf)
        expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: whole.count }, (_, row) => row))
        for (const part of parts(one)) {
          expect(rowsOf(part)).toEqual(rowsOf(part).sort((a, b) => a - b))
          expect(part.users).toBe(whole.users)
          expect(part.items).toBe(whole.items)
        }
        expect(one.validation === null).toBe(options.validation === undefined)
        const again = split(whole, options)
        expect(parts(again).map(rowsOf)).toEqual(parts(one).map(rowsOf))
      }),
      { numRuns: 60 },
    )
    expect(made).toBeGreaterThan(30)
  })

  it('asking for a validation part leaves the test part as it was', () => {
    fc.assert(
      fc.property(table, spec, (whole, options) => {
        const withIt = attempt(() => split(whole, { ...options, validation: 0.3 }))
        const without = attempt(() => split(whole, { ...options, validation: undefined }))
        if (!withIt || !without) return
        expect(rowsOf(withIt.test)).toEqual(rowsOf(without.test))
        const merged = mergeValidation(withIt)
        expect(rowsOf(merged.train).sort((a, b) => a - b)).toEqual(rowsOf(without.train))
        expect(merged.validation).toBeNull()
      }),
      { numRuns: 30 },
    )
  })
})

describe.each(['random', 'random-user', 'random-item', 'strong', 'kfold'] as const)('%s', (kind) => {
  it('differs between seeds', () => {
    const whole = ratings(Array.from({ length: 300 }, (_, n): Row => [n % 20, Math.floor(n / 20), n]))
    const tests = [1, 2, 3].map((seed) => rowsOf(split(whole, { kind, seed }).test).join())
    expect(new Set(tests).size).toBe(3)
  })
})

describe('counts', () => {
  it('random keeps the rounded share of all; time-user and random-user of every user; time-user never trains on the later', () => {
    fc.assert(
      fc.property(table, fc.double({ min: 0.3, max: 0.8, noNaN: true }), fc.integer(), (whole, ratio, seed) => {
        expect(split(whole, { kind: 'random', ratio, seed }).train.count).toBe(roundHalfEven(ratio * whole.count))
        for (const kind of ['time-user', 'random-user'] as const) {
          const made = attempt(() => split(whole, { kind, ratio, seed }))
          if (!made) continue
          const count = (part: Interactions, u: number) => part.user.filter((user) => user === u).length
          for (let u = 0; u < whole.users.size; u++) {
            expect(count(made.train, u)).toBe(roundHalfEven(ratio * count(whole, u)))
          }
          if (kind === 'random-user') continue
          const key = (part: Interactions, n: number) => part.timestamp![n]! * 1000 + part.rating[n]!
          const last = new Map<number, number>()
          for (let n = 0; n < made.train.count; n++) {
            const user = made.train.user[n]!
            last.set(user, Math.max(last.get(user) ?? -1, key(made.train, n)))
          }
          for (let n = 0; n < made.test.count; n++) {
            expect(key(made.test, n)).toBeGreaterThan(last.get(made.test.user[n]!) ?? -1)
          }
        }
      }),
    )
  })

  it('folds are disjoint and cover everything', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 2, max: 10 }), fc.integer(), (whole, folds, seed) => {
        const rows = splits(whole, { kind: 'kfold', folds, seed }).flatMap(({ test }) => rowsOf(test))
        expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: whole.count }, (_, row) => row))
      }),
      { numRuns: 40 },
    )
  })
})
