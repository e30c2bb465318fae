import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { affinities } from '../../src/explain/map/affinities.ts'
import { Descent } from '../../src/explain/map/descent.ts'
import { all, eachDistances, nearest, type Points } from '../../src/explain/map/points.ts'
import { preservation } from '../../src/explain/map/preservation.ts'
import { principalCoordinates } from '../../src/explain/map/principal-axes.ts'
import { QuadTree } from '../../src/explain/map/quad-tree.ts'
import { tsne } from '../../src/explain/map/tsne.ts'

interface Golden {
  readonly points: number[][]
  readonly runs: { perplexity: number; method: string; divergence: number; trustworthiness: number }[]
  readonly layout: number[][]
  readonly layoutDivergence: number
  readonly layoutGradient: number[][]
  readonly layoutTrustworthiness: number
}

const golden = JSON.parse(readFileSync(new URL('../golden/tsne.json', import.meta.url), 'utf8')) as Golden
const points: Points = { data: Float64Array.from(golden.points.flat()), width: 8 }
const layout = Float64Array.from(golden.layout.flat())

function cloud(n: number, width: number, seed: number): Points {
  const random = new Random(seed)
  return { data: Float64Array.from({ length: n * width }, () => random.normal()), width }
}

describe('neighbours', () => {
  test('are those of sorting all distances, ties by index', () => {
    const { data, width } = cloud(131, 3, 1)
    // A twin of point 3 at index 90 makes a tie.
    data.set(data.subarray(9, 12), 270)
    const found = nearest({ data, width }, 7)
    for (let p = 0; p < 131; p++) {
      const sorted = Array.from({ length: 131 }, (_, other) => {
        let squared = 0
        for (let d = 0; d < 3; d++) squared += (data[p * 3 + d]! - data[other * 3 + d]!) ** 2
        return { other, squared }
      })
        .filter(({ other }) => other !== p)
        .sort((a, b) => a.squared - b.squared || a.other - b.other)
        .slice(0, 7)
      expect([...found.indices.subarray(p * 7, p * 7 + 7)]).toEqual(sorted.map(({ other }) => other))
      expect(found.squared[p * 7 + 6]).toBeCloseTo(sorted[6]!.squared, 12)
    }
  })

  test('distances come for the asked points alone', () => {
    const seen: number[] = []
    eachDistances(cloud(20, 2, 2), Int32Array.of(4, 17), (point, squared) => {
      seen.push(point)
      expect(squared[point]).toBe(0)
    })
    expect(seen).toEqual([4, 17])
    expect(() => nearest(cloud(5, 2, 2), 5)).toThrow(RangeError)
  })
})

describe('affinities', () => {
  test('sum to 1, are symmetric, and with all others as neighbours a row has the entropy asked for', () => {
    const p = affinities(nearest(cloud(60, 4, 3), 20), 6)
    const dense = new Map<string, number>()
    let sum = 0
    for (let i = 0; i < 60; i++) {
      for (let at = p.offsets[i]!; at < p.offsets[i + 1]!; at++) {
        dense.set(`${i} ${p.indices[at]}`, p.values[at]!)
        sum += p.values[at]!
        if (at > p.offsets[i]!) expect(p.indices[at]!).toBeGreaterThan(p.indices[at - 1]!)
      }
    }
    expect(sum).toBeCloseTo(1, 10)
    for (const [key, value] of dense) expect(dense.get(key.split(' ').reverse().join(' '))).toBeCloseTo(value, 14)
  })

  test("the divergence and the gradient of a given layout are scikit-learn's", () => {
    const exact = new Descent(affinities(nearest(points, 199), 10), layout.slice(), 0)
    expect(exact.divergence()).toBeCloseTo(golden.layoutDivergence, 4)
    const gradient = exact.gradient(1)
    golden.layoutGradient.flat().forEach((value, at) => {
      expect(gradient[at]).toBeCloseTo(value, 6)
    })
  })
})

