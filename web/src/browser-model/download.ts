import { apiKey } from '../api.ts'
import { type BrowserDescription, BrowserModelError } from './types.ts'

export type BrowserFile = BrowserDescription['files']['float32']

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
  /** Told how many more bytes are here. */
  readonly onBytes?: (bytes: number) => void
}

/** A file of the model, checked against its SHA-256 where the browser can (HTTPS and localhost). */
export async function download({ url, bytes, sha256 }: BrowserFile, options: DownloadOptions): Promise<ArrayBuffer> {
  const key = apiKey.get()
  const response = await fetch(url, {
    signal: options.signal ?? null,
    headers: key === null ? {} : { 'x-api-key': key },
  }).catch((error: Error) => {
    if (options.signal?.aborted) throw error
    throw new BrowserModelError('unreachable', 'The server does not answer, so the model cannot be downloaded.')
  })
  if (!response.ok || response.body === null) {
    throw new BrowserModelError(
      'no-file',
      `The server answered ${response.status} where a file of the model should be. Load the page again.`,
    )
  }
  const whole = new Uint8Array(bytes)
  let at = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (at + value.length > bytes) throw damaged()
    whole.set(value, at)
    at += value.length
    options.onBytes?.(value.length)
  }
  if (at !== bytes || (await differs(whole, sha256))) throw damaged()
  return whole.buffer
}

export async function downloadJson<T>(file: BrowserFile, options: DownloadOptions): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await download(file, options))) as T
}

async function differs(bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<boolean> {
  if (!globalThis.crypto?.subtle) return false
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') !== sha256
}

const damaged = (): BrowserModelError =>
  new BrowserModelError('damaged', 'A file of the model arrived damaged. Try again.')
