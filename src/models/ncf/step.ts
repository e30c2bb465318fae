import type { Random } from '../../core/random.ts'
import { add, div, mul, type Node, reduceSum, size, square } from '../../engine/graph/index.ts'
import { initialise } from '../../engine/initialisers.ts'
import { createTrainingStep } from '../../engine/trainer/create-step.ts'
import type { TrainingStep } from '../../engine/trainer/step.ts'
import { bceWithLogits } from '../../losses/index.ts'
import type { Examples } from './examples.ts'
import type { NcfSettings } from './hyperparameters.ts'
import { type NcfNetwork, nameOf } from './network.ts'

export interface NcfStepOptions {
  readonly random: Random
  readonly seed: number
  readonly threads: number
  /** First weights by parameter name; those not named are drawn. */
  readonly start?: Readonly<Record<string, Float32Array>>
}

/** The training step: cross-entropy of a batch of examples, dropout by fed masks, L2 on the embeddings of each example. */
export async function createStep(
  network: NcfNetwork,
  examples: Pick<Examples, 'count' | 'fill'>,
  settings: NcfSettings,
  { random, seed, threads, start = {} }: NcfStepOptions,
): Promise<TrainingStep> {
  const { dropout, gmfDropout, l2, weightDecay, optimiser, initSd } = settings
  const { graph, shape } = network
  const rows = network.rows()
  const target = graph.input('target', ['B', 1])
  const masks: { node: Node; keep: number }[] = []
  const mask = (name: string, width: number, share: number): Node | null => {
    if (share === 0) return null
    const node = graph.input(name, ['B', width])
    masks.push({ node, keep: 1 - share })
    return node
  }
  const layers = shape.layers ?? []
  const logits = network.logits(rows.user, rows.item, {
    gmf: mask('gmf.mask', shape.factors ?? 0, network.gmf ? gmfDropout : 0),
    user: mask('user.mask', layers[0]! / 2, network.mlp ? dropout : 0),
    item: mask('item.mask', layers[0]! / 2, network.mlp ? dropout : 0),
    hidden: layers.slice(1, -1).map((width, l) => mask(`mask${l + 2}`, width, dropout)),
  })
  const loss = bceWithLogits(logits, target)
  const looked = [rows.user.gmf, rows.item.gmf, rows.user.mlp, rows.item.mlp].filter((node) => node !== undefined)
  const lengths = looked.map((row) => reduceSum(square(row))).reduce((a, b) => add(a, b))
  const dense = optimiser === 'lazy-adam' ? 'adam' : optimiser
  const batch = Math.min(settings.batch, examples.count)
  const given = (node: Node, draw: (weights: Float32Array) => void) => (weights: Float32Array) => {
    const known = start[nameOf(node)]
    if (known) weights.set(known)
    else draw(weights)
  }
  return createTrainingStep({
    separable: true,
    loss: l2 > 0 ? add(loss, div(mul(lengths, l2), size(target))) : loss,
    reported: loss,
    tables: looked.map((node) => ({
      rows: node,
      optimiser: { kind: optimiser },
      initialise: given(node.inputs[0]!, (weights) => {
        initialise(weights, { kind: 'normal', sd: initSd }, { fanIn: 1, fanOut: 1 }, random)
      }),
    })),
    weights: network.weights.map((parameter) => ({
      parameter,
      optimiser: { kind: dense, ...(parameter.shape.length === 2 ? { l2: weightDecay } : {}) },
      initialise: given(parameter, (weights) => {
        if (parameter.shape.length === 2)
          initialise(weights, { kind: 'glorot-uniform' }, fansOf(network, parameter), random)
      }),
    })),
    inputs: [target],
    masks,
    batch,
    seed,
    threads,
    fill: (slot, chosen) => {
      const [users, items] = [
        slot.ids['gmf.users'] ?? slot.ids['mlp.users']!,
        slot.ids['gmf.items'] ?? slot.ids['mlp.items']!,
      ]
      examples.fill(chosen, users, items, slot.inputs.target!)
      if (!network.gmf || !network.mlp) return
      slot.ids['mlp.users']!.set(users)
      slot.ids['mlp.items']!.set(items)
    },
  })
}

/** Fans of a whole layer, though it is kept in parts: the tower's first layer and the output unit. */
function fansOf(network: NcfNetwork, parameter: Node): { fanIn: number; fanOut: number } {
  const { factors, layers } = network.shape
  const [rows, columns] = parameter.shape as number[]
  const { gmf, mlp } = network
  if (parameter === mlp?.first.user || parameter === mlp?.first.item) return { fanIn: 2 * rows!, fanOut: columns! }
  if (parameter === gmf?.head || parameter === mlp?.head) {
    return { fanIn: (factors ?? 0) + (layers?.at(-1) ?? 0), fanOut: 1 }
  }
  return { fanIn: rows!, fanOut: columns! }
}
