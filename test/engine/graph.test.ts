import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as ops from '../../src/engine/graph/index.ts'
import { table } from '../../src/engine/graph/table.ts'
import { Graph, type Node } from '../../src/engine/index.ts'
import { evaluate, type Value } from './graph-support.ts'

interface Golden {
  readonly shape: number[]
  readonly data: number[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/engine.json', import.meta.url), 'utf8')) as {
  ops: { inputs: Record<string, Golden>; expected: Record<string, Golden> }
}

const inputs = Object.fromEntries(
  Object.entries(golden.ops.inputs).map(([name, { shape, data }]): [string, Value] => [
    name,
    { shape, data: name === 'ids' ? Int32Array.from(data) : Float32Array.from(data) },
  ]),
)

const forward: Readonly<Record<string, (n: Record<string, Node>) => Node>> = {
  add: (n) => ops.add(n.a!, n.row!),
  sub: (n) => ops.sub(n.row!, n.a!),
  mul: (n) => ops.mul(n.a!, n.b!),
  div: (n) => ops.div(n.a!, n.p!),
  greater: (n) => ops.greater(n.a!, n.b!),
  equal: (n) => ops.equal(n.ids!, 3),
  where: (n) => ops.where(ops.greater(n.a!, 0), n.b!, n.row!),
  neg: (n) => ops.neg(n.a!),
  relu: (n) => ops.relu(n.a!),
  sigmoid: (n) => ops.sigmoid(n.a!),
  tanh: (n) => ops.tanh(n.a!),
  softplus: (n) => ops.softplus(ops.mul(n.a!, 30)),
  log: (n) => ops.log(n.p!),
  exp: (n) => ops.exp(n.a!),
  sqrt: (n) => ops.sqrt(n.p!),
  abs: (n) => ops.abs(n.a!),
  sign: (n) => ops.sign(n.a!),
  square: (n) => ops.square(n.a!),
  clip: (n) => ops.clip(n.a!, -0.5, 0.5),
  cast: (n) => ops.cast(n.ids!, 'float32'),
  softmax: (n) => ops.softmax(n.a!),
  logSoftmax: (n) => ops.logSoftmax(n.a!),
  reduceSum: (n) => ops.reduceSum(n.t!, [0, 2]),
  reduceMean: (n) => ops.reduceMean(n.a!, [1], true),
  size: (n) => ops.add(ops.size(n.a!), ops.mul(0, ops.reduceSum(n.a!))),
  concat: (n) => ops.concat([n.a!, n.b!, n.a!], 1),
  slice: (n) => ops.slice(n.a!, 1, 1, 3),
  pad: (n) => ops.pad(n.a!, 1, 1, 2),
  part: (n) => ops.split(n.a!, [1, 2, 1], 1)[1]!,
  reshape: (n) => ops.reshape(n.t!, [6, 4]),
  transpose: (n) => ops.transpose(n.t!, [1, 2, 0]),
  expandLike: (n) => ops.expandLike(n.row!, n.a!),
  gather: (n) => ops.gather(n.table!, n.ids!),
  scatterAdd: (n) => ops.scatterAdd(n.ids!, n.a!, 5),
  oneHot: (n) => ops.oneHot(n.ids!, 4),
  matmul: (n) => ops.matmul(n.t!, n.u!),
  gemm: (n) => ops.gemm(n.a!, n.w!, n.c!),
  batchNorm: (n) => ops.batchNorm(n.a!, ops.reshape(ops.slice(n.p!, 0, 0, 1), [4]), n.row!).output,
}

describe('forward values agree with NumPy', () => {
  it('for every op there is', () => {
    expect(Object.keys(forward).sort()).toEqual(
      Object.keys(table)
        .filter((op) => !['input', 'parameter', 'constant', 'loop', 'loopState'].includes(op))
        .sort(),
    )
  })

  // Fixed sizes, and axes of 3 as a named batch dimension.
  for (const batch of [undefined, 3]) {
    for (const [op, make] of Object.entries(forward)) {
      if (batch !== undefined && ['reshape', 'reduceSum', 'transpose', 'matmul', 'batchNorm'].includes(op)) continue
      it(`${op}${batch === undefined ? '' : ', named batch'}`, async () => {
        const expected = golden.ops.expected[op]!
        const graph = new Graph()
        const shape = make(
          Object.fromEntries(
            Object.entries(inputs).map(([name, value]) => [
              name,
              graph.input(name, value.shape, { dtype: name === 'ids' ? 'int32' : 'float32' }),
            ]),
          ),
        ).shape
        expect(shape).toEqual(expected.shape)
        const result = (await evaluate(inputs, (n) => ({ y: make(n) }), { batch })).y!
        expect(result.length).toBe(expected.data.length)
        for (const [k, y] of expected.data.entries()) expect(result[k]).toBeCloseTo(y, 4)
      })
    }
  }
})

describe('shapes', () => {
  const g = new Graph()
  const x = g.input('x', ['B', 128])
  const ids = g.input('ids', ['B'], { dtype: 'int32' })

  it('carry the named batch dimension through a network', () => {
    const table = g.parameter('users', [6040, 50])
    const rows = ops.gather(table, ids)
    expect(rows.shape).toEqual(['B', 50])
    expect(ops.concat([rows, x], 1).shape).toEqual(['B', 178])
    expect(ops.gemm(x, g.parameter('w', [128, 64]), g.parameter('b', [64])).shape).toEqual(['B', 64])
    expect(ops.concat([x, x], 0).shape).toEqual(['B+B', 128])
    expect(ops.reshape(x, ['B', 4, 32]).shape).toEqual(['B', 4, 32])
    expect(ops.reduceSum(x, [-1]).shape).toEqual(['B'])
    expect(ops.mul(ops.reduceSum(x, [1], true), x).shape).toEqual(['B', 128])
  })

  const wrong: Readonly<Record<string, [() => unknown, string]>> = {
    'inner sizes': [
      () => ops.gemm(x, g.parameter('w2', [64, 128])),
      'gemm: inner sizes 128 and 64 differ (operands [B, 128] and [64, 128])',
    ],
    'a bias that does not fit': [
      () => ops.gemm(x, g.parameter('w', [128, 64]), x),
      'gemm: sizes 128 and 64 do not broadcast',
    ],
    broadcasting: [
      () => ops.add(x, g.parameter('v', [64])),
      'add: sizes 128 and 64 do not broadcast (operands [B, 128] and [64])',
    ],
    'a named size with a number': [
      () => ops.add(x, g.parameter('m', [32, 128])),
      'add: sizes B and 32 do not broadcast',
    ],
    axis: [() => ops.reduceSum(x, [2]), 'reduceSum: there is no axis 2 (operands [B, 128])'],
    'an axis named twice': [() => ops.reduceSum(x, [1, -1]), 'reduceSum: an axis is named twice'],
    concat: [() => ops.concat([x, g.input('z', ['B', 3])], 0), 'concat: only axis 0 may differ'],
    slice: [() => ops.slice(x, 1, 100, 129), 'slice: 100 to 129 is no part of axis 1'],
    'a slice of the batch': [() => ops.slice(x, 0, 0, 1), 'slice: the size of axis 0 is not known'],
    split: [() => ops.split(x, [100, 20], 1), 'split: sizes 100 + 20 do not fill axis 1'],
    reshape: [() => ops.reshape(x, ['B', 100]), 'reshape: [B, 100] has another number of elements (operands [B, 128])'],
    transpose: [() => ops.transpose(x, [0, 0]), 'transpose: [0, 0] is no order of its axes'],
    dtypes: [() => ops.add(x, ids), 'add: operands [B, 128] float32 and [B] int32 differ in dtype'],
    'relu of integers': [() => ops.relu(ids), 'relu: an operand [B] is int32, not float32'],
    'float indices': [() => ops.gather(x, x), 'gather: an operand [B, 128] is float32, not int32 or int64'],
    matmul: [() => ops.matmul(x, g.parameter('v', [64])), 'matmul: both operands need rank 2 or more'],
    batchNorm: [
      () => ops.batchNorm(x, g.parameter('v', [64]), g.parameter('v', [64])),
      'batchNorm: wanted x [B, n], gamma [n] and beta [n] (operands [B, 128] and [64] and [64])',
    ],
    'another graph': [() => ops.add(x, new Graph().input('x', ['B', 128])), 'add: an operand belongs to another graph'],
    'a name taken': [
      () => g.input('x', ['B', 3]),
      "input 'x': already the name of input float32 [B, 128], asked for as float32 [B, 3]",
    ],
    'a size of nothing': [() => g.parameter('none', [0]), "parameter 'none': 0 in [0] is neither"],
    constant: [() => g.constant([1, 2, 3], { shape: [2] }), 'constant: 3 elements do not fill the shape [2]'],
  }
  for (const [what, [make, message]] of Object.entries(wrong)) {
    it(`that do not fit are refused by name: ${what}`, () => expect(make).toThrow(message))
  }
})

describe('nodes', () => {
  it('that compute the same are the same', () => {
    const g = new Graph()
    const x = g.input('x', ['B', 2])
    expect(ops.sigmoid(x)).toBe(ops.sigmoid(g.input('x', ['B', 2])))
    expect(ops.mul(x, 2)).toBe(ops.mul(x, 2))
    expect(ops.mul(x, 2)).not.toBe(ops.mul(x, 3))
    expect(Object.isFrozen(x)).toBe(true)
  })

  it('that need no computing vanish', () => {
    const g = new Graph()
    const x = g.input('x', ['B', 2])
    expect([ops.add(x, 0), ops.mul(1, x), ops.div(x, 1), ops.sub(x, 0)]).toEqual([x, x, x, x])
    expect(ops.mul(g.constant(2), 3)).toBe(g.constant(6))
    const wide = ops.expandLike(ops.reduceSum(x), x)
    expect(ops.mul(wide, x).inputs[0]).toBe(ops.reduceSum(x))
    expect(ops.mul(wide, 2).op).toBe('expandLike')
    expect(ops.add(x, ops.neg(ops.relu(x))).op).toBe('sub')
  })
})
