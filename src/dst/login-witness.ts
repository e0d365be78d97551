/**
 * Witness of logins: a client whose password its server does not take is told so, and says so; one
 * whose password is right is never told otherwise.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { NodeId } from '../runner/model.ts'
import { errorIn } from './message-witness.ts'
import type { Action } from './node.ts'
import type { Finding } from './world.ts'

/** A sync under way. */
interface Running {
  /** The answers to whether the password was right, at any moment since it began. */
  readonly proofs: Set<boolean>
  /** The error that the latest reply consisted of. */
  heard: string | undefined
}

/** The logins of one run. */
export class LoginWitness {
  readonly #findings: Finding[]
  readonly #isProven: (id: NodeId) => boolean | undefined
  /** By client, then by server. */
  readonly #running = new Map<NodeId, Map<NodeId, Running>>()

  /**
   * @param findings receives what syncs say that is not so
   * @param isProven whether the password of a node is right now; undefined if it does not log in
   */
  constructor(findings: Finding[], isProven: (id: NodeId) => boolean | undefined) {
    this.#findings = findings
    this.#isProven = isProven
  }

  /** A client is about to send a request. */
  asks(id: NodeId, server: NodeId): void {
    const isProven = this.#isProven(id)
    if (isProven === undefined) return
    const ofClient = this.#running.get(id) ?? new Map<NodeId, Running>()
    this.#running.set(id, ofClient)
    const running = ofClient.get(server) ?? { proofs: new Set(), heard: undefined }
    running.proofs.add(isProven)
    ofClient.set(server, running)
  }

  /** A reply has arrived, perhaps damaged. */
  hears(id: NodeId, server: NodeId, reply: Uint8Array): void {
    const running = this.#running.get(id)?.get(server)
    if (running !== undefined) running.heard = wholeErrorIn(reply)
  }

  /** The user of a node was changed on its servers. */
  changed(id: NodeId): void {
    const isProven = this.#isProven(id)
    if (isProven === undefined) return
    for (const { proofs } of this.#running.get(id)?.values() ?? []) proofs.add(isProven)
  }

  /** A sync has ended. Where one side has lied, nobody judges it. */
  ends(id: NodeId, server: NodeId, action: Action, { isDeceived }: { isDeceived: boolean }): void {
    const running = this.#running.get(id)?.get(server)
    this.#running.get(id)?.delete(server)
    if (running === undefined || isDeceived || running.proofs.size !== 1) return
    const detail = problemOf(running, action)
    if (detail !== undefined) {
      this.#findings.push({ nodeId: id, detail: `a sync with ${server} ${detail}` })
    }
  }

  /** A node is down: nobody hears the end of its syncs. */
  down(id: NodeId): void {
    this.#running.delete(id)
  }
}

function problemOf({ proofs, heard }: Running, action: Action): string | undefined {
  if (action.type === 'none') return undefined
  const code = 'error' in action && FossilError.is(action.error) ? action.error.code : undefined
  if (proofs.has(true)) {
    return code === 'login.failed' ? 'was refused for its login, which is right' : undefined
  }
  if ('result' in action) return 'ended well, and its password is wrong'
  if (heard !== 'login failed' || code === 'login.failed') return undefined
  return `was told that its login failed, and said ${code}`
}

/** Undefined if there is none, or if the reply cannot be read. */
function wholeErrorIn(reply: Uint8Array): string | undefined {
  try {
    return errorIn(reply)
  } catch (error) {
    if (FossilError.is(error)) return undefined
    throw error
  }
}
