import { api, type Model } from '../../api.ts'
import { KeyOrError } from '../../components/key-gate.tsx'
import { ScrollX } from '../../components/scroll-x.tsx'
import { Empty, Loading } from '../../components/states.tsx'
import { count, decimal, moment } from '../../format.ts'
import { LossChart } from '../../training/loss-chart.tsx'
import { useAsync } from '../../use-async.ts'
import { bestOf, better, metricsOf } from './comparison.ts'

/** The models of this server side by side, the best figure of each metric marked, and the curve each was trained by. */
export function ModelsTab() {
  const { value, state, error, retry } = useAsync((signal) => api.listModels({ signal }), [])
  if (value === null) {
    if (state === 'failed') return <KeyOrError error={error} onRetry={retry} what="Models are not open to everybody" />
    return <Loading label="Loading the models" />
  }
  const { models } = value
  if (models.length === 0) {
    return (
      <Empty title="There is no model">
        <p>Train one under Training, or add one in Admin.</p>
      </Empty>
    )
  }
  const metrics = metricsOf(models)
  const best = new Map(metrics.map((metric) => [metric, bestOf(models, metric)]))
  return (
    <div className="stack">
      <section className="panel stack" aria-labelledby="lab-models">
        <h2 id="lab-models">Side by side</h2>
        {metrics.length === 0 ? (
          <p className="fine">None of these models was measured on held-out ratings.</p>
        ) : (
          <ScrollX label="Metrics of the models">
            <table data-testid="models">
              <caption className="fine">
                Figures that came with each model, on its own held-out ratings: they compare where data and split are
                the same. <span className="best-sign">★</span> is the best of its column.
              </caption>
              <thead>
                <tr>
                  <th scope="col">Model</th>
                  {metrics.map((metric) => (
                    <th key={metric} scope="col" className="number">
                      {metric}
                      <span className="fine">
                        {' '}
                        {better(metric) === 'lower' ? '↓' : better(metric) === 'higher' ? '↑' : ''}
                      </span>
                      <span className="visually-hidden">
                        {better(metric) === null ? '' : `, ${better(metric)} is better`}
                      </span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {models.map((model) => (
                  <tr key={model.version}>
                    <th scope="row">
                      {model.model} {model.live && <span className="badge badge-live">live</span>}
                      <span className="version">{model.version}</span>
                    </th>
                    {metrics.map((metric) => {
                      const marked = best.get(metric)!.has(model.version)
                      return (
                        <td key={metric} className={marked ? 'number best' : 'number'}>
                          {marked && (
                            <span className="best-sign" role="img" aria-label="best">
                              ★{' '}
                            </span>
                          )}
                          {decimal(model.metrics[metric])}
                        </td>
                      )
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollX>
        )}
      </section>
      {models.map((model) => (
        <ModelDetails key={model.version} model={model} />
      ))}
    </div>
  )
}

function ModelDetails({ model }: { model: Model }) {
  const { dataset, epochs, hyperparameters } = model
  const able = Object.entries(model.abilities).flatMap(([name, can]) => (can ? [abilities[name] ?? name] : []))
  return (
    <details className="panel model-details">
      <summary>
        <strong>{model.model}</strong> <span className="version">{model.version}</span>
      </summary>
      <div className="stack">
        <p className="fine">
          Made {moment(model.created)} from {count(dataset.ratings)} ratings of {count(dataset.items)} movies by{' '}
          {count(dataset.users)} users ({dataset.name}). It can {able.join(', ')}.
        </p>
        {epochs.length > 0 ? (
          <LossChart epochs={epochs} />
        ) : (
          <p className="fine">It was solved, not trained in epochs.</p>
        )}
        <dl className="settings">
          {Object.entries(hyperparameters).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </details>
  )
}

const abilities: Readonly<Record<string, string>> = {
  ratings: 'predict ratings',
  foldIn: 'take in new people',
  similar: 'find similar movies',
  explain: 'give reasons',
  unseenItems: 'recommend movies nobody rated',
  browser: 'run in the browser',
}
