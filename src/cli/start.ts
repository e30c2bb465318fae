import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { ArtefactManifest } from '../catalogue/artefact.ts'
import { packageVersion } from '../catalogue/artefact.ts'
import { loadArtefact } from '../catalogue/artefact-load.ts'
import { hasArtefact, prepareArtefactFolder, saveArtefact } from '../catalogue/artefact-save.ts'
import { MarqueeError } from '../core/errors.ts'
import type { Dataset } from '../data/index.ts'
import { ratingOf } from '../data/rating-words.ts'
import { type Split, split } from '../data/splits/index.ts'
import { evaluate } from '../evaluation/index.ts'
import type { FitReport, Recommender } from '../models/recommender.ts'
import { answer, jsonOption, readDataset, withProgress } from './common.ts'
import { fitModel, modelOf } from './fit.ts'
import { bold, type Io, secondsSince } from './io.ts'
import { Library } from './resolve.ts'
import { figure, grouped, shellWord, table } from './table.ts'
import { port } from './values.ts'

const datasetName = 'ml-latest-small'
const defaultModel = 'embedding-dot'
const metricNames = ['rmse', 'mae', 'ndcg@10']
const seed = 1
const userId = '1'
const movie = 'Toy Story (1995)'

/** A model's held-out figures. */
interface Row {
  readonly model: string
  readonly metrics: Readonly<Record<string, number | null>>
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      `Trains ${defaultModel} on the shipped ratings, measures it beside the baselines, saves it, and shows what it ` +
        'recommends; then serves the page until Ctrl-C. A second start takes the saved model.',
    )
    .option('--out <dir>', 'folder of the artefact', join('artefacts', datasetName))
    .option('--fresh', 'train again even if the saved model fits')
    .option('--port <n>', 'where the page answers (default: 8080, or a free one)', port)
    .option('--store <url>', 'what people rate is kept here', 'marquee.db')
    .option('--no-open', 'do not open the browser')
    .option('--no-serve', 'end when all is shown; --json ends so too')
    .addHelpText('after', '\nExample:\n  $ marquee start')
    .action(async ({ out, fresh = false, json = false, ...page }: Flags) => {
      // Under --json standard output carries the document alone.
      const say = (text: string): void => (json ? io.stderr : io.stdout)(text)
      await start(out, fresh, json, say, io)
      if (json || !page.serve) return
      const { servePage } = await import('./start-page.ts')
      await servePage({ ...page, artefact: out }, io)
    })
}

interface Flags {
  out: string
  fresh?: boolean
  json?: boolean
  port?: number
  store: string
  open: boolean
  serve: boolean
}

async function start(out: string, fresh: boolean, json: boolean, say: (text: string) => void, io: Io): Promise<void> {
  const began = performance.now()
  const dataset = await readDataset(datasetName, {}, io)
  const { users, items, count } = dataset.interactions
  say(`${datasetName}: ${grouped(count)} ratings of ${grouped(items.size)} movies by ${grouped(users.size)} users\n`)
  const kept = fresh ? null : await reusable(out, dataset, say)
  if (kept) say(`taking the model saved in ${out} on ${kept.created.slice(0, 10)}\n`)
  const manifest = kept ?? (await trainAndSave(out, dataset, say, io))
  const rows = (manifest.notes as { comparison: Row[] }).comparison

  say(
    `\n${bold(io, 'held-out ratings')} (one in five, never trained on; lower rmse and mae, higher ndcg@10 is better)\n`,
  )
  const right = (header: string) => ({ header, align: 'right' as const })
  const cells = rows.map(({ model, metrics }) => [model, ...metricNames.map((name) => figure(metrics[name]))])
  say(table([{ header: 'model' }, ...metricNames.map(right)], cells, '  '))

  const library = await Library.open(out, io)
  const { model } = library.artefact
  const best = await model.recommend({ user: library.user(userId) })
  say(`\n${bold(io, `for user ${userId}`)}, who rated ${likes(library)}\n`)
  const recommended = best.map(({ item, rating }, n) => [String(n + 1), (rating ?? 0).toFixed(2), library.title(item)])
  say(table([right(''), right('rating'), { header: 'movie' }], recommended, '  '))

  const near = await model.similar([library.find(movie).item])
  say(`\n${bold(io, `most similar to ${movie}`)}\n`)
  const neighbours = near.map(({ item, similarity }, n) => [String(n + 1), similarity.toFixed(3), library.title(item)])
  say(table([right(''), right('cosine'), { header: 'movie' }], neighbours, '  '))

  const seconds = secondsSince(began)
  say(`\n${seconds.toFixed(1)} s in all; the model is in ${out}\n\n${bold(io, 'try next')}\n${next(shellWord(out))}`)
  if (!json) return
  const named = <T extends { item: number }>(entry: T) => ({
    ...entry,
    item: library.id(entry.item),
    title: library.title(entry.item),
  })
  answer(
    io,
    true,
    {
      dataset: datasetName,
      artefact: out,
      reused: kept !== null,
      comparison: rows,
      user: userId,
      recommendations: best.map(named),
      movie,
      neighbours: near.map(named),
      seconds,
    },
    () => '',
  )
}

