/** What the routes know of the process they run in. */
export class Lifecycle {
  /** Set when the server is to end: not ready any more, and every answer asks its client to connect elsewhere. */
  draining = false
  readonly #stop = new AbortController()

  /** Raised when the server is to end: streams without an end of their own end now. */
  get stopping(): AbortSignal {
    return this.#stop.signal
  }

  drain(): void {
    this.draining = true
    this.#stop.abort()
  }
}
