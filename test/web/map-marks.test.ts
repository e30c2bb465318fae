import { describe, expect, it } from 'vitest'
import { type MapAnswer, mapData, markColours, withoutGenre } from '../../web/src/pages/map/map-data.ts'
import { colours, marksFor, outline, radius, rgb, shapes } from '../../web/src/pages/map/marks.ts'

type Triple = readonly [number, number, number]
const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
const light = (colour: string): Triple => rgb(colour).map(linear) as unknown as Triple
const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(light(a)), luminance(light(b))].sort((p, q) => p - q)
  return (high! + 0.05) / (low! + 0.05)
}
/** What people without one kind of cone see: Machado, Oliveira and Fernandes (2009), severity 1. */
const eyes = {
  'all cones': [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const
function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}
function apart(a: string, b: string, eye: readonly number[]): number {
  const look = (colour: string): Triple => {
    const [r, g, b] = light(colour)
    return oklab(
      [0, 3, 6].map((row) =>
        Math.min(1, Math.max(0, eye[row]! * r + eye[row + 1]! * g + eye[row + 2]! * b)),
      ) as unknown as Triple,
    )
  }
  const [p, q] = [look(a), look(b)]
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
}

describe('colours of the map', () => {
  // The surfaces of web/src/styles/tokens.css.
  const surfaces = { light: '#fffdf8', dark: '#1e1815' } as const
  for (const theme of ['light', 'dark'] as const) {
    it(`stand out from the ${theme} page at 3:1`, () => {
      for (const colour of colours[theme]) expect(contrast(colour, surfaces[theme])).toBeGreaterThan(3)
    })
    for (const [name, eye] of Object.entries(eyes)) {
      it(`stay apart on the ${theme} page with ${name}`, () => {
        const pairs = colours[theme].flatMap((a, n) => colours[theme].slice(n + 1).map((b) => apart(a, b, eye)))
        expect(Math.min(...pairs)).toBeGreaterThan(0.13)
      })
    }
  }
})

describe('marks', () => {
  it('tells 20 genres apart by colour and shape, the largest by colour alone', () => {
    const genreOf = Array.from({ length: 20 }, (_, genre) => new Array<number>(100 - genre).fill(genre)).flat()
    const marks = marksFor([...genreOf, -1, -1], 20)
    expect(new Set(marks.map(({ colour, shape }) => `${colour} ${shape}`)).size).toBe(20)
    expect(marks.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((colour) => ({ colour, shape: 0 })))
    expect(marks[5]).toEqual({ colour: 0, shape: 1 })
    expect(new Set(shapes.map((_, shape) => outline(shape))).size).toBe(shapes.length)
  })

  it('makes better known movies larger, and all larger closer in', () => {
    expect(radius(329, 329, 1)).toBeCloseTo(4.6, 9)
    expect(radius(0, 329, 1)).toBeCloseTo(1.4, 9)
    expect(radius(50, 329, 10)).toBeGreaterThan(radius(50, 329, 1))
  })
})

describe('mapData', () => {
  const answer: MapAnswer = {
    ids: ['a', 'b', 'c', 'd'],
    x: [1, 2, 3, Number.NaN],
    y: [10, 20, 30, 0],
    genre: [1, -1, 0, 0],
    genres: ['Drama', 'Comedy'],
    titles: ['A', 'B, The (1999)', 'C', 'D'],
    ratings: [5, 50, 20, 999],
  }
  it('orders by renown, turns y round, and leaves out what has no place', () => {
    const data = mapData(answer)
    expect(data.ids).toEqual(['b', 'c', 'a'])
    expect(data.titles).toEqual(['The B (1999)', 'C', 'A'])
    expect([...data.points.y]).toEqual([-20, -30, -10])
    expect(data.genres).toEqual(['Drama', 'Comedy', withoutGenre])
    expect([...data.points.genre]).toEqual([2, 0, 1])
    expect(data.counts).toEqual([1, 1, 1])
    expect(data.points.most).toBe(50)
    expect(markColours(data, 'light')[2]).toBe('#767676')
  })
  it('refuses columns that do not fit together', () => {
    expect(() => mapData({ ...answer, titles: ['A'] })).toThrow('the map has 4 ids but 1 of titles')
  })
})
