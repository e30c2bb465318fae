import type { ItemTable } from '../data/dataset.ts'
import {
  type Comparison,
  compare,
  defaultMetrics,
  type EvaluateOptions,
  type EvaluationResult,
  evaluate,
  genreSimilarity,
  type Protocol,
  parseMetrics,
  type Spread,
  spread,
} from '../evaluation/index.ts'
import type { FitReport } from '../models/recommender.ts'
import { answer, withProgress } from './common.ts'
import type { EvaluateFlags } from './evaluate.ts'
import { evaluationRuns, type Run } from './evaluate-data.ts'
import { fitModel, modelOf, requireCheckpoint } from './fit.ts'
import { type Io, secondsSince } from './io.ts'
import { usage } from './resolve.ts'
import { figure, grouped, table } from './table.ts'

interface Measured {
  readonly run: Run
  readonly report: FitReport
  readonly result: EvaluationResult
  readonly comparisons: Comparison[]
  readonly other: EvaluationResult | null
}

export async function evaluateAll(name: string | undefined, flags: EvaluateFlags, io: Io): Promise<void> {
  // Everything that can be wrong on the command line is wrong before an hour of training.
  const model = await modelOf(flags.model, flags.set)
  if (flags.compare !== undefined) await modelOf(flags.compare, flags.compareSet)
  parseMetrics(flags.metrics ?? defaultMetrics, flags.k)
  const protocol = protocolOf(flags)
  if (flags.resume && flags.checkpoint === undefined) throw usage('--resume needs --checkpoint DIR')
  if (flags.resume) requireCheckpoint(flags.checkpoint!)
  const started = performance.now()
  const { dataset, runs } = await evaluationRuns(name, flags, io)
  const load = secondsSince(started)
  if (runs.length > 1 && (flags.predictions ?? flags.recommendations ?? flags.checkpoint) !== undefined) {
    throw usage('--predictions, --recommendations and --checkpoint go with one run, not with several seeds or folds')
  }
  const options: EvaluateOptions = {
    ...(flags.metrics !== undefined && { metrics: flags.metrics }),
    k: flags.k,
    protocol,
    similarity: genreSimilarity(dataset.items.genres),
    signal: io.signal,
  }
  const measured: Measured[] = []
  for (const run of runs) {
    if (runs.length > 1) io.stderr(`run ${measured.length + 1} of ${runs.length}: ${inWords(run)}\n`)
    measured.push(await measureRun(run, dataset.items, flags, options, io))
  }
  const document = { dataset: dataset.name, fingerprint: dataset.fingerprint, ...summary(measured, flags, load, model) }
  answer(io, flags.json, document, () => textOf(document, measured, flags))
}

async function measureRun(
  run: Run,
  items: ItemTable,
  flags: EvaluateFlags,
  options: EvaluateOptions,
  io: Io,
): Promise<Measured> {
  const { predictions, recommendations } = flags
  const files = {
    ...(predictions !== undefined && { predictionsFile: predictions }),
    ...(recommendations !== undefined && { recommendationsFile: recommendations }),
  }
  const wanted = { ...options, details: flags.compare !== undefined }
  const first = await fitAndMeasure(flags.model, flags.set, run, items, flags, { ...wanted, ...files }, io)
  if (flags.compare === undefined) return { run, ...first, comparisons: [], other: null }
  const second = await fitAndMeasure(
    flags.compare,
    flags.compareSet,
    run,
    items,
    { ...flags, checkpoint: undefined },
    wanted,
    io,
  )
  const { result } = first
  const shared = Object.keys(result.details ?? {}).filter((metric) => second.result.details?.[metric])
  return {
    run,
    ...first,
    comparisons: shared.map((metric) => compare(result, second.result, metric)),
    other: second.result,
  }
}

async function fitAndMeasure(
  name: string,
  set: readonly string[],
  { seed, split }: Run,
  items: ItemTable,
  { threads, checkpoint, resume = false }: Pick<EvaluateFlags, 'threads' | 'checkpoint' | 'resume'>,
  options: EvaluateOptions,
  io: Io,
): Promise<{ report: FitReport; result: EvaluationResult }> {
  const model = await modelOf(name, set)
  const { train, validation } = split
  const kept = checkpoint === undefined ? {} : { checkpoint: { directory: checkpoint, resume } }
  const report = await fitModel(model, { train, validation, items, seed, threads, ...kept }, io)
  const result = await withProgress(io, (line) => evaluate(model, split, { ...options, onProgress: line.report }))
  return { report, result }
}

