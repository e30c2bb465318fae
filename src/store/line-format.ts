import * as z from 'zod'
import { feedbackKinds } from './store.ts'

// What a line of an export may hold. Ids and times are checked again where they become rows.

const json = z.record(z.string(), z.json())
const whole = z.int().min(0)
const text = z.string()

const user = z.strictObject({ id: text, created: text, attributes: json })
const movie = z.strictObject({
  id: text,
  title: text,
  year: z.int().nullable(),
  genres: z.array(text),
  tags: z.array(text),
  imdb: text.nullable(),
  tmdb: text.nullable(),
})
const event = z.strictObject({
  seq: z.int().min(1),
  user: text,
  item: text,
  kind: z.enum(feedbackKinds),
  action: z.enum(['put', 'delete']),
  value: z.number().nullable(),
  time: text,
  context: json.nullable(),
  recommendation: text.nullable(),
  received: text,
})
const model = z.strictObject({
  version: text,
  model: text,
  artefact: text,
  created: text,
  metrics: z.record(text, z.number().nullable()),
  trainedThrough: whole,
})
const traffic = z.strictObject({
  variants: z.array(z.strictObject({ version: text, share: z.number() })),
  salt: text,
  since: text,
})
const study = z.strictObject({ id: text, title: text, created: text, a: text, b: text, options: json })
const answer = z.strictObject({
  study: text,
  participant: text,
  number: z.int().min(1),
  chosen: z.union([z.literal(0), z.literal(1)]),
  behind: json,
  received: text,
})
const key = z.strictObject({
  id: text,
  name: text,
  hash: text,
  scopes: z.array(z.enum(['read', 'feedback', 'admin'])),
  created: text,
  revoked: text.nullable(),
})

const valued = <T extends string, V extends z.ZodType>(type: T, value: V) =>
  z.strictObject({ type: z.literal(type), value })

/** A line of an export, as store.ts has it. */
export const exportLine = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), format: z.literal(1), created: text, marquee: text, lastSeq: whole }),
  valued('user', user),
  valued('movie', movie),
  valued('event', event),
  valued('model', model),
  valued('traffic', traffic),
  valued('served', z.record(text, whole)),
  valued('study', study),
  valued('answer', answer),
  valued('key', key),
  z.strictObject({ type: z.literal('footer'), lines: whole }),
])
