import { Random } from '../../core/random.ts'
import { countOf, type Points } from './points.ts'

const rounds = 60

/**
 * The points' coordinates on their first `axes` principal axes, [n, axes], by subspace iteration on the covariance.
 * An axis points the way in which its largest loading is positive, so that the result does not depend on the start.
 */
export function principalCoordinates(points: Points, axes: number, seed = 1): Float64Array {
  const { data, width } = points
  const n = countOf(points)
  const mean = new Float64Array(width)
  for (let at = 0; at < data.length; at++) mean[at % width]! += data[at]! / n
  const covariance = covarianceOf(points, mean)
  const random = new Random(seed).fork('principal axes')
  const basis = Array.from({ length: axes }, () => Float64Array.from({ length: width }, () => random.normal()))
  for (let round = 0; round < rounds; round++) {
    for (let a = 0; a < axes; a++) {
      const image = new Float64Array(width)
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < width; j++) image[i]! += covariance[i * width + j]! * basis[a]![j]!
      }
      for (let b = 0; b < a; b++) subtract(image, basis[b]!)
      const length = Math.hypot(...image)
      basis[a]!.set(length > 0 ? image.map((x) => x / length) : image)
    }
  }
  for (const axis of basis) {
    const largest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0)
    if (largest < 0) for (let d = 0; d < width; d++) axis[d]! *= -1
  }
  const coordinates = new Float64Array(n * axes)
  for (let p = 0; p < n; p++) {
    for (let a = 0; a < axes; a++) {
      let dot = 0
      for (let d = 0; d < width; d++) dot += (data[p * width + d]! - mean[d]!) * basis[a]![d]!
      coordinates[p * axes + a] = dot
    }
  }
  return coordinates
}

function covarianceOf({ data, width }: Points, mean: Float64Array): Float64Array {
  const covariance = new Float64Array(width * width)
  const centred = new Float64Array(width)
  for (let from = 0; from < data.length; from += width) {
    for (let d = 0; d < width; d++) centred[d] = data[from + d]! - mean[d]!
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) covariance[i * width + j]! += centred[i]! * centred[j]!
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[j * width + i] = covariance[i * width + j]!
  return covariance
}

/** Takes the part along a unit vector out of another. */
function subtract(from: Float64Array, unit: Float64Array): void {
  let dot = 0
  for (let d = 0; d < unit.length; d++) dot += from[d]! * unit[d]!
  for (let d = 0; d < unit.length; d++) from[d]! -= dot * unit[d]!
}
