import './clusters.css'
import { useEffect, useState } from 'react'
import { type Answer, ApiError, api } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { KeyOrError, needsKey } from '../../components/key-gate.tsx'
import { Loading } from '../../components/states.tsx'
import { counted } from '../../format.ts'
import { useTitle } from '../../router.tsx'
import { useAsync } from '../../use-async.ts'
import { ClusterCard } from './cluster-card.tsx'
import { NoAutoencoder } from './no-autoencoder.tsx'

type Clusters = Answer<'getClusters'>
/** p below which a unit's genres are said not to be chance. */
const threshold = 0.05
/** Cards added at a time: an autoencoder has hundreds of units. */
const step = 24

/** What single units of the autoencoder's bottleneck stand for. */
export default function ClustersPage() {
  useTitle('Clusters')
  const [only, setOnly] = useState(false)
  const [most, setMost] = useState(step)
  const { value, state, error, retry } = useAsync((signal) => loadClusters(signal), [])
  const [shownError, setShownError] = useState<unknown>(null)
  useEffect(() => {
    if (state !== 'loading') setShownError(error)
  }, [state, error])
  const clusters = value?.clusters ?? []
  const beyond = clusters.filter(({ p }) => p !== null && p < threshold)
  const shown = only ? beyond : clusters
  return (
    <>
      <header className="page-head">
        <h1>Clusters</h1>
        <p>
          An autoencoder squeezes everything it knows of a person’s taste through a few numbers. For each of these units
          the server finds, by climbing the network’s own gradient, which movies switch it on: often a kind of movie
          that nobody named.
        </p>
      </header>
      {state === 'loading' && value === null && (
        <Loading label="Finding what each unit stands for; the first time this takes a minute" />
      )}
      {state === 'failed' && shownError !== null && isNoAutoencoder(shownError) && <NoAutoencoder onTrained={retry} />}
      {state === 'failed' && shownError !== null && !isNoAutoencoder(shownError) && (
        <KeyOrError
          error={shownError}
          onRetry={retry}
          what={needsKey(shownError) ? 'Clusters are not open to everybody' : ''}
        />
      )}
      {value !== null && state !== 'failed' && (
        <>
          <div className="row clusters-head">
            <p data-testid="clusters-count">
              {counted(clusters.length, 'unit')} of <code>{value.model}</code>; {beyond.length} of them have more of one
              genre than lists at random (p below {threshold}), where chance alone would give about{' '}
              {Math.round(threshold * clusters.length)}.
            </p>
            <button type="button" className="chip" aria-pressed={only} onClick={() => setOnly(!only)}>
              Only those
            </button>
          </div>
          {shown.length === 0 && <p className="fine">No unit’s genres differ from chance.</p>}
          <ul className="clusters">
            {shown.slice(0, most).map((cluster) => (
              <li key={cluster.unit}>
                <ClusterCard cluster={cluster} />
              </li>
            ))}
          </ul>
          {shown.length > most && (
            <p className="clusters-more">
              <Button onClick={() => setMost(most + step)}>
                Show {Math.min(step, shown.length - most)} more of {shown.length}
              </Button>
            </p>
          )}
        </>
      )}
    </>
  )
}

const isNoAutoencoder = (error: unknown): boolean => error instanceof ApiError && error.code === 'no-autoencoder'

/** Of the autoencoder that answers without being named, else of the newest that is loaded. */
async function loadClusters(signal: AbortSignal): Promise<Clusters> {
  try {
    return await api.getClusters({}, { signal })
  } catch (error) {
    if (!isNoAutoencoder(error)) throw error
    const { models } = await api.listModels({ signal })
    const other = models.find(({ model, live }) => live && model.includes('autoencoder'))
    if (!other) throw error
    return await api.getClusters({ model: other.version }, { signal })
  }
}
