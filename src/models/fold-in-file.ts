import { greater, type Node, size, where } from '../engine/graph/index.ts'

/*
 * A fold-in.onnx takes the item indices (int32 [N]) and ratings (float32 [N]) of a profile and gives `scores`
 * (float32), one for every item in the order of the vocabulary, and after them perhaps one for the unknown item. N may
 * be 0: then these are the scores of somebody unknown.
 */

/**
 * Under this key a fold-in.onnx names, in its metadata, the tables that hold the item vectors which `similar` compares
 * (row i belongs to item i; several, separated by commas, stand side by side).
 */
export const itemVectorsKey = 'item-vectors'

/** `folded` where the profile has ratings, `unknown` where it has none: whatever folding in made of nothing is not looked at. */
export function unlessEmpty(profile: Node, folded: Node, unknown: Node): Node {
  return where(greater(size(profile), 0), folded, unknown)
}
