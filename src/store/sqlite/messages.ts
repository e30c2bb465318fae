import type { WriteName } from '../writes/index.ts'

export interface ThreadData {
  readonly path: string
  /** Milliseconds to wait for a lock. */
  readonly patience: number
  /** Pages that the file may have; null: no bound but the disk's. */
  readonly maxPages: number | null
}

/** What a SQLite thread can be asked for; answered in order, one after the other. */
export type Ask =
  | { readonly op: 'migrate' }
  | { readonly op: 'write'; readonly name: WriteName; readonly args: readonly unknown[] }
  | { readonly op: 'emptyLog' }
  | { readonly op: 'vacuum'; readonly most: number }
  | { readonly op: 'open'; readonly connection: number; readonly queryOnly: boolean }
  | { readonly op: 'run'; readonly connection: number; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly op: 'rollback' | 'close'; readonly connection: number }
  | { readonly op: 'end' }

export interface Request {
  readonly id: number
  readonly ask: Ask
}

/** An error as it travels between threads, which know no classes. */
export interface Failure {
  /** null for a bug. */
  readonly code: string | null
  readonly message: string
  readonly place: string | undefined
  readonly remedy: string | undefined
  readonly stack: string | undefined
}

export interface Reply {
  readonly id: number
  readonly result?: unknown
  readonly failure?: Failure
}
