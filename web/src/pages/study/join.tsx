import { type FormEvent, useId, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { nameProblem, suggestedName } from './participant.ts'

/** Under which name to take part. */
export function Join({ onJoin }: { onJoin: (name: string) => void }) {
  const id = useId()
  const [name, setName] = useState(suggestedName)
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong = nameProblem(name)
    setProblem(wrong)
    if (wrong === null) onJoin(name.trim())
  }
  return (
    <form className="panel stack study-join" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>Take part as</label>
        <div className="row study-name">
          <input
            id={id}
            className="input"
            value={name}
            autoComplete="off"
            aria-invalid={problem !== null || undefined}
            aria-describedby={`${id}-about`}
            onChange={(event) => setName(event.target.value)}
          />
          <Button onClick={() => setName(suggestedName())}>Another suggestion</Button>
        </div>
        <p className="fine" id={`${id}-about`}>
          {problem ??
            'Your answers are kept under this name. Use the same one on another device to go on there; it need not say who you are.'}
        </p>
      </div>
      <div>
        <Button type="submit" kind="primary">
          Begin
        </Button>
      </div>
    </form>
  )
}
