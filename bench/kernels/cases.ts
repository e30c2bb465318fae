import type { Random } from '../../src/core/random.ts'
import { drawKeys } from '../../src/engine/kernels/draws.ts'
import type { Workspace } from '../../src/engine/memory/arena.ts'
import { fillAliasTable, popularityWeights } from '../../src/sampling/alias.ts'

/** A kernel with arguments of the size it meets in training. */
export interface KernelCase {
  readonly name: string
  /** The arguments, in words. */
  readonly size: string
  /** What `elements` counts. */
  readonly unit: string
  readonly elements: number
  /** The same random state gives the same arguments on every workspace. */
  build(workspace: Workspace, random: Random): { run(): void; results(): readonly ArrayLike<number>[] }
}

const [users, items, dim] = [6040, 3706, 128]
const adamStep = { stepSize: 1e-3, epsilon: 1e-8, beta1: 0.9, beta2: 0.999, l1: 0, l2: 0, keep: 1 }
const sgdStep = { learningRate: 1e-3, momentum: 0.9, nesterov: false, l1: 0, l2: 0, keep: 1 }
const adagradStep = { learningRate: 1e-3, epsilon: 1e-10, l1: 0, l2: 0, keep: 1 }

function normals(workspace: Workspace, n: number, random: Random): Float32Array {
  const x = workspace.float32(n)
  for (let k = 0; k < n; k++) x[k] = random.normal()
  return x
}

const squares = (x: Float32Array): Float32Array => {
  for (let k = 0; k < x.length; k++) x[k] = x[k]! ** 2
  return x
}

function ids(workspace: Workspace, n: number, rows: number, random: Random): Int32Array {
  const x = workspace.int32(n)
  for (let k = 0; k < n; k++) x[k] = random.int(rows)
  return x
}

/** n different ids. */
function distinct(workspace: Workspace, n: number, rows: number, random: Random): Int32Array {
  const x = workspace.int32(n)
  x.set(random.shuffle(Int32Array.from({ length: rows }, (_, k) => k)).subarray(0, n))
  return x
}

/** A parameter of n weights with gradient and moments. */
function parameter(w: Workspace, n: number, random: Random) {
  const [weights, gradient, m] = [normals(w, n, random), normals(w, n, random), normals(w, n, random)]
  return { weights, gradient, m, v: squares(normals(w, n, random)) }
}

const dense = 303_168

/** An update of a whole parameter. */
function whole(name: string, update: (w: Workspace, p: ReturnType<typeof parameter>) => void): KernelCase {
  return {
    name,
    ...{ size: `${dense} weights`, unit: 'weight', elements: dense },
    build(w, random) {
      const p = parameter(w, dense, random)
      return { run: () => update(w, p), results: () => [p.weights, p.m, p.v] }
    },
  }
}

/** An update of 1,024 rows of a table of 6,040. */
function byRows(
  name: string,
  update: (w: Workspace, p: ReturnType<typeof parameter>, rows: Int32Array, gradients: Float32Array) => void,
): KernelCase {
  const n = 1024
  return {
    name,
    ...{ size: `${n} rows of ${users} x ${dim}`, unit: 'weight', elements: n * dim },
    build(w, random) {
      const p = parameter(w, users * dim, random)
      const rows = distinct(w, n, users, random)
      const gradients = normals(w, n * dim, random)
      return { run: () => update(w, p, rows, gradients), results: () => [p.weights, p.m, p.v] }
    },
  }
}

const n = 1024
const rows: KernelCase[] = [
  {
    name: 'gatherRows',
    ...{ size: `${n} rows of ${users} x ${dim}`, unit: 'value', elements: n * dim },
    build(w, random) {
      const [table, which, out] = [normals(w, users * dim, random), ids(w, n, users, random), w.float32(n * dim)]
      return { run: () => w.kernels.gatherRows(table, dim, which, n, out), results: () => [out] }
    },
  },
  {
    name: 'scatterAddRows',
    ...{ size: `${n} rows of ${users} x ${dim}`, unit: 'value', elements: n * dim },
    build(w, random) {
      const [table, which] = [normals(w, users * dim, random), ids(w, n, users, random)]
      const source = normals(w, n * dim, random)
      return { run: () => w.kernels.scatterAddRows(table, dim, which, n, source), results: () => [table] }
    },
  },
  {
    name: 'sumRows, clearSlots',
    ...{ size: `${n} rows of ${users} x ${dim}`, unit: 'value', elements: n * dim },
    build(w, random) {
      const [slots, which] = [w.int32(users), ids(w, n, users, random)]
      const [source, unique, sums] = [normals(w, n * dim, random), w.int32(n), w.float32(n * dim)]
      const run = (): void => {
        const count = w.kernels.sumRows(slots, which, n, dim, source, unique, sums, 0)
        w.kernels.clearSlots(slots, unique, count)
      }
      return { run, results: () => [unique, sums, slots] }
    },
  },
]

