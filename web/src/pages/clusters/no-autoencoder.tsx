import { useEffect, useState } from 'react'
import { api } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { KeyForm, needsKey } from '../../components/key-gate.tsx'
import { Empty, ErrorState } from '../../components/states.tsx'
import { TrainingPanel } from '../../training/training-panel.tsx'
import { useTraining } from '../../training/use-training.ts'

/** How to get clusters where no autoencoder is live: train one here, or add one made on the command line. */
export function NoAutoencoder({ onTrained }: { onTrained: () => void }) {
  const { job, connection, follow } = useTraining()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const done = job?.state === 'done'
  useEffect(() => {
    if (done) onTrained()
  }, [done, onTrained])
  const start = async () => {
    setBusy(true)
    setError(null)
    try {
      // The models that answer now keep their traffic.
      follow(await api.startTraining({ model: 'autoencoder', warmStart: false, activate: false }))
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  const underWay = job !== null && (job.state === 'running' || job.state === 'waiting')
  return (
    <div className="stack">
      <Empty title="No autoencoder is live">
        <p>
          Clusters are read out of an autoencoder, and none of the models of this server is one. There are two ways to
          get one:
        </p>
        <ol className="steps">
          <li>
            Train one here, on the data of the live model and the ratings of the store. It runs in the background; the
            model that answers now goes on answering.
            <div className="row">
              <Button kind="primary" busy={busy} disabled={underWay} onClick={start}>
                Train an autoencoder
              </Button>
            </div>
          </li>
          <li>
            Or train it on the command line,{' '}
            <code>npx marquee train ml-latest-small --model autoencoder --out artefacts/autoencoder</code>, and add the
            folder in Admin.
          </li>
        </ol>
      </Empty>
      {error !== null &&
        (needsKey(error) ? (
          <KeyForm onKey={start}>
            <p>To start a training one needs a key with the scope admin: {error.message}.</p>
          </KeyForm>
        ) : (
          <ErrorState error={error} />
        ))}
      {job !== null && <TrainingPanel job={job} connection={connection} />}
    </div>
  )
}
