import type { Node } from '../graph/node.ts'

/**
 * The derivatives of a scalar loss with respect to nodes of its graph (parameters, inputs or intermediates), by
 * reverse-mode differentiation. The results are nodes of the same graph, each of the shape of its node; a node that
 * the loss does not depend on gets zeros.
 */
export function gradients(_loss: Node, _wrt: readonly Node[]): Node[] {
  throw new Error('not yet')
}
