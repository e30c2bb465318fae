import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { oneAtATime } from '../../../src/server/service/shelf/one-at-a-time.ts'
import { ask, makeArtefact, run, temporary } from './helpers.ts'

const folder = temporary()
const popular = ['1', '2571', '260', '318', '527', '593', '296', '356', '480', '110', '589', '50', '858', '150', '780']

/** Fifty profiles, no two alike. */
const profiles = Array.from({ length: 50 }, (_, n) =>
  Array.from({ length: 1 + (n % 10) }, (_, k) => ({
    item: popular[(n + 2 * k) % popular.length]!,
    rating: 0.5 + ((n * 3 + k * 7) % 10) * 0.5,
  })),
)

// Every way in which models compute: kernels, graphs on fed weights, a fold-in that steps, a network over rows, a table.
const models: [name: string, set: Record<string, unknown>][] = [
  ['embedding-dot', { epochs: 3 }],
  ['dnn', { epochs: 1 }],
  ['neumf', { epochs: 1 }],
  ['autoencoder', { epochs: 1 }],
  ['explainable-dnn', { epochs: 1 }],
  ['ease', {}],
]

describe('requests side by side', () => {
  test.each(models)('%s: fifty people at once get what each gets alone', async (name, set) => {
    const directory = await makeArtefact(join(folder, name), name, set, { least: 40 })
    const { service, close } = await run(join(folder, `${name}-store`), directory)
    const session = (profile: (typeof profiles)[number]) =>
      service.recommendForSession({ ...ask, k: 5, reasons: profile.length < 4 ? 2 : 0, profile, dislikes: [] })
    const alone = []
    for (const profile of profiles) alone.push((await session(profile)).items)
    const together = await Promise.all(profiles.map(session))
    const similar = await Promise.all(popular.map((item) => service.similarMovies({ items: [item], k: 3 })))
    expect(together.map(({ items }) => items)).toEqual(alone)
    const lists = new Set(alone.map((items) => JSON.stringify(items)))
    expect(lists.size).toBeGreaterThan(25)
    for (const [n, item] of popular.entries()) {
      expect(similar[n]!.items).toEqual((await service.similarMovies({ items: [item], k: 3 })).items)
    }
    expect(Object.values(service.figures().inFlight)).toEqual([0])
    await close()
  })
})

test('calls of one model run one after the other, and a failing one stops nobody', async () => {
  let running = 0
  let most = 0
  const model = oneAtATime({
    name: 'probe',
    async scoreAll(who: { user: number }) {
      running++
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 2))
      running--
      if (who.user === 3) throw new Error('three')
      return Float32Array.of(who.user)
    },
  } as never)
  const answers = await Promise.allSettled([0, 1, 2, 3, 4].map((user) => model.scoreAll({ user })))
  expect(most).toBe(1)
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value[0] : answer.reason.message))).toEqual([
    0,
    1,
    2,
    'three',
    4,
  ])
  expect(model.name).toBe('probe')
})
