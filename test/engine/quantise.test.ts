import { describe, expect, it } from 'vitest'
import { add, gather, gemm, loop, matmul, mul, reduceSum, transpose } from '../../src/engine/graph/index.ts'
import { emit, Graph, type Node, Session } from '../../src/engine/index.ts'
import { decode } from '../../src/engine/onnx/decode.ts'
import { encode } from '../../src/engine/onnx/encode.ts'
import { quantiseWeights } from '../../src/engine/onnx/quantise.ts'
import { metadataOf, withRowsOutput } from '../../src/engine/onnx/rows-output.ts'
import { spreadValues } from './graph-support.ts'

const [rows, columns] = [600, 16]
const table = spreadValues(rows * columns, 1)
// One row a thousand times as large: a scale for the whole table would leave nothing of the others.
for (let d = 0; d < columns; d++) table[7 * columns + d]! *= 1000
const ids = Int32Array.of(3, 7, 599, 3)

/** The nearest values that 8 bits with one scale for each row can hold. */
const roundedRows = Float32Array.from(table, (value, at) => {
  const row = table.subarray(Math.floor(at / columns) * columns, Math.floor(at / columns) * columns + columns)
  const scale = Math.fround(row.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127)
  return Math.round(value / scale) * scale
})

function model(make: (graph: Graph, weights: Node) => Node, metadata?: Record<string, string>): Uint8Array {
  const graph = new Graph()
  const y = make(graph, graph.parameter('table', [rows, columns]))
  return emit({ outputs: { y }, initialisers: new Map([['table', table]]), ...(metadata && { metadata }) }).bytes
}

async function run(
  bytes: Uint8Array,
  feeds: Record<string, Float32Array | Int32Array>,
  length: number,
  provider: 'cpu' | 'wasm',
  output = 'y',
) {
  const session = await Session.create(bytes, { provider })
  const y = new Float32Array(length)
  await session.bind(feeds, { [output]: y }, { N: 4, M: 4 }).run()
  await session.release()
  return y
}

function expectNear(actual: Float32Array, expected: Float32Array, share: number): void {
  for (let at = 0; at < expected.length; at++) {
    expect(Math.abs(actual[at]! - expected[at]!), `place ${at}`).toBeLessThanOrEqual(
      share * (Math.abs(expected[at]!) + 1e-3),
    )
  }
}

