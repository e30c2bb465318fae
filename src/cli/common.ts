import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { ProgressLine } from '../core/progress-line.ts'
import { type CleaningReport, type Dataset, type LoadOptions, loadDataset } from '../data/index.ts'
import type { RatingScale } from '../data/interactions.ts'
import type { ColumnMapping } from '../data/options.ts'
import { type SplitKind, type SplitSpec, splitKinds } from '../data/splits/index.ts'
import type { Io } from './io.ts'
import { grouped } from './table.ts'
import { collect, columns, integer, scale, share, whole } from './values.ts'

export interface DatasetFlags {
  columns?: ColumnMapping
  scale?: RatingScale
  strict?: boolean
  minUserRatings?: number
  minItemRatings?: number
  singlePass?: boolean
}

/** DATASET and how to read it. */
export function datasetOptions(command: Command): Command {
  return command
    .option('--columns <mapping>', 'columns of a table: user=NAME,item=NAME,rating=NAME,timestamp=NAME', columns)
    .option('--scale <min:max:step>', 'rating scale; rows outside it are rejected (default: known or detected)', scale)
    .option('--strict', 'stop at the first row that cannot be read')
    .option('--min-user-ratings <n>', 'drop users with fewer ratings', whole(1))
    .option('--min-item-ratings <n>', 'drop items with fewer ratings', whole(1))
    .option('--single-pass', 'apply both minima once instead of until nothing changes')
}

export const datasetArgument = 'a name of `marquee data list`, or the path of a folder or file'

export interface SplitFlags {
  split?: SplitKind
  ratio?: number
  folds?: number
  fold?: number
  profile?: number
  seed: number
  splitSeed?: number
}

/** All but --validation, which `evaluate` reads in two ways. */
export function splitOptions(command: Command): Command {
  return command
    .addOption(new Option('--split <kind>', 'how to divide the ratings').choices(splitKinds))
    .option('--ratio <share>', 'share that trains (default: 0.8)', share)
    .option('--folds <n>', 'kfold: how many folds (default: 5)', whole(2))
    .option('--fold <n>', 'kfold: which fold is the test part, from 1', whole(1))
    .option('--profile <share>', 'strong: share of a held-out user that is the profile (default: 0.8)', share)
    .option('--seed <n>', 'seed of the split and of the model', integer, 1)
    .option('--split-seed <n>', 'another seed for the split alone', integer)
}

/** The spec that the flags stand for, `kind` where none was named. */
export function splitSpec(
  flags: SplitFlags,
  kind: SplitKind,
  validation: number | undefined,
  seed = flags.seed,
): SplitSpec {
  const { ratio, folds, fold, profile, splitSeed } = flags
  const given = { ratio, folds, fold, profile, validation }
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  return { kind: flags.split ?? kind, seed: splitSeed ?? seed, ...Object.fromEntries(named) }
}

export interface ModelFlags {
  model: string
  set: string[]
  threads: number
}

export function modelOptions(command: Command): Command {
  return command
    .requiredOption('--model <name>', 'a name of `marquee models`')
    .option('--set <key=value>', 'a hyper-parameter; may be repeated', collect, [])
    .option('--threads <n>', 'processor threads; 1 makes every model repeatable', whole(1), availableParallelism())
}

export const jsonOption = (command: Command): Command =>
  command.option('--json', 'one JSON document on standard output')

/** Progress on standard error for the time of `work`; its last line stands before anything that comes after. */
export async function withProgress<T>(io: Io, work: (line: ProgressLine) => Promise<T>): Promise<T> {
  const line = new ProgressLine({ write: io.stderr, tty: io.tty, columns: io.columns })
  try {
    return await work(line)
  } finally {
    line.end()
  }
}

export function readOptions(flags: DatasetFlags): LoadOptions {
  const { columns, scale, strict, minUserRatings, minItemRatings, singlePass } = flags
  return {
    ...(columns && { columns }),
    ...(scale && { scale }),
    ...(strict && { strict }),
    ...(minUserRatings && { minPerUser: minUserRatings }),
    ...(minItemRatings && { minPerItem: minItemRatings }),
    ...(singlePass && { core: 'single' as const }),
  }
}

/** Reads a data set with progress, and says on standard error what cleaning changed. */
export async function readDataset(name: string, flags: DatasetFlags, io: Io): Promise<Dataset> {
  const dataset = await withProgress(io, (line) =>
    loadDataset(name, { ...readOptions(flags), onProgress: line.report, signal: io.signal }),
  )
  for (const note of cleaningNotes(dataset.cleaning)) io.stderr(`${note}\n`)
  return dataset
}

/** What cleaning changed, a line each; empty where it changed nothing. */
export function cleaningNotes({
  rejected,
  rejectedExamples,
  duplicates,
  filtered,
  rowsRead,
}: CleaningReport): string[] {
  const notes: string[] = []
  if (rejected > 0) {
    notes.push(`note: ${grouped(rejected)} of ${grouped(rowsRead)} rows could not be read and were left out:`)
    for (const { file, line, reason } of rejectedExamples) notes.push(`  ${file}:${line}: ${reason}`)
    if (rejected > rejectedExamples.length) notes.push(`  and ${grouped(rejected - rejectedExamples.length)} more`)
  }
  if (duplicates > 0) notes.push(`note: ${grouped(duplicates)} older ratings of the same user and item were left out`)
  if (filtered.ratings > 0) {
    const { users, items, ratings, passes } = filtered
    const counted = passes === 1 ? 'one pass' : `${passes} passes`
    notes.push(
      `note: the minima dropped ${grouped(users)} users, ${grouped(items)} items, ${grouped(ratings)} ratings in ${counted}`,
    )
  }
  return notes
}

/** The document under --json, else the text. */
export function answer(io: Io, json: boolean | undefined, document: unknown, text: () => string): void {
  io.stdout(json ? `${JSON.stringify(document, null, 2)}\n` : text())
}
