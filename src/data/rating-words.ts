import type { RatingScale } from './interactions.ts'

/** Whether ratings on this scale are stars, as people say it: out of five. */
export const isStars = ({ min, max }: Pick<RatingScale, 'min' | 'max'>): boolean => max === 5 && min >= 0

/** "5 of 5", "73.5 of 100", "-2 of -10 to 10": what a figure means on its scale. */
export function ratingOf(rating: number, { min, max }: Pick<RatingScale, 'min' | 'max'>): string {
  return `${Number(rating.toFixed(2))} of ${min < 0 ? `${min} to ` : ''}${max}`
}

/** "4.5 stars", "1 star"; "8 of 10" where ratings are no stars. */
export function ratingWords(rating: number, scale: Pick<RatingScale, 'min' | 'max'>): string {
  if (!isStars(scale)) return ratingOf(rating, scale)
  const stars = Number(rating.toFixed(2))
  return stars === 1 ? '1 star' : `${stars} stars`
}
