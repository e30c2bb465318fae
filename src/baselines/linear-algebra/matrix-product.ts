import { encode } from '../../engine/onnx/encode.ts'
import { loadRuntime } from '../../engine/session/runtime.ts'

/** Adds products of float64 matrices, row-major: out (m x n) = c + a (m x k) times b (k x n). `out` is none of the others. */
export type MatrixProduct = (
  m: number,
  k: number,
  n: number,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  out: Float64Array,
) => Promise<void>

/** In plain loops: the reference, and fast enough for a few hundred rows. */
export const plainProduct: MatrixProduct = async (m, k, n, a, b, c, out) => {
  for (let i = 0; i < m; i++) {
    const row = out.subarray(i * n, (i + 1) * n)
    row.set(c.subarray(i * n, (i + 1) * n))
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p]!
      if (x === 0) continue
      const from = p * n
      for (let j = 0; j < n; j++) row[j]! += x * b[from + j]!
    }
  }
}

const float64 = 11

/** ONNX Runtime's Gemm in float64, reading and writing the given arrays. Results differ between thread counts in the last digits. */
export async function runtimeProduct(threads: number): Promise<{ product: MatrixProduct; release(): Promise<void> }> {
  const runtime = await loadRuntime(undefined, threads)
  const value = (name: string, rows: string, columns: string) => ({
    name,
    type: { tensorType: { elemType: float64, shape: { dim: [{ dimParam: rows }, { dimParam: columns }] } } },
  })
  const session = await runtime.createSession(
    encode('ModelProto', {
      irVersion: 8,
      producerName: 'marquee',
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'product',
        node: [{ input: ['a', 'b', 'c'], output: ['out'], opType: 'Gemm' }],
        input: [value('a', 'm', 'k'), value('b', 'k', 'n'), value('c', 'm', 'n')],
        output: [value('out', 'm', 'n')],
      },
    }),
  )
  const product: MatrixProduct = async (m, k, n, a, b, c, out) => {
    const feeds = {
      a: runtime.tensor('float64', a, [m, k]),
      b: runtime.tensor('float64', b, [k, n]),
      c: runtime.tensor('float64', c, [m, n]),
    }
    if (runtime.writesFetches) await session.run(feeds, { out: runtime.tensor('float64', out, [m, n]) })
    else {
      const { out: result } = await session.run(feeds)
      out.set(result!.data as Float64Array)
      result!.dispose()
    }
  }
  return { product, release: () => session.release() }
}
