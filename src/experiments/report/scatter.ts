import { drawing, legend, linear, px, seriesClass, seriesCount } from './axis.ts'
import { element, escaped, type Html } from './html.ts'

export interface ScatterPoint {
  readonly x: number
  readonly y: number
  readonly title: string
  readonly group: string
}

const box = { width: 640, height: 520, left: 10, right: 10, top: 10, bottom: 10 }
const others = 'other'

/** Points of a map, coloured by group (the most frequent ones, the rest as "other"), titles on hover. */
export function scatter(name: string, points: readonly ScatterPoint[]): Html {
  if (points.length === 0) return ''
  const counts = new Map<string, number>()
  for (const { group } of points) counts.set(group, (counts.get(group) ?? 0) + 1)
  const ranked = [...counts].filter(([group]) => group !== '').sort(([, a], [, b]) => b - a)
  const named = ranked.slice(0, seriesCount - 1).map(([group]) => group)
  const groups = [...named, others]
  const extent = (values: number[]): [number, number] => [Math.min(...values), Math.max(...values)]
  const x = linear(...extent(points.map((p) => p.x)), box.left, box.width - box.right)
  const y = linear(...extent(points.map((p) => p.y)), box.height - box.bottom, box.top)
  const colour = (n: number): string => (groups[n] === others ? 'rest' : seriesClass(n))
  const drawn = groups.map((group, n) => {
    const own = points.filter((p) => (named.includes(p.group) ? p.group : others) === group)
    const dots = own.map((p) => {
      const title = element('title', {}, escaped(p.group === '' ? p.title : `${p.title}\n${p.group}`))
      return element('circle', { cx: px(x(p.x)), cy: px(y(p.y)), r: 3.2 }, title)
    })
    return element('g', { class: `dots ${colour(n)}` }, ...dots)
  })
  const shown = groups.map((group) => (group === others ? 'other genres' : group))
  // "Other" is drawn first so that it covers nothing.
  return drawing(box, name, drawn.at(-1)!, ...drawn.slice(0, -1)) + legend(shown, 'dot', colour)
}
