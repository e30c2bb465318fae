import { Random } from '../../core/random.ts'

/** The finaliser of MurmurHash3 over a counter's step, as the kernel has it. */
function mix(value: number): number {
  let x = (value + 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) | 0
}

/** One number for several, for seeding what belongs to an epoch, a block and a tile. */
export function keyOf(...parts: readonly number[]): number {
  let key = 0
  for (const part of parts) key = mix(key ^ mix(part | 0) ^ mix(Math.floor(part / 0x1_0000_0000) ^ 0x55555555))
  return key
}

/** The positions 0 .. count - 1 in the order in which a kernel call with this key visits them; count <= 2^bits. */
export function visits(count: number, bits: number, key: number): Int32Array {
  const mask = (1 << bits) - 1
  const shift = (bits + 1) >> 1
  const a = mix(key)
  const b = mix(a)
  const c = mix(b)
  const order = new Int32Array(count)
  let n = 0
  for (let k = 0; n < count; k++) {
    let x = Math.imul(k ^ a, b | 1) & mask
    x ^= x >>> shift
    x = Math.imul(x, c | 1) & mask
    x ^= x >>> shift
    x = (Math.imul(x, 0x9e3779b1) + a) & mask
    if (x < count) order[n++] = x
  }
  return order
}

/** A run of ratings that is shuffled as a whole each epoch, small enough for the processor's cache. */
export interface Tile {
  readonly start: number
  readonly count: number
  /** The least for which count <= 2^bits. */
  readonly bits: number
  /** Seed of the tile's own order. */
  readonly key: number
}

/**
 * The tiles of a block of ratings in the order of an epoch: whole tiles shuffled, the rest (a shorter tile) last, so
 * that mini-batches that divide the tile size are cut alike whether tile by tile or through the whole.
 */
export function tilesOf(
  block: { start: number; count: number },
  size: number,
  seed: number,
  epoch: number,
  index: number,
): Tile[] {
  const whole = Math.floor(block.count / size)
  const order = new Random(keyOf(seed, epoch, index) >>> 0).shuffle(Int32Array.from({ length: whole }, (_, t) => t))
  const tile = (t: number, count: number): Tile => ({
    start: block.start + t * size,
    count,
    bits: Math.ceil(Math.log2(count)),
    key: keyOf(seed, epoch, index, t),
  })
  const tiles = Array.from(order, (t) => tile(t, size))
  const rest = block.count - whole * size
  if (rest > 0) tiles.push(tile(whole, rest))
  return tiles
}

/** Few ratings are best shuffled as a whole; with many, a tile's rows and ratings should fit the second-level cache. */
export const defaultTile = (ratings: number): number => (ratings <= 1 << 20 ? 1 << 17 : 1 << 14)

/** The multiple of the batch that comes closest to `wanted` from below, and at least one batch. */
export const tileSize = (wanted: number, batch: number): number => Math.max(1, Math.floor(wanted / batch)) * batch

/** The order in which one thread visits a block in an epoch: `source` taken tile by tile. */
export function epochOrder(
  block: { start: number; count: number },
  source: Int32Array,
  size: number,
  seed: number,
  epoch: number,
): Int32Array {
  const order = new Int32Array(block.count)
  let n = 0
  for (const { start, count, bits, key } of tilesOf(block, size, seed, epoch, 0)) {
    for (const j of visits(count, bits, key)) order[n++] = source[start + j]!
  }
  return order
}
