import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { preference, type StudyAnswer, signTest, studyResults, wilson } from '../../src/experiments/study/index.ts'

const golden = JSON.parse(readFileSync(new URL('../golden/study.json', import.meta.url), 'utf8')) as {
  successes: number
  n: number
  low: number
  high: number
  p: number
}[]

describe('preference', () => {
  test.each(golden)("$successes of $n: interval and sign test are scipy's", ({ successes, n, low, high, p }) => {
    const [from, to] = wilson(successes, n)
    expect(from).toBeCloseTo(low, 10)
    expect(to).toBeCloseTo(high, 10)
    expect(Math.abs(signTest(successes, n - successes) / p - 1)).toBeLessThan(1e-9)
    expect(signTest(n - successes, successes)).toBe(signTest(successes, n - successes))
  })

  test('without an answer there is no rate', () => {
    expect(preference(0, 0)).toEqual({ a: 0, b: 0, answers: 0, rate: null, interval: null, p: 1 })
  })
})

test('results by hand: over answers, per participant, over participants, by place', () => {
  const given = (
    participant: string,
    number: number,
    order: 'ab' | 'ba',
    chosen: 0 | 1,
    same = false,
  ): StudyAnswer => ({
    participant,
    number,
    chosen,
    order: order === 'ab' ? ['a', 'b'] : ['b', 'a'],
    user: '1',
    movies: ['1', '2'],
    yielded: same ? 'a' : null,
  })
  const results = studyResults([
    given('ann', 1, 'ab', 0), // a, first
    given('ann', 2, 'ba', 1), // a, second
    given('ann', 3, 'ba', 0, true), // b, first
    given('ben', 1, 'ab', 1), // b, second
    given('cid', 1, 'ab', 0), // a, first
    given('cid', 2, 'ba', 0), // b, first
  ])
  expect(results.preference).toMatchObject({ a: 3, b: 3, answers: 6, rate: 0.5, p: 1 })
  expect(results.participants).toMatchObject([
    { participant: 'ann', a: 2, b: 1 },
    { participant: 'ben', a: 0, b: 1, rate: 0 },
    { participant: 'cid', a: 1, b: 1, rate: 0.5 },
  ])
  // cid is even and left out.
  expect(results.byParticipant).toMatchObject({ a: 1, b: 1, answers: 2 })
  expect(results.first).toMatchObject({ a: 4, b: 2 })
  expect(results.sameBest).toBe(1)
})
