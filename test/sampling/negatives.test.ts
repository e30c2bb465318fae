import { expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import type { AliasTable, KnownPositives } from '../../src/engine/kernels/draws.ts'
import { createArena } from '../../src/engine/memory/arena.ts'
import { fillAliasTable, popularityWeights } from '../../src/sampling/alias.ts'
import { createNegativeSampler, type NegativeDistribution, negativeSamplerBytes } from '../../src/sampling/negatives.ts'

/** Users' sets of items as CSR. */
function csr(lists: readonly (readonly number[])[], items: number): KnownPositives {
  const offsets = Int32Array.from([0, ...lists.map((_, u) => lists.slice(0, u + 1).reduce((n, l) => n + l.length, 0))])
  return { offsets, positives: Int32Array.from(lists.flat()), items }
}

const distributions: NegativeDistribution[] = [{ kind: 'uniform' }, { kind: 'popularity', alpha: 0.75 }]

/** `times` draws for one user. */
async function draws(known: KnownPositives, distribution: NegativeDistribution, user: number, times: number, seed = 1) {
  const arena = await createArena({ bytes: 8 * 2 ** 20 })
  const sampler = createNegativeSampler(arena, known, distribution, seed)
  const users = arena.int32(times).fill(user)
  const out = arena.int32(times)
  const none = sampler.sample(1, 0, users, times, 1, out)
  return { out: [...out], none }
}

test.each(distributions)(
  '%o: never a known positive, for any user, also those who lack a single item',
  async (distribution) => {
    const random = new Random(3)
    const [users, items, n, per] = [50, 200, 5000, 4]
    const lists = Array.from({ length: users }, (_, u) =>
      Array.from({ length: items }, (_, i) => i).filter((i) => (u === 0 ? i !== 77 : random.float() < u / users)),
    )
    const known = csr(lists, items)
    const arena = await createArena({ bytes: 2 ** 20 })
    const before = arena.used
    const sampler = createNegativeSampler(arena, known, distribution, 9)
    if (distribution.kind === 'popularity') {
      expect(arena.used - before).toBe(negativeSamplerBytes(users, items, known.positives.length))
    }
    const who = arena.int32(n)
    for (let r = 0; r < n; r++) who[r] = random.int(users)
    const out = arena.int32(n * per)
    expect(sampler.sample(1, 0, who, n, per, out)).toBe(0)
    for (let r = 0; r < n; r++) {
      for (let t = 0; t < per; t++) {
        const item = out[r * per + t]!
        expect(item >= 0 && item < items).toBe(true)
        if (lists[who[r]!]!.includes(item)) expect.fail(`user ${who[r]} has item ${item}`)
        if (who[r] === 0) expect(item).toBe(77)
      }
    }
  },
)

test.each(distributions)(
  '%o: the same seed, epoch and place give the same items, however the epoch is cut',
  async (distribution) => {
    const known = csr([[0, 3], [1], []], 30)
    const arena = await createArena({ bytes: 2 ** 20 })
    const sampler = createNegativeSampler(arena, known, distribution, 5)
    const users = arena.int32(9)
    users.set([0, 1, 2, 0, 1, 2, 0, 1, -1])
    const [whole, parts, other] = [arena.int32(18), arena.int32(18), arena.int32(18)]
    sampler.sample(2, 0, users, 9, 2, whole)
    sampler.sample(2, 0, users, 4, 2, parts)
    sampler.sample(2, 4, users.subarray(4), 5, 2, parts.subarray(8))
    expect([...parts]).toEqual([...whole])
    sampler.sample(3, 0, users, 9, 2, other)
    expect([...other]).not.toEqual([...whole])
    createNegativeSampler(arena, known, distribution, 6).sample(2, 0, users, 9, 2, other)
    expect([...other]).not.toEqual([...whole])
  },
)

/** Pearson's statistic of counts against expected shares. */
function chiSquare(draws: number[], shares: readonly number[]): number {
  const counts = shares.map(() => 0)
  for (const item of draws) counts[item]! += 1
  return shares.reduce((sum, share, i) => {
    if (share === 0) {
      expect(counts[i]).toBe(0)
      return sum
    }
    return sum + (counts[i]! - share * draws.length) ** 2 / (share * draws.length)
  }, 0)
}

test('uniform draws are uniform over what is left', async () => {
  const { out } = await draws(csr([[0, 2, 3, 9]], 10), { kind: 'uniform' }, 0, 60_000)
  const shares = [0, 1, 0, 0, 1, 1, 1, 1, 1, 0].map((x) => x / 6)
  // 5 degrees of freedom: above 25.7 once in 10,000.
  expect(chiSquare(out, shares)).toBeLessThan(25.7)
})

test.each([0, 0.5, 1])('popularity^%d is drawn in proportion among what is left', async (alpha) => {
  // Item i is had by 4, 3, 2, 1 and 0 of the users; user 3 has item 0 only.
  const known = csr([[0, 1, 2, 3], [0, 1, 2], [0, 1], [0]], 5)
  const { out } = await draws(known, { kind: 'popularity', alpha }, 3, 60_000)
  const weights = [0, 3 ** alpha, 2 ** alpha, 1, alpha === 0 ? 1 : 0]
  const total = weights.reduce((a, b) => a + b)
  // At most 3 degrees of freedom: above 21.1 once in 10,000.
  expect(
    chiSquare(
      out,
      weights.map((w) => w / total),
    ),
  ).toBeLessThan(21.1)
})

test('by weight also where the alias method would have to be tried for ever', async () => {
  // Item 0 has nearly all the weight and user 0 has it: of the rest, items 1 and 2 are as 1 to 2.
  const known = csr([[0], ...Array.from({ length: 4000 }, () => [0]), [0, 1], [0, 2], [0, 2]], 4)
  const { out } = await draws(known, { kind: 'popularity', alpha: 1 }, 0, 30_000)
  expect(chiSquare(out, [0, 1 / 3, 2 / 3, 0])).toBeLessThan(15.1)
})

test('a user who has everything gets -1 and is counted; one who lacks only what nobody has gets that', async () => {
  for (const distribution of distributions) {
    expect(await draws(csr([[0, 1, 2], [0]], 3), distribution, 0, 4)).toEqual({ out: [-1, -1, -1, -1], none: 4 })
    expect((await draws(csr([[0, 1, 2], [0]], 5), distribution, 0, 200)).out.every((i) => i === 3 || i === 4)).toBe(
      true,
    )
  }
})

test('positives out of order, twice or out of range are refused', async () => {
  const arena = await createArena({ bytes: 2 ** 20 })
  for (const list of [[1, 0], [1, 1], [0, 5], [-1]]) {
    expect(() => createNegativeSampler(arena, csr([list], 5), { kind: 'uniform' }, 1)).toThrow('they must ascend')
  }
})

test('an alias table gives back its weights exactly, and never what weighs nothing', () => {
  const random = new Random(8)
  for (const n of [1, 2, 3, 50]) {
    const weights = Float32Array.from({ length: n }, (_, i) => (i % 3 === 1 ? 0 : random.float() ** 3))
    const table: AliasTable = {
      thresholds: new Int32Array(n),
      alias: new Int32Array(n),
      weights: new Float32Array(n),
    }
    fillAliasTable(weights, table)
    const shares = new Float64Array(n)
    for (let c = 0; c < n; c++) {
      const kept = (table.thresholds[c]! >>> 0) / 2 ** 32
      shares[c]! += kept / n
      shares[table.alias[c]!]! += (1 - kept) / n
    }
    const total = weights.reduce((a, b) => a + b, 0)
    for (let i = 0; i < n; i++) {
      expect(shares[i]).toBeCloseTo(weights[i]! / total, 8)
      if (weights[i] === 0) expect(shares[i]).toBe(0)
    }
  }
  const empty = { thresholds: new Int32Array(1), alias: new Int32Array(1), weights: new Float32Array(1) }
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => fillAliasTable(Float32Array.of(bad), empty)).toThrow(RangeError)
  }
  expect([...popularityWeights([0, 4, 9], 0.5)]).toEqual([0, 2, 3])
  expect([...popularityWeights([0, 4], 0)]).toEqual([1, 1])
})
