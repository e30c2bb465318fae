import type { ModelDefinition } from '../models/registry.ts'
import { alsDefinition } from './als/als.ts'
import { bayesianDefinition } from './bayesian/bayesian.ts'
import { collectiveDefinition } from './collective/collective.ts'
import { contentDefinition } from './content/content.ts'
import { easeDefinition } from './ease/ease.ts'
import { jointDefinition } from './joint/joint.ts'

export { alsDefinition, bayesianDefinition, collectiveDefinition, contentDefinition, easeDefinition, jointDefinition }

/** Baselines that solve or sample linear systems, and those on item features. */
export const factorisationDefinitions: readonly ModelDefinition[] = [
  contentDefinition,
  jointDefinition,
  collectiveDefinition,
  alsDefinition,
  bayesianDefinition,
  easeDefinition,
] as unknown as readonly ModelDefinition[]
