import { describe, expect, it } from 'vitest'
import * as ops from '../../src/engine/graph/index.ts'
import type { Node } from '../../src/engine/graph/node.ts'
import { table } from '../../src/engine/graph/table.ts'
import { Graph, gradients } from '../../src/engine/index.ts'
import { gradientError, spreadValues, type Value } from './graph-support.ts'

const tolerance = 2e-3

function f(shape: readonly number[], seed = 1): Value {
  return {
    shape,
    data: spreadValues(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
  }
}

function positive(shape: readonly number[], seed = 1): Value {
  return { shape, data: f(shape, seed).data.map((x) => 0.7 + Math.abs(x)) as Float32Array }
}

function ints(...data: number[]): Value {
  return { shape: [data.length], data: Int32Array.from(data) }
}

interface Check {
  readonly inputs: Readonly<Record<string, Value>>
  readonly make: (n: Record<string, Node>, graph: Graph) => Node
}

const a = f([3, 4], 1)
const b = f([3, 4], 2)
const row = f([4], 3)
const column = f([3, 1], 4)

/** For every op at least one check; a reused operand and broadcasting wherever the op allows. */
const checks: Readonly<Record<string, readonly Check[]>> = {
  add: [
    { inputs: { a, row }, make: (n) => ops.add(n.a!, n.row!) },
    { inputs: { a }, make: (n) => ops.add(n.a!, ops.mul(n.a!, 3)) },
    { inputs: { column, row }, make: (n) => ops.add(n.column!, n.row!) },
  ],
  sub: [
    { inputs: { a, row }, make: (n) => ops.sub(n.row!, n.a!) },
    { inputs: { a, column }, make: (n) => ops.sub(2, ops.sub(n.a!, n.column!)) },
  ],
  mul: [
    { inputs: { a, b }, make: (n) => ops.mul(n.a!, n.b!) },
    { inputs: { a }, make: (n) => ops.mul(n.a!, n.a!) },
    { inputs: { column, row }, make: (n) => ops.mul(n.column!, n.row!) },
    { inputs: { a, row }, make: (n) => ops.mul(n.row!, ops.mul(n.a!, n.row!)) },
  ],
  div: [
    { inputs: { a, p: positive([4]) }, make: (n) => ops.div(n.a!, n.p!) },
    { inputs: { p: positive([3, 4]), column }, make: (n) => ops.div(n.column!, n.p!) },
  ],
  greater: [{ inputs: { a, b }, make: (n) => ops.mul(n.a!, ops.cast(ops.greater(n.a!, n.b!), 'float32')) }],
  equal: [{ inputs: { a, i: ints(0, 1, 0, 1) }, make: (n) => ops.where(ops.equal(n.i!, 1), n.a!, 0) }],
  where: [{ inputs: { a, b, row }, make: (n) => ops.where(ops.greater(n.b!, 0), n.a!, n.row!) }],
  neg: [{ inputs: { a }, make: (n) => ops.neg(n.a!) }],
  relu: [{ inputs: { a }, make: (n) => ops.relu(n.a!) }],
  sigmoid: [{ inputs: { a }, make: (n) => ops.sigmoid(n.a!) }],
  tanh: [{ inputs: { a }, make: (n) => ops.tanh(n.a!) }],
  softplus: [{ inputs: { a }, make: (n) => ops.softplus(ops.mul(n.a!, 3)) }],
  log: [{ inputs: { p: positive([3, 4]) }, make: (n) => ops.log(n.p!) }],
  exp: [{ inputs: { a }, make: (n) => ops.mul(ops.exp(n.a!), n.a!) }],
  sqrt: [{ inputs: { p: positive([3, 4]) }, make: (n) => ops.sqrt(n.p!) }],
  abs: [{ inputs: { a }, make: (n) => ops.abs(n.a!) }],
  sign: [{ inputs: { a }, make: (n) => ops.mul(ops.sign(n.a!), n.a!) }],
  square: [{ inputs: { a }, make: (n) => ops.square(n.a!) }],
  clip: [
    {
      inputs: { a: { shape: [5], data: Float32Array.of(-0.9, -0.3, 0.2, 0.4, 0.8) } },
      make: (n) => ops.clip(n.a!, -0.5, 0.5),
    },
  ],
  cast: [{ inputs: { a, i: ints(3, -1, 2, 5) }, make: (n) => ops.mul(n.a!, ops.cast(n.i!, 'float32')) }],
  softmax: [
    { inputs: { a }, make: (n) => ops.softmax(n.a!) },
    { inputs: { a }, make: (n) => ops.softmax(ops.mul(n.a!, 2), 0) },
  ],
  logSoftmax: [
    { inputs: { a }, make: (n) => ops.logSoftmax(n.a!) },
    { inputs: { a }, make: (n) => ops.logSoftmax(n.a!, 0) },
  ],
  reduceSum: [
    { inputs: { a }, make: (n) => ops.reduceSum(ops.square(n.a!), [1]) },
    { inputs: { a }, make: (n) => ops.reduceSum(ops.square(n.a!), [0]) },
    { inputs: { a }, make: (n) => ops.mul(n.a!, ops.reduceSum(n.a!, [1], true)) },
    { inputs: { t: f([2, 3, 4]) }, make: (n) => ops.square(ops.reduceSum(n.t!, [0, 2])) },
  ],
  reduceMean: [
    { inputs: { a }, make: (n) => ops.reduceMean(ops.square(n.a!)) },
    { inputs: { a }, make: (n) => ops.square(ops.reduceMean(n.a!, [0], true)) },
    { inputs: { a }, make: (n) => ops.sub(n.a!, ops.reduceMean(n.a!, [0])) },
  ],
  size: [{ inputs: { a }, make: (n) => ops.div(n.a!, ops.size(n.a!, [0])) }],
  concat: [
    { inputs: { a, column }, make: (n) => ops.square(ops.concat([n.a!, n.column!, n.a!], 1)) },
    { inputs: { row, other: f([2], 8) }, make: (n) => ops.square(ops.concat([n.row!, n.other!], 0)) },
  ],
  slice: [{ inputs: { a }, make: (n) => ops.mul(ops.slice(n.a!, 1, 1, 3), ops.slice(n.a!, 1, 0, 2)) }],
  pad: [{ inputs: { a }, make: (n) => ops.square(ops.pad(n.a!, 1, 1, 2)) }],
  part: [
    {
      inputs: { a },
      make: (n) => {
        const [left, middle, right] = ops.split(n.a!, [1, 2, 1], 1)
        return ops.mul(middle!, ops.add(left!, ops.square(right!)))
      },
    },
  ],
  reshape: [{ inputs: { t: f([2, 3, 4]) }, make: (n) => ops.square(ops.reshape(n.t!, [6, 4])) }],
  transpose: [
    { inputs: { a }, make: (n) => ops.square(ops.transpose(n.a!)) },
    { inputs: { t: f([2, 3, 4]) }, make: (n) => ops.square(ops.transpose(n.t!, [1, 2, 0])) },
  ],
  expandLike: [{ inputs: { a, row }, make: (n) => ops.square(ops.expandLike(n.row!, n.a!)) }],
  gather: [
    { inputs: { table: f([5, 2]), i: ints(3, 0, 3) }, make: (n) => ops.square(ops.gather(n.table!, n.i!)) },
    {
      inputs: { table: f([4, 2]), i: { shape: [2, 2], data: Int32Array.of(1, 1, 1, 2) } },
      make: (n) => ops.square(ops.gather(n.table!, n.i!)),
    },
  ],
  scatterAdd: [{ inputs: { u: f([3, 2]), i: ints(1, 3, 1) }, make: (n) => ops.square(ops.scatterAdd(n.i!, n.u!, 4)) }],
  oneHot: [{ inputs: { a, i: ints(2, 0, 3) }, make: (n) => ops.mul(ops.oneHot(n.i!, 4), ops.square(n.a!)) }],
  matmul: [
    { inputs: { a, w: f([4, 2], 5) }, make: (n) => ops.matmul(n.a!, n.w!) },
    { inputs: { s: f([3, 3], 6) }, make: (n) => ops.matmul(n.s!, n.s!) },
    { inputs: { t: f([2, 3, 4]), u: f([2, 4, 2], 7) }, make: (n) => ops.matmul(n.t!, n.u!) },
    { inputs: { t: f([2, 3, 4]), w: f([4, 2], 5) }, make: (n) => ops.matmul(n.t!, n.w!) },
  ],
  gemm: [
    { inputs: { a, w: f([4, 2], 5), c: f([2], 6) }, make: (n) => ops.gemm(n.a!, n.w!, n.c!) },
    { inputs: { a, w: f([3, 2], 5) }, make: (n) => ops.gemm(n.a!, n.w!, undefined, { transA: true }) },
    { inputs: { a, w: f([2, 4], 5), c: f([3, 1], 6) }, make: (n) => ops.gemm(n.a!, n.w!, n.c!, { transB: true }) },
    { inputs: { a, w: f([2, 3], 5) }, make: (n) => ops.gemm(n.a!, n.w!, undefined, { transA: true, transB: true }) },
    { inputs: { s: f([3, 3], 6) }, make: (n) => ops.gemm(n.s!, n.s!, n.s!, { transB: true }) },
  ],
  batchNorm: [
    {
      inputs: { x: f([6, 3], 1), gamma: positive([3], 2), beta: f([3], 3) },
      make: (n) => ops.batchNorm(n.x!, n.gamma!, n.beta!).output,
    },
    {
      // The statistics are results too, and their derivatives come on top of the closed form.
      inputs: { x: f([6, 3], 4), gamma: positive([3], 2), beta: f([3], 3) },
      make: (n) => {
        const { output, mean, variance } = ops.batchNorm(n.x!, n.gamma!, n.beta!)
        return ops.add(output, ops.mul(mean, variance))
      },
    },
    {
      inputs: {
        x: f([4, 3], 1),
        gamma: positive([3], 2),
        beta: f([3], 3),
        mean: f([3], 4),
        variance: positive([3], 5),
      },
      make: (n) => ops.batchNormInference(n.x!, n.gamma!, n.beta!, n.mean!, n.variance!),
    },
  ],
}

describe('derivatives agree with central differences', () => {
  it('for every op there is', () => {
    // No derivative goes through a loop: see graph-loop.test.ts.
    const leaves = ['input', 'parameter', 'constant', 'loop', 'loopState']
    expect(Object.keys(checks).sort()).toEqual(
      Object.keys(table)
        .filter((op) => !leaves.includes(op))
        .sort(),
    )
  })

  for (const [op, list] of Object.entries(checks)) {
    for (const [k, { inputs, make }] of list.entries()) {
      it(`${op} ${k + 1}`, async () => expect(await gradientError(inputs, make)).toBeLessThan(tolerance))
    }
  }

  it('with a named batch dimension', async () => {
    const inputs = {
      x: f([5, 3], 1),
      w: f([3, 2], 2),
      c: f([2], 3),
      gamma: positive([2], 4),
      beta: f([2], 5),
      mask: f([5, 2], 6),
    }
    const make = (n: Record<string, Node>): Node => {
      const hidden = ops.tanh(ops.gemm(n.x!, n.w!, n.c!))
      const { output } = ops.batchNorm(hidden, n.gamma!, n.beta!)
      return ops.reduceMean(
        ops.square(ops.dropout(ops.reshape(output, ['B', 1, 2]), ops.reshape(n.mask!, ['B', 1, 2]))),
      )
    }
    expect(await gradientError(inputs, make, { batch: 5 })).toBeLessThan(tolerance)
  })

  it('and an error is noticed: a wrong derivative fails this check', async () => {
    // sign(x) x is |x|, but sign's derivative is declared 0; across the kink the difference quotient disagrees.
    const inputs = { x: { shape: [1], data: Float32Array.of(0.001) } }
    expect(await gradientError(inputs, (n) => ops.abs(n.x!))).toBeGreaterThan(0.1)
  })
})

describe('gradients()', () => {
  it('is zero for what the loss does not depend on, and 1 for the loss itself', () => {
    const g = new Graph()
    const x = g.input('x', ['B', 2])
    const y = g.input('y', ['B', 2])
    const loss = ops.reduceSum(x)
    const [dy, dloss] = gradients(loss, [y, loss])
    expect(dy!.op).toBe('expandLike')
    expect(dy!.shape).toEqual(['B', 2])
    expect(dloss).toBe(g.constant(1))
  })

  it('treats an intermediate node as independent without cutting what lies behind it', () => {
    const g = new Graph()
    const x = g.input('x', [3])
    const middle = ops.square(x)
    const [dx, dmiddle] = gradients(ops.reduceSum(ops.mul(middle, 5)), [x, middle])
    expect(dmiddle!.shape).toEqual([3])
    expect(dx!.shape).toEqual([3])
    expect(dx!.inputs).toContain(x)
  })

  it('refuses a loss that is no scalar, and integers', () => {
    const g = new Graph()
    const x = g.input('x', ['B', 2])
    const i = g.input('i', ['B'], { dtype: 'int32' })
    expect(() => gradients(x, [x])).toThrow('gradients: the loss is float32 [B, 2], not a float32 scalar')
    expect(() => gradients(ops.reduceSum(x), [i])).toThrow('int32')
    const joined = ops.concat([x, x], 0)
    expect(() => gradients(ops.reduceSum(joined), [x])).toThrow('concat: no derivative along axis 0')
  })

  it("uses results, not recomputation: sigmoid's derivative reads its output, relu's its mask", () => {
    const g = new Graph()
    const x = g.input('x', [3])
    const y = ops.sigmoid(x)
    const [dx] = gradients(ops.reduceSum(ops.mul(y, ops.relu(x))), [x])
    const seen = new Set<Node>([dx!])
    for (const node of seen) for (const operand of node.inputs) seen.add(operand)
    const count = (op: string): number => [...seen].filter((node) => node.op === op).length
    expect([count('sigmoid'), count('relu'), count('greater')]).toEqual([1, 1, 1])
  })
})
