import { redoOnce, undoOnce } from '../../components/actions.ts'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useProfile } from '../../profile/use-profile.ts'
import { plural } from '../../title.ts'

const shown = 30

/** What was done, newest first, and the way back. */
export function History() {
  const { undo, redo } = useProfile()
  const newest = undo.slice(-shown).reverse()
  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history">History</h2>
      <div className="row">
        <Button disabled={undo.length === 0} onClick={undoOnce}>
          <Icon name="undo" />
          Undo
        </Button>
        <Button disabled={redo.length === 0} onClick={redoOnce}>
          <Icon name="redo" />
          Redo
        </Button>
        <span className="fine">{plural(undo.length, 'step')} can be undone</span>
      </div>
      {newest.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by the keyboard
        <ol className="history" tabIndex={0} aria-label="Steps, newest first">
          {newest.map((step) => (
            <li key={`${step.time} ${step.label}`}>
              <span>{step.label}</span>
              <time className="fine" dateTime={step.time}>
                {new Date(step.time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}
              </time>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
