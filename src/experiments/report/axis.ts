import { element, escaped, type Html } from './html.ts'

/** Where a chart draws inside its viewBox. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export const frame: Frame = { width: 640, height: 320, left: 58, right: 16, top: 14, bottom: 46 }

/** A linear map of [from, to] onto pixels. */
export type Scale = (value: number) => number

export function linear(from: number, to: number, low: number, high: number): Scale {
  const span = to - from || 1
  return (value) => low + ((value - from) / span) * (high - low)
}

/** About `count` round values within [low, high]: multiples of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count = 5): number[] {
  if (!(high > low)) return [low]
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough * 0.999)!
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)))
}

/** As few decimals as tell the ticks apart; thousands as k, millions as M. */
export function tickLabels(values: readonly number[]): string[] {
  const most = Math.max(...values.map(Math.abs))
  if (most >= 1e6) return values.map((value) => `${Number((value / 1e6).toFixed(2))}M`)
  if (most >= 1e4) return values.map((value) => `${Number((value / 1e3).toFixed(2))}k`)
  const step = values.length > 1 ? values[1]! - values[0]! : 1
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)))
  return values.map((value) => value.toFixed(digits))
}

/** Numbers in attributes, to a hundredth of a pixel. */
export const px = (value: number): number => Math.round(value * 100) / 100

/** Both axes with grid lines and names. */
export function axes(
  box: Frame,
  x: { readonly scale: Scale; readonly ticks: readonly number[]; readonly labels?: readonly string[]; name: string },
  y: { readonly scale: Scale; readonly ticks: readonly number[]; name: string },
): Html {
  const yLabels = tickLabels(y.ticks)
  const xLabels = x.labels ?? tickLabels(x.ticks)
  const base = box.height - box.bottom
  const parts = [
    ...y.ticks.map((tick, n) => {
      const at = px(y.scale(tick))
      const line = element('line', { class: 'grid', x1: box.left, x2: box.width - box.right, y1: at, y2: at })
      return line + element('text', { class: 'tick', x: box.left - 8, y: at + 4, 'text-anchor': 'end' }, yLabels[n]!)
    }),
    element('line', { class: 'axis', x1: box.left, x2: box.width - box.right, y1: base, y2: base }),
    ...x.ticks.map((tick, n) =>
      element(
        'text',
        { class: 'tick', x: px(x.scale(tick)), y: base + 18, 'text-anchor': 'middle' },
        escaped(xLabels[n]!),
      ),
    ),
    element(
      'text',
      { class: 'name', x: (box.left + box.width - box.right) / 2, y: box.height - 8, 'text-anchor': 'middle' },
      escaped(x.name),
    ),
    element(
      'text',
      { class: 'name', transform: `translate(14 ${(box.top + base) / 2}) rotate(-90)`, 'text-anchor': 'middle' },
      escaped(y.name),
    ),
  ]
  return parts.join('')
}

/** The drawing with its name for screen readers. */
export function drawing(box: Frame, name: string, ...parts: readonly Html[]): Html {
  const viewBox = `0 0 ${box.width} ${box.height}`
  return element('svg', { viewBox, role: 'img', 'aria-label': name, class: 'chart' }, ...parts)
}

/** The colour classes of series, in a fixed order. */
export const seriesCount = 8
export const seriesClass = (n: number): string => `s${n % seriesCount}`

/** Names of series with their colours. */
export function legend(
  names: readonly string[],
  style: 'line' | 'dot' = 'line',
  colour: (n: number) => string = seriesClass,
): Html {
  if (names.length < 2) return ''
  const entries = names.map((name, n) =>
    element('li', {}, element('span', { class: `key ${style} ${colour(n)}` }), escaped(name)),
  )
  return element('ul', { class: 'legend' }, ...entries)
}
