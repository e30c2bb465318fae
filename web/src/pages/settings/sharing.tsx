import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { flushSoon, outbox, setSharing, sharing, useProfile, useSettings } from '../../profile/use-profile.ts'
import { plural } from '../../title.ts'

/** Whether feedback goes to the server, said plainly, and what still waits to go. */
export function Sharing() {
  const { browserOnly } = useSettings()
  useProfile()
  const [, again] = useState(0)
  const on = sharing()
  const waiting = on ? outbox.pending().filter(({ kind }) => kind !== 'impression').length : 0
  return (
    <section className="panel" aria-labelledby="sharing">
      <h2 id="sharing">What the server keeps</h2>
      <label className="check">
        <input
          type="checkbox"
          checked={on}
          disabled={browserOnly}
          onChange={(event) => {
            setSharing(event.target.checked)
            again((n) => n + 1)
          }}
        />
        <span>
          Send my ratings, watchlist, what I am not interested in and which recommendations I was shown to this server,
          under a random id, so that its next model and its experiments see them.
        </span>
      </label>
      <p className="fine">
        {browserOnly
          ? 'Off, because recommendations are made in this browser only.'
          : on
            ? 'When you begin, what you have said so far goes too. No name, no address, no cookie. Ending it sends nothing more; erasing takes back what was sent.'
            : 'Recommendations still ask the server: your ratings go along with each request and are not kept.'}
      </p>
      {on && outbox.knownVisitor() !== null && (
        <p className="fine">
          Your id here: <code>{outbox.knownVisitor()}</code>
        </p>
      )}
      {waiting > 0 && (
        <p className="note">
          {plural(waiting, 'change')} not yet acknowledged by the server; nothing is lost.{' '}
          <Button
            className="button-small"
            onClick={() => {
              flushSoon(0)
              setTimeout(() => again((n) => n + 1), 1_000)
            }}
          >
            Send now
          </Button>
        </p>
      )}
    </section>
  )
}
