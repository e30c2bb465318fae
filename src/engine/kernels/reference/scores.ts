import { checkTop, type ScoreKernels } from '../scores.ts'

function dot(x: Float32Array, y: Float32Array, i: number, dim: number): number {
  let sum = 0
  for (let d = 0; d < dim; d++) sum += x[d]! * y[i * dim + d]!
  return sum
}

/** The plain meaning of the score kernels. */
export const scoreReference: ScoreKernels = {
  dotScores(items, dim, query, bias, out) {
    for (let i = 0; i < out.length; i++) out[i] = dot(query, items, i, dim) + (bias ? bias[i]! : 0)
  },
  scoreBlock(queries, m, items, n, dim, bias, out) {
    for (let u = 0; u < m; u++) {
      const query = queries.subarray(u * dim, (u + 1) * dim)
      scoreReference.dotScores(items, dim, query, bias, out.subarray(u * n, (u + 1) * n))
    }
  },
  inverseNorms(table, dim, out) {
    for (let i = 0; i < out.length; i++) {
      const norm = Math.sqrt(dot(table.subarray(i * dim), table, i, dim))
      out[i] = norm > 0 ? 1 / norm : 0
    }
  },
  cosineScores(items, inverse, dim, query, out) {
    const norm = Math.sqrt(dot(query, query, 0, dim))
    for (let i = 0; i < out.length; i++) out[i] = norm > 0 ? (dot(query, items, i, dim) * inverse[i]!) / norm : 0
  },
  topK(scores, k, excluded, ids, best) {
    const bad = scores.findIndex(Number.isNaN)
    if (bad >= 0) return checkTop(-1 - bad)
    const order = [...scores.keys()]
      .filter((i) => scores[i] !== Number.NEGATIVE_INFINITY && !excluded?.[i])
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
      .slice(0, Math.max(0, k))
    ids.set(order)
    best.set(order.map((i) => scores[i]!))
    return order.length
  },
}
