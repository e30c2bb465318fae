import { describe, expect, test } from 'vitest'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { split, synthesise } from '../../src/data/index.ts'
import { createModel, modelDefinition, modelDefinitions } from '../../src/models/registry.ts'
import { featuresOf } from './data.ts'
import { hyperparameterChanges, type Settings } from './hyperparameter-changes.ts'

const { interactions } = synthesise({
  users: 80,
  items: 40,
  ratings: 1600,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 2,
})
const parts = split(interactions, { kind: 'random', ratio: 0.8, validation: 0.2, seed: 1 })
const features = featuresOf(interactions)
/** With a second tag: one that is on every item that has any says nothing. */
const items = {
  ...features,
  tags: features.tags.map((own, k) => (k % 6 === 0 ? [...own, { tag: 'slow', count: 1 }] : own)),
}
const profile = [
  { item: 3, rating: 5 },
  { item: 7, rating: 1 },
]

/** Everything that a fitted model says: when it stopped, its state, and its answers. */
async function answers(name: string, settings: Settings): Promise<string> {
  const model = await createModel(name, { ...settings })
  const { epochs, bestEpoch } = await model.fit(parts.train, {
    validation: parts.validation!,
    items,
    seed: 1,
    threads: 1,
  })
  const { tensors, values } = model.save()
  const state = Object.entries(tensors).map(([key, { data }]) => [key, ...data])
  const user = await model.scoreAll({ user: 5 })
  const other = model.abilities.foldIn ? await model.scoreAll({ profile }) : []
  const near = model.abilities.similar ? await model.similar([2], 40) : []
  const trained = epochs.map(({ learningRate, validation }) => [learningRate, validation])
  return JSON.stringify([trained, bestEpoch, state, values, [...user], [...other], near])
}

registerBuiltins()

// Dozens of fits a model: eight seconds on an idle machine were ninety on a busy one.
describe('every hyper-parameter of every model changes the result', { timeout: 900_000 }, () => {
  test.each(modelDefinitions().map(({ name }) => name))('%s', async (name) => {
    const walk = hyperparameterChanges[name]
    expect(walk, `${name} stands in hyperparameter-changes.ts`).toBeDefined()
    const { quick, changes, also } = walk!
    expect(Object.keys(changes).sort()).toEqual(Object.keys(modelDefinition(name).hyperparameters.shape).sort())
    const known = new Map<string, string>()
    const differs = async (from: Settings, key: string, to: unknown): Promise<void> => {
      const base = JSON.stringify(from)
      if (!known.has(base)) known.set(base, await answers(name, from))
      const changed = await answers(name, { ...from, [key]: to })
      expect(changed === known.get(base), `${name}: ${key} = ${JSON.stringify(to)} changes nothing`).toBe(false)
    }
    for (const [key, { under, to }] of Object.entries(changes)) {
      await differs({ ...quick, ...under }, key, to)
      if (also && !also.without.includes(key)) await differs({ ...quick, ...also.settings, ...under }, key, to)
    }
  })
})
