/** Shapes in the order they are given out; `Ring` and the others hollow come after the filled ones run out. */
export const shapes = ['circle', 'triangle', 'square', 'cross', 'ring', 'hollow triangle', 'frame', 'saltire'] as const
export type Shape = (typeof shapes)[number]

/**
 * Five colours a theme that stay apart (OKLab distance of at least 0.13 between any two) for people without one kind of
 * cone too, and stand out from the page at 3:1: test/web/map-marks.test.ts holds both. More genres than colours get another shape.
 */
export const colours = {
  light: ['#3a81f6', '#d44996', '#998700', '#00481b', '#5c086c'],
  dark: ['#236ade', '#e181f7', '#fad18a', '#1ab28c', '#c83122'],
} as const
export type Theme = keyof typeof colours

/** Movies without a genre, and points that are not selected while others are. */
export const plain = { light: '#767676', dark: '#8a8a8a' } as const

/** How a genre is drawn: no two genres share both. */
export interface Mark {
  /** Index into the colours; -1: plain. */
  readonly colour: number
  readonly shape: number
}

/** A mark for each genre. The genres with the most points get the filled circles, in different colours. */
export function marksFor(genreOf: ArrayLike<number>, genres: number): Mark[] {
  const counts = new Array<number>(genres).fill(0)
  for (let n = 0; n < genreOf.length; n++) if (genreOf[n]! >= 0) counts[genreOf[n]!]!++
  const order = counts.map((_, genre) => genre).sort((a, b) => counts[b]! - counts[a]! || a - b)
  const marks = new Array<Mark>(genres)
  const each = colours.light.length
  order.forEach((genre, n) => {
    marks[genre] = { colour: n % each, shape: Math.floor(n / each) % shapes.length }
  })
  return marks
}

/** "#3a81f6" as red, green and blue in [0, 1]. */
export function rgb(colour: string): [number, number, number] {
  const part = (at: number): number => Number.parseInt(colour.slice(at, at + 2), 16) / 255
  return [part(1), part(3), part(5)]
}

/** CSS pixels from the middle of a point to its edge: better known movies are larger, and all grow a little closer in. */
export function radius(ratings: number, most: number, magnification: number): number {
  const renown = Math.log1p(ratings) / Math.log1p(Math.max(most, 1))
  return (1.4 + 3.2 * renown * renown) * Math.min(Math.max(magnification, 1) ** 0.35, 2.6)
}

/** The outline of a shape of radius 1 around (0, 0) as an SVG path. */
export function outline(shape: number): string {
  const triangle = 'M0,-1.1L1.05,0.75L-1.05,0.75Z'
  const square = 'M-0.85,-0.85H0.85V0.85H-0.85Z'
  const circle = 'M-1,0A1,1 0 1 1 1,0A1,1 0 1 1 -1,0Z'
  const cross = 'M-0.35,-1H0.35V-0.35H1V0.35H0.35V1H-0.35V0.35H-1V-0.35H-0.35Z'
  switch (shapes[shape]) {
    case 'circle':
      return circle
    case 'triangle':
      return triangle
    case 'square':
      return square
    case 'cross':
      return cross
    case 'ring':
      return `${circle}M-0.55,0A0.55,0.55 0 1 0 0.55,0A0.55,0.55 0 1 0 -0.55,0Z`
    case 'hollow triangle':
      return `${triangle}M0,-0.35L-0.5,0.42L0.5,0.42Z`
    case 'frame':
      return `${square}M-0.45,-0.45V0.45H0.45V-0.45Z`
    default:
      return 'M-1,-0.6L-0.6,-1L0,-0.4L0.6,-1L1,-0.6L0.4,0L1,0.6L0.6,1L0,0.4L-0.6,1L-1,0.6L-0.4,0Z'
  }
}
