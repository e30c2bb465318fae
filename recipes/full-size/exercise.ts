import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Random } from '../../src/core/random.ts'
import { type Dataset, type Interactions, loadDataset } from '../../src/data/index.ts'
import type { Split } from '../../src/data/splits/index.ts'
import type { Cell } from '../../src/experiments/cell.ts'
import type { FullSizeCell, FullSizeFit } from '../../src/experiments/full-size.ts'
import type { Measure, System } from '../../src/experiments/paper.ts'
import { factsOf, prepare } from '../../src/experiments/prepare.ts'
import { answerProbe } from '../../src/experiments/probes.ts'
import { type Divided, divide, fitSystem, measured } from '../../src/experiments/run-cell.ts'
import type { Recommender } from '../../src/models/recommender.ts'
import { type Timed, timed } from './timing.ts'

export interface Bounds {
  /** A fit still in its first epoch after so long is stopped; so is a measure. */
  readonly fitSeconds: number
  readonly measureSeconds: number
  readonly threads: number
  /** How many users' ratings are fitted for a model to evaluate in place of one that was stopped. */
  readonly users: number
}

/** What a process has found so far. */
export interface Found extends Pick<FullSizeCell, 'load' | 'divide' | 'fit' | 'evaluate' | 'notes'> {
  /** What it is at. */
  readonly stage: string
}

type Settings = Readonly<Record<string, unknown>>

const nothing: Found = { stage: 'reading', load: null, divide: null, fit: null, evaluate: null, notes: [] }

/** What the recipe repeats, how often, and the settings with which it does it once. Sweeps of biases are a small part of neighbours' work. */
export function once(
  { model, hyperparameters = {} }: System,
  { epochs, sweeps, ...settings }: Settings,
): { times: number | null; set: Settings } {
  if (typeof epochs === 'number') {
    const chain = 'burnIn' in settings ? { burnIn: 0 } : {}
    return { times: epochs, set: { ...hyperparameters, epochs: 1, ...chain } }
  }
  if (model === 'content' && typeof sweeps === 'number') {
    return { times: sweeps, set: { ...hyperparameters, sweeps: 1 } }
  }
  return { times: null, set: hyperparameters }
}

/**
 * Runs a cell as `reproduce` does, through the registry's reader, but for one epoch, and no longer than the bounds. Every stage is told when
 * it is done, so that a process that is stopped has said what it found.
 */
export async function exercise(
  cell: Cell,
  settings: Settings,
  bounds: Bounds,
  tell: (found: Found) => void,
): Promise<void> {
  let found = nothing
  const say = (more: Partial<Found>): void => {
    found = { ...found, ...more }
    tell(found)
  }
  say({})
  const { dataset: name, minPerItem } = cell.kind === 'data' ? cell.data : cell.system.data
  const loaded = await timed(Number.POSITIVE_INFINITY, () =>
    loadDataset(name, minPerItem === undefined ? {} : { minPerItem, core: 'single' }),
  )
  const dataset = loaded.value!
  say({ load: loaded.run, stage: 'dividing' })
  if (cell.kind === 'data') {
    const facts = await timed(Number.POSITIVE_INFINITY, async () => factsOf(prepare(dataset, cell.data)))
    const { users, items, ratings } = facts.value!
    const counted = { what: 'counting', run: facts.run, share: 1, seconds: facts.run }
    const note = `${ratings.toLocaleString('en')} ratings of ${items.toLocaleString('en')} movies by ${users.toLocaleString('en')} users are left.`
    const notes = minPerItem === undefined ? [] : [note]
    return say({ evaluate: { seconds: facts.run, extrapolated: false, parts: [counted] }, notes, stage: 'done' })
  }
  const { seed } = cell
  const { threads, users } = bounds
  const { times, set } = once(cell.system, settings)
  const system: System = { ...cell.system, hyperparameters: set }
  const divided = await timed(Number.POSITIVE_INFINITY, async () => divide(system, dataset))
  const whole = divided.value!
  say({ divide: divided.run, stage: 'fitting' })
  // What is solved at once comes to its end, or the process does.
  const limit = times === null ? Number.POSITIVE_INFINITY : bounds.fitSeconds
  const fitted = await timed(limit, (watch) => fitSystem(system, seed, whole, dataset, { threads, ...watch }))
  say({ fit: fitOf(fitted, times) })
  let ground = { parts: whole.parts, train: whole.train, dataset, testRows: whole.parts?.test.count ?? 0 }
  let model = fitted.value?.model
  if (!model) {
    say({
      stage: `fitting ${users} users`,
      notes: [
        `Evaluated with a model fitted to the ratings of ${users} users, its tables and layers of the full size, in place of the one that was stopped.`,
      ],
    })
    collectGarbage()
    const smaller: System = { ...system, data: { ...system.data, users } }
    ground = { ...ground, ...divide(smaller, dataset) }
    model = (await fitSystem(smaller, seed, ground, dataset, { threads })).model
  }
  await evaluateSystem(system, model, { ...ground, settings, bounds }, (more) =>
    say({ ...more, ...(more.notes && { notes: [...found.notes, ...more.notes] }) }),
  )
  say({ stage: 'done' })
}