const updates: KernelCase[] = [
  whole('adam', (w, p) => w.kernels.adam(p.weights, p.gradient, p.m, p.v, adamStep)),
  byRows('adamRows', (w, p, which, g) => w.kernels.adamRows(p.weights, dim, p.m, p.v, which, n, g, adamStep)),
  {
    name: 'catchUpAdam',
    ...{ size: `${n} rows of ${users} x ${dim}, 20 steps behind`, unit: 'weight', elements: n * dim },
    build(w, random) {
      const p = parameter(w, users * dim, random)
      const [which, last, count] = [distinct(w, n, users, random), w.int32(users), 20]
      const column = (value: number): Float32Array => w.float32(count).fill(value)
      const [stepSizes, epsilons, keeps] = [column(1e-3), column(1e-8), column(1)]
      const { beta1, beta2, l1, l2 } = adamStep
      const steps = { ...{ count, stepSizes, epsilons, keeps, beta1, beta2, l1, l2 }, decays: false }
      const run = (): void => {
        last.fill(0)
        w.kernels.catchUpAdam(p.weights, dim, p.m, p.v, last, which, n, steps)
      }
      return { run, results: () => [p.weights, p.m, p.v, last] }
    },
  },
  whole('sgd with momentum', (w, p) => w.kernels.sgd(p.weights, p.gradient, p.m, sgdStep)),
  byRows('sgdRows with momentum', (w, p, which, g) => w.kernels.sgdRows(p.weights, dim, p.m, which, n, g, sgdStep)),
  whole('adagrad', (w, p) => w.kernels.adagrad(p.weights, p.gradient, p.v, adagradStep)),
  byRows('adagradRows', (w, p, which, g) => w.kernels.adagradRows(p.weights, dim, p.v, which, n, g, adagradStep)),
  byRows('rowAdagradRows', (w, p, which, g) => {
    w.kernels.rowAdagradRows(p.weights, dim, p.v.subarray(0, users), which, n, g, adagradStep)
  }),
  {
    name: 'sumOfSquares',
    ...{ size: `${dense} values`, unit: 'value', elements: dense },
    build(w, random) {
      const x = normals(w, dense, random)
      let sum = 0
      const run = (): void => {
        sum = w.kernels.sumOfSquares(x)
      }
      return { run, results: () => [[sum]] }
    },
  },
  whole('scale', (w, p) => w.kernels.scale(p.weights, 0.999)),
  whole('clipValues', (w, p) => w.kernels.clipValues(p.weights, 1)),
]

const bags: KernelCase[] = (['bagForward', 'bagBackward'] as const).map((name) => {
  const [count, size, width] = [256, 50, 64]
  return {
    name,
    ...{ size: `${count} bags of ${size} rows x ${width}`, unit: 'value', elements: count * size * width },
    build(w, random) {
      const table = normals(w, items * width, random)
      const offsets = w.int32(count + 1)
      for (let b = 0; b <= count; b++) offsets[b] = b * size
      const given = {
        offsets,
        ids: ids(w, count * size, items, random),
        weights: null,
        mean: true,
        which: null,
        n: count,
      }
      if (name === 'bagForward') {
        const out = w.float32(count * width)
        return { run: () => w.kernels.bagForward(table, width, given, out), results: () => [out] }
      }
      const [slots, unique] = [w.int32(items), w.int32(items)]
      const [gradients, sums] = [normals(w, count * width, random), w.float32(items * width)]
      const run = (): void => {
        const found = w.kernels.bagBackward(slots, width, given, gradients, unique, sums, 0)
        w.kernels.clearSlots(slots, unique, found)
      }
      return { run, results: () => [unique, sums] }
    },
  }
})

