import type { RatingScale } from '../../data/interactions.ts'

/** Most levels of a scale without steps. */
const levelsOfContinuous = 10

/** The ratings that a visible unit tells apart. */
export interface Levels {
  readonly values: Float32Array
  /** The nearest level of a rating. */
  of(rating: number): number
}

/** Every step of the scale; ten even ones where ratings are continuous; one where all are equal. */
export function levelsOf({ min, max, step }: RatingScale): Levels {
  const count = max === min ? 1 : step === null ? levelsOfContinuous : Math.round((max - min) / step) + 1
  const width = count === 1 ? 1 : (max - min) / (count - 1)
  return {
    values: Float32Array.from({ length: count }, (_, k) => min + k * width),
    of: (rating) => Math.min(count - 1, Math.max(0, Math.round((rating - min) / width))),
  }
}