describe.each(['cpu', 'wasm'] as const)('8-bit weights on %s', (provider) => {
  it('give rows that are looked up as 8 bits hold them, a scale for each row', async () => {
    const bytes = model((graph, weights) => gather(weights, graph.input('ids', ['N'], { dtype: 'int32' })))
    const small = quantiseWeights(bytes)
    expect(small.weights).toEqual([{ name: 'table', shape: [rows, columns], axis: 0 }])
    const looked = await run(small.bytes, { ids }, ids.length * columns, provider)
    const expected = Float32Array.from(
      [...ids].flatMap((id) => [...roundedRows.subarray(id * columns, (id + 1) * columns)]),
    )
    expectNear(looked, expected, 1e-6)
    // Not what the file held before, and not the table as one scale would leave it.
    expect(looked).not.toEqual(await run(bytes, { ids }, ids.length * columns, provider))
    expect(looked.subarray(0, columns).some((x) => x !== 0)).toBe(true)
  })

  it('give the products of a table that is also used whole, in a loop too', async () => {
    const make = (graph: Graph, weights: Node): Node => {
      const own = gather(weights, graph.input('ids', ['N'], { dtype: 'int32' }))
      const [sum] = loop({
        first: [reduceSum(own, [0], true)],
        trips: 2,
        body: ([u]) => ({ next: [mul(add(u!, matmul(matmul(u!, transpose(weights)), weights)), 1e-6)] }),
      })
      return matmul(sum!, transpose(weights))
    }
    const small = quantiseWeights(model(make))
    const plain = new Graph()
    const rounded = emit({
      outputs: { y: make(plain, plain.parameter('table', [rows, columns])) },
      initialisers: new Map([['table', roundedRows]]),
    })
    const actual = await run(small.bytes, { ids }, rows, provider)
    const expected = await run(rounded.bytes, { ids }, rows, provider)
    // Sums in another order, of numbers that nearly cancel: measured by the largest of them.
    const largest = Math.max(...expected.map(Math.abs))
    expect(largest).toBeGreaterThan(1)
    for (let at = 0; at < rows; at++) expect(Math.abs(actual[at]! - expected[at]!)).toBeLessThan(1e-5 * largest)
  })

  it('take a scale for each column where that comes nearer', async () => {
    const weights = Float32Array.from(table, (_, at) => Math.sin(at) * 10 ** ((at % columns) % 4))
    const graph = new Graph()
    const y = gemm(graph.input('x', ['N', rows]), graph.parameter('weights', [rows, columns]))
    const { bytes, weights: made } = quantiseWeights(
      emit({ outputs: { y }, initialisers: new Map([['weights', weights]]) }).bytes,
    )
    expect(made).toEqual([{ name: 'weights', shape: [rows, columns], axis: 1 }])
    const x = spreadValues(4 * rows, 3)
    const actual = await run(bytes, { x }, 4 * columns, provider)
    for (let at = 0; at < actual.length; at++) {
      let [sum, room] = [0, 0]
      const column = at % columns
      for (let r = 0; r < rows; r++) {
        const factor = x[Math.floor(at / columns) * rows + r]!
        sum += factor * weights[r * columns + column]!
        room += Math.abs(factor)
      }
      // Each weight is off by at most half a step, which is 1/254 of its column's largest.
      expect(Math.abs(actual[at]! - sum)).toBeLessThan((room * 10 ** (column % 4)) / 254 + 1e-3)
    }
  })

  it('come with the rows of a table as a second output', async () => {
    const bytes = model((graph, weights) => gather(weights, graph.input('ids', ['N'], { dtype: 'int32' })), {
      kind: 'test',
    })
    const both = withRowsOutput(bytes, ['table', 'table'])
    const { bytes: small } = quantiseWeights(both)
    const feeds = { ids, candidate: Int32Array.of(0, 1, 2, 7) }
    const vectors = await run(small, feeds, 4 * 2 * columns, provider, 'vectors')
    const row = roundedRows.subarray(7 * columns, 8 * columns)
    expectNear(vectors.subarray(6 * columns, 7 * columns), row, 1e-6)
    expectNear(vectors.subarray(7 * columns), row, 1e-6)
    expect(metadataOf(small)).toEqual({ kind: 'test' })
  })
})

describe('quantiseWeights()', () => {
  it('makes a large table a quarter and leaves small ones alone', () => {
    const bytes = model((graph, weights) => gather(weights, graph.input('ids', ['N'], { dtype: 'int32' })))
    const { bytes: small } = quantiseWeights(bytes)
    expect(small.length).toBeLessThan(bytes.length / 4 + 4 * rows + 1000)
    // A file as node reads it, whose slice() is a view.
    expect(quantiseWeights(Buffer.from(bytes)).bytes).toEqual(small)
    expect(quantiseWeights(bytes, { leastElements: rows * columns + 1 }).weights).toEqual([])
    expect(() => quantiseWeights(new Uint8Array([255, 255, 255, 255]))).toThrow('no ONNX model')
    expect(() => withRowsOutput(bytes, ['nothing'])).toThrow('the model holds no table "nothing"')
  })

  it('keeps a table of zeros', async () => {
    const graph = new Graph()
    const y = gather(graph.parameter('table', [rows, columns]), graph.input('ids', ['N'], { dtype: 'int32' }))
    const zeros = new Float32Array(rows * columns)
    const { bytes } = quantiseWeights(emit({ outputs: { y }, initialisers: new Map([['table', zeros]]) }).bytes)
    expect(await run(bytes, { ids }, 4 * columns, 'cpu')).toEqual(new Float32Array(4 * columns))
  })
})

describe('decode()', () => {
  it('gives what encode() was given, loops and all', () => {
    const bytes = model((graph, weights) => {
      const [u] = loop({
        first: [gather(weights, graph.input('ids', ['N'], { dtype: 'int32' }))],
        trips: 3,
        body: ([state]) => ({ next: [mul(state!, 0.5)] }),
      })
      return u!
    })
    expect(encode('ModelProto', decode('ModelProto', bytes))).toEqual(bytes)
  })

  it('refuses what it could not write again', () => {
    const unknown = Uint8Array.of(0x7a, 1, 0)
    expect(() => decode('ModelProto', unknown)).toThrow('something that Marquee does not write (ModelProto 15)')
  })
})
