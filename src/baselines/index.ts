import type { ModelDefinition } from '../models/registry.ts'
import { biasDefinition } from './bias.ts'
import { itemMeanDefinition } from './item-mean.ts'
import { popularityDefinition } from './popularity.ts'
import { randomDefinition } from './random.ts'

export { biasDefinition, itemMeanDefinition, popularityDefinition, randomDefinition }

/** Weakest first. */
export const baselineDefinitions: readonly ModelDefinition[] = [
  randomDefinition,
  popularityDefinition,
  itemMeanDefinition,
  biasDefinition,
] as unknown as readonly ModelDefinition[]
