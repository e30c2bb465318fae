import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { ApiError, apiKey } from '../api.ts'
import { Button } from './button.tsx'
import { ErrorState } from './states.tsx'

/** Whether a server refused for want of a key, or of the right one. */
export const needsKey = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.status === 401 || error.status === 403)

/** An error, or where a key would help the place to enter one. */
export function KeyOrError({ error, onRetry, what }: { error: unknown; onRetry: () => void; what: string }) {
  if (!needsKey(error)) return <ErrorState error={error} onRetry={onRetry} />
  return (
    <KeyForm onKey={onRetry}>
      <p>
        {what}. {words(error)}
      </p>
    </KeyForm>
  )
}

/** Why the server refused, for somebody who has a field to enter a key in. */
function words({ code, message, remedy }: ApiError): string {
  if (code === 'no-key') return 'Enter a key that may.'
  if (code === 'bad-key') return 'The key is not valid.'
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`.replace(/[^.]$/, '$&.')
  return code === 'local-only' && remedy !== null && !message.includes(remedy) ? `${sentence} ${remedy}` : sentence
}

/** Takes an API key for this tab: kept in sessionStorage, gone when the tab is closed. */
export function KeyForm({ onKey, children }: { onKey: () => void; children?: ReactNode }) {
  const id = useId()
  const [key, setKey] = useState('')
  const kept = apiKey.get() !== null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() === '') return
    apiKey.set(key.trim())
    setKey('')
    onKey()
  }
  return (
    <form className="panel stack key-form" onSubmit={submit} aria-label="Enter a key">
      {children}
      <div className="field">
        <label htmlFor={id}>API key</label>
        <input
          id={id}
          className="input"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </div>
      <div className="row">
        <Button type="submit" kind="primary">
          Use this key
        </Button>
        {kept && (
          <Button
            kind="quiet"
            onClick={() => {
              apiKey.set(null)
              onKey()
            }}
          >
            Forget the key in use
          </Button>
        )}
      </div>
      <p className="fine">It stays in this tab and is forgotten when the tab is closed.</p>
    </form>
  )
}
