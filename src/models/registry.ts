import * as z from 'zod'
import { MarqueeError } from '../core/errors.ts'
import type { Recommender } from './recommender.ts'

/** A model under a name, with what may be set and how to make one. */
export interface ModelDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** As given to --model: lower case, hyphens. */
  readonly name: string
  readonly kind: 'model' | 'baseline'
  /** One line: what it is. */
  readonly summary: string
  /** Paper and equation, or the textbook formula. */
  readonly source: string
  /** Every hyper-parameter with `.default()` and `.describe()`. */
  readonly hyperparameters: z.ZodObject<Shape>
  create(hyperparameters: z.output<z.ZodObject<Shape>>): Recommender | Promise<Recommender>
}

const definitions = new Map<string, ModelDefinition>()

/** Makes a model available by name to the library and the command line. Throws `duplicate-model` where the name is taken. */
export function registerModel<Shape extends z.ZodRawShape>(definition: ModelDefinition<Shape>): void {
  if (definitions.has(definition.name)) {
    throw new MarqueeError('duplicate-model', `a model named "${definition.name}" is already registered`, {
      remedy: 'Choose another name.',
    })
  }
  definitions.set(definition.name, definition as unknown as ModelDefinition)
}

/** All registered models, in the order of registration. */
export function modelDefinitions(): ModelDefinition[] {
  return [...definitions.values()]
}

/** The definition of a name. Throws `unknown-model`, listing what there is. */
export function modelDefinition(name: string): ModelDefinition {
  const found = definitions.get(name)
  if (found) return found
  throw new MarqueeError('unknown-model', `there is no model named "${name}"`, {
    remedy: `Known: ${[...definitions.keys()].join(', ')}.`,
  })
}

/** A fresh, unfitted model. Throws `bad-hyperparameter` naming the key, the value and what is allowed. */
export async function createModel(name: string, hyperparameters: Record<string, unknown> = {}): Promise<Recommender> {
  const definition = modelDefinition(name)
  const parsed = z.strictObject(definition.hyperparameters.shape).safeParse(hyperparameters)
  if (parsed.success) return definition.create(parsed.data as never)
  const issue = parsed.error.issues[0]!
  if (issue.code === 'unrecognized_keys') {
    throw new MarqueeError('bad-hyperparameter', `${name} has no hyper-parameter "${issue.keys[0]}"`, {
      remedy: `It has: ${Object.keys(definition.hyperparameters.shape).join(', ')}.`,
    })
  }
  const key = String(issue.path[0])
  throw new MarqueeError(
    'bad-hyperparameter',
    `${name}: ${issue.path.join('.')} = ${JSON.stringify(hyperparameters[key])}: ${issue.message}`,
    {
      remedy: `\`marquee models\` lists what may be set.`,
    },
  )
}
