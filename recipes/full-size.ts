/**
 * Time and memory of the papers' recipes on the sets that are not at hand (ml-20m and ml-latest): every cell is run through the
 * registry's reader on synthetic ratings of the same shape and size, a process each, for one epoch and a bounded time, and what it
 * takes in all is extrapolated from that. Writes results/full-size.json after every cell; cells that are there are kept.
 * Usage: npm run full-size -- [--only TEXT] [--fresh] [--list] [--data DIR] [--out FILE] [--scale SHARE] [--seconds N]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { MarqueeError } from '../src/core/errors.ts'
import { duration } from '../src/core/progress-line.ts'
import { dataOf } from '../src/experiments/cell.ts'
import {
  type FullSizeCell,
  type FullSizeResult,
  fullSizeId,
  type NamedCell,
  namedCells,
} from '../src/experiments/full-size.ts'
import { nameOf } from '../src/experiments/reproduce.ts'
import { runApart } from './full-size/parent.ts'
import { scaledCell, scaledShape, shapes } from './full-size/shapes.ts'
import { papers } from './papers/index.ts'

const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    data: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../results/full-size.json') },
    scale: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '20' },
  },
})
const scale = Number(given.scale)
const fitSeconds = Number(given.seconds)
if (!(scale > 0 && scale <= 1) || !(fitSeconds >= 0)) {
  throw new MarqueeError('usage', '--scale is a share up to 1 and --seconds a number from 0')
}
const seed = 1
const bounds = { fitSeconds, measureSeconds: fitSeconds / 2, cellSeconds: 420, residentBytes: 12 * 2 ** 30, users: 500 }
const limits = { seconds: bounds.cellSeconds, residentBytes: bounds.residentBytes }
const threads = 1

/** Cells that mean the same in several papers once; the same words as the report has for them. */
const sets = new Set(shapes.map(({ dataset }) => dataset))
const named = new Map<string, NamedCell>()
for (const paper of papers) {
  for (const one of namedCells(paper)) if (sets.has(dataOf(one.cell).dataset)) named.set(fullSizeId(one.cell), one)
}
const words = ({ cell, label, exhibits }: NamedCell): string =>
  `${dataOf(cell).dataset}: ${label} (${exhibits.join(', ')})`
const wanted = [...named].filter(([, one]) => given.only === undefined || new RegExp(given.only, 'i').test(words(one)))

if (given.list) {
  for (const [id, one] of wanted) console.log(`${id}  ${words(one)}`)
  process.exit(0)
}

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
/** With a "+" where what is run differs from the commit. */
const commit = (): string =>
  git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno', '--', '../src', '.') === '' ? '' : '+')
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}, Node ${process.version}`
const today = (): string => new Date().toISOString().slice(0, 10)
const before = existsSync(given.out) ? (JSON.parse(readFileSync(given.out, 'utf8')) as FullSizeResult) : null
/** Of other shapes nothing is kept. */
const kept = before && before.scale === scale ? before.cells.filter(({ id }) => named.has(id)) : []
const cells = new Map(kept.map((cell) => [cell.id, cell]))

function save(): void {
  const result: FullSizeResult = {
    command: 'npm run full-size',
    date: today(),
    commit: commit(),
    ...{ seed, threads, scale, bounds, shapes: shapes.map((shape) => scaledShape(shape, scale)) },
    cells: [...named.keys()].flatMap((id) => cells.get(id) ?? []),
  }
  mkdirSync(dirname(given.out), { recursive: true })
  writeFileSync(`${given.out}.partial`, `${JSON.stringify(result, null, 1)}\n`)
  renameSync(`${given.out}.partial`, given.out)
}

/** Titles that the recipes ask for, the first for the movie rated most. */
const titles = [
  ...new Set(
    wanted.flatMap(([, { cell }]) =>
      cell.kind === 'fit'
        ? (cell.system.probes ?? []).flatMap((probe) => (probe.kind === 'similar' ? probe.titles : []))
        : [],
    ),
  ),
]

// The process under way is ended with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
const folder = given.data ?? mkdtempSync(join(tmpdir(), 'marquee-full-size-'))
try {
  for (const shape of shapes) {
    const due = wanted.filter(
      ([id, { cell }]) => dataOf(cell).dataset === shape.dataset && (given.fresh || !cells.has(id)),
    )
    if (due.length === 0) continue
    if (!existsSync(join(folder, shape.dataset, 'tags.csv'))) {
      const started = performance.now()
      const made = scaledShape(shape, scale)
      const { failure } = await runApart({ kind: 'make', shape: made, titles, folder, seed }, folder, limits)
      if (failure) throw new MarqueeError(failure.code, failure.reason, { place: shape.dataset })
      console.log(
        `${shape.dataset}: made ${made.ratings.toLocaleString('en')} ratings in ${duration((performance.now() - started) / 1000)}`,
      )
    }
    for (const [id, one] of due) {
      const cell = await exerciseApart(id, one)
      cells.set(id, cell)
      save()
      console.log(`${words(one)}: ${summary(cell)}`)
    }
    if (given.data === undefined) rmSync(join(folder, shape.dataset), { recursive: true, force: true })
  }
} finally {
  if (given.data === undefined) rmSync(folder, { recursive: true, force: true })
}

async function exerciseApart(id: string, one: NamedCell): Promise<FullSizeCell> {
  const cell = scaledCell(one.cell, scale)
  const went = await runApart({ kind: 'cell', cell, bounds: { ...bounds, threads } }, folder, limits)
  const { load = null, divide = null, fit = null, evaluate = null, notes = [] } = went.found ?? {}
  const { peakBytes, failure, seconds: clockSeconds } = went
  const of = { id, name: nameOf(one.cell), dataset: dataOf(one.cell).dataset, date: today(), commit: commit(), machine }
  return { ...of, load, divide, fit, evaluate, clockSeconds, peakBytes, failure, notes }
}

function summary({ load, fit, evaluate, peakBytes, failure }: FullSizeCell): string {
  const said = [
    load === null ? '' : `load ${duration(load)}`,
    fit === null ? '' : `fit ${fit.extrapolated ? 'about ' : ''}${duration(fit.seconds)}`,
    evaluate === null ? '' : `evaluate ${evaluate.extrapolated ? 'about ' : ''}${duration(evaluate.seconds)}`,
    `${(peakBytes / 2 ** 30).toFixed(2)} GiB`,
    failure === null ? '' : `FAILED ${failure.code}: ${failure.reason}`,
  ]
  return said.filter((part) => part !== '').join(', ')
}
