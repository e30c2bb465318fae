import { ScrollX } from '../../components/scroll-x.tsx'
/** Quantiles as the server names them: min, p5, p25, p50, p75, p95, max, mean. */
export interface SpreadRow {
  readonly name: string
  readonly figures: Readonly<Record<string, number>>
}

const order = ['min', 'p5', 'p25', 'p50', 'median', 'mean', 'p75', 'p95', 'max']
const words: Readonly<Record<string, string>> = {
  min: 'fewest',
  p5: '5%',
  p25: '25%',
  p50: 'median',
  mean: 'mean',
  p75: '75%',
  p95: '95%',
  max: 'most',
}
const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)

/** How unevenly ratings are spread: a box for each row on one logarithmic scale, and the figures. */
export function Spread({ rows }: { rows: readonly SpreadRow[] }) {
  const most = Math.max(2, ...rows.map(({ figures }) => figures.max ?? 0))
  const at = (value: number): number => (100 * Math.log(Math.max(value, 1))) / Math.log(most)
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))].sort((a, b) => rank(a) - rank(b))
  return (
    <div className="stack">
      <div className="spread" aria-hidden="true">
        {rows.map(({ name, figures }) => {
          const { min, p25, p50, p75, max } = figures
          if (min === undefined || p25 === undefined || p50 === undefined || p75 === undefined || max === undefined)
            return null
          return (
            <div key={name} className="spread-row">
              <span>{name}</span>
              <div className="spread-line">
                <i
                  className="spread-whole"
                  style={{ insetInlineStart: `${at(min)}%`, width: `${at(max) - at(min)}%` }}
                />
                <i
                  className="spread-half"
                  style={{ insetInlineStart: `${at(p25)}%`, width: `${at(p75) - at(p25)}%` }}
                />
                <i className="spread-median" style={{ insetInlineStart: `${at(p50)}%` }} />
              </div>
            </div>
          )
        })}
      </div>
      <ScrollX label="Ratings of each user and movie">
        <table>
          <thead>
            <tr>
              <th scope="col">Ratings</th>
              {names.map((name) => (
                <th key={name} scope="col" className="number">
                  {words[name] ?? name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, figures }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {names.map((one) => (
                  <td key={one} className="number">
                    {figures[one] === undefined ? '–' : figures[one].toLocaleString('en', { maximumFractionDigits: 1 })}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
    </div>
  )
}
