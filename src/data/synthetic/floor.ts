import type { RatingScale } from '../interactions.ts'

/** Clips to the scale and rounds to its levels; without a scale to four decimals, so that files hold the exact rating. */
export function observe(x: number, scale: RatingScale | null): number {
  if (!scale) return Math.round(x * 10_000) / 10_000
  const { min, max, step } = scale
  const level = step === null ? Math.round(x * 10_000) / 10_000 : min + Math.round((x - min) / step) * step
  return Math.min(max, Math.max(min, level))
}

const gridPoints = 1024
const noisePoints = 1201
const reach = 6

/**
 * The expected observed rating as a function of the noise-free signal: what the best predictor says where ratings are clipped or rounded.
 * Tabulated on a grid over [low, high] by summing over the noise density, and interpolated linearly.
 */
export function expectedRating(
  scale: RatingScale | null,
  noise: number,
  low: number,
  high: number,
): (signal: number) => number {
  if (!scale) return (signal) => signal
  if (noise === 0) return (signal) => observe(signal, scale)
  const offsets = Float64Array.from({ length: noisePoints }, (_, n) => -reach + (2 * reach * (n + 0.5)) / noisePoints)
  const density = offsets.map((z) => Math.exp(-z * z * 0.5))
  const total = density.reduce((sum, d) => sum + d, 0)
  const width = Math.max(high - low, 1e-9)
  const table = Float64Array.from({ length: gridPoints + 1 }, (_, g) => {
    const signal = low + (width * g) / gridPoints
    return offsets.reduce((sum, z, n) => sum + density[n]! * observe(signal + noise * z, scale), 0) / total
  })
  return (signal) => {
    const at = Math.min(gridPoints, Math.max(0, ((signal - low) / width) * gridPoints))
    const g = Math.min(gridPoints - 1, Math.floor(at))
    return table[g]! + (at - g) * (table[g + 1]! - table[g]!)
  }
}
