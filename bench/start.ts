import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Bench, Benchmark } from './harness/benchmark.ts'
import { repository } from './harness/machine.ts'

const run = promisify(execFile)

/** What `marquee start --json` answers, as far as it is looked at. */
interface Answer {
  readonly reused: boolean
  readonly comparison: readonly { readonly model: string; readonly metrics: Readonly<Record<string, number>> }[]
  readonly recommendations: readonly unknown[]
  readonly neighbours: readonly unknown[]
}

const benchmark: Benchmark = {
  name: 'start',
  summary: 'npm start: load, train, measure beside the baselines, save, recommend; the process from start to end',
  async run(bench) {
    const repeats = bench.quick ? 1 : 5
    const [fresh, again, peaks]: [number[], number[], number[]] = [[], [], []]
    for (let n = 0; n < repeats; n++) {
      bench.progress(`start ${n + 1} of ${repeats}`)
      const out = join(bench.folder, `artefact${n}`)
      const first = await start(bench, out)
      const { comparison, recommendations, neighbours, reused } = first.answer
      const rmse = (name: string): number => comparison.find(({ model }) => model === name)!.metrics.rmse!
      if (reused || !existsSync(join(out, 'manifest.json'))) throw new Error('no model was trained and saved')
      if (!(rmse('embedding-dot') < rmse('bias')))
        throw new Error(`no better than the bias baseline: ${rmse('embedding-dot')}`)
      if (recommendations.length !== 10 || neighbours.length !== 10) throw new Error('the lists are not ten long')
      const second = await start(bench, out)
      if (!second.answer.reused) throw new Error('the second start trained again')
      fresh.push(first.seconds)
      again.push(second.seconds)
      peaks.push(first.peakBytes)
    }
    bench.checks.push(
      'each first start: trained, saved, better than the bias baseline, two lists of ten; each second: reused',
    )
    const { median } = bench.figure('npm start', 'first, in an empty folder', 's', fresh)
    bench.figure('npm start', 'second, with the saved model', 's', again)
    bench.figure(
      'npm start',
      'peak memory of the first',
      'MiB',
      peaks.map((bytes) => bytes / 2 ** 20),
    )
    bench.target('npm start', 's', 'at most', 30, median)
  },
}
export default benchmark

async function start(bench: Bench, out: string): Promise<{ seconds: number; peakBytes: number; answer: Answer }> {
  const peak = join(bench.folder, 'peak')
  const preload = new URL('./start/peak.mjs', import.meta.url).href
  const started = performance.now()
  const { stdout } = await run(
    process.execPath,
    ['--import', preload, join(repository, 'bin', 'marquee.js'), 'start', '--out', out, '--json'],
    { cwd: bench.folder, env: { ...process.env, BENCH_PEAK: peak }, maxBuffer: 2 ** 26 },
  )
  const seconds = (performance.now() - started) / 1000
  return { seconds, peakBytes: Number(readFileSync(peak, 'utf8')), answer: JSON.parse(stdout) as Answer }
}
