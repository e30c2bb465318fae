import { Random } from '../../core/random.ts'
import { categories, decode, type SearchSpace, type Settings } from './space.ts'
import { tpeSampler } from './tpe.ts'

export const samplerNames = ['random', 'tpe'] as const

export type SamplerName = (typeof samplerNames)[number]

/** A settings point that has been tried. */
export interface Observation {
  readonly settings: Settings
  /** Lower is better; null for a trial that failed. */
  readonly value: number | null
  /** Epochs it got, where it was stopped before its end; infinite otherwise. More is believed more. */
  readonly budget: number
}

/** Proposes what to try as trial `number` (from 0), knowing what came of earlier ones. The same arguments, the same proposal. */
export type Sampler = (number: number, history: readonly Observation[]) => Settings

/** Each trial independent of all others (Bergstra and Bengio 2012). */
export function randomSampler(space: SearchSpace, seed: number): Sampler {
  return (number) => {
    const random = new Random(seed).fork(`trial ${number}`)
    return Object.fromEntries(
      Object.entries(space).map(([name, dimension]) => {
        const count = categories(dimension)
        return [name, decode(dimension, count === null ? random.float() : random.int(count))]
      }),
    )
  }
}

export function createSampler(name: SamplerName, space: SearchSpace, seed: number): Sampler {
  return name === 'random' ? randomSampler(space, seed) : tpeSampler(space, seed, randomSampler(space, seed))
}