const [many, factors] = [26_744, 50]
const scores: KernelCase[] = [
  {
    name: 'dotScores',
    ...{ size: `${many} items x ${factors}`, unit: 'item', elements: many },
    build(w, random) {
      const [table, query] = [normals(w, many * factors, random), normals(w, factors, random)]
      const [bias, out] = [normals(w, many, random), w.float32(many)]
      return { run: () => w.kernels.dotScores(table, factors, query, bias, out), results: () => [out] }
    },
  },
  {
    name: 'scoreBlock',
    ...{ size: `16 users, ${many} items x ${factors}`, unit: 'score', elements: 16 * many },
    build(w, random) {
      const [table, queries] = [normals(w, many * factors, random), normals(w, 16 * factors, random)]
      const out = w.float32(16 * many)
      return { run: () => w.kernels.scoreBlock(queries, 16, table, many, factors, null, out), results: () => [out] }
    },
  },
  {
    name: 'inverseNorms',
    ...{ size: `${many} items x ${factors}`, unit: 'item', elements: many },
    build(w, random) {
      const [table, out] = [normals(w, many * factors, random), w.float32(many)]
      return { run: () => w.kernels.inverseNorms(table, factors, out), results: () => [out] }
    },
  },
  {
    name: 'cosineScores',
    ...{ size: `${many} items x ${factors}`, unit: 'item', elements: many },
    build(w, random) {
      const [table, query] = [normals(w, many * factors, random), normals(w, factors, random)]
      const [inverse, out] = [w.float32(many), w.float32(many)]
      w.kernels.inverseNorms(table, factors, inverse)
      return { run: () => w.kernels.cosineScores(table, inverse, factors, query, out), results: () => [out] }
    },
  },
  {
    name: 'topK',
    ...{ size: `10 of ${many}`, unit: 'score', elements: many },
    build(w, random) {
      const [given, excluded, found, best] = [normals(w, many, random), w.uint8(many), w.int32(10), w.float32(10)]
      for (let k = 0; k < many; k += 50) excluded[k] = 1
      return { run: () => void w.kernels.topK(given, 10, excluded, found, best), results: () => [found, best] }
    },
  },
]

/** 165 positives each, as in ML-1M. */
function positives(w: Workspace, random: Random) {
  const [count, each] = [512, 165]
  const [offsets, had] = [w.int32(count + 1), w.int32(count * each)]
  for (let u = 0; u < count; u++) {
    offsets[u + 1] = (u + 1) * each
    const own = random.shuffle(Int32Array.from({ length: items }, (_, i) => i)).subarray(0, each)
    had.set(own.sort(), u * each)
  }
  return { offsets, positives: had, items }
}

const draws: KernelCase[] = [
  {
    name: 'dropoutMask',
    ...{ size: '64 x 512', unit: 'value', elements: 64 * 512 },
    build(w) {
      const out = w.float32(64 * 512)
      return { run: () => w.kernels.dropoutMask(out, 0.7, 1, 2), results: () => [out] }
    },
  },
  ...(['uniformNegatives', 'weightedNegatives'] as const).map(
    (name): KernelCase => ({
      name,
      ...{ size: `4 of ${items} items for 512 users`, unit: 'negative', elements: 2048 },
      build(w, random) {
        const known = positives(w, random)
        const some = ids(w, 512, 512, random)
        const out = w.int32(2048)
        const table = { thresholds: w.int32(items), alias: w.int32(items), weights: w.float32(items) }
        const counts = Int32Array.from({ length: items }, () => 1 + random.int(1000))
        fillAliasTable(popularityWeights(counts, 1), table)
        const keys = drawKeys(1, 2)
        const run = (): void => {
          if (name === 'uniformNegatives') w.kernels.uniformNegatives(keys, 0, some, 512, 4, known, out)
          else w.kernels.weightedNegatives(keys, 0, some, 512, 4, known, table, out)
        }
        return { run, results: () => [out] }
      },
    }),
  ),
]

export const kernelCases: readonly KernelCase[] = [...rows, ...updates, ...bags, ...scores, ...draws]
