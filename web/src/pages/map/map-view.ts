import {
  type Camera,
  fly,
  keepOnMap,
  type Point,
  pan,
  type Size,
  seen,
  toMap,
  toScreen,
  wholeView,
  zoom,
} from './camera.ts'
import { attachGestures } from './gestures.ts'
import { placeLabels } from './labels.ts'
import { pointsInside, simplified } from './lasso.ts'
import { type MapData, markColours } from './map-data.ts'
import { radius } from './marks.ts'
import { drawOverlay, labelFont, labelHeight } from './overlay.ts'
import type { Renderer } from './renderer.ts'
import { canvasRenderer } from './renderer-canvas.ts'
import { webglRenderer } from './renderer-webgl.ts'

export interface MapEvents {
  /** The point under the mouse, and where it is on the screen. */
  hover(point: number | null, at: Point | null): void
  /** The point clicked or tapped; null: nothing there. */
  pick(point: number | null): void
  /** A finished lasso: the points inside, the best known first, and its corners on the map. */
  lasso(points: readonly number[], corners: readonly Point[]): void
  /** The map stands still after it moved. */
  settled(): void
}

/** Fingers are thick: how far from a point, in pixels, still hits it. */
const reach = 14
const flightTime = 900

/** The map on its canvases: camera, gestures and the frame loop, without React. A frame is drawn only where something changed. */
export class MapView {
  readonly data: MapData
  private readonly host: HTMLElement
  private readonly events: MapEvents
  private readonly overlay = document.createElement('canvas')
  private readonly measure = document.createElement('canvas').getContext('2d')
  private readonly widths = new Map<number, number>()
  private readonly off: (() => void)[] = []
  private points = document.createElement('canvas')
  private renderer: Renderer | null = null
  private size: Size = { width: 1, height: 1 }
  private camera: Camera = { x: 0, y: 0, scale: 1 }
  private whole: Camera = { x: 0, y: 0, scale: 1 }
  private placed = false
  private scheduled = 0
  private settling: ReturnType<typeof setTimeout> | undefined
  private moving = false
  private flight: { from: Camera; to: Camera; start: number } | null = null
  private shown: Uint8Array
  private selected: Uint8Array | null = null
  private line: readonly Point[] = []
  private corners: readonly Point[] = []
  private covered: { left: number; top: number; right: number; bottom: number }[] = []
  private hovered: number | null = null
  private target: number | null = null
  /** A drag of one finger draws a lasso instead of moving the map. */
  drawing = false

  constructor(host: HTMLElement, data: MapData, events: MapEvents) {
    this.host = host
    this.data = data
    this.events = events
    this.shown = new Uint8Array(data.genres.length).fill(1)
    host.append(this.points, this.overlay)
    this.startRenderer(true)
    if (this.measure) this.measure.font = labelFont
    const resize = new ResizeObserver(() => this.resized())
    resize.observe(host)
    const themes = new MutationObserver(() => this.changed())
    themes.observe(document.documentElement, { attributes: true })
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const onScheme = (): void => this.changed()
    scheme.addEventListener('change', onScheme)
    this.off.push(
      () => resize.disconnect(),
      () => themes.disconnect(),
      () => scheme.removeEventListener('change', onScheme),
      attachGestures(host, {
        pan: (dx, dy) => this.pan(dx, dy),
        zoom: (factor, about) => this.zoom(factor, about),
        hover: (at) => this.hoverAt(at),
        tap: (at) => this.pickAt(at),
        drawing: () => this.drawing,
        draw: (line, done) => this.draw(line, done),
        moving: (now) => {
          this.moving = now
          this.changed()
        },
      }),
    )
    this.resized()
  }

  get kind(): Renderer['kind'] | null {
    return this.renderer?.kind ?? null
  }

