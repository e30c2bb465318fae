import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Dataset, loadDataset } from '../src/data/index.ts'
import type { Bench, Benchmark } from './harness/benchmark.ts'
import { flood, type Load, load, type Request } from './serve/load.ts'
import { Server } from './serve/server.ts'
import { artefact, sessions } from './serve/setup.ts'

const small = fileURLToPath(new URL('../data/ml-latest-small', import.meta.url))
const main = 'embedding-dot'

const benchmark: Benchmark = {
  name: 'serve',
  summary: 'marquee serve under load: session recommendations with reasons from ten ratings over 9,724 movies',
  async run(bench) {
    const dataset = await loadDataset(small)
    const requests = sessions(dataset)
    const first = await artefact(bench, dataset, main, 1)
    const second = await artefact(bench, dataset, main, 2)
    const server = await Server.start(join(bench.folder, 'main'), [first, second])
    try {
      await check(bench, server, requests)
      await load(server, requests, 100, bench.quick ? 1 : 5)
      await steady(bench, server, requests)
      await feedback(bench, server, dataset)
      await swaps(bench, server, requests)
      await soak(bench, server, requests)
    } finally {
      await server.stop()
    }
    bench.notes.push(
      'open loop by loadtest (the soak: closed, by autocannon) in a process of its own on the same two cores; latencies in whole milliseconds',
      'each request: ten ratings of one of 200 training users, ten recommendations, each with up to three measured reasons',
    )
  },
}
export default benchmark

interface List {
  readonly items: readonly {
    readonly item: string
    readonly score: number
    readonly reason: { readonly contributions: readonly unknown[] }
  }[]
}

/** The answer over HTTP is the model's own list, and reasons are there. */
async function check(bench: Bench, server: Server, requests: readonly Request[]): Promise<void> {
  const { body, path } = requests[0]!
  const answer = await server.post<List>(path, body)
  const { profile } = body as { profile: { item: string; rating: number }[] }
  const predicted = await server.post<{ predictions: { score: number }[] }>('/v1/predictions', {
    ...{ profile, items: answer.items.map(({ item }) => item) },
  })
  answer.items.forEach(({ item, score }, n) => {
    const other = predicted.predictions[n]!.score
    if (Math.abs(other - score) > 1e-4) throw new Error(`${item} scores ${score} in the list and ${other} alone`)
  })
  const reasons = answer.items.filter(({ reason }) => reason.contributions.length > 0).length
  if (answer.items.length !== 10 || reasons === 0)
    throw new Error(`${answer.items.length} movies, ${reasons} with reasons`)
  bench.checks.push(`a list of ten over HTTP: scores as predicted one by one, ${reasons} of them with measured reasons`)
}

function show(bench: Bench, group: string, { p50, p95, p99, rate, failed }: Load): void {
  bench.figure(group, 'answered', 'requests/s', [rate])
  // The tool counts whole milliseconds; below one it says 0.
  bench.figure(group, 'median', 'ms', [Math.max(p50, 0.5)])
  bench.figure(group, '95th percentile', 'ms', [Math.max(p95, 0.5)])
  bench.figure(group, '99th percentile', 'ms', [Math.max(p99, 0.5)])
  if (failed > 0) throw new Error(`${group}: ${failed} requests failed`)
}

async function steady(bench: Bench, server: Server, requests: readonly Request[]): Promise<void> {
  bench.progress('500 requests a second')
  const found = await load(server, requests, bench.quick ? 50 : 500, bench.quick ? 1 : 30)
  show(bench, `${main}, 500 requests/s`, found)
  bench.target('95th percentile at 500 requests/s', 'ms', 'at most', 10, found.p95)
}

async function feedback(bench: Bench, server: Server, dataset: Dataset): Promise<void> {
  bench.progress('200 feedback writes a second')
  const { items } = dataset.interactions
  const writes = Array.from({ length: 500 }, (_, n) => ({
    path: '/v1/feedback',
    body: {
      feedback: [
        { user: `visitor-${n % 97}`, item: items.id((n * 37) % items.size), kind: 'rating', value: 1 + (n % 5) },
      ],
    },
  }))
  const found = await load(server, writes, bench.quick ? 20 : 200, bench.quick ? 1 : 20)
  show(bench, 'feedback, each durable when answered, 200 writes/s', found)
  bench.target('95th percentile of a feedback write at 200/s', 'ms', 'at most', 10, found.p95)
}

/** The live version changes again and again under load. */
async function swaps(bench: Bench, server: Server, requests: readonly Request[]): Promise<void> {
  bench.progress('swapping versions under load')
  const { models } = await server.get<{ models: { version: string }[] }>('/v1/models')
  const seconds = bench.quick ? 2 : 15
  const running = load(server, requests, bench.quick ? 20 : 200, seconds)
  const end = performance.now() + (seconds - 1) * 1000
  let swapped = 0
  while (performance.now() < end) {
    await server.post(`/v1/models/${encodeURIComponent(models[swapped % models.length]!.version)}/activate`, {})
    swapped++
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const found = await running
  show(bench, `${main}, 200 requests/s, the version swapped ${swapped} times`, found)
  if (swapped < 3) throw new Error(`only ${swapped} swaps`)
  bench.target('requests that failed while versions were swapped', '', 'at most', 0, found.failed)
}

/** What ten requests a second make in an hour, as fast as it goes. */
async function soak(bench: Bench, server: Server, requests: readonly Request[]): Promise<void> {
  const wanted = bench.quick ? 200 : 36_000
  let answered = 0
  const memory: number[] = []
  while (answered < wanted) {
    bench.progress(`soak: ${answered} of ${wanted}`)
    const { answered: more, failed } = await flood(server, requests, bench.quick ? 1 : 5)
    if (failed > 0) throw new Error(`${failed} requests of the soak failed`)
    answered += more
    memory.push(await server.memory())
  }
  const group = `soak of ${answered.toLocaleString('en')} requests`
  const third = Math.max(1, Math.floor(memory.length / 3))
  const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b) / part.length
  const growth =
    mean(memory.slice(-third)) /
    mean(memory.slice(third, 2 * third).length > 0 ? memory.slice(third, 2 * third) : memory)
  bench.figure(group, 'resident memory', 'MiB', memory)
  bench.figure(group, 'resident memory of the last third to that of the second', 'x', [growth])
  bench.target('growth of memory over the soak', 'x', 'at most', 1.1, growth)
}
