import type { Command } from 'commander'
import { prepareArtefactFolder, saveArtefact } from '../catalogue/artefact-save.ts'
import type { Dataset } from '../data/index.ts'
import { type Split, split } from '../data/splits/index.ts'
import { removeCheckpoint } from '../engine/trainer/checkpoint.ts'
import { type EvaluationResult, evaluate } from '../evaluation/index.ts'
import type { Recommender } from '../models/recommender.ts'
import {
  answer,
  type DatasetFlags,
  datasetArgument,
  datasetOptions,
  jsonOption,
  type ModelFlags,
  modelOptions,
  readDataset,
  type SplitFlags,
  splitOptions,
  splitSpec,
  withProgress,
} from './common.ts'
import { fitModel, modelOf, requireCheckpoint } from './fit.ts'
import { type Io, secondsSince } from './io.ts'
import { figure, grouped, shellWord } from './table.ts'
import { share } from './values.ts'

type Flags = DatasetFlags &
  SplitFlags &
  ModelFlags & { validation?: number; metrics: string; out: string; resume?: boolean; json?: boolean }

export function define(command: Command, io: Io): void {
  command
    .description(
      'Fits a model and saves it as an artefact that recommend and similar work with. Without --split all ratings train; ' +
        'with it, the held-out part is measured and the figures are saved too.',
    )
    .argument('<dataset>', datasetArgument)
  modelOptions(command)
  splitOptions(command)
    .option('--validation <share>', 'cut this share out of the training part for early stopping', share)
    .option('--metrics <names>', 'what to measure on the held-out part', 'rmse,mae,ndcg@10')
    .requiredOption('--out <dir>', 'folder of the artefact')
    .option('--resume', 'go on from the checkpoint that Ctrl-C left in the folder')
  datasetOptions(command)
  jsonOption(command)
    .addHelpText(
      'after',
      '\nExample:\n  $ marquee train ml-latest-small --model embedding-dot --split random --set epochs=10 --out artefacts/mine',
    )
    .action((name: string, flags: Flags) => train(name, flags, io))
}

async function train(name: string, flags: Flags, io: Io): Promise<void> {
  const { seed, threads, out, resume = false } = flags
  const model = await modelOf(flags.model, flags.set)
  if (resume) requireCheckpoint(out)
  prepareArtefactFolder(out)
  const started = performance.now()
  const dataset = await readDataset(name, flags, io)
  const parts = partsOf(dataset, flags)
  const load = secondsSince(started)
  const checkpoint = { directory: out, resume }
  const report = await fitModel(model, { ...parts, items: dataset.items, seed, threads, checkpoint }, io)
  const measured = parts.whole ? await measure(model, parts.whole, flags.metrics, io) : null
  const metrics = measured?.metrics ?? {}
  const seconds = { load, fit: report.seconds, evaluate: measured?.seconds ?? 0 }
  const { epochs, bestEpoch, stopped, repeatable } = report
  const manifest = await saveArtefact(out, {
    model,
    train: parts.train,
    dataset,
    split: parts.spec,
    seed,
    threads,
    repeatable,
    metrics,
    epochs,
    bestEpoch,
    seconds,
  })
  removeCheckpoint(out)
  const document = {
    artefact: out,
    dataset: dataset.name,
    model: model.name,
    hyperparameters: model.hyperparameters,
    split: parts.spec,
    seed,
    threads,
    repeatable,
    counts: { ratings: dataset.interactions.count, train: parts.train.count, validation: parts.validation?.count ?? 0 },
    epochs,
    bestEpoch,
    stopped,
    metrics,
    seconds,
    files: manifest.files,
  }
  answer(io, flags.json, document, () => {
    const lines = [`trained ${model.name} on ${grouped(parts.train.count)} ratings in ${report.seconds.toFixed(1)} s`]
    if (bestEpoch !== null)
      lines.push(`kept epoch ${bestEpoch} of ${epochs.length}${stopped === 'early' ? ' (stopped early)' : ''}`)
    if (!repeatable) lines.push('this run is not repeatable bit for bit; --threads 1 is')
    for (const [metric, value] of Object.entries(metrics)) lines.push(`held out: ${metric} ${figure(value)}`)
    lines.push(
      `saved to ${out}`,
      `try: npx marquee recommend --artefact ${shellWord(out)} --user ${dataset.interactions.users.id(0)}`,
    )
    return `${lines.join('\n')}\n`
  })
}

/** What trains and what guides the training; `whole` is the split where something is held out to measure. */
function partsOf(
  dataset: Dataset,
  flags: Flags,
): Pick<Split, 'train' | 'validation'> & { spec: unknown; whole: Split | null } {
  const { interactions } = dataset
  if (flags.split !== undefined) {
    const whole = split(interactions, splitSpec(flags, flags.split, flags.validation))
    return { train: whole.train, validation: whole.validation, spec: whole.spec, whole }
  }
  if (flags.validation === undefined) return { train: interactions, validation: null, spec: null, whole: null }
  // Without a test part, the "test" of a random split is the validation part.
  const cut = split(interactions, { kind: 'random', ratio: 1 - flags.validation, seed: flags.splitSeed ?? flags.seed })
  return { train: cut.train, validation: cut.test, spec: { kind: 'all', validation: flags.validation }, whole: null }
}

function measure(model: Recommender, whole: Split, metrics: string, io: Io): Promise<EvaluationResult> {
  return withProgress(io, (line) => evaluate(model, whole, { metrics, onProgress: line.report, signal: io.signal }))
}
