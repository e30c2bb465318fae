import { type Camera, type Size, seen, toScreen } from './camera.ts'
import type { PointIndex } from './point-index.ts'

/** A title beside its point, in CSS pixels: left end, middle of the line. */
export interface Label {
  readonly point: number
  readonly x: number
  readonly y: number
  readonly width: number
}

export interface LabelOptions {
  /** Width of a title in CSS pixels. */
  readonly widthOf: (point: number) => number
  readonly shown: (point: number) => boolean
  readonly radiusOf: (point: number) => number
  readonly height: number
  /** At most so many. */
  readonly most: number
  /** Looked at, the best known first, before giving up. */
  readonly candidates: number
  /** Where nothing can be read, such as under a tool. */
  readonly covered?: readonly {
    readonly left: number
    readonly top: number
    readonly right: number
    readonly bottom: number
  }[]
}

/**
 * Which titles to write: the best known of what is seen, none over another. Closer in, fewer movies compete and lesser known
 * ones get their turn.
 */
export function placeLabels(index: PointIndex, camera: Camera, size: Size, options: LabelOptions): Label[] {
  const { widthOf, shown, radiusOf, height, most, candidates, covered = [] } = options
  const placed: Label[] = []
  const gap = 3
  let looked = 0
  for (const point of index.inBox(seen(camera, size))) {
    if (!shown(point)) continue
    if (placed.length >= most || looked++ >= candidates) break
    const at = toScreen(camera, size, { x: index.x[point]!, y: index.y[point]! })
    const width = widthOf(point)
    const right = at.x + radiusOf(point) + gap
    // To the left where the right end would be cut off.
    const x = right + width <= size.width ? right : at.x - radiusOf(point) - gap - width
    if (x < 0 || at.y < height / 2 || at.y > size.height - height / 2) continue
    const free = placed.every(
      (other) =>
        x > other.x + other.width + 2 * gap || other.x > x + width + 2 * gap || Math.abs(other.y - at.y) >= height,
    )
    const hidden = covered.some(
      ({ left, top, right: end, bottom }) =>
        x < end && x + width > left && at.y + height / 2 > top && at.y - height / 2 < bottom,
    )
    if (free && !hidden) placed.push({ point, x, y: at.y, width })
  }
  return placed
}
