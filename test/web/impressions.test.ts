import { expect, it } from 'vitest'
import { type Impression, Impressions } from '../../web/src/profile/impressions.ts'

function made() {
  const handed: (readonly Impression[])[] = []
  const may = { go: true }
  const impressions = new Impressions(
    (seen) => handed.push(seen),
    () => may.go,
    () => '2026-01-01T00:00:00.000Z',
  )
  return { handed, may, impressions }
}
const seen = (item: string, recommendation: string) => ({ item, recommendation, time: '2026-01-01T00:00:00.000Z' })

it('hands over each movie once a list, together, and again for the next list', () => {
  const { handed, impressions } = made()
  expect([impressions.saw('a', '1'), impressions.saw('a', '2'), impressions.saw('a', '1')]).toEqual([true, true, false])
  expect(handed).toEqual([])
  impressions.flush()
  impressions.flush()
  expect(impressions.saw('b', '1')).toBe(true)
  impressions.flush()
  expect(handed).toEqual([[seen('1', 'a'), seen('2', 'a')], [seen('1', 'b')]])
})

it('gathers nothing that may not go, and hands nothing over once it may no more', () => {
  const { handed, may, impressions } = made()
  may.go = false
  expect(impressions.saw('a', '1')).toBe(false)
  may.go = true
  // Seen while it was not allowed is not seen: looking on counts.
  expect(impressions.saw('a', '1')).toBe(true)
  may.go = false
  impressions.flush()
  may.go = true
  impressions.saw('a', '2')
  impressions.drop()
  impressions.flush()
  expect(handed).toEqual([])
})
