import '../../training/training.css'
import { useCallback } from 'react'
import { type Answer, api } from '../../api.ts'
import { Chart, type Plot } from '../../charts/plot.tsx'
import { KeyOrError } from '../../components/key-gate.tsx'
import { ScrollX } from '../../components/scroll-x.tsx'
import { Loading } from '../../components/states.tsx'
import { count, percent } from '../../format.ts'
import { useAsync } from '../../use-async.ts'
import { Spread } from './spread.tsx'

type Data = Answer<'dataInfo'>

export function DataTab() {
  const { value, state, error, retry } = useAsync((signal) => api.dataInfo({ signal }), [])
  if (value === null) {
    if (state === 'failed')
      return <KeyOrError error={error} onRetry={retry} what="Statistics are not open to everybody" />
    return <Loading label="Counting the ratings" />
  }
  return (
    <div className="stack">
      <section className="panel stack" aria-labelledby="lab-data">
        <h2 id="lab-data">{value.name}</h2>
        <dl className="facts">
          <Fact name="ratings" figure={count(value.ratings)} />
          <Fact name="users" figure={count(value.users)} />
          <Fact name="movies" figure={count(value.items)} />
          <Fact name="of all pairs are rated" figure={percent(value.density, 2)} />
          <Fact name="mean rating" figure={value.mean.toFixed(2)} />
        </dl>
      </section>
      <Histogram data={value} />
      <section className="panel stack" aria-labelledby="lab-spread">
        <h2 id="lab-spread">Ratings of each user and of each movie</h2>
        <p className="fine">
          From the fewest to the most, on a logarithmic scale; the box holds the middle half, the line in it is the
          median.
        </p>
        <Spread
          rows={[
            { name: 'per user', figures: value.perUser },
            { name: 'per movie', figures: value.perItem },
          ]}
        />
      </section>
      <section className="panel stack" aria-labelledby="lab-licence">
        <h2 id="lab-licence">Licence and citation</h2>
        <p>{value.licence ?? 'The data say nothing about a licence.'}</p>
        {value.citation !== null && (
          <blockquote className="citation" data-testid="citation">
            {value.citation}
          </blockquote>
        )}
      </section>
    </div>
  )
}

function Fact({ name, figure }: { name: string; figure: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{figure}</dd>
    </div>
  )
}

function Histogram({ data }: { data: Data }) {
  const { histogram, ratings } = data
  const draw = useCallback(
    (plot: Plot) => ({
      marginLeft: 60,
      x: { label: null },
      y: { label: 'ratings', grid: true, tickFormat: 's' },
      marks: [
        plot.barY(histogram, { x: 'rating', y: 'count', fill: 'var(--chart-bar)', insetLeft: 2, insetRight: 2 }),
        plot.ruleY([0], { stroke: 'var(--line-strong)' }),
      ],
    }),
    [histogram],
  )
  const most = histogram.reduce((a, b) => (b.count > a.count ? b : a), { rating: 0, count: 0 })
  return (
    <section className="panel stack" aria-labelledby="lab-histogram">
      <h2 id="lab-histogram">How people rate</h2>
      <Chart
        draw={draw}
        label={`Histogram of the ratings. The most frequent rating is ${most.rating}, given ${count(most.count)} times.`}
      />
      <details>
        <summary>The figures as a table</summary>
        <ScrollX label="Ratings of each value">
          <table data-testid="histogram">
            <caption className="visually-hidden">Ratings of each value</caption>
            <thead>
              <tr>
                <th scope="col">Rating</th>
                <th scope="col" className="number">
                  Ratings
                </th>
                <th scope="col" className="number">
                  Share
                </th>
              </tr>
            </thead>
            <tbody>
              {histogram.map(({ rating, count: n }) => (
                <tr key={rating}>
                  <th scope="row">{rating}</th>
                  <td className="number">{count(n)}</td>
                  <td className="number">{percent(n / ratings, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollX>
      </details>
    </section>
  )
}
