// Dot products of queries with many rows, and the best of the results.
import { at, lanes, loadPart, madd } from './common'

/** Four vectors become one: lane i holds the sum of the lanes of vector i. */
// @ts-ignore: decorator
@inline
function sumEach(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7))
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 1, 4, 5), i32x4.shuffle(c, d, 2, 3, 6, 7))
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7))
}

/** The dot product of two rows. */
function dot(x: usize, y: usize, dim: i32): f32 {
  let sum = f32x4.splat(0)
  let d = 0
  for (; d < (dim & ~3); d += 4) sum = madd(v128.load(at(x, d)), v128.load(at(y, d)), sum)
  if (d < dim) sum = madd(loadPart(at(x, d), dim - d), loadPart(at(y, d), dim - d), sum)
  return lanes(sum)
}

/** Four items' scores for one query. */
// @ts-ignore: decorator
@inline
function four(query: usize, item: usize, bytes: usize, dim: i32): v128 {
  let a = f32x4.splat(0)
  let b = a
  let c = a
  let e = a
  const item1 = item + bytes
  const item2 = item1 + bytes
  const item3 = item2 + bytes
  const whole: usize = bytes & ~15
  for (let o: usize = 0; o < whole; o += 16) {
    const q = v128.load(query + o)
    a = madd(q, v128.load(item + o), a)
    b = madd(q, v128.load(item1 + o), b)
    c = madd(q, v128.load(item2 + o), c)
    e = madd(q, v128.load(item3 + o), e)
  }
  const k = dim & 3
  if (k != 0) {
    const q = loadPart(query + whole, k)
    a = madd(q, loadPart(item + whole, k), a)
    b = madd(q, loadPart(item1 + whole, k), b)
    c = madd(q, loadPart(item2 + whole, k), c)
    e = madd(q, loadPart(item3 + whole, k), e)
  }
  return sumEach(a, b, c, e)
}

/** out[i] = query . items[i] + bias[i]; `bias` 0: none. */
export function dotScores(items: usize, n: i32, dim: i32, query: usize, bias: usize, out: usize): void {
  const bytes = (<usize>dim) << 2
  let i = 0
  for (; i + 4 <= n; i += 4) {
    let scores = four(query, items + <usize>i * bytes, bytes, dim)
    if (bias != 0) scores = f32x4.add(scores, v128.load(at(bias, i)))
    v128.store(at(out, i), scores)
  }
  for (; i < n; i++) {
    const score = dot(query, items + <usize>i * bytes, dim)
    store<f32>(at(out, i), bias == 0 ? score : score + load<f32>(at(bias, i)))
  }
}

/** out[u * n + i] = queries[u] . items[i] + bias[i], in blocks of items that stay in the cache over all queries. */
export function scoreBlock(
  queries: usize, m: i32, items: usize, n: i32, dim: i32, bias: usize, out: usize,
): void {
  const bytes = (<usize>dim) << 2
  const block = max(4, (32768 / max(1, <i32>bytes)) & ~3)
  for (let from = 0; from < n; from += block) {
    const count = min(block, n - from)
    const some = items + <usize>from * bytes
    const added: usize = bias == 0 ? 0 : at(bias, from)
    for (let u = 0; u < m; u++) {
      dotScores(some, count, dim, queries + <usize>u * bytes, added, out + (((<usize>u) * n + from) << 2))
    }
  }
}

/** out[i] = 1 / |row i|, 0 for a row of zeros. */
export function inverseNorms(table: usize, n: i32, dim: i32, out: usize): void {
  const bytes = (<usize>dim) << 2
  for (let i = 0; i < n; i++) {
    const row = table + <usize>i * bytes
    const squares = dot(row, row, dim)
    store<f32>(at(out, i), squares > 0 ? <f32>1 / sqrt<f32>(squares) : 0)
  }
}

/** x[i] *= factors[i] * factor. */
export function multiply(x: usize, factors: usize, factor: f32, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<f32>(at(x, i), load<f32>(at(x, i)) * (load<f32>(at(factors, i)) * factor))
  }
}
