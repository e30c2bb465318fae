import type { Point } from './camera.ts'

/** What hands do on the map, in CSS pixels from its upper left corner. */
export interface GestureHandlers {
  pan(dx: number, dy: number): void
  zoom(factor: number, about: Point): void
  /** The mouse rests or moves here; null: it left. */
  hover(at: Point | null): void
  /** A click or tap that was no drag. */
  tap(at: Point): void
  /** Whether a drag of one finger draws a lasso. */
  drawing(): boolean
  draw(line: readonly Point[], done: boolean): void
  /** A drag or pinch begins or ends. */
  moving(now: boolean): void
}

/** Farther than this, in pixels, a press becomes a drag. */
const slack = 4

/** Wheel, drag, pinch, double tap and click on an element; returns what takes them off again. */
export function attachGestures(element: HTMLElement, handlers: GestureHandlers): () => void {
  const held = new Map<number, Point>()
  let pressed: Point | null = null
  let line: Point[] | null = null
  let lastTap: { at: Point; time: number } | null = null

  const place = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }

  const down = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && event.button !== 0) return
    element.setPointerCapture(event.pointerId)
    const at = place(event)
    held.set(event.pointerId, at)
    if (held.size === 1) {
      pressed = at
      line = handlers.drawing() || event.shiftKey ? [at] : null
    } else {
      // A second finger: a pinch, and no lasso any more.
      if (line) handlers.draw([], true)
      line = null
      pressed = null
    }
    handlers.moving(true)
  }

  const move = (event: PointerEvent): void => {
    const at = place(event)
    const before = held.get(event.pointerId)
    if (!before) {
      if (event.pointerType !== 'touch') handlers.hover(at)
      return
    }
    if (held.size === 2) {
      const other = [...held].find(([id]) => id !== event.pointerId)![1]
      const was = Math.hypot(before.x - other.x, before.y - other.y)
      const is = Math.hypot(at.x - other.x, at.y - other.y)
      handlers.pan((at.x - before.x) / 2, (at.y - before.y) / 2)
      if (was > 0 && is > 0) handlers.zoom(is / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 })
      held.set(event.pointerId, at)
      return
    }
    if (pressed && Math.hypot(at.x - pressed.x, at.y - pressed.y) <= slack) return
    if (pressed) handlers.hover(null)
    pressed = null
    held.set(event.pointerId, at)
    if (line) {
      // Where frames are slow, the browser hands over several moves as one; left out, they would cut the corners off.
      const moves = event.getCoalescedEvents?.() ?? []
      line.push(...moves.slice(0, -1).map(place), at)
      handlers.draw(line, false)
    } else handlers.pan(at.x - before.x, at.y - before.y)
  }

  const up = (event: PointerEvent): void => {
    if (!held.delete(event.pointerId)) return
    if (pressed && event.type === 'pointerup') {
      const time = event.timeStamp
      const again =
        lastTap && time - lastTap.time < 350 && Math.hypot(pressed.x - lastTap.at.x, pressed.y - lastTap.at.y) < 30
      lastTap = again ? null : { at: pressed, time }
      if (again) handlers.zoom(2, pressed)
      else handlers.tap(pressed)
      if (line) handlers.draw([], true)
    } else if (line) handlers.draw(event.type === 'pointerup' ? line : [], true)
    pressed = null
    line = null
    if (held.size === 0) handlers.moving(false)
  }

  const wheel = (event: WheelEvent): void => {
    event.preventDefault()
    // Lines and pages as pixels; a pinch on a touchpad comes as a wheel with ctrl and in small steps.
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1)
    handlers.zoom(2 ** (-Math.max(-240, Math.min(240, pixels)) * (event.ctrlKey ? 0.01 : 0.0025)), place(event))
  }

  const leave = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') handlers.hover(null)
  }

  const off = new AbortController()
  const options = { signal: off.signal }
  element.addEventListener('pointerdown', down, options)
  element.addEventListener('pointermove', move, options)
  element.addEventListener('pointerup', up, options)
  element.addEventListener('pointercancel', up, options)
  element.addEventListener('pointerleave', leave, options)
  element.addEventListener('wheel', wheel, { ...options, passive: false })
  return () => off.abort()
}
