import { HttpProblem } from './problem.ts'
import { header, type RequestContext } from './request.ts'

/** The most of a body where a route says nothing else, in bytes. */
export const standardBodyLimit = 1_048_576

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The JSON of a request's body.
 * Throws 413 above `limit` bytes (without reading on), 415 for another content type, 400 for what is not JSON in UTF-8.
 */
export async function readJson(c: RequestContext, limit: number): Promise<unknown> {
  const type = header(c, 'content-type')
  // The check also keeps forms of other sites out: only this type needs their browser to ask first (CORS).
  if (type === undefined || !/^application\/json *(;|$)/i.test(type)) {
    const said = type === undefined ? 'no content type was sent' : `the content type is "${type.slice(0, 80)}"`
    throw new HttpProblem(415, 'unsupported-media-type', said, {
      place: 'content-type',
      remedy: 'Send the body as JSON with "content-type: application/json".',
    })
  }
  const encoding = header(c, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') {
    const remedy = 'Send the body uncompressed.'
    throw new HttpProblem(415, 'unsupported-media-type', `the body is encoded as "${encoding.slice(0, 80)}"`, {
      remedy,
    })
  }
  if (Number(header(c, 'content-length') ?? 0) > limit) throw tooLarge(limit)
  const incoming = c.env?.incoming
  const bytes = incoming ? await readIncoming(incoming, limit) : await readStream(c.req.raw.body, limit)
  return parse(bytes)
}

function parse(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch (cause) {
    throw malformed('the body is not UTF-8', cause)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const reason = text.trim() === '' ? 'the body is empty' : 'the body is not JSON'
    throw malformed(reason, cause)
  }
  if (text.length > maximumDepth || text.includes('\\u')) checkValue(value)
  return value
}

const malformed = (what: string, cause: unknown): HttpProblem =>
  new HttpProblem(400, 'malformed-json', what, { place: 'body', remedy: 'Send one JSON document in UTF-8.', cause })

const tooLarge = (limit: number): HttpProblem =>
  new HttpProblem(413, 'body-too-large', `the body is larger than ${limit.toLocaleString('en')} bytes`, {
    place: 'body',
    remedy: 'Send it in several requests.',
    // What is left of it will not be read, so the connection cannot be used again.
    headers: { connection: 'close' },
  })

function readIncoming(incoming: import('node:http').IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const done = (): void => {
      incoming.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) {
        done()
        incoming.pause()
        reject(tooLarge(limit))
      } else chunks.push(chunk)
    }
    const onEnd = (): void => {
      done()
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    }
    const onGone = (): void => {
      done()
      reject(new HttpProblem(400, 'incomplete-body', 'the connection ended before the body did', { place: 'body' }))
    }
    incoming.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
    if (incoming.destroyed) onGone()
  })
}

async function readStream(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream ?? []) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const maximumDepth = 64
const halfPair = /\p{Cs}/u

/** Text that no database keeps: with a NUL, or half of a surrogate pair. */
export const isBadText = (text: string): boolean => text.includes('\0') || halfPair.test(text)

/** Refuses bad text anywhere, and nesting that overflows the stack of whoever walks it. */
function checkValue(value: unknown): void {
  const stack: { value: unknown; place: string; depth: number }[] = [{ value, place: 'body', depth: 0 }]
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { value, place, depth } = top
    if (typeof value === 'string' && isBadText(value)) {
      const what = 'the text holds a NUL character or half of a surrogate pair'
      throw new HttpProblem(400, 'invalid-request', what, { place, remedy: 'Send well-formed Unicode.' })
    }
    if (typeof value !== 'object' || value === null) continue
    if (depth >= maximumDepth) {
      const what = `the body is nested deeper than ${maximumDepth} levels`
      throw new HttpProblem(400, 'invalid-request', what, { place: 'body', remedy: 'Send flatter JSON.' })
    }
    for (const [key, inner] of Object.entries(value)) {
      if (isBadText(key)) {
        throw new HttpProblem(
          400,
          'invalid-request',
          'a field name holds a NUL character or half of a surrogate pair',
          {
            place,
            remedy: 'Send well-formed Unicode.',
          },
        )
      }
      if (typeof inner === 'string' || (typeof inner === 'object' && inner !== null))
        stack.push({ value: inner, place: `${place}.${key}`, depth: depth + 1 })
    }
  }
}