/** So that what was stopped is not in memory beside what takes its place. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

/** What all epochs take: those that were not run at the pace of the first. */
function fitOf({ value, run, share, epochs, busy, pace, seconds }: Timed<unknown>, times: number | null): FullSizeFit {
  if (times === null) return { each: null, times, run: null, seconds, extrapolated: value === null }
  if (value === null) {
    const each = pace ?? seconds
    return { each, times, run: share, seconds: seconds + each * (times - 1), extrapolated: true }
  }
  // What tells of no epochs is taken to do nothing else.
  const each = epochs[0] ? epochs[0].seconds * busy : run
  return { each, times, run: 1, seconds: run + each * (times - 1), extrapolated: times > 1 }
}

interface Ground extends Divided {
  readonly dataset: Dataset
  /** Rows of the whole test part. */
  readonly testRows: number
  readonly settings: Settings
  readonly bounds: Bounds
}

interface Part {
  readonly what: string
  readonly run: number
  readonly share: number
  readonly seconds: number
}

async function evaluateSystem(
  system: System,
  model: Recommender,
  { parts, train, dataset, testRows, settings, bounds }: Ground,
  say: (more: Partial<Found>) => void,
): Promise<void> {
  const found: Part[] = []
  const add = (part: Part): void => {
    found.push(part)
    const seconds = found.reduce((sum, one) => sum + one.seconds, 0)
    say({ evaluate: { seconds, extrapolated: found.some(({ share }) => share !== 1), parts: [...found] } })
  }
  const draws = drawsOf(settings)
  if (draws > 1) say({ notes: [drawsNote(settings, draws, train)] })
  for (const measure of system.measures) {
    say({ stage: `measuring ${measure.id ?? 'errors'}` })
    const most = measure.kind === 'earlier' ? (measure.most ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
    const times = (draws * Math.min(most, testRows)) / Math.min(most, parts!.test.count)
    add(await measuredWithin(bounds.measureSeconds, measure, model, parts!, times))
  }
  for (const probe of system.probes ?? []) {
    say({ stage: `probe ${probe.id}` })
    const answered = await timed(bounds.measureSeconds, (watch) =>
      answerProbe(probe, { model, train, dataset, ...watch }),
    )
    const { run, share, seconds } = answered
    add({ what: `probe ${probe.id}`, run, share, seconds })
  }
}

/** A chain of one sweep kept one draw; with all of them a prediction is the mean of so many. */
const drawsOf = ({ burnIn, samples }: Settings): number =>
  typeof burnIn === 'number' && typeof samples === 'number' ? samples : 1

/** What one draw does not show: memory that was given and never touched is not resident. */
function drawsNote({ rank, maximumRank }: Settings, draws: number, { users, items }: Interactions): string {
  const width = 1 + Number(rank === 'auto' ? maximumRank : rank)
  const bytes = 2 * 4 * draws * (users.size + items.size) * width
  return (
    `Evaluated with one posterior draw, times ${draws} for the draws of the recipe: at most that, for not all of the time is theirs. ` +
    `Those draws, in the chain and in the fitted model, take ${(bytes / 2 ** 30).toFixed(1)} GiB more than the peak says.`
  )
}

const pilotUsers = 1000

/**
 * A measure of the test part, or of so much of it as the seconds allow, taken `times` times. Models are asked for a quarter of a million
 * predictions at once, which some cannot be stopped in: the test rows of some users tell beforehand what all of them take.
 */
async function measuredWithin(
  seconds: number,
  measure: Measure,
  model: Recommender,
  parts: Split,
  times: number,
): Promise<Part> {
  const what = wordsOf(measure)
  if (measure.kind === 'earlier') {
    const { run, share, seconds: all } = await timed(seconds, (watch) => measured(measure, model, parts, watch))
    return { what, run, share: share / times, seconds: all * times }
  }
  const { test } = parts
  const of = async (rows: Int32Array): Promise<number> => {
    const part = { ...parts, test: test.select(rows) }
    return (await timed(Number.POSITIVE_INFINITY, () => measured(measure, model, part, {}))).run
  }
  // The first answer of some models makes what all others stand on; the second is what any evaluation takes, however small.
  const first = await of(Int32Array.of(0))
  const any = await of(Int32Array.of(0))
  const some = rowsOfSome(test, pilotUsers)
  const pilot = await of(some)
  const share = some.length / test.count / times
  const all = first + Math.max(0, pilot - any) / share
  if (share === 1 || all > seconds || times !== 1) return { what, run: first + any + pilot, share, seconds: all }
  const whole = await timed(Number.POSITIVE_INFINITY, () => measured(measure, model, parts, {}))
  return { what, run: whole.run, share: 1, seconds: first - any + whole.run }
}

/** The rows of so many users that have any, drawn with seed 1. */
function rowsOfSome({ user, count }: Interactions, most: number): Int32Array {
  const users = Int32Array.from(new Set(user))
  const chosen = new Set(new Random(1).shuffle(users).subarray(0, most))
  return Int32Array.from({ length: count }, (_, row) => row).filter((row) => chosen.has(user[row]!))
}

const wordsOf = (measure: Measure): string =>
  measure.kind === 'earlier'
    ? `errors, earlier ratings known${measure.most === undefined ? '' : ` (${measure.most.toLocaleString('en')} rows)`}`
    : measure.metrics.join(' and ')
