/**
 * Signatures of failures: the common part of runs that fail in the same way. Names of nodes and
 * artifacts, numbers and times are left out, since they differ in every run.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { NodeId, Topology } from './model.ts'
import type { RunOutcome, Verdict } from './verdict.ts'

/**
 * The role of a node in its network: `server` only answers, `client` only asks, `peer` does both;
 * `none` if a failure is of no node, or of several with different roles.
 */
export type Role = 'server' | 'client' | 'peer' | 'none'

/** A way to fail. */
export interface Signature {
  readonly verdict: Exclude<Verdict, 'converged'>
  /** The violated invariant, if there is one. */
  readonly invariant?: string
  readonly role: Role
  /**
   * The cause, without names and numbers: `<hash> was acknowledged here and is gone`.
   */
  readonly cause: string
}

/**
 * The signature of a run that has ended.
 *
 * @returns undefined if it converged
 */
export function signatureOf(outcome: RunOutcome, topology: Topology): Signature | undefined {
  const { verdict, violation, failure, restless = [] } = outcome
  if (verdict === 'converged') return undefined
  const of = (nodes: readonly (NodeId | undefined)[], cause: string): Signature => ({
    verdict,
    ...(violation === undefined ? {} : { invariant: violation.invariant }),
    role: roleOf(nodes, topology),
    cause: withoutNames(cause, topology),
  })
  if (violation !== undefined) return of([violation.node], violation.detail)
  if (failure !== undefined) return of([failure.node], errorText(failure.error))
  return of(
    restless.map(({ node }) => node),
    '',
  )
}

/** A signature as one line, the same for failures that count as the same. */
export function signatureText({
  verdict,
  invariant,
  role,
  cause,
}: Omit<Signature, 'verdict'> & { readonly verdict: string }): string {
  const what = invariant === undefined ? verdict : `${verdict} ${invariant}`
  const where = role === 'none' ? '' : ` on a ${role}`
  return cause === '' ? `${what}${where}` : `${what}${where}: ${cause}`
}

function roleOf(nodes: readonly (NodeId | undefined)[], { links }: Topology): Role {
  const roles = new Set(
    nodes.map((node): Role => {
      const asks = links.some(({ from }) => from === node)
      const answers = links.some(({ to }) => to === node)
      if (asks) return answers ? 'peer' : 'client'
      return answers ? 'server' : 'none'
    }),
  )
  const [role = 'none', ...others] = roles
  return others.length === 0 ? role : 'none'
}

function errorText(error: Error): string {
  return FossilError.is(error) ? error.code : `${error.name}: ${error.message}`
}

/**
 * Replaces the parts that differ between runs: hashes, quoted texts, names of nodes and numbers.
 */
function withoutNames(text: string, { nodes }: Topology): string {
  const names = [...nodes].sort((a, b) => b.length - a.length)
  const unquoted = text
    .replace(/"[^"]*"/g, '<text>')
    // Digits alone are a number, however many: the fraction of a time may well have ten.
    .replace(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{10,64}\b/g, '<hash>')
  const anonymous = names.reduce((rest, name) => rest.replaceAll(name, '<node>'), unquoted)
  return anonymous.replace(/\d+(?:\.\d+)?/g, '<n>')
}
