/**
 * Every lie that a node of Fossil can tell, as mutations of messages.
 *
 * A lying peer may cost time and leave names of nothing behind. It may not publish what is private
 * to others, make an honest node lose what that acknowledged, or hold anything under a wrong name:
 * the invariants hold of all nodes, whoever lies. What a peer may do by its rights, however
 * unwelcome, is no lie here; where one leaves something out, its file says why.
 * @module
 */

import type { Mutation } from '../../runner/mutation.ts'
import { answerLies } from './answer-lies.ts'
import { artifactLies } from './artifact-lies.ts'
import { cardLies } from './card-lies.ts'
import { asMutation, type PasswordOf } from './letter.ts'

/** Every mutation, where users log in by these passwords. */
export function mutationsOf(passwordOf: PasswordOf): readonly Mutation[] {
  return [...cardLies, ...artifactLies, ...answerLies].map((lie) => asMutation(lie, passwordOf))
}
