import { axes, drawing, frame, legend, linear, px, seriesClass, ticks } from './axis.ts'
import { decimal, element, escaped, type Html } from './html.ts'

export interface Line {
  readonly label: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface LineChart {
  readonly name: string
  readonly xLabel: string
  readonly yLabel: string
  readonly lines: readonly Line[]
  /** A horizontal line at a published value. */
  readonly mark?: { readonly label: string; readonly value: number } | null
}

/** More points than this are shown as a line; each still has its figures on hover. */
const dotsShown = 60

/** Lines over a common x axis, every point with its figures on hover. */
export function lineChart({ name, xLabel, yLabel, lines, mark }: LineChart): Html {
  const all = lines.flatMap(({ points }) => points)
  if (all.length === 0) return ''
  const xs = all.map(({ x }) => x)
  const ys = [...all.map(({ y }) => y), ...(mark ? [mark.value] : [])]
  const margin = (Math.max(...ys) - Math.min(...ys)) * 0.06 || 0.01
  const [low, high] = [Math.min(...ys) - margin, Math.max(...ys) + margin]
  const [first, last] = [Math.min(...xs), Math.max(...xs)]
  const x = linear(first, Math.max(last, first + 1), frame.left + 10, frame.width - frame.right - 10)
  const y = linear(low, high, frame.height - frame.bottom, frame.top)
  const xTicks = ticks(first, last, Math.min(8, Math.max(1, last - first))).filter(Number.isInteger)
  const drawn = lines.map(({ label, points }, n) => {
    const path = points.map((p, k) => `${k === 0 ? 'M' : 'L'}${px(x(p.x))} ${px(y(p.y))}`).join('')
    const dots = points.map((p) =>
      element(
        'circle',
        { cx: px(x(p.x)), cy: px(y(p.y)), r: 3.5 },
        element('title', {}, escaped(`${label}\n${xLabel} ${p.x}: ${decimal(p.y, 4)}`)),
      ),
    )
    return element(
      'g',
      { class: points.length > dotsShown ? `${seriesClass(n)} quiet` : seriesClass(n) },
      element('path', { class: 'line', d: path }),
      ...dots,
    )
  })
  const marked = mark
    ? element('line', {
        class: 'mark',
        x1: frame.left,
        x2: frame.width - frame.right,
        y1: y(mark.value),
        y2: y(mark.value),
      }) +
      element(
        'text',
        { class: 'marked', x: frame.width - frame.right, y: y(mark.value) - 6, 'text-anchor': 'end' },
        escaped(mark.label),
      )
    : ''
  const grid = axes(
    frame,
    { scale: x, ticks: xTicks, name: xLabel },
    { scale: y, ticks: ticks(low, high), name: yLabel },
  )
  return drawing(frame, name, grid, ...drawn, marked) + legend(lines.map(({ label }) => label))
}
