import { type FormEvent, useId, useState } from 'react'
import { api, type Model } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import type { Question } from '../../components/confirm.tsx'
import { ErrorState } from '../../components/states.tsx'
import { toast } from '../../components/toast.tsx'
import { count, decimal, moment, percent } from '../../format.ts'
import { Traffic } from './traffic.tsx'

/** The models of the server: which answers, and what may be done with the others. */
export function Models({
  models,
  ask,
  onChanged,
}: {
  models: readonly Model[]
  ask: (question: Question) => void
  onChanged: () => void
}) {
  const activate = ({ version }: Model): Question => ({
    title: 'Give it all traffic?',
    deed: 'Give it all traffic',
    children: (
      <p>
        From the next request on <code>{version}</code> answers everybody. A division of the traffic that is in force
        ends, and its counts with it. No request is dropped, and the other models stay here.
      </p>
    ),
    run: async () => {
      await api.activateModel(version)
      toast(`${version} answers now`)
      onChanged()
    },
  })
  const remove = ({ version }: Model): Question => ({
    title: 'Remove this model?',
    deed: 'Remove it',
    children: (
      <p>
        <code>{version}</code> is unloaded and no longer answers those who name it. Its files stay on the disk, so that
        it can be added again by its folder.
      </p>
    ),
    run: async () => {
      await api.removeModel(version)
      toast(`${version} is removed; its files are still there`)
      onChanged()
    },
  })
  return (
    <section className="panel stack" aria-labelledby="admin-models">
      <h2 id="admin-models">Models</h2>
      <ul className="admin-list">
        {models.map((model) => (
          <li key={model.version} data-version={model.version}>
            <div>
              <h3>
                {model.model} {model.live && <span className="badge badge-live">live</span>}
                {model.share > 0 && <span className="fine"> {percent(model.share)} of the users</span>}
              </h3>
              <p className="version">{model.version}</p>
              <p className="fine">
                {moment(model.created)}, {count(model.dataset.ratings)} ratings{firstMetrics(model)}
              </p>
            </div>
            <div className="row">
              <Button
                className="button-small"
                disabled={model.share === 1}
                onClick={() => ask(activate(model))}
                aria-label={`Give all traffic to ${model.version}`}
              >
                Give all traffic
              </Button>
              <Button
                kind="danger"
                className="button-small"
                disabled={model.share > 0}
                title={model.share > 0 ? 'It has traffic: give that to another first' : undefined}
                onClick={() => ask(remove(model))}
                aria-label={`Remove ${model.version}`}
              >
                Remove
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <AddModel onAdded={onChanged} />
      <Traffic models={models} ask={ask} onChanged={onChanged} />
    </section>
  )
}

function firstMetrics({ metrics }: Model): string {
  const known = Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return known
    .slice(0, 3)
    .map(([name, value]) => `, ${name} ${decimal(value)}`)
    .join('')
}

function AddModel({ onAdded }: { onAdded: () => void }) {
  const id = useId()
  const [folder, setFolder] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      const { version } = await api.addModel({ artefact: folder.trim(), activate: false })
      setFolder('')
      toast(`${version} is added`)
      onAdded()
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="stack" onSubmit={submit} aria-label="Add a model">
      <div className="field">
        <label htmlFor={id}>Add a model by its folder on the server</label>
        <div className="row admin-line">
          <input
            id={id}
            className="input"
            required
            placeholder="artefacts/mine"
            spellCheck={false}
            autoComplete="off"
            value={folder}
            onChange={(event) => setFolder(event.target.value)}
          />
          <Button type="submit" busy={busy}>
            Add
          </Button>
        </div>
        <p className="fine">It gets no traffic before you give it some.</p>
      </div>
      {error !== null && <ErrorState error={error} />}
    </form>
  )
}
