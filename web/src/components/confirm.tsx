import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorState } from './states.tsx'

/** Asks before something that cannot be taken back, and says what happens. `run` may fail: then the question stays, with the error. */
export interface Question {
  readonly title: string
  readonly children: ReactNode
  /** What the button says: the deed, not "OK". */
  readonly deed: string
  readonly run: () => Promise<void>
}

export function Confirm({ question, onClose }: { question: Question | null; onClose: () => void }) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const close = () => {
    setError(null)
    onClose()
  }
  const act = async () => {
    if (question === null) return
    setBusy(true)
    setError(null)
    try {
      await question.run()
      close()
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog open={question !== null} title={question?.title ?? ''} onClose={close}>
      <div className="stack">
        {question?.children}
        {error !== null && <ErrorState error={error} />}
        <div className="row">
          <Button kind="danger" busy={busy} onClick={act}>
            {question?.deed}
          </Button>
          <Button onClick={close}>Leave it as it is</Button>
        </div>
      </div>
    </Dialog>
  )
}
