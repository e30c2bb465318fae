import { expect, it } from 'vitest'
import type { ProfileRating, Who } from '../../../src/models/recommender.ts'
import type { Person } from '../../../src/server/service/recommend/person.ts'
import { reasonsFor } from '../../../src/server/service/recommend/reasons.ts'
import type { ListSource } from '../../../src/server/service/recommend/source.ts'

/** Ten movies; what is scored a few at a time comes out `rounding` above what all come out as. */
function sourceOf(rounding: number, score: (profile: readonly ProfileRating[], item: number) => number): ListSource {
  const profileOf = (who: Who): readonly ProfileRating[] => ('profile' in who ? who.profile : [])
  const model: Partial<ListSource['model']> = {
    name: 'double',
    abilities: { ratings: false, foldIn: true, similar: false },
    scoreAll: async (who) => Float32Array.from({ length: 10 }, (_, item) => score(profileOf(who), item)),
    scoreItems: async (who, items) => Float32Array.from(items, (item) => score(profileOf(who), item) + rounding),
  }
  const ids = { size: 10, id: (item: number) => `m${item}`, indexOf: (id: string) => Number(id.slice(1)) }
  const titles = Array.from({ length: 10 }, (_, item) => `Movie ${item}`)
  const source: Partial<ListSource> = {
    model: model as ListSource['model'],
    train: { scale: { min: 0.5, max: 5, step: 0.5 }, items: ids } as unknown as ListSource['train'],
    items: { titles } as unknown as ListSource['items'],
    units: () => null,
  }
  return source as ListSource
}

const person = { profile: [1, 2, 3].map((item) => ({ item, rating: item })), liked: new Set<number>() }
const reasonsBy = async (source: ListSource) => {
  const items = Int32Array.of(7, 5)
  const scores = await source.model.scoreAll({ profile: person.profile })
  return reasonsFor(source, person as unknown as Person, items, scores, 3)
}

it.each([6e-8, -6e-8])('a rounding (%d) between two ways to a score is no reason', async (rounding) => {
  for (const reason of await reasonsBy(sourceOf(rounding, (_, item) => 0.25 + item / 64))) {
    expect(reason).toMatchObject({ kind: 'fallback', contributions: [] })
    expect(reason.text).toBe('the same for everybody, because these ratings change nothing in what double recommends')
  }
})

it.each([6e-8, -6e-8])(
  'a rating that raises a score is one, by as much as it raises it, and alone (%d)',
  async (rounding) => {
    const raised = sourceOf(rounding, (profile, item) => 0.25 + (profile.some((one) => one.item === 2) ? item / 64 : 0))
    const [first, second] = await reasonsBy(raised)
    for (const [reason, item] of [
      [first!, 7],
      [second!, 5],
    ] as const) {
      expect(reason.kind).toBe('ratings')
      expect(reason.contributions.map((one) => one.item)).toEqual(['m2'])
      expect(reason.contributions[0]!.difference).toBeCloseTo(item / 64, 6)
    }
  },
)

it('the only rating is what a list is made by, where nobody is scored on another scale', async () => {
  const source = sourceOf(0, (profile, item) => (profile.length === 0 ? 100 + item : item / 64))
  const one = { profile: person.profile.slice(0, 1), liked: new Set<number>() }
  const items = Int32Array.of(7)
  const scores = await source.model.scoreAll({ profile: one.profile })
  const [reason] = await reasonsFor(source, one as unknown as Person, items, scores, 3)
  expect(reason).toMatchObject({ kind: 'ratings', contributions: [], text: 'by the one movie you have rated' })
})
