import { useEffect } from 'react'
import { type LocalState, useLocal } from './local/manager.ts'
import { useSettings } from './profile/use-profile.ts'
import { learnScale } from './scale.ts'
import { type Source, serverSource } from './source.ts'

/** The source in force; null while the browser's own is being fetched, or where it could not be. */
export function useSource(): { source: Source | null; local: LocalState } {
  const settings = useSettings()
  const local = useLocal(settings)
  const source = !settings.browserOnly ? serverSource : local.state === 'ready' ? local.source : null
  useEffect(() => {
    // Both have the same: the model in the browser is the server's.
    if (source !== null) void learnScale(source.scale)
  }, [source])
  return { source, local }
}
