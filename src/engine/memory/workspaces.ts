import { type Arena, createArena, maximumArenaBytes, type Workspace } from './arena.ts'
import { availableMemory } from './available.ts'

/**
 * Workspaces for groups of arrays of known sizes, by name: all in one memory where they fit (4 GiB), else in as few as
 * it takes, each group whole. Throws `out-of-memory` where a single group does not fit or the machine has too little.
 */
export async function createWorkspaces(bytes: Readonly<Record<string, number>>): Promise<Record<string, Workspace>> {
  const bins: { names: string[]; bytes: number }[] = []
  for (const [name, size] of Object.entries(bytes)) {
    const bin = bins.find((b) => b.bytes + size <= maximumArenaBytes)
    if (bin) {
      bin.names.push(name)
      bin.bytes += size
    } else bins.push({ names: [name], bytes: size })
  }
  const workspaces: Record<string, Arena> = {}
  // Memory that was given out but not yet touched still counts as available to the system: take it off ourselves.
  let available = availableMemory()
  for (const bin of bins) {
    const arena = await createArena({ bytes: bin.bytes, available })
    available -= bin.bytes
    for (const name of bin.names) workspaces[name] = arena
  }
  return workspaces
}
