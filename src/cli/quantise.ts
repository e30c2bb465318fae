import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { loadArtefact } from '../catalogue/artefact-load.ts'
import { foldInGraph } from '../catalogue/fold-in-graph.ts'
import { sizesOf } from '../core/sizes.ts'
import { quantiseWeights } from '../engine/onnx/quantise.ts'
import { heldOutOf } from '../evaluation/held-out.ts'
import { quantisationLoss } from '../evaluation/quantisation.ts'
import { answer, jsonOption, withProgress } from './common.ts'
import type { Io } from './io.ts'
import { figure, grouped, table } from './table.ts'
import { whole } from './values.ts'

interface Flags {
  artefact: string
  out: string
  users: number
  json?: boolean
}

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description(
      'Writes the fold-in graph of an artefact (a profile in, scores of all movies out) with 8-bit weights, and measures ' +
        'what that costs on ratings the model was never trained on: errors of both graphs, how far their lists agree, sizes.',
    )
    .requiredOption('--artefact <dir>', 'folder written by `marquee train`')
    .requiredOption('--out <path>', 'folder for fold-in.int8.onnx, or the file; the figures go beside it as .json')
    .option('--users <n>', 'measure on at most so many users', whole(1), 1000)
    .addHelpText('after', '\nExample:\n  $ marquee quantise --artefact artefacts/ml-latest-small --out small')
    .action((flags: Flags) => quantise(flags, io))
}

async function quantise({ artefact: directory, out, users, json }: Flags, io: Io): Promise<void> {
  const artefact = await loadArtefact(directory)
  const { manifest, model, train } = artefact
  const float32 = await foldInGraph(artefact)
  const { bytes: int8, weights } = quantiseWeights(float32)
  const heldOut = await heldOutOf(artefact, users)
  const loss = await withProgress(io, (line) =>
    quantisationLoss({ float32, int8 }, heldOut, {
      ratings: model.abilities.ratings,
      scale: train.scale,
      items: train.items.size,
      onProgress: line.report,
      signal: io.signal,
    }),
  )
  const file = out.endsWith('.onnx') ? out : join(out, 'fold-in.int8.onnx')
  const figures = file.replace(/\.onnx$/, '.json')
  const document = {
    artefact: directory,
    model: model.name,
    dataset: manifest.dataset.name,
    split: manifest.split,
    file,
    figures,
    weights,
    sizes: { float32: await sizesOf(float32), int8: await sizesOf(int8) },
    loss,
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, int8)
  writeFileSync(figures, `${JSON.stringify(document, null, 2)}\n`)
  answer(io, json, document, () => {
    const { sizes } = document
    const row = (name: 'float32' | 'int8'): string[] => [
      name,
      grouped(sizes[name].bytes),
      grouped(sizes[name].gzip),
      grouped(sizes[name].brotli),
      figure(loss[name]?.rmse),
      figure(loss[name]?.mae),
    ]
    const right = (header: string) => ({ header, align: 'right' as const })
    const ratings = `${grouped(loss.ratings)} ${loss.of} ratings of ${grouped(loss.users)} users`
    return (
      `${manifest.dataset.name}, ${model.name}: ${ratings}\n` +
      table(
        [{ header: 'weights' }, ...['bytes', 'gzip', 'brotli', 'rmse', 'mae'].map(right)],
        [row('float32'), row('int8')],
      ) +
      `${(100 * loss.overlapAt10).toFixed(1)}% of the best ten movies are the same; ` +
      `scores differ by ${loss.meanScoreDifference.toPrecision(2)} on average, ${loss.largestScoreDifference.toPrecision(2)} at most\n` +
      `${file}\n${figures}\n`
    )
  })
}