describe('the tree', () => {
  test('with theta 0 gives the exact sums, also for points in one place', () => {
    const y = cloud(300, 2, 4).data as Float64Array
    y.copyWithin(20, 0, 4)
    const tree = new QuadTree(300)
    tree.build(y)
    const force = new Float64Array(600)
    for (let p = 0; p < 300; p++) {
      let z = 0
      let fx = 0
      for (let j = 0; j < 300; j++) {
        if (j === p) continue
        const dx = y[2 * p]! - y[2 * j]!
        const q = 1 / (1 + dx * dx + (y[2 * p + 1]! - y[2 * j + 1]!) ** 2)
        z += q
        fx += q * q * dx
      }
      expect(tree.repel(y, p, 0, force)).toBeCloseTo(z, 6)
      expect(force[2 * p]).toBeCloseTo(fx, 6)
    }
  })

  test('with theta 0.5 it is near the exact sums', () => {
    const y = cloud(2000, 2, 5).data.map((x) => x * 20) as Float64Array
    const tree = new QuadTree(2000)
    tree.build(y)
    const force = new Float64Array(4000)
    const exact = new Float64Array(4000)
    let worst = 0
    for (let p = 0; p < 2000; p += 7) {
      const z = tree.repel(y, p, 0, exact)
      worst = Math.max(worst, Math.abs(tree.repel(y, p, 0.25, force) / z - 1))
    }
    expect(worst).toBeLessThan(0.05)
    expect(worst).toBeGreaterThan(0)
  })
})

test('principal coordinates: the axes of a stretched cloud, uncorrelated and in order', () => {
  const { data } = cloud(400, 3, 6)
  const scales = [1, 5, 2]
  const stretched = data.map((x, at) => x * scales[at % 3]! + 10)
  const y = principalCoordinates({ data: stretched, width: 3 }, 2)
  let first = 0
  let second = 0
  let both = 0
  for (let p = 0; p < 400; p++) {
    first += y[2 * p]! ** 2 / 400
    second += y[2 * p + 1]! ** 2 / 400
    both += (y[2 * p]! * y[2 * p + 1]!) / 400
  }
  expect(Math.sqrt(first)).toBeGreaterThan(4.5)
  expect(Math.sqrt(first)).toBeLessThan(5.5)
  expect(Math.sqrt(second)).toBeGreaterThan(1.7)
  expect(Math.sqrt(second)).toBeLessThan(2.3)
  expect(both).toBeCloseTo(0, 6)
})

describe('t-SNE', () => {
  test.each([10, 30])("at perplexity %i is as good as scikit-learn's on the same points", async (perplexity) => {
    const theirs = golden.runs.filter((run) => run.perplexity === perplexity)
    const { coordinates, divergence } = await tsne(points, { perplexity })
    const ours = preservation(points, { data: coordinates, width: 2 }, { neighbours: 10 })
    const worst = Math.max(...theirs.map((run) => run.divergence))
    expect(divergence).toBeLessThan(worst + 0.02)
    expect(divergence).toBeGreaterThan(Math.min(...theirs.map((run) => run.divergence)) - 0.08)
    expect(ours.trustworthiness).toBeGreaterThan(Math.min(...theirs.map((run) => run.trustworthiness)) - 0.005)
  })

  test('the same seed gives the same map, another seed or perplexity another', async () => {
    const map = async (options: { seed?: number; perplexity?: number; start?: 'random' }) =>
      (await tsne(points, { iterations: 60, perplexity: 10, ...options })).coordinates
    expect(await map({})).toEqual(await map({ seed: 1 }))
    expect(await map({ seed: 2 })).not.toEqual(await map({}))
    expect(await map({ perplexity: 20 })).not.toEqual(await map({}))
    expect(await map({ start: 'random' })).not.toEqual(await map({}))
  })

  test('equal points, and a perplexity too large', async () => {
    const { coordinates } = await tsne({ data: new Float32Array(40 * 3), width: 3 }, { perplexity: 5, iterations: 300 })
    expect(coordinates.every(Number.isFinite)).toBe(true)
    await expect(tsne(points, { perplexity: 70 })).rejects.toThrow(RangeError)
    const aborted = AbortSignal.abort()
    await expect(tsne(points, { perplexity: 10, signal: aborted })).rejects.toThrow('interrupted')
  })
})

describe('preservation', () => {
  test("the trustworthiness of a given layout is scikit-learn's", () => {
    const { trustworthiness } = preservation(points, { data: layout, width: 2 }, { neighbours: 10 })
    expect(trustworthiness).toBeCloseTo(golden.layoutTrustworthiness, 6)
  })

  test('of the data themselves is perfect; of noise it is chance', () => {
    const data = cloud(500, 2, 8)
    expect(preservation(data, data)).toMatchObject({ trustworthiness: 1, recall: 1, points: 500 })
    const noise = preservation(data, cloud(500, 2, 9), { sample: 400 })
    expect(noise.points).toBe(400)
    expect(noise.trustworthiness).toBeGreaterThan(0.45)
    expect(noise.trustworthiness).toBeLessThan(0.55)
    expect(noise.recall).toBeLessThan(3 * noise.chance)
  })

  test('samples are drawn from all points', () => {
    expect([...all(3)]).toEqual([0, 1, 2])
  })
})
