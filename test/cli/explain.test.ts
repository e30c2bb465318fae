import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { marquee, temporaryFolder, writeRatings } from './helpers.ts'

const folder = temporaryFolder()
const ratings = writeRatings(join(folder, 'ratings.csv'))
const artefact = join(folder, 'explainable')
const plain = join(folder, 'bias')

beforeAll(async () => {
  const sizes = ['factors=4', 'layers=8,4', 'epochs=3', 'batch=16'].flatMap((pair) => ['--set', pair])
  const trained = [
    await marquee(['train', ratings, '--model', 'explainable-dnn', ...sizes, '--threads', '1', '--out', artefact]),
    await marquee(['train', ratings, '--model', 'bias', '--out', plain]),
  ]
  expect(trained.map(({ code, err }) => (code === 0 ? '' : err))).toEqual(['', ''])
})

test('for a user: weights, strength and the ratings that moved it, as JSON and in words', async () => {
  const argv = ['explain', '--artefact', artefact, '--user', '3', '-k', '2', '#4']
  const { code, out } = await marquee([...argv, '--json'])
  expect(code).toBe(0)
  const document = JSON.parse(out)
  expect(document).toMatchObject({ model: 'explainable-dnn', user: '3', movie: { asked: '#4', item: '4' } })
  expect(document.attention.user + document.attention.item).toBeCloseTo(1, 5)
  expect(document.rating).toBeCloseTo(1 + 4 * document.strength, 4)
  expect(document.shapley.none + document.shapley.user + document.shapley.item).toBeCloseTo(document.score, 4)
  expect(document.influence).toMatchObject({ measured: 8, of: 8 })
  const [first, second] = document.influence.ratings
  expect(first.difference).toBeCloseTo(document.influence.folded - first.without, 5)
  expect(Math.abs(first.difference)).toBeGreaterThanOrEqual(Math.abs(second.difference))
  const words = (await marquee(argv)).out
  expect(words).toContain(`predicts ${document.rating.toFixed(2)} for`)
  expect(words).toContain(`${(100 * document.attention.user).toFixed(1)}% on the user's preferences`)
  expect(words).toContain(`${first.title}, rated ${first.rating} of 5`)
})

test('for ratings given by hand, and for a model without attention', async () => {
  const rate = ['--rate', '#1=5', '--rate', '#2=1']
  const own = JSON.parse((await marquee(['explain', '--artefact', artefact, ...rate, '#4', '--json'])).out)
  expect(own.profile).toHaveLength(2)
  expect(own.influence.folded).toBeCloseTo(own.score, 5)
  const { out } = await marquee(['explain', '--artefact', plain, ...rate, '#4', '--json'])
  expect(JSON.parse(out)).toMatchObject({ model: 'bias', attention: null, strength: null, influence: { of: 2 } })
  expect((await marquee(['explain', '--artefact', plain, ...rate, '#4'])).out).toContain('no attention')
})

test.each([
  [['--user', '99', '#4'], 1, 'there is no user 99'],
  [['--user', '1', '#44'], 1, 'no movie with the id 44'],
  [['#4'], 2, 'either --user or --rate'],
  [['--user', '1', '--rate', '#1=5', '#4'], 2, 'either --user or --rate'],
  [['--user', '1'], 2, 'title'],
])('%j is refused', async (argv, expected, message) => {
  const { code, err, out } = await marquee(['explain', '--artefact', artefact, ...argv])
  expect(code).toBe(expected)
  expect(err).toContain(message)
  expect(out).toBe('')
})
