import type { ReactNode } from 'react'
import type { Palette } from './palettes.ts'

/** What the scenes are drawn with. A poster is 120 wide and 180 high; what varies is drawn from the movie's own numbers. */

export type Random = () => number
export type Scene = (c: Palette, r: Random) => ReactNode
/** Scenes by genre. */
export type Scenes = Readonly<Record<string, readonly Scene[]>>

export const between = (r: Random, low: number, high: number) => Math.round((low + r() * (high - low)) * 10) / 10
export const many = <T,>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))

export const stars = (c: Palette, r: Random, n: number, depth = 120) =>
  many(n, (i) => (
    <circle
      key={`s${i}`}
      cx={between(r, 4, 116)}
      cy={between(r, 4, depth)}
      r={between(r, 0.4, 1.5)}
      fill={c.light}
      opacity={0.75}
    />
  ))

export const ridge = (r: Random, base: number, height: number, steps: number, sharp = true) => {
  const points = many(steps + 1, (i) => {
    const up = i % 2 === 1 ? height * (0.6 + r() * 0.5) : height * r() * 0.3
    return [(120 * i) / steps, base - up] as const
  })
  const line = sharp
    ? points.map(([x, y]) => `L${x.toFixed(1)} ${y.toFixed(1)}`).join('')
    : points
        .map(([x, y], i) =>
          i === 0
            ? `L${x} ${y}`
            : `S${(x - 120 / steps / 2).toFixed(1)} ${y.toFixed(1)} ${x.toFixed(1)} ${y.toFixed(1)}`,
        )
        .join('')
  return `M0 180${line}L120 180Z`
}
