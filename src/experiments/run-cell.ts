import { createModel } from '../catalogue/create.ts'
import type { OnProgress } from '../core/progress.ts'
import type { Dataset, Interactions } from '../data/index.ts'
import { type Split, split } from '../data/splits/index.ts'
import { type EvaluationCounts, evaluate } from '../evaluation/index.ts'
import type { FitReport, Recommender } from '../models/recommender.ts'
import type { Cell, CellResult } from './cell.ts'
import { evaluateEarlier } from './earlier.ts'
import { thisMachine } from './machines.ts'
import type { Measure, System } from './paper.ts'
import { factsOf, prepare } from './prepare.ts'
import { answerProbe } from './probes.ts'

export interface RunOptions {
  readonly threads: number
  readonly onProgress?: OnProgress | undefined
  readonly signal?: AbortSignal | undefined
  readonly checkpoint?: { readonly directory: string; readonly resume: boolean } | undefined
}

/** Runs one cell on its data. Throws what fitting and evaluating throw. */
export async function runCell(cell: Cell, dataset: Dataset, options: RunOptions): Promise<CellResult> {
  const { threads } = options
  const machine = thisMachine()
  if (cell.kind === 'data') {
    const data = factsOf(prepare(dataset, cell.data))
    return {
      metrics: {},
      epochs: [],
      counts: null,
      probes: {},
      data,
      seconds: { fit: 0, evaluate: 0 },
      threads,
      machine,
    }
  }
  const { system, seed } = cell
  const divided = divide(system, dataset)
  const { parts, train } = divided
  const { model, report } = await fitSystem(system, seed, divided, dataset, options)
  const started = performance.now()
  const metrics: Record<string, number | null> = trainingFigures(report)
  let counts: EvaluationCounts | null = null
  for (const measure of system.measures) {
    if (!parts) throw new RangeError('a system without a split has no test part to measure')
    const figures = await measured(measure, model, parts, options)
    counts ??= figures.counts
    Object.assign(metrics, figures.metrics)
  }
  const probes: Record<string, unknown> = {}
  for (const probe of system.probes ?? []) {
    const { signal, onProgress } = options
    probes[probe.id] = await answerProbe(probe, { model, train, dataset, signal, onProgress })
  }
  const seconds = { fit: report.seconds, evaluate: (performance.now() - started) / 1000 }
  return { metrics, epochs: report.epochs, counts, probes, data: null, seconds, threads, machine }
}

export interface Divided {
  /** Null where everything trains. */
  readonly parts: Split | null
  readonly train: Interactions
}

/** The ratings of a system, divided as it says. */
export function divide(system: System, dataset: Dataset): Divided {
  const ratings = prepare(dataset, system.data)
  const parts = system.split ? split(ratings, system.split) : null
  return { parts, train: parts?.train ?? ratings }
}

/** Fits the model of a system. Throws what fitting throws. */
export async function fitSystem(
  system: System,
  seed: number,
  { parts, train }: Divided,
  dataset: Dataset,
  { threads, onProgress, signal, checkpoint }: RunOptions,
): Promise<{ readonly model: Recommender; readonly report: FitReport }> {
  const model = await createModel(system.model, { ...system.hyperparameters })
  const validation = system.watchTest ? parts?.test : parts?.validation
  const report = await model.fit(train, {
    seed,
    threads,
    items: dataset.items,
    ...(validation && { validation }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    ...(checkpoint && { checkpoint }),
  })
  return { model, report }
}

/** `loss`, `loss-root`, and after every epoch E `loss@epoch-E`, `loss-root@epoch-E`, `validation@epoch-E`; `epochs`. */
export function trainingFigures({
  epochs,
  bestEpoch,
}: Pick<FitReport, 'epochs' | 'bestEpoch'>): Record<string, number> {
  const figures: Record<string, number> = {}
  for (const { epoch, loss, validation } of epochs) {
    for (const suffix of epoch === epochs.length ? ['', `@epoch-${epoch}`] : [`@epoch-${epoch}`]) {
      figures[`loss${suffix}`] = loss
      figures[`loss-root${suffix}`] = Math.sqrt(loss)
      if (validation !== null) figures[`validation${suffix}`] = validation
    }
  }
  if (bestEpoch !== null) figures.epochs = bestEpoch
  return figures
}

/** What a measure finds, named as its cell names it. */
export async function measured(
  measure: Measure,
  model: Recommender,
  parts: Split,
  { onProgress, signal }: Pick<RunOptions, 'onProgress' | 'signal'>,
): Promise<{ metrics: Record<string, number | null>; counts: EvaluationCounts | null }> {
  const watch = { ...(onProgress && { onProgress }), ...(signal && { signal }) }
  if (measure.kind === 'earlier') {
    const { most } = measure
    const found = await evaluateEarlier(model, parts, { ...watch, ...(most !== undefined && { most }) })
    return { metrics: named(measure.id, { ...found }), counts: null }
  }
  const { id, metrics, protocol, on = 'test' } = measure
  const part = on === 'test' ? parts : { ...parts, test: parts.train, validation: null }
  const result = await evaluate(model, part, { ...watch, metrics, ...(protocol && { protocol }) })
  return { metrics: named(id, withF(result.metrics)), counts: on === 'test' ? result.counts : null }
}

/** Adds `f-of-means`, the harmonic mean of mean precision and mean recall, wherever both are there; metric `f` is the mean of users' own. */
export function withF(metrics: Readonly<Record<string, number | null>>): Record<string, number | null> {
  const all: Record<string, number | null> = { ...metrics }
  for (const [name, precision] of Object.entries(metrics)) {
    const [, cutOff] = /^precision(@\d+)$/.exec(name) ?? []
    const recall = cutOff === undefined ? undefined : metrics[`recall${cutOff}`]
    if (recall === undefined) continue
    const both = precision !== null && recall !== null
    all[`f-of-means${cutOff}`] = !both
      ? null
      : precision + recall === 0
        ? 0
        : (2 * precision * recall) / (precision + recall)
  }
  return all
}

const named = (id: string | undefined, metrics: Record<string, number | null>): Record<string, number | null> =>
  id === undefined
    ? metrics
    : Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${id}/${name}`, value]))

/** What a system costs beside another, for the time left: ratings times epochs. */
export function costOf({ hyperparameters = {} }: System, ratings: number): number {
  const { epochs, layers } = hyperparameters as { epochs?: number; layers?: number[] }
  const width = Math.max(64, ...(Array.isArray(layers) ? layers : []))
  return ratings * (epochs ?? 10) * Math.sqrt(width / 64)
}
