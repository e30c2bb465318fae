/** npm run bench [-- --only NAME ...] [--quick] [--out [FILE]]; see README.md. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Outcome } from './harness/benchmark.ts'
import { benchmarks } from './harness/benchmarks.ts'
import { describeMachine, loadAverage, repository, slug } from './harness/machine.ts'
import { runBenchmark } from './harness/parent.ts'
import { machineLines, outcomeLines } from './harness/report.ts'

const usage = `usage: npm run bench -- [--only NAME]... [--quick] [--out FILE | --keep]
  --only NAME  one of ${benchmarks.join(', ')}; may be repeated
  --quick      tiny sizes: shows that everything runs, says nothing about speed
  --out FILE   where the JSON goes (default: bench/results/latest.json)
  --keep       the JSON goes to bench/results/DATE-PROCESSOR.json (or -2, -3 … where there is one), to be committed
`

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        quick: { type: 'boolean', default: false },
        out: { type: 'string' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const unknown = values.only?.filter((name) => !benchmarks.some((known) => known === name)) ?? []
    if (unknown.length > 0) throw new Error(`there is no benchmark "${unknown[0]}"`)
    return values
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(2)
  }
}

const { only, quick, out, keep, help } = options()
if (help) {
  console.log(usage)
  process.exit(0)
}
const machine = describeMachine()
const results = join(repository, 'bench', 'results')
const file = out ?? join(results, keep ? kept() : 'latest.json')
const say = (text: string): void => void process.stdout.write(`${text}\n`)

say(machineLines(machine))
if (loadAverage() > 0.5 && !quick) {
  console.error(`the load average is ${loadAverage()}: other work on this machine will show in the figures`)
}
const outcomes: Outcome[] = []
for (const name of benchmarks) {
  if (only && !only.includes(name)) continue
  const outcome = await runBenchmark<Outcome>(name, quick).catch(
    (error: Error): Outcome => ({
      ...{ name, summary: '', seconds: 0, peakBytes: 0, load: [-1, -1], failed: error.message },
      ...{ figures: [], targets: [], checks: [], notes: [], skipped: [] },
    }),
  )
  outcomes.push(outcome)
  say(outcomeLines(outcome))
  // After each benchmark, so that an interrupted run leaves what it has.
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ machine, quick, benchmarks: outcomes }, null, 2)}\n`)
}
const missed = outcomes.flatMap(({ name, targets }) => targets.filter(({ met }) => met === false).map(() => name))
const failed = outcomes.filter((outcome) => outcome.failed !== null).map(({ name }) => name)
if (missed.length > 0) say(`targets missed in: ${[...new Set(missed)].join(', ')}`)
say(`written to ${file}`)
if (failed.length > 0) {
  say(`failed: ${failed.join(', ')}`)
  process.exitCode = 1
}

/** A name that no result of an earlier run has. */
function kept(): string {
  const name = `${machine.date.slice(0, 10)}-${slug(machine.cpu)}`
  for (let n = 1; ; n++) {
    const file = n === 1 ? `${name}.json` : `${name}-${n}.json`
    if (!existsSync(join(results, file))) return file
  }
}
