import { emit, Graph, gradients, mul, type Node, reduceSum, Session } from '../../src/engine/index.ts'

export type Array32 = Float32Array | Int32Array | Uint8Array

/** Numbers in a shape; the dtype follows the array type. */
export interface Value {
  readonly shape: readonly number[]
  readonly data: Array32
}

/** Fixed numbers without randomness: spread over (-1, 1), never within 0.02 of 0, different for each seed. */
export function spreadValues(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => {
    const x = Math.sin((k + 1) * 12.9898 + seed * 78.233) * 43758.5453
    const unit = 2 * (x - Math.floor(x)) - 1
    return Math.abs(unit) < 0.02 ? 0.1 : unit
  })
}

function length(shape: readonly (number | string)[], batch: number): number {
  return shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : batch), 1)
}

function dtypeOf(data: Array32): 'float32' | 'int32' | 'bool' {
  return data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool'
}

/** Runs a function of nodes on values, on the real runtime; axis 0 of inputs is named if asked. */
export async function evaluate(
  inputs: Readonly<Record<string, Value>>,
  make: (nodes: Record<string, Node>, graph: Graph) => Record<string, Node>,
  options: { batch?: number; provider?: 'cpu' | 'wasm' } = {},
): Promise<Record<string, Array32>> {
  const graph = new Graph()
  const nodes = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => {
      const named = shape.map((dim) => (dim === options.batch ? 'B' : dim))
      return [name, graph.input(name, named, { dtype: dtypeOf(data) })]
    }),
  )
  const outputs = make(nodes, graph)
  const model = emit({ outputs })
  const session = await Session.create(model.bytes, { provider: options.provider ?? 'cpu' })
  const feeds = Object.fromEntries(model.inputs.map(({ name }) => [name, inputs[name]!.data]))
  const fetches = Object.fromEntries(
    model.outputs.map(({ name, shape, dtype }) => {
      const size = length(shape, options.batch ?? 0)
      return [
        name,
        dtype === 'int32' ? new Int32Array(size) : dtype === 'bool' ? new Uint8Array(size) : new Float32Array(size),
      ]
    }),
  )
  await session.bind(feeds, fetches, { B: options.batch ?? 1 }).run()
  await session.release()
  return fetches
}

/**
 * Compares gradients() with central differences, for every float32 input. The function's result is weighted and summed,
 * in double precision on the side of the differences. Returns the largest error relative to 1 + |derivative|.
 */
export async function gradientError(
  inputs: Readonly<Record<string, Value>>,
  make: (nodes: Record<string, Node>, graph: Graph) => Node,
  options: { step?: number; batch?: number } = {},
): Promise<number> {
  const { step = 1e-2, batch } = options
  const graph = new Graph()
  const nodes = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => {
      const named = shape.map((dim) => (dim === batch ? 'B' : dim))
      return [name, graph.input(name, named, { dtype: dtypeOf(data) })]
    }),
  )
  const result = make(nodes, graph)
  const resultSize = length(result.shape, batch ?? 0)
  const weights = spreadValues(resultSize, 99)
  const weightNode = graph.input('weights', result.shape)
  const floats = Object.keys(inputs).filter((name) => inputs[name]!.data instanceof Float32Array)
  const derivatives = gradients(
    reduceSum(mul(result, weightNode)),
    floats.map((name) => nodes[name]!),
  )
  const model = emit({
    outputs: { result, ...Object.fromEntries(floats.map((name, k) => [`d_${name}`, derivatives[k]!])) },
  })
  const session = await Session.create(model.bytes)
  const fed: Record<string, Array32> = { weights }
  for (const [name, { data }] of Object.entries(inputs)) fed[name] = data.slice()
  const fetched: Record<string, Float32Array> = { result: new Float32Array(resultSize) }
  for (const name of floats) fetched[`d_${name}`] = new Float32Array(inputs[name]!.data.length)
  const feeds = Object.fromEntries(model.inputs.map(({ name }) => [name, fed[name]!]))
  const run = session.bind(feeds, fetched, { B: batch ?? 1 })
  const total = async (): Promise<number> => {
    await run.run()
    return fetched.result!.reduce((sum, y, k) => sum + y * weights[k]!, 0)
  }
  await run.run()
  const claimed = Object.fromEntries(floats.map((name) => [name, fetched[`d_${name}`]!.slice()]))
  let worst = 0
  for (const name of floats) {
    const data = fed[name]!
    for (let k = 0; k < data.length; k++) {
      const original = data[k]!
      data[k] = original + step
      const above = data[k]!
      const high = await total()
      data[k] = original - step
      const low = await total()
      const numeric = (high - low) / (above - data[k]!)
      data[k] = original
      const error = Math.abs(numeric - claimed[name]![k]!) / (1 + Math.abs(numeric))
      worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)
    }
  }
  await session.release()
  return worst
}
