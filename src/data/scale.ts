import type { RatingScale } from './interactions.ts'

const mostLevels = 201

/**
 * The scale of ratings that are there: smallest, largest, and the largest step on which every rating lies.
 * `step` is null where there is one rating only, or more than 201 levels (continuous ratings).
 */
export function detectScale(ratings: Float32Array): RatingScale {
  const levels = new Set<number>()
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  // Most ratings have been seen before; asking a small table is several times faster than asking the set.
  const seen = new Float32Array(64).fill(Number.NaN)
  for (const rating of ratings) {
    const slot = (rating * 20) & 63
    if (seen[slot] === rating) continue
    seen[slot] = rating
    if (rating < min) min = rating
    if (rating > max) max = rating
    if (levels.size <= mostLevels) levels.add(rating)
  }
  // Seven digits are what a 32-bit float holds: 0.1 is read back as 0.1, not as 0.10000000149.
  const tidy = (x: number): number => Number(x.toPrecision(7))
  return {
    min: tidy(min),
    max: tidy(max),
    step: levels.size < 2 || levels.size > mostLevels ? null : stepOf(levels, min, tidy),
  }
}

function stepOf(levels: ReadonlySet<number>, min: number, tidy: (x: number) => number): number | null {
  let step = 0
  for (const level of levels) {
    let a = Math.round((level - min) * 1e4)
    let b = step
    while (b > 0) [a, b] = [b, a % b]
    step = a
  }
  const result = tidy(step / 1e4)
  for (const level of levels) {
    const steps = (level - min) / result
    if (Math.abs(steps - Math.round(steps)) > 1e-3) return null
  }
  return step > 0 ? result : null
}
