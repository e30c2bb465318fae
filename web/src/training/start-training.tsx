import { type FormEvent, useId, useState } from 'react'
import { api, type Job } from '../api.ts'
import { Button } from '../components/button.tsx'
import { KeyOrError } from '../components/key-gate.tsx'
import { useAsync } from '../use-async.ts'

/** Starts a training: of the live model from its weights, or of another model from scratch. */
export function StartTraining({ running, onStarted }: { running: boolean; onStarted: (job: Job) => void }) {
  const id = useId()
  const models = useAsync((signal) => api.listModels({ signal }), [])
  // Suggestions while typing: without them a name can still be typed, and the server says where it is none.
  const trainable = useAsync((signal) => api.listTrainable({ signal }), [])
  const [model, setModel] = useState('')
  const [warm, setWarm] = useState(false)
  const [activate, setActivate] = useState(false)
  const [seed, setSeed] = useState('1')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const live = models.value?.models.find((one) => one.live && one.share > 0) ?? models.value?.models[0]
  const start = async () => {
    setBusy(true)
    setError(null)
    try {
      const name = model.trim()
      onStarted(
        await api.startTraining({
          ...(name !== '' && { model: name }),
          warmStart: warm && name === '',
          activate,
          seed: Number(seed),
        }),
      )
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void start()
  }
  return (
    <form className="panel stack" onSubmit={submit} aria-label="Start a training">
      <h2>Train a model</h2>
      <p className="fine">
        On the data of the live model and every rating of the store, in the background: what answers now goes on
        answering.
      </p>
      <div className="training-fields">
        <div className="field">
          <label htmlFor={`${id}-model`}>Model</label>
          <input
            id={`${id}-model`}
            className="input"
            list={`${id}-models`}
            placeholder={live ? `${live.model}, as the live one` : 'as the live one'}
            autoComplete="off"
            spellCheck={false}
            value={model}
            onChange={(event) => setModel(event.target.value)}
          />
          <datalist id={`${id}-models`}>
            {(trainable.value?.models ?? []).map(({ name, summary }) => (
              <option key={name} value={name} label={`${name}: ${summary}`} />
            ))}
          </datalist>
        </div>
        <div className="field">
          <label htmlFor={`${id}-seed`}>Seed</label>
          <input
            id={`${id}-seed`}
            className="input"
            type="number"
            required
            value={seed}
            onChange={(event) => setSeed(event.target.value)}
          />
        </div>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={warm && model.trim() === ''}
          disabled={model.trim() !== ''}
          onChange={(event) => setWarm(event.target.checked)}
        />
        <span>
          Start from the live model’s weights
          <span className="fine"> (faster; only for the live model, where it can)</span>
        </span>
      </label>
      <label className="check">
        <input type="checkbox" checked={activate} onChange={(event) => setActivate(event.target.checked)} />
        <span>
          Give it all traffic when it is done
          <span className="fine"> (otherwise it is added to the models and answers those who name it)</span>
        </span>
      </label>
      {error !== null && <KeyOrError error={error} onRetry={start} what="Starting a training needs the scope admin" />}
      <div className="row">
        <Button type="submit" kind="primary" busy={busy} disabled={running}>
          Start training
        </Button>
        {running && <span className="fine">One training runs at a time.</span>}
      </div>
    </form>
  )
}
