import { axes, drawing, frame, legend, linear, px, seriesClass, tickLabels, ticks } from './axis.ts'
import { element, escaped, grouped, type Html } from './html.ts'

/** Columns from zero over labelled values: a histogram. */
export function histogram(
  name: string,
  xLabel: string,
  yLabel: string,
  columns: readonly { readonly label: string; readonly count: number }[],
): Html {
  const top = Math.max(...columns.map(({ count }) => count), 1)
  const x = linear(-0.5, columns.length - 0.5, frame.left, frame.width - frame.right)
  const y = linear(0, top * 1.04, frame.height - frame.bottom, frame.top)
  const total = columns.reduce((sum, { count }) => sum + count, 0)
  const width = (x(1) - x(0)) * 0.82
  const bars = columns.map(({ label, count }, n) => {
    const share = ((100 * count) / total).toFixed(1)
    const title = element('title', {}, escaped(`${label}: ${grouped(count)} (${share}%)`))
    const height = px(y(0) - y(count))
    return element('rect', { x: px(x(n) - width / 2), y: px(y(count)), width: px(width), height, rx: 2 }, title)
  })
  const grid = axes(
    frame,
    { scale: x, ticks: columns.map((_, n) => n), labels: columns.map(({ label }) => label), name: xLabel },
    { scale: y, ticks: ticks(0, top * 1.04), name: yLabel },
  )
  return drawing(frame, name, grid, element('g', { class: seriesClass(0) }, ...bars))
}

export interface BarGroup {
  readonly label: string
  /** One per series; null where there is none. */
  readonly values: readonly (number | null)[]
}

const rowHeight = 22

/** Horizontal bars in groups, so that long names stay readable; every bar with its value beside it. */
export function groupedBars(name: string, series: readonly string[], groups: readonly BarGroup[]): Html {
  const shown = groups.filter(({ values }) => values.some((value) => value !== null))
  if (shown.length === 0) return ''
  const groupHeight = series.length * rowHeight + 26
  const box = { width: 640, height: shown.length * groupHeight + 34, left: 12, right: 62, top: 4, bottom: 30 }
  const top = Math.max(...shown.flatMap(({ values }) => values.map((value) => value ?? 0)))
  const x = linear(0, top, box.left, box.width - box.right)
  const axisTicks = ticks(0, top, 5)
  const labels = tickLabels(axisTicks)
  const grid = axisTicks.map((tick, n) => {
    const at = px(x(tick))
    const text = { class: 'tick', x: at, y: box.height - 10, 'text-anchor': tick === 0 ? 'start' : 'middle' }
    return (
      element('line', { class: 'grid', x1: at, x2: at, y1: box.top, y2: box.height - box.bottom }) +
      element('text', text, labels[n]!)
    )
  })
  const rows = shown.map(({ label, values }, g) => {
    const from = box.top + g * groupHeight
    const bars = values.map((value, n) => {
      if (value === null) return ''
      const at = from + 22 + n * rowHeight
      const title = element('title', {}, escaped(`${label}, ${series[n]}: ${value.toFixed(4)}`))
      const size = { x: box.left, y: at, width: px(x(value) - box.left), height: rowHeight - 5, rx: 2 }
      const bar = element('rect', { class: seriesClass(n), ...size }, title)
      return bar + element('text', { class: 'value', x: px(x(value)) + 6, y: at + 13 }, value.toFixed(4))
    })
    return element('text', { class: 'bar-label', x: box.left, y: from + 15 }, escaped(label)) + bars.join('')
  })
  return drawing(box, name, ...grid, ...rows) + legend(series, 'dot')
}
