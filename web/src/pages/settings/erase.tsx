import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/states.tsx'
import { toast } from '../../components/toast.tsx'
import { eraseEverything, outbox, useSettings } from '../../profile/use-profile.ts'

/** Erases everything here and on the server; what the server could not erase is said and can be tried again. */
export function EraseData() {
  const { browserOnly } = useSettings()
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const erase = () => {
    setBusy(true)
    setError(null)
    eraseEverything()
      .then(
        ({ onServer }) => {
          toast(
            onServer
              ? 'Everything is erased, here and on the server'
              : 'Everything is erased here; the server had nothing',
          )
        },
        (failure: unknown) => setError(failure),
      )
      .finally(() => {
        setBusy(false)
        setAsking(false)
      })
  }
  return (
    <section className="panel" aria-labelledby="erase">
      <h2 id="erase">Erase</h2>
      <p>
        Ratings, lists and history in this browser, and all that the server keeps under your id. It cannot be undone.
      </p>
      {error !== null && (
        <>
          <p className="note note-bad">It is erased in this browser, but the server did not erase its part:</p>
          <ErrorState error={error} onRetry={erase} />
        </>
      )}
      <div className="row">
        <Button kind="danger" onClick={() => setAsking(true)}>
          Erase everything
        </Button>
      </div>
      <Dialog open={asking} title="Erase everything?" onClose={() => setAsking(false)}>
        <p>
          Your ratings, watchlist, history and your id go, here and on the server. There is no way back; export first if
          in doubt.
        </p>
        {browserOnly && outbox.knownVisitor() !== null && (
          <p>
            You sent the server something before you chose to run in this browser only. Erasing asks it to forget that:
            one request, which holds the id and nothing else.
          </p>
        )}
        <div className="row">
          <Button kind="danger" busy={busy} onClick={erase}>
            Erase
          </Button>
          <Button onClick={() => setAsking(false)}>Keep everything</Button>
        </div>
      </Dialog>
    </section>
  )
}