/** The manifest of a saved model that this start would make again; null, with the reason said, where there is none. */
async function reusable(out: string, dataset: Dataset, say: (text: string) => void): Promise<ArtefactManifest | null> {
  if (!hasArtefact(out)) return null
  try {
    const { manifest } = await loadArtefact(out)
    const same =
      manifest.marquee === packageVersion() &&
      manifest.dataset.fingerprint === dataset.fingerprint &&
      manifest.model.name === defaultModel &&
      Array.isArray(manifest.notes?.comparison)
    if (same) return manifest
    say(`${out} holds another model, data or version: training again\n`)
  } catch (error) {
    if (!(error instanceof MarqueeError)) throw error
    say(`${error.message}\ntraining again\n`)
  }
  return null
}

async function trainAndSave(
  out: string,
  dataset: Dataset,
  say: (text: string) => void,
  io: Io,
): Promise<ArtefactManifest> {
  prepareArtefactFolder(out)
  const parts = split(dataset.interactions, { kind: 'random', ratio: 0.8, seed })
  const { train, validation } = parts
  const threads = availableParallelism()
  const request = { train, validation, seed, threads }
  const model = await modelOf(defaultModel, [])
  say(`training ${defaultModel} on ${grouped(train.count)} of them\n`)
  const report: FitReport = await fitModel(model, request, io)
  const comparison: Row[] = [await measure(model, parts, io)]
  for (const name of ['bias', 'popularity']) {
    const baseline = await modelOf(name, [])
    await fitModel(baseline, request, io)
    comparison.push(await measure(baseline, parts, io))
  }
  const { epochs, bestEpoch, repeatable } = report
  const manifest = await saveArtefact(out, {
    model,
    train,
    dataset,
    split: parts.spec,
    seed,
    threads,
    repeatable,
    metrics: comparison[0]!.metrics,
    epochs,
    bestEpoch,
    seconds: { fit: report.seconds },
    notes: { comparison },
  })
  return manifest
}

async function measure(model: Recommender, parts: Split, io: Io): Promise<Row> {
  const result = await withProgress(io, (line) =>
    evaluate(model, parts, { metrics: metricNames, onProgress: line.report, signal: io.signal }),
  )
  return { model: model.name, metrics: result.metrics }
}

/** Three movies the user rated best, the most rated first: what the list below can be held against. */
function likes(library: Library): string {
  const { train } = library.artefact
  const { offsets, indices, values } = train.byUser()
  const user = library.user(userId)
  const { offsets: starts } = train.byItem()
  const rated = Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, n) => offsets[user]! + n)
    .map((at) => ({
      item: indices[at]!,
      rating: values[at]!,
      count: starts[indices[at]! + 1]! - starts[indices[at]!]!,
    }))
    .sort((a, b) => b.rating - a.rating || b.count - a.count)
  return rated
    .slice(0, 3)
    .map(({ item, rating }) => `${library.title(item)} ${ratingOf(rating, train.scale)}`)
    .join(', ')
}

const next = (
  out: string,
): string => `  npx marquee recommend --artefact ${out} --rate "Toy Story (1995)=5" --rate "The Matrix=4" --rate "Titanic (1997)=2"
  npx marquee similar --artefact ${out} "amelie" "Spirited Away"
  npx marquee evaluate ${datasetName} --model ${defaultModel} --compare bias --split time-user --metrics rmse,mae
  npx marquee models
`
