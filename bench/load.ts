import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadDataset, synthesise, writeSynthetic } from '../src/data/index.ts'
import type { Bench, Benchmark } from './harness/benchmark.ts'
import { close } from './harness/check.ts'
import { interleave, timed } from './harness/interleave.ts'
import { runApart } from './harness/parent.ts'
import { mebibytes } from './harness/report.ts'
import { ratios } from './harness/statistics.ts'
import type { Loaded } from './load/apart.ts'
import { type Digest, digestOf } from './load/digest.ts'
import { plainLoad } from './load/plain.ts'

const benchmark: Benchmark = {
  name: 'load',
  summary: 'making 20M ratings, writing them as CSV, and loading that file',
  async run(bench) {
    await beside(bench)
    await large(bench)
  },
}
export default benchmark

/** Ratings with times on the usual scale, written to a folder; their digest. */
function write(folder: string, size: { users: number; items: number; ratings: number }) {
  const started = performance.now()
  const data = synthesise({ ...size, userSkew: 0.6, scale: { min: 0.5, max: 5, step: 0.5 } })
  const made = performance.now()
  mkdirSync(folder, { recursive: true })
  writeSynthetic(data, folder)
  const written = performance.now()
  return {
    digest: digestOf(data.interactions),
    makeSeconds: (made - started) / 1000,
    writeSeconds: (written - made) / 1000,
    bytes: statSync(join(folder, 'ratings.csv')).size,
  }
}

function same(what: string, digest: Digest, truth: Digest): void {
  close(what, Object.values(digest), Object.values(truth), 1e-12)
}

/** A file small enough for the plain way, side by side. */
async function beside(bench: Bench): Promise<void> {
  const { quick } = bench
  const folder = join(bench.folder, 'small')
  const size = quick ? { users: 200, items: 300, ratings: 20_000 } : { users: 13_849, items: 2_674, ratings: 1_000_000 }
  const { digest } = write(folder, size)
  const file = join(folder, 'ratings.csv')
  same('the loaded ratings', digestOf((await loadDataset(file)).interactions), digest)
  same('the plainly loaded ratings', await plainLoad(file), digest)
  bench.checks.push(
    'every column of the file, as loaded and as loaded plainly, against what was written: the same sums by place',
  )
  const measured = await interleave(
    [
      { name: 'ours', run: () => timed(async () => void (await loadDataset(file))) },
      { name: 'plain', run: () => timed(async () => void (await plainLoad(file))) },
    ],
    { repeats: quick ? 2 : 7, progress: bench.progress },
  )
  const group = `loading ${size.ratings} ratings from CSV`
  const rate = (name: string): number[] => measured[name]!.map((seconds) => size.ratings / seconds / 1e6)
  bench.figure(group, 'ours', 'M rows/s', rate('ours'))
  bench.figure(group, 'readline and split', 'M rows/s', rate('plain'))
  bench.figure(group, 'times faster', 'x', ratios(measured.plain!, measured.ours!))
}

async function large(bench: Bench): Promise<void> {
  const { quick } = bench
  const folder = join(bench.folder, 'large')
  const size = quick
    ? { users: 500, items: 800, ratings: 50_000 }
    : { users: 138_493, items: 26_744, ratings: 20_000_000 }
  bench.progress(`making and writing ${size.ratings} ratings`)
  const { digest, makeSeconds, writeSeconds, bytes } = write(folder, size)
  const making = `making ${size.ratings} ratings with times`
  bench.figure(making, 'seconds', 's', [makeSeconds])
  bench.figure(making, 'writing them', 's', [writeSeconds])
  bench.target('making 20M ratings and writing them', 's', 'at most', 60, makeSeconds + writeSeconds)
  const loads: Loaded[] = []
  for (let n = 0; n < (quick ? 1 : 3); n++) {
    bench.progress(`loading, ${n + 1}`)
    loads.push(await runApart<Loaded>('load/apart.ts', [join(folder, 'ratings.csv')]))
    same('the loaded ratings', loads.at(-1)!.digest, digest)
  }
  const group = `loading them, each in a process of its own (${mebibytes(bytes)} of CSV)`
  bench.figure(
    group,
    'seconds',
    's',
    loads.map(({ seconds }) => seconds),
  )
  bench.figure(
    group,
    'rows a second',
    'M/s',
    loads.map(({ seconds }) => size.ratings / seconds / 1e6),
  )
  const peak = bench.figure(
    group,
    'peak memory',
    'GB',
    loads.map(({ peakBytes }) => peakBytes / 1e9),
  )
  bench.target('peak memory while loading 20M ratings', 'GB', 'at most', 1.5, peak.high)
}
