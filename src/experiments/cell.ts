import { createHash } from 'node:crypto'
import * as z from 'zod'
import { packageVersion } from '../catalogue/artefact.ts'
import { listModels } from '../catalogue/create.ts'
import { MarqueeError } from '../core/errors.ts'
import type { EpochRecord } from '../core/progress.ts'
import type { EvaluationCounts } from '../evaluation/index.ts'
import type { DataSpec, System } from './paper.ts'

/** One fit and its looks at the test part, or one look at a data set. */
export type Cell =
  | { readonly kind: 'fit'; readonly system: System; readonly seed: number }
  | { readonly kind: 'data'; readonly data: DataSpec }

/** What a data cell finds. */
export interface DataFacts {
  readonly users: number
  readonly items: number
  readonly ratings: number
  /** Ratings of each value, ascending. */
  readonly histogram: readonly { readonly value: number; readonly count: number }[]
  /** Ratings of the movies at some ranks from 1, descending; every rank where there are few. */
  readonly perItem: readonly { readonly rank: number; readonly count: number }[]
}

/** What a cell came to. Plain JSON. */
export interface CellResult {
  readonly metrics: Readonly<Record<string, number | null>>
  readonly epochs: readonly EpochRecord[]
  readonly counts: EvaluationCounts | null
  readonly probes: Readonly<Record<string, unknown>>
  readonly data: DataFacts | null
  readonly seconds: { readonly fit: number; readonly evaluate: number }
  readonly threads: number
  /** Processor and Node of the run; absent in cells from before it was noted. */
  readonly machine?: string
}

/** The full settings of a system. Throws `model-not-here` and `bad-hyperparameter`. */
export function settingsOf({ model, hyperparameters = {} }: System): Record<string, unknown> {
  const definition = listModels().find(({ name }) => name === model)
  if (!definition) throw new MarqueeError('model-not-here', `the model ${model} is not part of this version`)
  const parsed = z.strictObject(definition.hyperparameters.shape).safeParse(hyperparameters)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0]! : issue.path.join('.')
  throw new MarqueeError('bad-hyperparameter', `${model}: ${key}: ${issue.message}`)
}

/** Raised whenever what a cell holds changes its meaning, so that older ones are computed again. */
const format = 1

/**
 * The name of a cell in the cache: a hash over its definition with every default filled in, the data and the package version.
 * The same name means the same result but for threads, where a model depends on them, and for changes of the code within a version.
 */
export function cellKey(cell: Cell, fingerprint: string, version = packageVersion()): string {
  const definition =
    cell.kind === 'data' ? cell : { ...cell, system: { ...cell.system, hyperparameters: settingsOf(cell.system) } }
  return createHash('sha256').update(canonical({ definition, fingerprint, version, format })).digest('hex').slice(0, 32)
}

/** JSON with the keys of objects in order, so that how a recipe is written does not matter. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

/** Everything that decides what a cell is but its data: equal where two exhibits mean the same cell. */
export const cellIdentity = (cell: Cell): string => canonical(cell)

export const dataOf = (cell: Cell): DataSpec => (cell.kind === 'data' ? cell.data : cell.system.data)
