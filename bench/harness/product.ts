import { Random } from '../../src/core/random.ts'
import { emit, Graph, matmul, Session } from '../../src/engine/index.ts'
import { close } from './check.ts'

/** A square matrix product by ONNX Runtime: what dense work is measured against. */
export interface Product {
  readonly size: number
  /** Largest relative difference from the products computed plainly, in double precision. */
  readonly error: number
  /** GFLOP/s over `times` products, 2 size^3 operations each. */
  run(times: number): Promise<number>
  release(): Promise<void>
}

/** Loads the product and checks a sample of 64 elements of its result. */
export async function createProduct(size: number, threads: number): Promise<Product> {
  const graph = new Graph()
  const [a, b] = [graph.input('a', [size, size]), graph.input('b', [size, size])]
  const session = await Session.create(emit({ outputs: { c: matmul(a, b) } }).bytes, { threads })
  const random = new Random(1)
  const matrix = (): Float32Array => Float32Array.from({ length: size * size }, () => random.float() - 0.5)
  const [left, right, result] = [matrix(), matrix(), new Float32Array(size * size)]
  const bound = session.bind({ a: left, b: right }, { c: result })
  await bound.run()
  const places = Array.from({ length: 64 }, () => random.int(size * size))
  const expected = places.map((place) => {
    const [row, column] = [Math.floor(place / size), place % size]
    let sum = 0
    for (let k = 0; k < size; k++) sum += left[row * size + k]! * right[k * size + column]!
    return sum
  })
  const actual = places.map((place) => result[place]!)
  return {
    size,
    error: close('matrix product', actual, expected, 1e-4),
    async run(times) {
      const started = performance.now()
      for (let n = 0; n < times; n++) await bound.run()
      return (times * 2 * size ** 3) / (performance.now() - started) / 1e6
    },
    release: () => session.release(),
  }
}
