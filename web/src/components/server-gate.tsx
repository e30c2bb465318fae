import { type ReactNode, useState } from 'react'
import { settings, useSettings } from '../profile/use-profile.ts'
import { useTitle } from '../router.tsx'
import { Button } from './button.tsx'
import { Empty } from './states.tsx'

/** Pages that the visitor has let ask the server, until the mode is changed or the page loaded again. */
const agreed = new Set<string>()
settings.subscribe(() => {
  if (!settings.settings.browserOnly) agreed.clear()
})

export interface Needs {
  readonly name: string
  /** What the page asks the server and what goes along: a sentence. */
  readonly sends: string
}

/** A page that cannot do without the server: in browser-only mode it is opened, and asks, only after the visitor agreed. */
export function ServerGate({ needs, children }: { needs: Needs; children: ReactNode }) {
  const { browserOnly } = useSettings()
  const [, again] = useState(0)
  if (!browserOnly || agreed.has(needs.name)) return children
  const agree = () => {
    agreed.add(needs.name)
    again((n) => n + 1)
  }
  return <Closed needs={needs} onAgree={agree} />
}

function Closed({ needs: { name, sends }, onAgree }: { needs: Needs; onAgree: () => void }) {
  useTitle(name)
  return (
    <>
      <header className="page-head">
        <h1>{name}</h1>
      </header>
      <Empty title="This page needs the server">
        <p>You run in this browser only, so the server has not been asked for it. {sends}</p>
        <Button onClick={onAgree}>Ask the server</Button>
      </Empty>
    </>
  )
}
