import type { SearchResult, Trial } from './search.ts'
import { categories, type Dimension, encode, type SearchSpace } from './space.ts'

const height = 360
const top = 46
const bottom = 40
const step = 118
const side = 70

interface Axis {
  readonly name: string
  /** From 0 at the bottom to 1 at the top; null where the trial has no place on it. */
  readonly at: (trial: Trial) => number | null
  readonly marks: readonly { readonly at: number; readonly text: string }[]
}

/**
 * Parallel coordinates as one page of HTML that works from a file: an axis for each hyper-parameter and one for the
 * validation metric, better upwards; a line for each finished trial, the better the stronger. Light and dark; on a narrow screen
 * it scrolls. A line's settings are shown on hover, and in the table below.
 */
export function parallelCoordinates(result: SearchResult, space: SearchSpace, title: string): string {
  const names = Object.keys(space)
  const axes = [...names.map((name) => settingAxis(name, space[name]!)), metricAxis(result)]
  const width = 2 * side + (axes.length - 1) * step
  const x = (axis: number): number => side + axis * step
  const y = (at: number): number => top + (1 - at) * (height - top - bottom)
  const count = result.ranked.length
  const lines = result.ranked
    .map((trial, place) => {
      const points = axes.map((axis, a) => [x(a), y(axis.at(trial) ?? 0)] as const)
      const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')
      const share = count < 2 ? 1 : 1 - place / (count - 1)
      const tip = `trial ${trial.trial}: ${result.metric} ${trial.value!.toFixed(4)}\n${inWords(trial)}`
      return `<polyline class="${place === 0 ? 'best' : ''}" points="${path}" style="--strength:${share.toFixed(3)}"><title>${text(tip)}</title></polyline>`
    })
    // The best is drawn last, on top of all others.
    .reverse()
  const drawn = axes.map((axis, a) => {
    const marks = axis.marks.map(
      ({ at, text: label }) => `<text class="mark" x="${x(a) + 5}" y="${(y(at) + 4).toFixed(1)}">${text(label)}</text>`,
    )
    return (
      `<line x1="${x(a)}" x2="${x(a)}" y1="${y(0)}" y2="${y(1)}"/>` +
      `<text class="name" x="${x(a)}" y="${a % 2 === 0 ? 18 : 34}">${text(axis.name)}</text>${marks.join('')}`
    )
  })
  const rows = result.ranked.map(
    (trial, place) =>
      `<tr><td>${place + 1}</td><td>${trial.trial}</td><td>${trial.value!.toFixed(4)}</td>${names
        .map((name) => `<td>${text(JSON.stringify(trial.settings[name]))}</td>`)
        .join('')}</tr>`,
  )
  const statuses = ['finished', 'stopped', 'failed'].map(
    (status) => `${result.trials.filter((trial) => trial.status === status).length} ${status}`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${text(title)}</h1>
<p>${result.trials.length} trials: ${statuses.join(', ')}. ${text(result.metric)} is of the validation part, ${result.higherIsBetter ? 'higher' : 'lower'} is better; the test part was not touched. Lines are finished trials, the best in the accent colour.</p>
<div class="scroll"><svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Parallel coordinates of ${count} trials">
<g class="trials">${lines.join('\n')}</g>
<g class="axes">${drawn.join('\n')}</g>
</svg></div>
<div class="scroll"><table><thead><tr><th>place</th><th>trial</th><th>${text(result.metric)}</th>${names.map((name) => `<th>${text(name)}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
</body>
</html>
`
}

function settingAxis(name: string, dimension: Dimension): Axis {
  const count = categories(dimension)
  if (count !== null) {
    const values = dimension.type === 'choice' ? dimension.values : [false, true]
    const place = (index: number): number => (count === 1 ? 0.5 : index / (count - 1))
    return {
      name,
      at: ({ settings }) => place(encode(dimension, settings[name])),
      marks: values.map((value, index) => ({ at: place(index), text: short(JSON.stringify(value)) })),
    }
  }
  const { low, high, log } = dimension as { low: number; high: number; log?: boolean }
  return {
    name: log ? `${name} (log)` : name,
    at: ({ settings }) => encode(dimension, settings[name]),
    marks: [
      { at: 0, text: String(low) },
      { at: 1, text: String(high) },
    ],
  }
}

/** Spread over the better half of the trials at most: a few hopeless ones must not squeeze the rest together. */
function metricAxis({ metric, ranked }: SearchResult): Axis {
  const best = ranked[0]!.value!
  const middle = ranked[Math.floor(ranked.length / 2)]!.value!
  const last = ranked.at(-1)!.value!
  const floor = Math.abs(last - best) > 4 * Math.abs(middle - best) ? best + 4 * (middle - best) : last
  const span = floor - best
  return {
    name: metric,
    at: ({ value }) => (span === 0 ? 1 : Math.max(0, 1 - (value! - best) / span)),
    marks: [
      { at: 1, text: best.toFixed(4) },
      ...(span === 0 ? [] : [{ at: 0, text: `${floor.toFixed(4)}${floor === last ? '' : ' or worse'}` }]),
    ],
  }
}

const inWords = ({ settings }: Trial): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join('\n')

const short = (value: string): string => (value.length > 14 ? `${value.slice(0, 13)}…` : value)

const text = (value: string): string => value.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1e23;--quiet:#5b6470;--line:#d9dde3;--trial:#4269d0;--best:#c2410c}
@media(prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e8eaed;--quiet:#a0a8b3;--line:#333a43;--trial:#86a7ff;--best:#ff9d5c}}
body{margin:0;padding:1rem;background:var(--paper);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
h1{font-size:1.25rem;margin:0 0 .25rem}
p{margin:0 0 .75rem;color:var(--quiet);font-size:.875rem;max-width:60rem}
.scroll{overflow-x:auto;margin-bottom:1rem}
svg{display:block;font:12px system-ui,sans-serif}
polyline{fill:none;stroke:var(--trial);stroke-width:1.4;opacity:calc(.12 + .6 * var(--strength))}
polyline.best{stroke:var(--best);stroke-width:2.6;opacity:1}
polyline:hover{stroke-width:4;opacity:1}
.axes line{stroke:var(--quiet)}
.axes text{fill:var(--ink)}
.axes .name{text-anchor:middle;font-weight:600}
.axes .mark{fill:var(--quiet);paint-order:stroke;stroke:var(--paper);stroke-width:3px}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
`
