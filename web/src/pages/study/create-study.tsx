import { type FormEvent, useId, useState } from 'react'
import { api } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { KeyOrError } from '../../components/key-gate.tsx'
import { Empty, ErrorState, Loading } from '../../components/states.tsx'
import { Link } from '../../router.tsx'
import { useAsync } from '../../use-async.ts'

/** The form for a study between two live versions; `onDone` gets its title, or null where none was made. */
export function CreateStudy({ onDone }: { onDone: (title: string | null) => void }) {
  const { value, state, error, retry } = useAsync((signal) => api.listModels({ signal }), [])
  if (value === null) {
    return state === 'failed' ? <ErrorState error={error} onRetry={retry} /> : <Loading label="Loading the models" />
  }
  const live = value.models.filter((model) => model.live).map(({ version }) => version)
  if (live.length < 2) {
    return (
      <Empty title="A study needs two live models">
        <p>
          {live.length === 1 ? 'Only one model is live.' : 'No model is live.'} Train another or add one in{' '}
          <Link href="/admin">Admin</Link>, then come back.
        </p>
        <Button onClick={() => onDone(null)}>Close</Button>
      </Empty>
    )
  }
  return <Form versions={live} onDone={onDone} />
}

function Form({ versions, onDone }: { versions: readonly string[]; onDone: (title: string | null) => void }) {
  const id = useId()
  const [title, setTitle] = useState('')
  const [a, setA] = useState(versions[0]!)
  const [b, setB] = useState(versions[1]!)
  const [comparisons, setComparisons] = useState('15')
  const [shortest, setShortest] = useState('20')
  const [longest, setLongest] = useState('60')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const create = async () => {
    setBusy(true)
    setError(null)
    try {
      const made = await api.createStudy({
        title: title.trim(),
        a,
        b,
        comparisons: Number(comparisons),
        minimumProfile: Number(shortest),
        maximumProfile: Number(longest),
      })
      onDone(made.title)
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void create()
  }
  const number = (name: string, label: string, value: string, set: (value: string) => void, most: number) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        className="input"
        type="number"
        min={1}
        max={most}
        required
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </div>
  )
  const version = (name: string, label: string, value: string, set: (value: string) => void) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <select id={`${id}-${name}`} className="select" value={value} onChange={(event) => set(event.target.value)}>
        {versions.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  )
  return (
    <form className="panel stack" onSubmit={submit} aria-label="Make a study">
      <h2>Make a study</h2>
      <div className="field">
        <label htmlFor={`${id}-title`}>Title (participants see it: it should not tell the systems apart)</label>
        <input
          id={`${id}-title`}
          className="input"
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </div>
      <div className="study-fields">
        {version('a', 'First system', a, setA)}
        {version('b', 'Second system', b, setB)}
        {number('comparisons', 'Comparisons for each participant', comparisons, setComparisons, 100)}
        {number('shortest', 'Ratings of a profile shown, at least', shortest, setShortest, 10_000)}
        {number('longest', 'and at most', longest, setLongest, 10_000)}
      </div>
      {a === b && <p role="alert">Choose two different systems.</p>}
      {error !== null && <KeyOrError error={error} onRetry={create} what="Making a study needs the scope admin" />}
      <div className="row">
        <Button type="submit" kind="primary" busy={busy} disabled={a === b}>
          Make it
        </Button>
        <Button onClick={() => onDone(null)}>Close</Button>
      </div>
    </form>
  )
}
