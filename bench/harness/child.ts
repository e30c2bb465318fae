/** The process of one benchmark: `node child.ts NAME full|quick`, started by parent.ts with a channel for the outcome. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, Benchmark, Outcome } from './benchmark.ts'
import { loadAverage } from './machine.ts'
import { summarise } from './statistics.ts'

const [name, size] = process.argv.slice(2)
const { default: benchmark } = (await import(`../${name}.ts`)) as { default: Benchmark }
const folder = mkdtempSync(join(tmpdir(), 'marquee-bench-'))
const before = loadAverage()
const started = performance.now()
const bench: Bench = {
  figures: [],
  targets: [],
  checks: [],
  notes: [],
  skipped: [],
  quick: size === 'quick',
  folder,
  progress: (what) => console.error(`${benchmark.name}: ${what}`),
  figure(group, what, unit, values) {
    const measured = summarise(values)
    this.figures.push({ group, what, unit, ...measured })
    return measured
  },
  target(what, unit, direction, wanted, measured) {
    const met = this.quick ? null : direction === 'at least' ? measured >= wanted : measured <= wanted
    this.targets.push({ what, unit, direction, wanted, measured, met })
  },
}
let failed: string | null = null
try {
  await benchmark.run(bench)
} catch (error) {
  failed = error instanceof Error ? (error.stack ?? error.message) : String(error)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const { figures, targets, checks, notes, skipped } = bench
const outcome: Outcome = {
  name: benchmark.name,
  summary: benchmark.summary,
  seconds: (performance.now() - started) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  load: [before, loadAverage()],
  failed,
  ...{ figures, targets, checks, notes, skipped },
}
process.send?.(outcome, () => process.exit(0))
