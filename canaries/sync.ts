/**
 * Bugs in src/sync and src/xfer.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const syncMutations: readonly Mutation[] = [
  {
    name: 'state-kept-across-restart',
    bug: 'notes that a sync is under way where a crash does not take the note away',
    file: 'src/sync/sync.ts',
    find: `
  while (session.result === undefined) {
    const request = session.request()
    try {
      session.receive(await transport.exchange(request, exchange))
    } catch (error) {
      session.abandon(error)
      throw error
    }
  }
  return session.result
}
`,
    replace: `
  const code = repo.serverCode
  if (underWay.has(code)) throw new FossilError('repo.io', { reason: 'a sync is under way' })
  underWay.add(code)
  try {
    while (session.result === undefined) {
      const request = session.request()
      try {
        session.receive(await transport.exchange(request, exchange))
      } catch (error) {
        session.abandon(error)
        throw error
      }
    }
  } finally {
    underWay.delete(code)
  }
  return session.result
}

import { FossilError } from '../base/error.ts'

const underWay = new Set<string>()
`,
    needs: ['fault:crash'],
    caughtBy: ['stalled'],
    plan: 'faults=crash',
  },
  {
    name: 'missing-untold',
    bug: 'calls a sync complete that lacks what it was told of',
    file: 'src/sync/session.ts',
    find: '    if (missing > 0) {\n',
    replace: '    if (missing > 1000) {\n',
    needs: [],
    caughtBy: ['claims', 'pushed'],
    plan: 'topology=mesh,leaves=3,faults=crash+stop+pause',
  },
  {
    name: 'lack-held-against-peer',
    bug: 'never asks a server in a sync for what that asked for itself',
    file: 'src/sync/want-list.ts',
    find: '    this.#peerLacks.clear()\n',
    replace: '',
    needs: [],
    caughtBy: ['claims'],
    onlyBy: 'claims',
    plan: 'topology=ring,leaves=3,node=agent,pollIntervalMs=1000,latencyMs=600',
  },
  {
    name: 'received-uncounted',
    bug: 'counts the artifacts of the last round alone',
    file: 'src/sync/session.ts',
    find: '    this.#artifactsReceived += progress.artifacts\n',
    replace: '    this.#artifactsReceived = progress.artifacts\n',
    needs: ['op:checkin'],
    caughtBy: ['claims'],
    onlyBy: 'claims',
  },
  {
    name: 'unsent-forgotten-early',
    bug: 'takes for delivered whatever is unsent when a reply comes',
    file: 'src/sync/session.ts',
    find: 'unsentArtifacts(this.#repo).filter(({ hash }) => isDealtWith(hash))',
    replace: 'unsentArtifacts(this.#repo)',
    needs: [],
    caughtBy: ['claims'],
    plan: 'node=agent,latencyMs=600,operations=60',
  },
  {
    name: 'misnamed-kept',
    bug: 'keeps what comes under a wrong name under the right one',
    file: 'src/repo/store.ts',
    find: `storeContent(repo: Repo, artifact: Arrival): Stored {
  const { hash, content } = artifact
  checkName(hash, content)
`,
    replace: `storeContent(repo: Repo, given: Arrival): Stored {
  const artifact = { ...given, hash: hashLike(given.hash, given.content) }
  const { hash, content } = artifact
`,
    needs: ['plan:faults=lies'],
    caughtBy: ['provenance'],
    plan: 'faults=lies,lies=0.2,mix=checkin',
  },
  {
    name: 'gimme-unanswered',
    bug: 'does not send what the server asks for',
    file: 'src/sync/session.ts',
    find: '    this.#wanted = progress.wanted\n',
    replace: '',
    needs: ['fault:requestLost'],
    caughtBy: ['claims', 'convergence', 'stalled', 'pushed'],
    plan: 'faults=requestLost',
  },
  {
    name: 'shunned-taken',
    bug: 'takes an artifact again that was shunned here',
    file: 'src/sync/artifacts.ts',
    find: "    if (isShunned(this.#repo, hash)) return 'shunned'\n",
    replace: '',
    needs: ['op:shun'],
    caughtBy: ['banned', 'convergence', 'announced', 'plink', 'tags', 'leaf', 'event', 'derived'],
    plan: 'mix=checkin+tag+branch+shun',
  },
  {
    name: 'igot-visibility-lost',
    bug: 'announces private artifacts as public ones',
    file: 'src/xfer/format.ts',
    find: "this.#addHashCard('igot ', card.hash, card.isPrivate ? ' 1' : '')",
    replace: "this.#addHashCard('igot ', card.hash, '')",
    needs: ['plan:private=yes', 'plan:privateSync=yes'],
    caughtBy: ['convergence', 'stalled'],
    plan: 'private=yes,privateSync=yes',
  },
  {
    name: 'uv-sent-if-listed',
    bug: 'sends no file that the server has not heard of',
    file: 'src/sync/unversioned-client.ts',
    find: '      else if (isUnversionedName(entry.name)) this.#unsent.add(entry.name)\n',
    replace: '',
    needs: ['op:uvWrite'],
    caughtBy: ['uv-convergence', 'uv-last-writer-wins'],
  },
  {
    name: 'push-ungated',
    bug: 'takes artifacts from who may not write',
    file: 'src/sync/answer.ts',
    find: "        if (!this.#push) throw refused('not authorized to write')\n",
    replace: '',
    needs: ['plan:rights=mixed', 'op:checkin'],
    caughtBy: ['rights'],
    plan: 'login=yes,rights=mixed,mix=checkin',
  },
  {
    name: 'uv-unsent-after-restart',
    bug: 'does not begin the conversation about files again after a reply was dropped',
    file: 'src/sync/session.ts',
    find: '      this.#side.restart()\n',
    replace: '',
    needs: ['op:uvWrite', 'plan:rights=mixed'],
    caughtBy: ['uv-convergence', 'uv-last-writer-wins', 'stalled'],
    plan: 'login=yes,rights=mixed,mix=checkin+uv',
  },
  {
    name: 'private-unmarked',
    bug: 'sends private artifacts without the mark that says so',
    file: 'src/sync/artifacts.ts',
    find: "    if (asPrivate) writer.add({ type: 'private' })\n",
    replace: '',
    needs: ['plan:private=yes', 'plan:privateSync=some'],
    caughtBy: ['nothing-leaks', 'private-convergence', 'convergence', 'stalled'],
    plan: 'private=yes,privateSync=some,mix=checkin',
  },
  {
    name: 'request-half-kept',
    bug: 'keeps what came before the error in a request',
    file: 'src/sync/handler.ts',
    find: `
    const body = metered(repo, () => repo.transaction(() => answer.replyTo(message), mode))
`,
    replace: `
    let failure: unknown
    const attempt = (): Uint8Array => {
      try {
        return answer.replyTo(message)
      } catch (error) {
        failure = error
        return message
      }
    }
    const body = metered(repo, () => repo.transaction(attempt, mode))
    if (failure !== undefined) throw failure
`,
    needs: ['fault:lies'],
    caughtBy: ['message-whole'],
    plan: 'faults=lies',
  },
  {
    name: 'unresolved-not-asked',
    bug: 'never asks, on a server, for what waits for the source of a delta',
    file: 'src/sync/answer.ts',
    find: "artifacts.hasBroughtNews ? 'announced' : 'all'",
    replace: "'none'",
    needs: ['fault:lies'],
    caughtBy: ['claims', 'convergence', 'stalled'],
    plan: 'faults=lies,lies=0.2,topology=chain,node=poll,leaves=3,clusterAtLeast=5',
  },
  {
    name: 'clone-of-nobody',
    bug: 'ends a clone before it is known whose project it is',
    file: 'src/sync/clone.ts',
    find: "if (sequence === 0 && config(this.#repo, 'project-code') === undefined) {",
    replace: 'if (sequence < 0) {',
    needs: ['fault:lies', 'plan:late=1'],
    caughtBy: ['stalled'],
    plan: 'faults=lies,lies=0.2,leaves=2,late=1,topology=star,node=agent,durationMs=30000,login=no',
  },
]
