import '../../components/progress.css'
import './admin.css'
import { useState } from 'react'
import { api, apiKey } from '../../api.ts'
import { Confirm, type Question } from '../../components/confirm.tsx'
import { KeyForm, KeyOrError } from '../../components/key-gate.tsx'
import { Loading } from '../../components/states.tsx'
import { useTitle } from '../../router.tsx'
import { useAsync } from '../../use-async.ts'
import { Keys } from './keys.tsx'
import { Models } from './models.tsx'
import { Retraining } from './retraining.tsx'
import { Store } from './store.tsx'

/** Models and their traffic, retraining, the store, and keys: for whoever runs the server. */
export default function AdminPage() {
  useTitle('Admin')
  const { value, state, error, retry } = useAsync(async (signal) => {
    const [store, keys, models] = await Promise.all([
      api.storeInfo({ signal }),
      api.listKeys({ signal }),
      api.listModels({ signal }),
    ])
    return { store, keys: keys.keys, models: models.models }
  }, [])
  const [question, ask] = useState<Question | null>(null)
  const [changing, setChanging] = useState(false)
  const key = apiKey.get()
  return (
    <>
      <header className="page-head">
        <h1>Admin</h1>
        <p>Which models answer, what they learn next, what is kept, and who may ask.</p>
      </header>
      {value === null && state === 'loading' && <Loading label="Looking around" />}
      {state === 'failed' && (
        <KeyOrError error={error} onRetry={retry} what="This page is for whoever runs the server" />
      )}
      {value !== null && state !== 'failed' && (
        <div className="stack admin">
          {key !== null && !changing && (
            <p className="fine row">
              Requests of this tab carry the key <code>{masked(key)}</code>.
              <button type="button" className="button button-quiet button-small" onClick={() => setChanging(true)}>
                Change
              </button>
            </p>
          )}
          {changing && (
            <KeyForm
              onKey={() => {
                setChanging(false)
                retry()
              }}
            />
          )}
          <Models models={value.models} ask={ask} onChanged={retry} />
          <Retraining store={value.store} onTrained={retry} />
          <Store store={value.store} />
          <Keys keys={value.keys} ask={ask} onChanged={retry} />
        </div>
      )}
      <Confirm question={question} onClose={() => ask(null)} />
    </>
  )
}

/** Enough of a key to tell it from others, not enough to use it. */
const masked = (key: string): string => (key.length > 12 ? `${key.slice(0, 6)}…${key.slice(-2)}` : '…')
