import type { Camera, Size } from './camera.ts'
import type { Mark } from './marks.ts'

/** The points, in order of renown. Typed arrays, one entry a point. */
export interface PointColumns {
  readonly x: Float32Array
  readonly y: Float32Array
  /** Index of the genre; `marks.length - 1` for movies without one. */
  readonly genre: Uint8Array
  readonly ratings: Float32Array
  readonly marks: readonly Mark[]
  /** Ratings of the best known. */
  readonly most: number
}

/** What changes from frame to frame. */
export interface Frame {
  readonly camera: Camera
  /** In CSS pixels. */
  readonly size: Size
  /** Device pixels for a CSS pixel. */
  readonly ratio: number
  /** How much closer than everything in view. */
  readonly magnification: number
  /** 0 for genres switched off, one entry a mark. */
  readonly shown: Uint8Array
  /** "#rrggbb" of each mark. */
  readonly colours: readonly string[]
  /** Points not selected step back. */
  readonly selecting: boolean
  /** While the map moves, a slow renderer may leave out the least known. */
  readonly moving: boolean
}

export interface Renderer {
  readonly kind: 'webgl2' | 'canvas-2d'
  setPoints(points: PointColumns): void
  /** 1 for selected points, one entry a point. */
  setSelected(selected: Uint8Array): void
  draw(frame: Frame): void
  dispose(): void
}
