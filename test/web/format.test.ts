import { expect, it } from 'vitest'
import { counted, decimal, duration, percent, pValue, signed } from '../../web/src/format.ts'

it('writes figures as people read them', () => {
  expect(counted(1, 'movie')).toBe('1 movie')
  expect(counted(9724, 'movie')).toBe('9,724 movies')
  expect(counted(2, 'person', 'people')).toBe('2 people')
  expect(percent(0.634)).toBe('63%')
  expect(decimal(0.84839)).toBe('0.8484')
  expect(decimal(null)).toBe('–')
  expect(decimal(Number.NaN)).toBe('–')
  expect(signed(0.01234)).toBe('+0.0123')
  expect(signed(-0.5, 2)).toBe('−0.50')
  expect(signed(-0.00001)).toBe('0.0000')
  expect(pValue(0.0317)).toBe('0.032')
  expect(pValue(1e-9)).toBe('less than 0.001')
})

it('writes lengths of time', () => {
  expect([0, 8.4, 59.6, 65, 120, 3_600, 7_830].map(duration)).toEqual([
    '0 s',
    '8 s',
    '1 min',
    '1 min 5 s',
    '2 min',
    '1 h',
    '2 h 10 min',
  ])
})
