import { throwIfAborted } from '../../core/errors.ts'
import type { OnProgress } from '../../core/progress.ts'
import { Random } from '../../core/random.ts'
import { affinities } from './affinities.ts'
import { Descent } from './descent.ts'
import { all, countOf, type Nearest, nearest, type Points } from './points.ts'
import { principalCoordinates } from './principal-axes.ts'

export interface TsneOptions {
  /** How many neighbours a point has, softly; 3 x perplexity must be less than the number of points. Default 30. */
  readonly perplexity?: number
  /** Default 1. */
  readonly seed?: number
  /** Default 1,000. */
  readonly iterations?: number
  /** 0 is exact; larger is faster and coarser. Default 0.5. */
  readonly theta?: number
  /** Where the points start: on their principal axes (default), or at random. */
  readonly start?: 'axes' | 'random'
  /** Default: the number of points / 48, at least 50 (Belkina et al. 2019). */
  readonly learningRate?: number
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

export interface TsneResult {
  /** [n, 2], centred on 0. */
  readonly coordinates: Float64Array
  /** Kullback-Leibler divergence of the map from the data, over the neighbours, in nats. */
  readonly divergence: number
}

const exaggeration = 12
const exaggeratedIterations = 250
const startSd = 1e-4
/** Points whose neighbours are found between two pauses. */
const blockPoints = 512
const pauseEveryMs = 50

/**
 * t-SNE by Barnes-Hut (van der Maaten 2014, "Accelerating t-SNE using tree-based algorithms"), into the plane: early exaggeration
 * of 12 for 250 iterations, momentum 0.5 then 0.8, a gain per coordinate. The same points, options and seed give the
 * same map. O(n^2 width) once for the neighbours, O(n log n) an iteration. Throws a RangeError for a perplexity too
 * large for the points, InterruptedError.
 */
export async function tsne(points: Points, options: TsneOptions = {}): Promise<TsneResult> {
  const { perplexity = 30, seed = 1, iterations = 1000, theta = 0.5, start = 'axes', onProgress, signal } = options
  const n = countOf(points)
  const k = Math.floor(3 * perplexity)
  if (!(perplexity >= 1) || k >= n) throw new RangeError(`perplexity ${perplexity} for ${n} points`)
  const pause = pauses()
  const neighbours: Nearest = { k, indices: new Int32Array(n * k), squared: new Float64Array(n * k) }
  for (let from = 0; from < n; from += blockPoints) {
    const to = Math.min(from + blockPoints, n)
    const found = nearest(points, k, all(n).subarray(from, to))
    neighbours.indices.set(found.indices, from * k)
    neighbours.squared.set(found.squared, from * k)
    onProgress?.({ stage: 'finding neighbours', done: to, total: n, unit: 'points' })
    await pause()
    throwIfAborted(signal, 'the map')
  }
  const p = affinities(neighbours, perplexity)
  const y = start === 'axes' ? onAxes(points, seed) : atRandom(n, seed)
  const rate = options.learningRate ?? Math.max(n / exaggeration / 4, 50)
  const state = new Descent(p, y, theta)
  for (let iteration = 0; iteration < iterations; iteration++) {
    throwIfAborted(signal, 'the map')
    const early = iteration < Math.min(exaggeratedIterations, iterations)
    state.step(early ? exaggeration : 1, early ? 0.5 : 0.8, rate)
    onProgress?.({ stage: 'mapping', done: iteration + 1, total: iterations, unit: 'iterations' })
    await pause()
  }
  return { coordinates: y, divergence: state.divergence() }
}

/** Lets signals and timers through now and then, so that long work can be stopped. */
function pauses(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < pauseEveryMs) return
    await new Promise((resolve) => setImmediate(resolve))
    last = performance.now()
  }
}

/** Principal coordinates scaled to a spread of 1e-4 on the first axis (Kobak and Berens 2019). */
function onAxes(points: Points, seed: number): Float64Array {
  const y = principalCoordinates(points, 2, seed)
  let square = 0
  for (let at = 0; at < y.length; at += 2) square += y[at]! * y[at]!
  const sd = Math.sqrt(square / (y.length / 2))
  const random = new Random(seed).fork('start')
  // A whiff of noise parts points that are equal; it is also what the seed changes.
  for (let at = 0; at < y.length; at++) {
    y[at] = (sd > 0 ? (y[at]! / sd) * startSd : 0) + random.normal() * startSd * 1e-2
  }
  return y
}

function atRandom(n: number, seed: number): Float64Array {
  const random = new Random(seed).fork('start')
  return Float64Array.from({ length: 2 * n }, () => random.normal() * startSd)
}
