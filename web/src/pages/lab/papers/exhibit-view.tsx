import { useCallback, useMemo } from 'react'
import { Chart, type Plot } from '../../../charts/plot.tsx'
import { ScrollX } from '../../../components/scroll-x.tsx'
import { count, decimal, signed } from '../../../format.ts'
import { epochTicks } from '../../../training/epoch-ticks.ts'
import type { Curves, Distribution, Exhibit, Figure, Rows, Table } from './document.ts'

export function ExhibitView({ exhibit: { content, title }, quick }: { exhibit: Exhibit; quick: boolean }) {
  switch (content.kind) {
    case 'table':
      return <FigureTable table={content} quick={quick} />
    case 'curves':
      return <CurvesChart curves={content} title={title} />
    case 'distribution':
      return <DistributionChart distribution={content} title={title} />
    case 'rows':
      return <PlainRows rows={content} />
    case 'words':
      return <p>{content.words}</p>
  }
}

/** Each figure: the paper's, ours as mean ± spread, and the difference. */
function FigureTable({ table: { columns, rows }, quick }: { table: Table; quick: boolean }) {
  const printed = columns.map((_, c) => rows.some(({ figures }) => (figures[c]?.published ?? null) !== null))
  const width = (c: number): number => (printed[c] ? (quick ? 2 : 3) : 1)
  return (
    <ScrollX label="Figures">
      <table className="figures">
        <thead>
          <tr>
            <td rowSpan={2} />
            {columns.map(({ header, better }, c) => (
              <th key={header} scope="colgroup" colSpan={width(c)} className="figure-group">
                {header} {better !== null && <span className="fine">({better} is better)</span>}
              </th>
            ))}
          </tr>
          <tr>
            {columns.map(({ header }, c) => (
              <Heads key={header} printed={printed[c]!} quick={quick} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, tone, figures }) => (
            <tr key={label} data-tone={tone ?? undefined}>
              <th scope="row">{label}</th>
              {columns.map(({ header, digits }, c) => (
                <Cells key={header} figure={figures[c] ?? null} digits={digits} printed={printed[c]!} quick={quick} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}

function Heads({ printed, quick }: { printed: boolean; quick: boolean }) {
  return (
    <>
      {printed && (
        <th scope="col" className="number figure-first">
          paper
        </th>
      )}
      <th scope="col" className={printed ? 'number' : 'number figure-first'}>
        ours
      </th>
      {printed && !quick && (
        <th scope="col" className="number">
          difference
        </th>
      )}
    </>
  )
}

function Cells({
  figure,
  digits,
  printed,
  quick,
}: {
  figure: Figure | null
  digits: number
  printed: boolean
  quick: boolean
}) {
  return (
    <>
      {printed && <td className="number figure-first">{decimal(figure?.published, digits)}</td>}
      <td className={printed ? 'number' : 'number figure-first'}>
        {figure === null ? (
          '–'
        ) : figure.mean === null ? (
          <span title={figure.reason}>{figure.word}</span>
        ) : (
          ours(figure, digits)
        )}
      </td>
      {printed && !quick && (
        <td className="number">{figure?.difference == null ? '–' : signed(figure.difference, digits)}</td>
      )}
    </>
  )
}

const ours = ({ mean, sd }: Figure, digits: number): string =>
  sd === null ? decimal(mean, digits) : `${decimal(mean, digits)} ± ${decimal(sd, digits)}`

/** Symbol and its sign in words, so that colour is not the only cue. */
const symbols = [
  ['circle', '○'],
  ['square', '□'],
  ['triangle', '△'],
  ['diamond', '◇'],
  ['cross', '+'],
] as const
const seriesOf = (n: number) => n % symbols.length

function CurvesChart({ curves: { series, yLabel }, title }: { curves: Curves; title: string }) {
  const drawn = useMemo(() => series.filter(({ points }) => points.length > 0), [series])
  const draw = useCallback(
    (plot: Plot) => {
      const points = drawn.flatMap(({ label, points: all }) => all.map(({ x, y }) => ({ epoch: x, value: y, label })))
      return {
        marginLeft: 56,
        x: { label: 'epoch', tickFormat: 'd', ticks: epochTicks(points.map(({ epoch }) => epoch)) },
        y: { label: yLabel, grid: true },
        color: {
          domain: drawn.map(({ label }) => label),
          range: drawn.map((_, n) => `var(--series-${seriesOf(n) + 1})`),
        },
        symbol: { domain: drawn.map(({ label }) => label), range: drawn.map((_, n) => symbols[seriesOf(n)]![0]) },
        marks: [
          plot.lineY(points, { x: 'epoch', y: 'value', stroke: 'label', strokeWidth: 2 }),
          plot.dot(points, { x: 'epoch', y: 'value', stroke: 'label', symbol: 'label', r: 3 }),
        ],
      }
    },
    [drawn, yLabel],
  )
  return (
    <>
      <ul className="chart-key">
        {drawn.map(({ label }, n) => (
          <li key={label} style={{ color: `var(--series-${seriesOf(n) + 1})` }}>
            {symbols[seriesOf(n)]![1]} {label}
          </li>
        ))}
      </ul>
      {drawn.length > 0 && (
        <Chart
          draw={draw}
          height={280}
          label={`${title}: ${yLabel} by epoch, ${drawn.map(({ label }) => label).join(', ')}`}
        />
      )}
      {series.flatMap(({ label, absent }) =>
        absent === null ? [] : [<p key={label} className="fine">{`${label}: ${absent}`}</p>],
      )}
      {drawn.length > 0 && (
        <details>
          <summary>The figures as a table</summary>
          <PlainRows
            rows={{
              kind: 'rows',
              header: ['series', 'epoch', yLabel],
              rows: drawn.flatMap(({ label, points }) => points.map(({ x, y }) => [label, String(x), decimal(y)])),
              absent: [],
            }}
          />
        </details>
      )}
    </>
  )
}

function DistributionChart({
  distribution: { of, points, absent },
  title,
}: {
  distribution: Distribution
  title: string
}) {
  const draw = useCallback(
    (plot: Plot) =>
      of === 'ratings'
        ? {
            marginLeft: 60,
            x: { label: 'rating' },
            y: { label: 'ratings', grid: true, tickFormat: 's' },
            marks: [plot.barY(points, { x: 'at', y: 'count', fill: 'var(--chart-bar)', insetLeft: 2, insetRight: 2 })],
          }
        : {
            marginLeft: 60,
            x: { label: 'rank of the movie', type: 'log' as const },
            y: { label: 'ratings', grid: true, tickFormat: 's' },
            marks: [plot.lineY(points, { x: 'at', y: 'count', stroke: 'var(--amber)', strokeWidth: 2 })],
          },
    [of, points],
  )
  if (absent !== null) return <p className="fine">{absent}</p>
  const head = of === 'ratings' ? 'rating' : 'rank'
  return (
    <>
      <Chart draw={draw} label={`${title}: ratings by ${head}`} />
      <details>
        <summary>The figures as a table</summary>
        <PlainRows
          rows={{
            kind: 'rows',
            header: [head, 'ratings'],
            rows: points.map(({ at, count: n }) => [count(at), count(n)]),
            absent: [],
          }}
        />
      </details>
    </>
  )
}

function PlainRows({ rows: { header, rows, absent } }: { rows: Rows }) {
  return (
    <>
      {rows.length > 0 && (
        <ScrollX label="Rows" className="plain-rows">
          <table>
            <thead>
              <tr>
                {header.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.join('\t')}>
                  {row.map((cell, c) => (
                    <td key={header[c]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollX>
      )}
      {absent.map((reason) => (
        <p key={reason} className="fine">
          {reason}
        </p>
      ))}
    </>
  )
}
