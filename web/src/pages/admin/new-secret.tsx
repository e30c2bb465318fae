import { useId, useState } from 'react'
import { type Answer, apiKey } from '../../api.ts'
import { announce } from '../../components/announcer.tsx'
import { Button } from '../../components/button.tsx'

/** The secret of a new key, shown this once. */
export function NewSecret({
  made,
  onUse,
  onClose,
}: {
  made: Answer<'createKey'>
  onUse: () => void
  onClose: () => void
}) {
  const id = useId()
  const [copied, setCopied] = useState<boolean | null>(null)
  const [used, setUsed] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.secret)
      setCopied(true)
      announce('Copied')
    } catch {
      setCopied(false)
    }
  }
  const usable = made.scopes.includes('admin') && apiKey.get() !== made.secret && !used
  return (
    <div className="admin-secret stack" role="status">
      <div className="field">
        <label htmlFor={id}>The secret of “{made.name}”: it is shown this once and kept nowhere</label>
        <div className="row admin-line">
          <input
            id={id}
            className="input admin-code"
            readOnly
            value={made.secret}
            onFocus={(event) => event.target.select()}
            data-testid="secret"
          />
          <Button kind="primary" onClick={copy}>
            {copied === true ? 'Copied' : 'Copy'}
          </Button>
        </div>
        {copied === false && (
          <p className="fine">The browser does not let the page copy: select the text and copy it.</p>
        )}
      </div>
      <div className="row">
        {usable && (
          <Button
            onClick={() => {
              setUsed(true)
              onUse()
            }}
          >
            Use it in this tab
          </Button>
        )}
        <Button kind="quiet" onClick={onClose}>
          I have kept it
        </Button>
      </div>
    </div>
  )
}
