import type { ModelDefinition } from '../../models/registry.ts'
import { itemKnnDefinition } from './item-knn.ts'
import { userKnnDefinition } from './user-knn.ts'

export { itemKnnDefinition, userKnnDefinition }

export const neighbourhoodDefinitions: readonly ModelDefinition[] = [
  userKnnDefinition,
  itemKnnDefinition,
] as unknown as readonly ModelDefinition[]
