import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { MarqueeError } from '../../core/errors.ts'
import { modelDefinition } from '../../models/registry.ts'

const range = { low: z.number(), high: z.number(), log: z.boolean().optional() }

const dimensionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('float'), ...range }),
  z.strictObject({ type: z.literal('int'), ...range }),
  z.strictObject({ type: z.literal('choice'), values: z.array(z.json()).min(2) }),
  z.strictObject({ type: z.literal('bool') }),
])

/**
 * What one hyper-parameter may be: a number from `low` to `high`, both included, evenly or (log) evenly in its logarithm;
 * one of some values, lists too; true or false.
 */
export type Dimension = z.output<typeof dimensionSchema>

/** The hyper-parameters that a search varies, by name; the others keep their defaults. */
export type SearchSpace = Readonly<Record<string, Dimension>>

/** A point of a space: what is given to createModel. */
export type Settings = Readonly<Record<string, unknown>>

/** Reads and checks a space in JSON. Throws `cannot-read` and what checkSpace throws, with the file as the place. */
export function readSpace(path: string, model: string): SearchSpace {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new MarqueeError('cannot-read', `the search space cannot be read (${(cause as Error).message})`, {
      place: path,
      remedy: 'Give a JSON file such as recipes/spaces/embedding-dot.json.',
      cause,
    })
  }
  return checkSpace(json, model, path)
}

/**
 * The space, if it is well formed and everything in it is allowed by the model's hyper-parameters: names, both ends of
 * every range, every choice. Throws `bad-space` naming the first thing wrong, and `unknown-model`.
 */
export function checkSpace(space: unknown, model: string, place = '--space'): SearchSpace {
  const { shape } = modelDefinition(model).hyperparameters
  const bad = (what: string, remedy?: string): MarqueeError =>
    new MarqueeError('bad-space', what, { place, ...(remedy !== undefined && { remedy }) })
  if (typeof space !== 'object' || space === null || Array.isArray(space)) {
    throw bad(
      'a search space is an object of hyper-parameters',
      'For example {"factors": {"type": "int", "low": 8, "high": 64}}.',
    )
  }
  const entries = Object.entries(space)
  if (entries.length === 0) throw bad('the search space names no hyper-parameter')
  const checked: Record<string, Dimension> = {}
  for (const [name, value] of entries) {
    const schema = shape[name]
    if (!schema) throw bad(`${model} has no hyper-parameter "${name}"`, `It has: ${Object.keys(shape).join(', ')}.`)
    const parsed = dimensionSchema.safeParse(value)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!
      throw bad(`${[name, ...issue.path].join('.')}: ${issue.message}`, 'A type is float, int, choice or bool.')
    }
    const dimension = parsed.data
    if (dimension.type === 'float' || dimension.type === 'int') {
      const { low, high, log } = dimension
      if (!(low < high)) throw bad(`${name}: low ${low} is not below high ${high}`)
      if (log && !(low > 0)) throw bad(`${name}: a logarithmic range starts above 0, not at ${low}`)
      if (dimension.type === 'int' && !(Number.isInteger(low) && Number.isInteger(high)))
        throw bad(`${name}: ${low} to ${high} are not whole numbers`)
    }
    for (const candidate of extremes(dimension)) {
      const allowed = z.safeParse(schema, candidate)
      if (!allowed.success)
        throw bad(
          `${name} = ${JSON.stringify(candidate)}: ${model} does not take it: ${allowed.error.issues[0]!.message}`,
        )
    }
    checked[name] = dimension
  }
  return checked
}

/** The values that, if allowed, make every value between allowed. */
function extremes(dimension: Dimension): unknown[] {
  if (dimension.type === 'bool') return [true, false]
  return dimension.type === 'choice' ? dimension.values : [dimension.low, dimension.high]
}

/** How many values a dimension has that are not in an order; null for a range. */
export function categories(dimension: Dimension): number | null {
  if (dimension.type === 'bool') return 2
  return dimension.type === 'choice' ? dimension.values.length : null
}

/** The value at a place of [0, 1] of a range, or of the category with that index. */
export function decode(dimension: Dimension, at: number): unknown {
  if (dimension.type === 'bool') return at === 1
  if (dimension.type === 'choice') return dimension.values[at]
  const { type, low, high, log } = dimension
  if (type === 'int') {
    // Every whole number has an equal share of the interval, the ends too.
    const value = log
      ? Math.round(Math.exp(Math.log(low - 0.5) + at * (Math.log(high + 0.5) - Math.log(low - 0.5))))
      : Math.floor(low + at * (high - low + 1))
    return Math.min(high, Math.max(low, value))
  }
  const value = log ? Math.exp(Math.log(low) + at * Math.log(high / low)) : low + at * (high - low)
  return Math.min(high, Math.max(low, Number(value.toPrecision(6))))
}

/** The other way round: where in [0, 1], or which category, a value is. */
export function encode(dimension: Dimension, value: unknown): number {
  if (dimension.type === 'bool') return value === true ? 1 : 0
  if (dimension.type === 'choice') {
    const text = JSON.stringify(value)
    return dimension.values.findIndex((known) => JSON.stringify(known) === text)
  }
  const { type, low, high, log } = dimension
  const number = value as number
  if (type === 'int') {
    return log
      ? (Math.log(number) - Math.log(low - 0.5)) / (Math.log(high + 0.5) - Math.log(low - 0.5))
      : (number - low + 0.5) / (high - low + 1)
  }
  return log ? Math.log(number / low) / Math.log(high / low) : (number - low) / (high - low)
}