  private startRenderer(webgl: boolean): void {
    this.renderer = webgl ? webglRenderer(this.points) : null
    if (!this.renderer) {
      // A canvas that has given out one kind of context gives no other.
      const fresh = document.createElement('canvas')
      this.points.replaceWith(fresh)
      this.points = fresh
      this.renderer = canvasRenderer(fresh)
    } else {
      this.points.addEventListener('webglcontextlost', (event) => event.preventDefault())
      this.points.addEventListener('webglcontextrestored', () => {
        this.startRenderer(true)
        this.changed()
      })
    }
    this.renderer?.setPoints(this.data.points)
    if (this.selected) this.renderer?.setSelected(this.selected)
    this.host.dataset.renderer = this.renderer?.kind ?? 'none'
  }

  private resized(): void {
    const { left, top, width, height } = this.host.getBoundingClientRect()
    if (width === 0 || height === 0) return
    this.size = { width, height }
    const ratio = devicePixelRatio || 1
    for (const canvas of [this.points, this.overlay]) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    const before = this.whole.scale
    this.whole = wholeView(this.data.index.box, this.size)
    this.camera = this.placed ? { ...this.camera, scale: (this.camera.scale * this.whole.scale) / before } : this.whole
    this.placed = true
    this.covered = [...(this.host.parentElement?.querySelectorAll('[data-over-map]') ?? [])].map((tool) => {
      const box = tool.getBoundingClientRect()
      return { left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top }
    })
    this.changed()
    this.settled()
  }

  private settled(): void {
    const { x, y, scale } = this.camera
    this.host.dataset.camera = `${x} ${y} ${scale}`
    this.events.settled()
  }

  /** Something is to be drawn anew, in the next frame. */
  private changed(): void {
    if (this.scheduled === 0) this.scheduled = requestAnimationFrame((time) => this.frame(time))
  }

  private move(camera: Camera): void {
    this.camera = keepOnMap(camera, this.data.index.box)
    this.hoverAt(null)
    this.changed()
    clearTimeout(this.settling)
    this.settling = setTimeout(() => {
      this.changed()
      this.settled()
    }, 120)
  }

  private frame(time: number): void {
    this.scheduled = 0
    if (this.flight) {
      const share = (time - this.flight.start) / flightTime
      // Eased at both ends.
      const eased = share <= 0 ? 0 : share >= 1 ? 1 : share * share * (3 - 2 * share)
      const { from, to } = this.flight
      if (share >= 1) this.flight = null
      this.move(fly(from, to, this.size, eased))
    }
    const ratio = devicePixelRatio || 1
    const { color, backgroundColor, accentColor } = getComputedStyle(this.host)
    const theme = isLight(color) ? 'dark' : 'light'
    const magnification = this.magnification
    const radiusOf = (point: number): number =>
      radius(this.data.points.ratings[point]!, this.data.points.most, magnification)
    this.renderer?.draw({
      camera: this.camera,
      size: this.size,
      ratio,
      magnification,
      shown: this.shown,
      colours: markColours(this.data, theme),
      selecting: this.selected !== null,
      moving: this.moving || this.flight !== null,
    })
    const ringed = [...new Set([this.hovered, this.target])].filter((point) => point !== null)
    drawOverlay(this.overlay, this.data, {
      camera: this.camera,
      size: this.size,
      ratio,
      labels: placeLabels(this.data.index, this.camera, this.size, {
        widthOf: (point) => this.widthOf(point),
        shown: (point) => this.isShown(point),
        radiusOf,
        height: labelHeight,
        most: Math.round((this.size.width * this.size.height) / 22_000),
        candidates: 160,
        covered: this.covered,
      }),
      ringed: ringed.map((point) => ({ point, radius: radiusOf(point) })),
      lasso: this.line.length > 0 ? this.line.map((at) => toMap(this.camera, this.size, at)) : this.corners,
      ink: { text: color, page: backgroundColor, accent: accentColor === 'auto' ? color : accentColor },
    })
  }

  /** How much closer than everything in view. */
  get magnification(): number {
    return this.camera.scale / this.whole.scale
  }

