import { percent } from '../../format.ts'

/** A preference share with its 95% interval on a line from one system to the other. */
export function Interval({
  a,
  b,
  rate,
  interval,
}: {
  a: string
  b: string
  rate: number
  interval: readonly number[]
}) {
  const [low, high] = [interval[0]!, interval[1]!]
  // The share for a grows to the left, where its name stands.
  const at = (share: number): string => `${100 * (1 - share)}%`
  const words = `${percent(rate)} for ${a}, 95% interval ${percent(low)} to ${percent(high)}`
  return (
    <figure className="interval" role="img" aria-label={words}>
      <div className="interval-names" aria-hidden="true">
        <span>all for {a}</span>
        <span>all for {b}</span>
      </div>
      <svg width="100%" height="56" aria-hidden="true" focusable="false">
        <line x1="0" x2="100%" y1="24" y2="24" className="interval-axis" />
        <line x1="50%" x2="50%" y1="4" y2="44" className="interval-half" />
        <line x1={at(high)} x2={at(low)} y1="24" y2="24" className="interval-range" />
        {[low, high].map((end) => (
          <line key={end} x1={at(end)} x2={at(end)} y1="14" y2="34" className="interval-end" />
        ))}
        <circle cx={at(rate)} cy="24" r="8" className="interval-rate" />
        <text x="50%" y="55" textAnchor="middle" className="interval-text">
          no preference
        </text>
      </svg>
    </figure>
  )
}