function protocolOf(flags: EvaluateFlags): Protocol {
  const { protocol: kind, candidates, threshold, empty, negatives, by, seed } = flags
  const given = { candidates, threshold, empty, negatives, by }
  const allowed = {
    full: ['candidates', 'threshold'],
    rated: ['threshold', 'empty'],
    sampled: ['negatives', 'by', 'threshold'],
  }
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [option] of named) {
    if (!allowed[kind].includes(option)) throw usage(`--${option} does not go with --protocol ${kind}`)
  }
  if (kind === 'rated' && threshold === undefined) throw usage('--protocol rated needs --threshold RATING')
  return { kind, ...Object.fromEntries(named), ...(kind === 'sampled' && { seed }) } as Protocol
}

function summary(
  measured: readonly Measured[],
  { threads }: EvaluateFlags,
  load: number,
  model: { name: string; hyperparameters: object },
) {
  const first = measured[0]!
  const spreads: Record<string, Spread | null> = {}
  for (const metric of Object.keys(first.result.metrics)) {
    const values = measured.map(({ result }) => result.metrics[metric] ?? null)
    spreads[metric] = values.every((value) => value !== null) ? spread(values) : null
  }
  const total = (of: (run: Measured) => number): number =>
    Math.round(measured.reduce((sum, run) => sum + of(run), 0) * 1000) / 1000
  const repeated = measured.length > 1
  return {
    model: model.name,
    hyperparameters: model.hyperparameters,
    split: first.run.split.spec,
    seed: first.run.seed,
    threads,
    counts: first.result.counts,
    protocol: first.result.protocol,
    metrics: Object.fromEntries(Object.entries(spreads).map(([metric, value]) => [metric, value?.mean ?? null])),
    seconds: { load, fit: total(({ report }) => report.seconds), evaluate: total(({ result }) => result.seconds) },
    definitions: first.result.definitions,
    epochs: first.report.epochs,
    bestEpoch: first.report.bestEpoch,
    repeatable: measured.every(({ report }) => report.repeatable),
    ...(repeated && {
      spread: spreads,
      runs: measured.map(({ run, result, report }) => ({
        seed: run.seed,
        split: run.split.spec,
        metrics: result.metrics,
        counts: result.counts,
        seconds: { fit: report.seconds, evaluate: result.seconds },
      })),
    }),
    ...(first.other && {
      compared: measured.map(({ run, other, comparisons }) => ({
        seed: run.seed,
        model: other!.model,
        metrics: other!.metrics,
        differences: comparisons,
      })),
    }),
  }
}

function textOf(
  document: { dataset: string } & ReturnType<typeof summary>,
  measured: readonly Measured[],
  { predictions, recommendations }: EvaluateFlags,
): string {
  const { counts } = document
  const { spread: spreads } = document
  const rows = Object.entries(document.metrics).map(([metric, value]) => {
    const sd = spreads?.[metric]?.sd
    return [metric, figure(value), ...(spreads ? [sd === null || sd === undefined ? '-' : figure(sd)] : [])]
  })
  const columns = [{ header: 'metric' }, { header: spreads ? 'mean' : 'value', align: 'right' as const }]
  let text = `${document.model} on ${document.dataset}, ${measured.length > 1 ? `${measured.length} runs` : inWords(measured[0]!.run)}\n`
  text += `${grouped(counts.trainRows)} ratings train, ${grouped(counts.rows)} are predicted; ranking: ${document.protocol.words}\n`
  text += table(spreads ? [...columns, { header: 'sd', align: 'right' }] : columns, rows)
  for (const { run, comparisons, other } of measured) {
    if (!other) continue
    text += `\n${document.model} minus ${other.model.name}, ${inWords(run)}\n`
    text += table(
      [
        { header: 'metric' },
        { header: 'difference', align: 'right' },
        { header: '95% interval', align: 'right' },
        { header: 'p', align: 'right' },
        { header: other.model.name, align: 'right' },
      ],
      comparisons.map(({ metric, difference, interval, pRandomisation }) => [
        metric,
        figure(difference),
        `${figure(interval[0])} to ${figure(interval[1])}`,
        figure(pRandomisation),
        figure(other.metrics[metric]),
      ]),
    )
  }
  for (const file of [predictions, recommendations]) if (file !== undefined) text += `written: ${file}\n`
  return text
}

function inWords({ seed, split }: Run): string {
  const { kind, fold, folds, ratio } = split.spec
  if (kind === 'given') return `given files, seed ${seed}`
  return `split ${kind}${ratio === undefined ? '' : ` ${ratio}`}${fold === undefined ? '' : ` fold ${fold}/${folds}`}, seed ${seed}`
}
