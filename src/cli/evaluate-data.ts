import { InvalidArgumentError } from 'commander'
import { type Dataset, loadParts } from '../data/index.ts'
import { givenSplit, type Split, split, splits } from '../data/splits/index.ts'
import { readDataset, readOptions, splitSpec, withProgress } from './common.ts'
import type { EvaluateFlags } from './evaluate.ts'
import type { Io } from './io.ts'
import { usage } from './resolve.ts'
import { share } from './values.ts'

/** One run: a split and the seed to fit with. */
export interface Run {
  readonly seed: number
  readonly split: Split
}

/** The data and the splits to run on: one, or one per seed and fold. */
export async function evaluationRuns(
  name: string | undefined,
  flags: EvaluateFlags,
  io: Io,
): Promise<{ dataset: Dataset; runs: Run[] }> {
  const seeds = flags.seeds ?? [flags.seed]
  if (flags.train !== undefined || flags.test !== undefined) {
    const { dataset, parts } = await givenParts(name, flags, io)
    return { dataset, runs: seeds.map((seed) => ({ seed, split: parts })) }
  }
  if (name === undefined) throw usage('give a DATASET, or --train FILE and --test FILE')
  const validation = shareOf(flags.validation)
  const dataset = await readDataset(name, flags, io)
  const runs = seeds.flatMap((seed) => {
    const spec = splitSpec(flags, 'random', validation, seed)
    const parts = flags.fold === undefined ? splits(dataset.interactions, spec) : [split(dataset.interactions, spec)]
    return parts.map((part) => ({ seed, split: part }))
  })
  return { dataset, runs }
}

async function givenParts(name: string | undefined, flags: EvaluateFlags, io: Io) {
  const { train, validation, test } = flags
  if (train === undefined || test === undefined) throw usage('--train and --test go together')
  if (flags.split !== undefined) throw usage('--split divides a DATASET; it does not go with --train and --test')
  const files = { train, test, ...(validation !== undefined && { validation }) }
  const { onProgress: _, minPerUser, minPerItem, core, ...reading } = readOptions(flags) as Record<string, never>
  if (minPerUser || minPerItem || core) throw usage('given files are taken as they are: no minimum ratings')
  const loaded = await withProgress(io, (line) =>
    loadParts(files, {
      ...reading,
      onProgress: line.report,
      signal: io.signal,
      ...(name !== undefined && { metadata: name }),
    }),
  )
  const parts = givenSplit({ ...loaded, ...(flags.allowOverlap && { allowOverlap: true }) })
  return { dataset: loaded.dataset, parts: { ...parts, spec: { ...parts.spec, ...files } } as Split }
}

function shareOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  try {
    return share(text)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw usage(`--validation ${text}: a share between 0 and 1, or with --train and --test a file`)
  }
}
