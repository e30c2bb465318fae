import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { svdReference } from '../../src/engine/kernels/reference/svd.ts'
import { createSvdKernels, type SvdKernels, type SvdSteps, type SvdTables } from '../../src/engine/kernels/svd.ts'
import { createArena } from '../../src/engine/memory/arena.ts'

type Weights = Record<'users' | 'items' | 'implicit', number[][]> & Record<'userBias' | 'itemBias', number[]>

interface Golden {
  factors: number
  user: number[]
  item: number[]
  rating: number[]
  steps: SvdSteps
  initial: Weights
  svd: Weights & { losses: number[] }
  svdpp: Weights & { losses: number[] }
}

interface Room {
  float32(n: number): Float32Array
  int32(n: number): Int32Array
}

const golden = JSON.parse(readFileSync(new URL('../golden/svd.json', import.meta.url), 'utf8')) as Golden
const plain: Room = { float32: (n) => new Float32Array(n), int32: (n) => new Int32Array(n) }
const bitsFor = (count: number): number => Math.ceil(Math.log2(count))

const variants: [string, Room, SvdKernels][] = [['the reference', plain, svdReference]]
for (const simd of ['relaxed', 'plain'] as const) {
  for (const shared of [false, true]) {
    const arena = await createArena({ bytes: 4 * 2 ** 20, simd, shared })
    variants.push([`${simd} SIMD${shared ? ', shared' : ''}`, arena, await createSvdKernels(arena.memory, simd)])
  }
}

/** The golden run's starting weights, rows widened from 6 to 8. */
function startIn(room: Room): SvdTables {
  const width = 8
  const rows = (from: number[][]): Float32Array => {
    const out = room.float32(from.length * width)
    for (const [r, row] of from.entries()) out.set(row, r * width)
    return out
  }
  const flat = (from: number[]): Float32Array => {
    const out = room.float32(from.length)
    out.set(from)
    return out
  }
  const { users, items, implicit, userBias, itemBias } = golden.initial
  return {
    ...{ width, users: rows(users), items: rows(items), implicit: rows(implicit) },
    ...{ userBias: flat(userBias), itemBias: flat(itemBias) },
  }
}

function expectWeights(tables: SvdTables, expected: Weights): void {
  const { width } = tables
  for (const name of ['users', 'items', 'implicit'] as const) {
    for (const [r, row] of expected[name].entries()) {
      for (const [k, w] of row.entries()) expect(tables[name][r * width + k], `${name} ${r}, ${k}`).toBeCloseTo(w, 5)
      expect([...tables[name].subarray(r * width + row.length, (r + 1) * width)]).toEqual([0, 0])
    }
  }
  for (const name of ['userBias', 'itemBias'] as const) {
    for (const [r, w] of expected[name].entries()) expect(tables[name][r], `${name} ${r}`).toBeCloseTo(w, 5)
  }
}

test.each(variants)('SVD, %s: four epochs as numpy makes them', (_, room, kernels) => {
  const tables = startIn(room)
  const count = golden.user.length
  const ratings = room.int32(3 * count)
  const values = new Float32Array(ratings.buffer, ratings.byteOffset, ratings.length)
  for (let n = 0; n < count; n++) {
    ratings.set([golden.user[n]!, golden.item[n]!], 3 * n)
    values[3 * n + 2] = golden.rating[n]!
  }
  const bits = bitsFor(count)
  for (const [key, loss] of golden.svd.losses.entries()) {
    const order = { count, bits, key }
    expect(kernels.sgd(tables, golden.steps, ratings, order, 0, 2 ** bits)).toBeCloseTo(loss, 3)
  }
  expectWeights(tables, golden.svd)
})

test.each(variants)(
  'SVD++, %s: one write for n writes of every implicit factor, as numpy makes them',
  (_, room, kernels) => {
    const tables = startIn(room)
    const count = golden.user.length
    const items = room.int32(count)
    const ratings = room.float32(count)
    items.set(golden.item)
    ratings.set(golden.rating)
    const users = golden.initial.users.length
    const offsets = room.int32(users + 1)
    for (const user of golden.user) offsets[user + 1]!++
    for (let user = 0; user < users; user++) offsets[user + 1]! += offsets[user]!
    const scratch = room.float32(16)
    for (const [epoch, expected] of golden.svdpp.losses.entries()) {
      let loss = 0
      for (let user = 0; user < users; user++) {
        const [start, end] = [offsets[user]!, offsets[user + 1]!]
        const n = end - start
        const order = { count: n, bits: bitsFor(n), key: 100 * epoch + user }
        const own = items.subarray(start, end)
        loss += kernels.svdpp(tables, golden.steps, user, own, ratings.subarray(start, end), order, scratch)
      }
      expect(loss).toBeCloseTo(expected, 3)
    }
    expectWeights(tables, golden.svdpp)
    const vectors = room.float32(users * 8)
    kernels.userVectors(tables, offsets, items, vectors)
    const { users: p, implicit } = golden.svdpp
    for (let user = 0; user < users; user++) {
      const own = golden.item.filter((__, n) => golden.user[n] === user)
      for (let k = 0; k < golden.factors; k++) {
        const z = own.reduce((sum, item) => sum + implicit[item]![k]!, 0) / Math.sqrt(own.length)
        expect(vectors[user * 8 + k]).toBeCloseTo(p[user]![k]! + z, 5)
      }
    }
  },
)