  private widthOf(point: number): number {
    let width = this.widths.get(point)
    if (width === undefined) {
      width = this.measure?.measureText(this.data.titles[point]!).width ?? 7 * this.data.titles[point]!.length
      this.widths.set(point, width)
    }
    return width
  }

  readonly isShown = (point: number): boolean => this.shown[this.data.points.genre[point]!] === 1

  pan(dx: number, dy: number): void {
    this.flight = null
    this.move(pan(this.camera, dx, dy))
  }

  zoom(factor: number, about: Point = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.flight = null
    this.move(zoom(this.camera, this.size, factor, about, this.whole))
  }

  /** Everything in view again. */
  reset(): void {
    this.go(this.whole)
  }

  /** To a movie, close enough to tell it from its neighbours, and ring it. */
  flyTo(point: number): void {
    this.target = point
    const { x, y } = this.data.points
    const scale = Math.max(this.camera.scale, this.whole.scale * 8)
    this.go({ x: x[point]!, y: y[point]!, scale })
  }

  private go(to: Camera): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.move(to)
    else {
      this.flight = { from: this.camera, to, start: performance.now() }
      this.changed()
    }
  }

  /** Which genres are shown, one entry a mark. */
  show(shown: readonly boolean[]): void {
    this.shown = Uint8Array.from(shown, (one) => (one ? 1 : 0))
    this.changed()
    this.settled()
  }

  /** Sets these points apart; null: none. */
  select(points: readonly number[] | null): void {
    this.selected = points && new Uint8Array(this.data.ids.length)
    for (const point of points ?? []) this.selected![point] = 1
    if (this.selected) this.renderer?.setSelected(this.selected)
    else this.corners = []
    this.changed()
  }

  ring(point: number | null): void {
    this.target = point
    this.changed()
  }

  /** The best known of what is seen, at most `most`, and whether there are more. */
  inView(most: number): { points: number[]; more: boolean } {
    const points: number[] = []
    for (const point of this.data.index.inBox(seen(this.camera, this.size))) {
      if (!this.isShown(point)) continue
      if (points.length === most) return { points, more: true }
      points.push(point)
    }
    return { points, more: false }
  }

  /** Where a point is on the screen, in CSS pixels of the map. */
  where(point: number): Point {
    return toScreen(this.camera, this.size, { x: this.data.points.x[point]!, y: this.data.points.y[point]! })
  }

  private at(at: Point, pixels = reach): number | null {
    const { x, y } = toMap(this.camera, this.size, at)
    return this.data.index.nearest(x, y, pixels / this.camera.scale, this.isShown)
  }

  private pickAt(at: Point): void {
    this.target = this.at(at)
    this.events.pick(this.target)
    this.changed()
  }

  /** Picks the movie nearest to the middle, for those who move the map by keys. */
  pickMiddle(): void {
    this.target = this.at({ x: this.size.width / 2, y: this.size.height / 2 }, Infinity)
    this.events.pick(this.target)
    this.changed()
  }

  private hoverAt(at: Point | null): void {
    const point = at && this.at(at)
    if (point === this.hovered) return
    this.hovered = point
    this.events.hover(point, point === null ? null : this.where(point))
    this.changed()
  }

  private draw(line: readonly Point[], done: boolean): void {
    this.line = done ? [] : line
    if (done && line.length > 2) {
      this.corners = simplified(line, 1.5).map((at) => toMap(this.camera, this.size, at))
      this.events.lasso(pointsInside(this.data.index, this.corners, this.isShown), this.corners)
    }
    this.changed()
  }

  dispose(): void {
    cancelAnimationFrame(this.scheduled)
    clearTimeout(this.settling)
    for (const off of this.off) off()
    this.renderer?.dispose()
    this.points.remove()
    this.overlay.remove()
  }
}

/** Whether "rgb(r, g, b)" is nearer white than black. */
function isLight(colour: string): boolean {
  const [r = 0, g = 0, b = 0] = colour.match(/[\d.]+/g)?.map(Number) ?? []
  return 0.299 * r + 0.587 * g + 0.114 * b > 127
}
