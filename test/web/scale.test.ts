import { describe, expect, it } from 'vitest'
import {
  figureOf,
  halfStars,
  meanInWords,
  onScale,
  starsBeside,
  starsInWords,
  starValues,
  unitOf,
} from '../../web/src/scale.ts'

const wholeStars = { min: 1, max: 5, step: 1 }

it('offers what the data has: half stars, whole stars, and halves where ratings follow no step', () => {
  expect(starValues(halfStars)).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5])
  expect(starValues(wholeStars)).toEqual([1, 2, 3, 4, 5])
  expect(starValues({ min: 1, max: 5, step: null })).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5])
})

it('brings an imported rating onto the scale', () => {
  expect([0.5, 1, 2.5, 3, 4.5].map((rating) => onScale(rating, wholeStars))).toEqual([1, 1, 3, 3, 5])
  expect([0.5, 2.5, 5].map((rating) => onScale(rating, halfStars))).toEqual([0.5, 2.5, 5])
})

describe('a scale that is no stars', () => {
  const ten = { min: 1, max: 10, step: 1 }
  const hundred = { min: 0, max: 100, step: 1 }
  const jester = { min: -10, max: 10, step: null }
  const seven = { min: 1, max: 7, step: 1 }

  it('is spread over the five stars, each value of 1 to 10 being half a star', () => {
    expect(starValues(ten).map((stars) => onScale(stars, ten))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect([0.5, 3, 5].map((stars) => onScale(stars, hundred))).toEqual([0, 56, 100])
    expect([0.5, 5].map((stars) => onScale(stars, jester))).toEqual([-10, 10])
    // Fewer levels than half stars: whole ones.
    expect(starValues(seven)).toEqual([1, 2, 3, 4, 5])
    expect([0.5, 1, 3, 5].map((stars) => onScale(stars, seven))).toEqual([1, 1, 4, 7])
  })

  it('is what ratings are said on', () => {
    expect(starsInWords(4.5, halfStars)).toBe('4.5 stars')
    expect(starsInWords(4.5, ten)).toBe('9 of 10')
    expect([starsBeside(4.5, halfStars), starsBeside(4.5, ten)]).toEqual(['4.5', '9 of 10'])
    expect(figureOf(4.23, halfStars)).toEqual(['4.2', ''])
    expect(figureOf(8.44, ten)).toEqual(['8.4', 'of 10'])
    expect(figureOf(84.4, hundred)).toEqual(['84', 'of 100'])
    expect(figureOf(-2.25, jester)).toEqual(['-2.3', 'of -10 to 10'])
    expect([meanInWords(3.921, halfStars), meanInWords(7.84, ten)]).toEqual(['3.92 stars', '7.84 of 10'])
    expect(unitOf(ten)).toBe('predicted rating, from 1 to 10')
  })
})
