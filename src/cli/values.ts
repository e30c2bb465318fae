import { InvalidArgumentError } from 'commander'
import * as z from 'zod'
import { MarqueeError } from '../core/errors.ts'
import type { RatingScale } from '../data/interactions.ts'
import type { ColumnMapping } from '../data/options.ts'
import { modelDefinition } from '../models/registry.ts'

/** A parser of option values: a whole number from `least`. */
export function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least}.`)
  }
}

/** 0 stands for any free one. */
export function port(text: string): number {
  const value = whole(0)(text)
  if (value <= 65_535) return value
  throw new InvalidArgumentError('It must be a port from 0 to 65535.')
}

export function integer(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('It must be a whole number.')
}

/** Strictly between 0 and 1. */
export function share(text: string): number {
  const value = Number(text)
  if (value > 0 && value < 1) return value
  throw new InvalidArgumentError('It must be a share between 0 and 1, such as 0.8.')
}

export function decimal(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('It must be a number.')
}

export function integers(text: string): number[] {
  return text.split(',').map(integer)
}

/** user=COLUMN,item=COLUMN,rating=COLUMN,timestamp=COLUMN; a column by name or by position from 1. */
export function columns(text: string): ColumnMapping {
  const mapping: Record<string, string | number> = {}
  for (const part of text.split(',')) {
    const [role, column, ...rest] = part.split('=') as [string, string | undefined, ...string[]]
    if (!['user', 'item', 'rating', 'timestamp'].includes(role) || !column || rest.length > 0) {
      throw new InvalidArgumentError('Write it as user=COLUMN,item=COLUMN,rating=COLUMN,timestamp=COLUMN.')
    }
    mapping[role] = /^[1-9]\d*$/.test(column) ? Number(column) : column
  }
  return mapping
}

/** MIN:MAX or MIN:MAX:STEP. */
export function scale(text: string): RatingScale {
  const [min, max, step = null, ...rest] = text
    .split(':')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const fine = rest.length === 0 && min! < max! && (step === null || (step > 0 && step <= max! - min!))
  if (fine) return { min: min!, max: max!, step }
  throw new InvalidArgumentError('Write it as MIN:MAX or MIN:MAX:STEP, such as 0.5:5:0.5.')
}

export const collect = (value: string, before: string[] = []): string[] => [...before, value]

/**
 * Hyper-parameters from `key=value` texts: JSON where it is JSON, lists by commas, else text. A single value given for a
 * list is a list of one. Names and ranges are checked by createModel. Throws `bad-hyperparameter`.
 */
export function hyperparameters(model: string, pairs: readonly string[]): Record<string, unknown> {
  const { shape } = modelDefinition(model).hyperparameters
  const values: Record<string, unknown> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) {
      throw new MarqueeError('bad-hyperparameter', `"${pair}" is not key=value`, {
        place: '--set',
        remedy: 'For example --set epochs=10.',
      })
    }
    const key = pair.slice(0, at)
    values[key] = fitted(shape[key], parsed(pair.slice(at + 1)))
  }
  return values
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.includes(',') ? text.split(',').map((part) => parsed(part.trim())) : text
  }
}

/** The value as it is, or as a list of one or as text where only that is allowed. */
function fitted(schema: z.core.$ZodType | undefined, value: unknown): unknown {
  if (!schema) return value
  const fits = [value, [value], String(value)].find((candidate) => z.safeParse(schema, candidate).success)
  return fits === undefined ? value : fits
}
