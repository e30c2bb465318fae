import { type FormEvent, useId, useState } from 'react'
import { type Answer, api, apiKey } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import type { Question } from '../../components/confirm.tsx'
import { ErrorState } from '../../components/states.tsx'
import { toast } from '../../components/toast.tsx'
import { moment } from '../../format.ts'
import { NewSecret } from './new-secret.tsx'

type Key = Answer<'listKeys'>['keys'][number]
type Scope = Key['scopes'][number]

const scopes: readonly (readonly [scope: Scope, does: string])[] = [
  ['read', 'ask for recommendations, movies, models'],
  ['feedback', 'add feedback, export and erase users'],
  ['admin', 'everything on this page'],
]

/** API keys: who may ask. */
export function Keys({
  keys,
  ask,
  onChanged,
}: {
  keys: readonly Key[]
  ask: (question: Question) => void
  onChanged: () => void
}) {
  const [made, setMade] = useState<Answer<'createKey'> | null>(null)
  const valid = keys.filter(({ revoked }) => revoked === null)
  const revoke = (key: Key): Question => ({
    title: 'Revoke this key?',
    deed: 'Revoke it',
    children: (
      <>
        <p>Requests with the key “{key.name}” are refused from now on, and it cannot be made valid again.</p>
        {key.scopes.includes('admin') && valid.filter((one) => one.scopes.includes('admin')).length === 1 && (
          <p>
            <strong>It is the last key with the scope admin:</strong> afterwards only <code>marquee keys create</code>{' '}
            on the server makes another.
          </p>
        )}
      </>
    ),
    run: async () => {
      await api.revokeKey(key.id)
      toast(`The key “${key.name}” is revoked`)
      onChanged()
    },
  })
  return (
    <section className="panel stack" aria-labelledby="admin-keys">
      <h2 id="admin-keys">API keys</h2>
      {keys.length === 0 && (
        <p>
          There is no key, so that everybody who reaches this server may read and send feedback, and this machine may
          administer it. <strong>With the first key this ends:</strong> from then on each request needs one, those of
          this page too, but for what the server was started with as public.
        </p>
      )}
      {keys.length > 0 && (
        <ul className="admin-list" aria-label="Keys">
          {keys.map((key) => (
            <li key={key.id} data-key={key.id}>
              <div>
                <h3 className={key.revoked === null ? undefined : 'admin-revoked'}>{key.name}</h3>
                <p className="fine">
                  {key.scopes.join(', ')}; made {moment(key.created)}
                  {key.revoked !== null && `, revoked ${moment(key.revoked)}`}
                </p>
              </div>
              {key.revoked === null && (
                <Button
                  kind="danger"
                  className="button-small"
                  onClick={() => ask(revoke(key))}
                  aria-label={`Revoke ${key.name}`}
                >
                  Revoke
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {made !== null && (
        <NewSecret
          made={made}
          onUse={() => {
            apiKey.set(made.secret)
            toast('This tab uses the new key')
            onChanged()
          }}
          onClose={() => {
            setMade(null)
            onChanged()
          }}
        />
      )}
      <CreateKey
        first={keys.length === 0}
        onMade={(key) => {
          // The first key shuts the page out too: it is shown before anything is asked for anew.
          setMade(key)
          if (apiKey.get() !== null) onChanged()
        }}
      />
    </section>
  )
}

function CreateKey({ first, onMade }: { first: boolean; onMade: (key: Answer<'createKey'>) => void }) {
  const id = useId()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly Scope[]>(first ? ['read', 'feedback', 'admin'] : ['read', 'feedback'])
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      const made = await api.createKey({ name: name.trim(), scopes: [...chosen] })
      setName('')
      onMade(made)
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  const shut = first && !chosen.includes('admin')
  return (
    <form className="stack" onSubmit={submit} aria-label="Make a key">
      <div className="field">
        <label htmlFor={id}>Name of a new key</label>
        <input
          id={id}
          className="input admin-name"
          required
          maxLength={100}
          autoComplete="off"
          placeholder="web shop"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <fieldset className="admin-scopes">
        <legend className="field-label">It may</legend>
        {scopes.map(([scope, does]) => (
          <label key={scope} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={(event) =>
                setChosen(event.target.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))
              }
            />
            <span>
              {scope} <span className="fine">{does}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {shut && (
        <p role="alert" className="admin-problem">
          The first key without the scope admin closes this page to everybody; only the command line on the server would
          open it again.
        </p>
      )}
      {error !== null && <ErrorState error={error} />}
      <div>
        <Button type="submit" busy={busy} disabled={chosen.length === 0}>
          Make the key
        </Button>
      </div>
    </form>
  )
}
