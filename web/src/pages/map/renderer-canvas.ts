import { toScreen } from './camera.ts'
import { outline, radius } from './marks.ts'
import type { PointColumns, Renderer } from './renderer.ts'

/** Points drawn while the map moves; the rest follow when it stands still. */
const whileMoving = 6_000

/** Where there is no WebGL 2: each mark is drawn once, in a few sizes, and stamped for every point. */
export function canvasRenderer(canvas: HTMLCanvasElement): Renderer | null {
  const context = canvas.getContext('2d')
  if (!context) return null
  let points: PointColumns | null = null
  let selected: Uint8Array = new Uint8Array(0)
  const stamps = new Map<string, HTMLCanvasElement>()

  const stamp = (shape: number, colour: string, pixels: number): HTMLCanvasElement => {
    const name = `${shape} ${colour} ${pixels}`
    const known = stamps.get(name)
    if (known) return known
    const made = document.createElement('canvas')
    made.width = made.height = Math.ceil(2.4 * pixels) + 2
    const pen = made.getContext('2d')!
    pen.translate(made.width / 2, made.height / 2)
    pen.scale(pixels, pixels)
    pen.fillStyle = colour
    pen.fill(new Path2D(outline(shape)), 'evenodd')
    stamps.set(name, made)
    return made
  }

  return {
    kind: 'canvas-2d',
    setPoints(next) {
      points = next
      selected = new Uint8Array(next.x.length)
    },
    setSelected(next) {
      selected = next
    },
    draw({ camera, size, ratio, magnification, shown, colours, selecting, moving }) {
      context.clearRect(0, 0, canvas.width, canvas.height)
      if (!points) return
      const { x, y, genre, ratings, marks, most } = points
      for (let n = Math.min(x.length, moving ? whileMoving : x.length) - 1; n >= 0; n--) {
        const mark = genre[n]!
        if (shown[mark] !== 1) continue
        const at = toScreen(camera, size, { x: x[n]!, y: y[n]! })
        if (at.x < -20 || at.y < -20 || at.x > size.width + 20 || at.y > size.height + 20) continue
        const pixels = Math.max(1, Math.round(2 * radius(ratings[n]!, most, magnification) * ratio) / 2)
        const image = stamp(marks[mark]!.shape, colours[mark]!, pixels)
        context.globalAlpha = selecting && selected[n] !== 1 ? 0.14 : 0.86
        context.drawImage(image, at.x * ratio - image.width / 2, at.y * ratio - image.height / 2)
      }
      context.globalAlpha = 1
    },
    dispose() {
      stamps.clear()
    },
  }
}
