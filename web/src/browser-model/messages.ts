import type { BrowserDescription, BrowserVocabulary } from '../../../src/server/browser/description.ts'
import type { LocalModel } from './live.ts'

export type Question = keyof LocalModel

/** What goes to the worker: once what was downloaded, then questions by the name of the method that answers. */
export type Order =
  | {
      readonly id: number
      readonly open: {
        readonly description: BrowserDescription
        readonly graph: ArrayBuffer
        readonly vocabulary: BrowserVocabulary
        readonly runtime: ArrayBuffer
      }
    }
  | { readonly id: number; readonly ask: Question; readonly given: readonly unknown[] }

/** What comes back, under the order's id. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failed: { readonly code: string; readonly message: string } }
