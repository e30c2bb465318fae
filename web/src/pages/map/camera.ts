import type { Box } from './point-index.ts'

/** What part of the map is seen: the map point in the middle, and CSS pixels for a unit of the map. */
export interface Camera {
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** In CSS pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** How far one can go in, against seeing everything. */
const closest = 400
const farthest = 0.5

/** Everything in view, with a margin of pixels around it. */
export function wholeView(box: Box, { width, height }: Size, margin = 24): Camera {
  const room = (side: number): number => Math.max(side - 2 * margin, 1)
  const scale = Math.min(
    room(width) / Math.max(box.right - box.left, 1e-9),
    room(height) / Math.max(box.bottom - box.top, 1e-9),
  )
  return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, scale }
}

/** From the map to the screen: y grows downwards in both. */
export function toScreen(camera: Camera, { width, height }: Size, { x, y }: Point): Point {
  return { x: (x - camera.x) * camera.scale + width / 2, y: (y - camera.y) * camera.scale + height / 2 }
}

export function toMap(camera: Camera, { width, height }: Size, { x, y }: Point): Point {
  return { x: (x - width / 2) / camera.scale + camera.x, y: (y - height / 2) / camera.scale + camera.y }
}

/** The box of the map that is seen. */
export function seen(camera: Camera, { width, height }: Size): Box {
  const [w, h] = [width / 2 / camera.scale, height / 2 / camera.scale]
  return { left: camera.x - w, right: camera.x + w, top: camera.y - h, bottom: camera.y + h }
}

/** Moved by screen pixels: the map follows the finger. */
export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale }
}

/** Closer by `factor` (farther below 1), what lies under `about` (screen) staying there. `whole` bounds how far. */
export function zoom(camera: Camera, size: Size, factor: number, about: Point, whole: Camera): Camera {
  const scale = Math.min(Math.max(camera.scale * factor, whole.scale * farthest), whole.scale * closest)
  const under = toMap(camera, size, about)
  return {
    scale,
    x: under.x - (about.x - size.width / 2) / scale,
    y: under.y - (about.y - size.height / 2) / scale,
  }
}

/** The middle never leaves the map, so that nobody gets lost in nothing. */
export function keepOnMap(camera: Camera, { left, top, right, bottom }: Box): Camera {
  const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
  return { ...camera, x: within(camera.x, left, right), y: within(camera.y, top, bottom) }
}

/**
 * The camera at `share` (0 to 1) of a flight: van Wijk and Nuij's smooth zooming and panning (2003) for long ways, which goes
 * up to see both ends; scale and place at an even rate for short ones.
 */
export function fly(from: Camera, to: Camera, size: Size, share: number): Camera {
  if (share <= 0) return from
  if (share >= 1) return to
  const w0 = size.width / from.scale
  const w1 = size.width / to.scale
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const way = Math.hypot(dx, dy)
  if (way < 1e-6 * w0) return { ...to, scale: from.scale * (to.scale / from.scale) ** share }
  const rho2 = 2
  const b = (w: number, sign: number): number =>
    (w1 * w1 - w0 * w0 + sign * rho2 * rho2 * way * way) / (2 * w * rho2 * way)
  const r0 = Math.asinh(-b(w0, 1))
  const r1 = Math.asinh(-b(w1, -1))
  const rho = Math.sqrt(rho2)
  const s = (share * (r1 - r0)) / rho
  const cosh = Math.cosh(r0)
  const u = (w0 / (rho2 * way)) * (cosh * Math.tanh(rho * s + r0) - Math.sinh(r0))
  return {
    x: from.x + u * dx,
    y: from.y + u * dy,
    scale: size.width / ((w0 * cosh) / Math.cosh(rho * s + r0)),
  }
}
