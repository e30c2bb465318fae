import { type Camera, type Point, type Size, toScreen } from './camera.ts'
import type { Label } from './labels.ts'
import type { MapData } from './map-data.ts'

export interface OverlayFrame {
  readonly camera: Camera
  readonly size: Size
  readonly ratio: number
  readonly labels: readonly Label[]
  /** The points ringed: under the mouse, flown to. */
  readonly ringed: readonly { readonly point: number; readonly radius: number }[]
  /** The lasso while it is drawn and after, in map coordinates. */
  readonly lasso: readonly Point[]
  readonly ink: { readonly text: string; readonly page: string; readonly accent: string }
}

export const labelFont = '600 12px system-ui, sans-serif'
export const labelHeight = 17

/** Titles, rings and the lasso, over the points. */
export function drawOverlay(canvas: HTMLCanvasElement, data: MapData, frame: OverlayFrame): void {
  const pen = canvas.getContext('2d')
  if (!pen) return
  const { camera, size, ratio, ink } = frame
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, size.width, size.height)
  pen.font = labelFont
  pen.textBaseline = 'middle'
  pen.lineJoin = 'round'
  pen.lineWidth = 4
  pen.strokeStyle = ink.page
  pen.fillStyle = ink.text
  for (const { point, x, y } of frame.labels) {
    // A halo in the colour of the page keeps titles readable over points.
    pen.strokeText(data.titles[point]!, x, y)
    pen.fillText(data.titles[point]!, x, y)
  }
  for (const { point, radius } of frame.ringed) {
    const at = toScreen(camera, size, { x: data.points.x[point]!, y: data.points.y[point]! })
    pen.beginPath()
    pen.arc(at.x, at.y, radius + 4, 0, 2 * Math.PI)
    pen.lineWidth = 5
    pen.strokeStyle = ink.page
    pen.stroke()
    pen.lineWidth = 2.5
    pen.strokeStyle = ink.accent
    pen.stroke()
  }
  if (frame.lasso.length < 2) return
  pen.beginPath()
  frame.lasso.forEach((corner, n) => {
    const at = toScreen(camera, size, corner)
    if (n === 0) pen.moveTo(at.x, at.y)
    else pen.lineTo(at.x, at.y)
  })
  pen.closePath()
  pen.globalAlpha = 0.1
  pen.fillStyle = ink.accent
  pen.fill('evenodd')
  pen.globalAlpha = 1
  pen.lineWidth = 2
  pen.setLineDash([6, 4])
  pen.strokeStyle = ink.accent
  pen.stroke()
  pen.setLineDash([])
}
