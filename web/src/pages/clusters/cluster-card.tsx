import type { Answer } from '../../api.ts'
import { percent, pValue } from '../../format.ts'
import { Link } from '../../router.tsx'

type Cluster = Answer<'getClusters'>['clusters'][number]

/** One unit: its movies, strongest first, and how their genres compare with random lists. */
export function ClusterCard({ cluster }: { cluster: Cluster }) {
  const { unit, movies, concentration, chance, p, topGenre } = cluster
  const strongest = Math.max(...movies.map(({ weight }) => Math.abs(weight)), 1e-12)
  const clear = p !== null && p < 0.05
  return (
    <article className="panel cluster" aria-labelledby={`unit-${unit}`} data-unit={unit}>
      <header>
        <h2 id={`unit-${unit}`}>{clear && topGenre !== null ? topGenre : 'Mixed'}</h2>
        <p className="fine">unit {unit}</p>
      </header>
      {topGenre !== null && p !== null && (
        <p className="fine">
          More {topGenre} than a random list: p {pValue(p)}
          {clear ? '' : ', so it may be chance'}
        </p>
      )}
      <ol>
        {movies.map(({ item, title, genres, weight }) => (
          <li key={item}>
            <Link href={`/movie/${encodeURIComponent(item)}`}>{title}</Link>
            <span className="fine">{genres.join(', ') || 'no genre'}</span>
            <i
              className="cluster-weight"
              style={{ width: `${(100 * Math.abs(weight)) / strongest}%` }}
              aria-hidden="true"
            />
          </li>
        ))}
      </ol>
      {concentration !== null && chance !== null && <Concentration concentration={concentration} chance={chance} />}
    </article>
  )
}

/** Two bars on one scale, and the same in words. */
function Concentration({ concentration, chance }: { concentration: number; chance: number }) {
  const most = Math.max(concentration, chance, 1e-9)
  return (
    <div className="cluster-figures">
      <div aria-hidden="true" className="cluster-bars">
        <span>here</span>
        <i className="bar-here" style={{ width: `${(100 * concentration) / most}%` }} />
        <span>chance</span>
        <i className="bar-chance" style={{ width: `${(100 * chance) / most}%` }} />
      </div>
      <p className="fine">
        Two of its movies share a genre {percent(concentration)} of the time, two of a random list {percent(chance)}.
      </p>
    </div>
  )
}
