import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listModels } from '../src/catalogue/create.ts'
import { loadDataset } from '../src/data/index.ts'
import type { Bench, Benchmark } from './harness/benchmark.ts'
import { load, type Request } from './serve/load.ts'
import { Server } from './serve/server.ts'
import { artefact, sessions } from './serve/setup.ts'

const small = fileURLToPath(new URL('../data/ml-latest-small', import.meta.url))
const [lowest, highest] = [1, 2048]
/** Models for which no rating changes anything. */
const impersonal = new Set(['random', 'popularity', 'item-mean'])

const benchmark: Benchmark = {
  name: 'serve-rates',
  summary: 'the highest rate of session recommendations with reasons that every model keeps up, 9,724 movies',
  async run(bench) {
    const dataset = await loadDataset(small)
    const requests = sessions(dataset)
    const names = bench.quick ? ['embedding-dot', 'bias'] : listModels().map(({ name }) => name)
    for (const name of names) {
      const server = await Server.start(join(bench.folder, `only-${name}`), [await artefact(bench, dataset, name, 1)])
      try {
        await measure(bench, server, requests, name)
      } finally {
        await server.stop()
      }
    }
    bench.notes.push(
      'each request: ten ratings of one of 200 training users, ten recommendations, each with up to three measured reasons',
      'alone: one request after another, the first three not counted',
      'highest rate: open loop by loadtest in a process of its own on the same two cores, up to 2,048; doubled from what one request alone leaves room for while ' +
        'the percentile stays below 50 ms and nothing fails (a rate that does not is tried once more), then once halfway between',
    )
  },
}
export default benchmark

async function measure(bench: Bench, server: Server, requests: readonly Request[], name: string): Promise<void> {
  await check(bench, server, requests[0]!, name)
  const alone = await oneByOne(bench, server, requests, name)
  bench.figure('one request alone', name, 'ms', alone)
  const median = alone.toSorted((a, b) => a - b)[alone.length >> 1]!
  const group = 'highest rate with the 95th percentile below 50 ms'
  if (median >= 50) {
    bench.figure(`${group}: none, one request alone takes longer`, name, 'requests/s', [0])
    return
  }
  const keeps = async (rate: number): Promise<boolean> => {
    for (let round = 0; round < 2; round++) {
      await drained(bench, server, requests, name)
      bench.progress(`${name}: ${rate} requests a second`)
      // Low rates last longer, so that there are some answers to count.
      const found = await load(server, requests, rate, bench.quick ? 1 : Math.max(2, Math.min(10, 32 / rate)))
      if (found.failed === 0 && found.p95 < 50 && found.rate > 0.9 * rate) return true
    }
    return false
  }
  // At this rate the server would be busy at most a tenth of the time.
  const first = Math.max(lowest, Math.min(bench.quick ? 8 : 128, 2 ** Math.floor(Math.log2(100 / median))))
  let best = first
  while (best >= lowest && !(await keeps(best))) best = best > lowest ? best / 2 : 0
  let rising = best === first
  while (rising && 2 * best <= (bench.quick ? 16 : highest)) {
    rising = await keeps(2 * best)
    if (rising) best *= 2
  }
  const halfway = Math.round(best * 1.5)
  if (best > 1 && best < highest && !bench.quick && (await keeps(halfway))) best = halfway
  bench.figure(group, name, 'requests/s', [best])
}

/** Waits until what an overload has left in the queue is done: three answers in a row come at once. */
async function drained(bench: Bench, server: Server, requests: readonly Request[], name: string): Promise<void> {
  const { path, body } = requests[0]!
  let quiet = 0
  for (let n = 0; quiet < 3 && n < 200; n++) {
    bench.progress(`${name}: waiting for the queue to empty`)
    const started = performance.now()
    const answered = await server.post(path, body).then(
      () => true,
      () => false,
    )
    quiet = answered && performance.now() - started < 100 ? quiet + 1 : 0
  }
  if (quiet < 3) throw new Error(`${name} answers slowly long after the last rate`)
}

interface List {
  readonly items: readonly { readonly score: number; readonly reason: { readonly contributions: readonly unknown[] } }[]
}

/** What is measured is lists of ten with scores, and reasons where ratings change anything. */
async function check(bench: Bench, server: Server, { path, body }: Request, name: string): Promise<void> {
  const { items } = await server.post<List>(path, body)
  const scored = items.filter(({ score }) => Number.isFinite(score)).length
  const reasoned = items.filter(({ reason }) => reason.contributions.length > 0).length
  if (items.length !== 10 || scored !== 10) throw new Error(`${name}: ${items.length} movies, ${scored} with scores`)
  if (reasoned === 0 && !impersonal.has(name)) throw new Error(`${name}: no reasons`)
  bench.checks.push(`${name}: ten movies with scores, ${reasoned} with measured reasons`)
}

/** Milliseconds of single requests. */
async function oneByOne(bench: Bench, server: Server, requests: readonly Request[], name: string): Promise<number[]> {
  const took: number[] = []
  const ends = performance.now() + (bench.quick ? 1_000 : 10_000)
  for (let n = 0; n < (bench.quick ? 8 : 43) && (n < 6 || performance.now() < ends); n++) {
    bench.progress(`${name}: one request alone, ${n + 1}`)
    const { path, body } = requests[n % requests.length]!
    const started = performance.now()
    await server.post(path, body)
    if (n >= 3) took.push(performance.now() - started)
  }
  return took
}
