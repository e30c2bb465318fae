import { describe, expect, it } from 'vitest'
import { nameProblem, suggestedName } from '../../web/src/pages/study/participant.ts'
import { shortNames } from '../../web/src/pages/study/short-name.ts'
import { verdict } from '../../web/src/pages/study/verdict.ts'

describe('names of participants', () => {
  it('suggests one that can be used', () => {
    expect(suggestedName(() => 0)).toBe('amber-curtain-100')
    expect(suggestedName(() => 0.9999999)).toBe('misty-screen-999')
    for (let n = 0; n < 100; n++) expect(nameProblem(suggestedName())).toBeNull()
  })
  it('says what is wrong with one that cannot', () => {
    expect(nameProblem('  ')).toContain('Enter a name')
    expect(nameProblem('x'.repeat(201))).toContain('200')
    expect(nameProblem('a\u0000b')).toContain('control')
    expect(nameProblem('Zoë 🎬')).toBeNull()
  })
})

describe('verdict', () => {
  it('names the preferred one and how sure that is', () => {
    const clear = verdict('new', 'old', {
      a: 22,
      b: 8,
      answers: 30,
      rate: 22 / 30,
      interval: [0.556, 0.858],
      p: 0.0161,
    })
    expect(clear).toBe(
      'new was preferred in 22 of 30 comparisons (73%). If people had no preference, a division this uneven would come up with a chance of 0.016 (sign test): they prefer new. The true share for new lies between 56% and 86% with 95% confidence.',
    )
    const other = verdict('new', 'old', { a: 3, b: 9, answers: 12, rate: 0.25, interval: [0.089, 0.532], p: 0.146 })
    expect(other).toContain('old was preferred in 9 of 12 comparisons (75%)')
    expect(other).toContain('do not show a preference')
    expect(other).toContain('for new lies between 9% and 53%')
  })
  it('says nothing of nothing, and calls a draw a draw', () => {
    expect(verdict('a', 'b', { a: 0, b: 0, answers: 0, rate: null, interval: null, p: 1 })).toContain(
      'Nobody has answered',
    )
    expect(shortNames('dnn-20261127T101500-1a2b3c4d', 'bias-20261127T101501-00ff')).toEqual(['dnn', 'bias'])
    expect(shortNames('dnn-20261127T101500-1a', 'dnn-20261127T101501-2b')[0]).toBe('dnn-20261127T101500-1a')
    expect(verdict('a', 'b', { a: 4, b: 4, answers: 8, rate: 0.5, interval: [0.2, 0.8], p: 1 })).toContain(
      '4 times each',
    )
  })
})
