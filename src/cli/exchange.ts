/**
 * A sync or a clone as a command runs it: over HTTP, with a progress line, until it ends or is
 * interrupted.
 * @module
 */

import { FossilError, type SyncEvent, type SyncOptions, type SyncResult } from '../index.ts'
import { type HttpTransport, httpTransport } from '../transport/http.ts'
import { movedWith, type Peer } from './peer.ts'
import { counted } from '../base/counted.ts'
import { formatBytes, ProgressLine } from './terminal.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The outcome of an exchange. */
export interface Outcome extends SyncResult {
  /** Somebody pressed Ctrl-C or told the process to end; counts are as far as it came. */
  readonly interrupted: boolean
  /** The server as it is to be remembered: where permanent redirects lead. */
  readonly peer: Peer
  /** Another site that answered, and was told no login. */
  readonly redirectedTo: string | undefined
  readonly settings: Settings
}

/** Shared configuration that came, by name: `project-name`, `user amy`. */
export interface Settings {
  readonly taken: readonly string[]
  /** Such as hooks, which have stock run something. */
  readonly refused: readonly string[]
}

/** Means that a sync or clone is given. */
export interface Means {
  readonly transport: HttpTransport
  readonly options: {
    readonly observer: NonNullable<SyncOptions['observer']>
    readonly login?: NonNullable<SyncOptions['login']>
  }
  readonly exchange: { readonly signal: AbortSignal }
}

/**
 * Runs `action` against a server.
 *
 * @param config.next what somebody who interrupts it may count on, as the end of a sentence
 * @throws {FossilError} as `sync` and `clone`
 */
export async function runExchange(
  peer: Peer,
  config: { isQuiet: boolean; next: string },
  action: (means: Means) => Promise<SyncResult>,
): Promise<Outcome> {
  const tally = new Tally(new ProgressLine(config))
  const onProgress = (progress: { bytesReceived: number }): void => tally.flow(progress)
  using transport = httpTransport(peer.url, { ...peer.way, onProgress })
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  // Once each: who asks a second time means it, and the process dies.
  for (const signal of signals) process.once(signal, onSignal)
  try {
    const { login } = peer
    const options = { observer: tally.observe, ...(login === undefined ? {} : { login }) }
    const result = await action({ transport, options, exchange: { signal: stop.signal } })
    const { redirectedTo } = transport
    const { settings } = tally
    return {
      ...result,
      interrupted: false,
      peer: movedWith(peer, transport),
      redirectedTo,
      settings,
    }
  } catch (error) {
    if (!stop.signal.aborted || !FossilError.is(error, 'transport')) throw error
    const { bytesSent, bytesReceived } = transport.stats
    const result = { ...tally.interrupted(config.next), bytesSent, bytesReceived }
    const { settings } = tally
    return { ...result, interrupted: true, peer, redirectedTo: undefined, settings }
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
    tally.end()
  }
}

/** Counts what happens and shows it. */
class Tally {
  readonly #line: ProgressLine
  #rounds = 0
  /** Of rounds that are over. */
  #totals = { artifactsSent: 0, artifactsReceived: 0, bytesSent: 0, bytesReceived: 0 }
  readonly #messages: string[] = []
  readonly settings = { taken: new Array<string>(), refused: new Array<string>() }

  constructor(line: ProgressLine) {
    this.#line = line
  }

  readonly observe = (event: SyncEvent): void => {
    if (event.type === 'config.received') this.#noteSetting(event)
    if (event.type === 'peer.message') this.#messages.push(event.text)
    if (event.type === 'round.sent' || event.type === 'round.received') this.#totals = event.totals
    if (event.type !== 'round.received') return
    this.#rounds = event.round
    this.#show(0)
  }

  #noteSetting({ table, key, outcome }: SyncEvent & { type: 'config.received' }): void {
    const name = table === 'config' ? key : `${table} ${key}`
    if (outcome === 'stored') this.settings.taken.push(name)
    if (outcome === 'refused') this.settings.refused.push(name)
  }

  /** Bytes of the round under way. */
  flow({ bytesReceived }: { bytesReceived: number }): void {
    this.#show(bytesReceived)
  }

  end(): void {
    this.#line.end()
  }

  interrupted(next: string): SyncResult {
    return {
      complete: false,
      shortfall: `interrupted: ${next}`,
      missing: [],
      pushRefused: false,
      rounds: this.#rounds,
      ...this.#totals,
      messages: this.#messages,
      clockSkewMs: undefined,
      unversioned: undefined,
      tables: undefined,
      config: undefined,
      lockedBy: undefined,
      avoidsDeltaManifests: false,
    }
  }

  #show(underWayBytes: number): void {
    const { artifactsReceived, artifactsSent, bytesReceived } = this.#totals
    const artifacts = `${counted(artifactsReceived, 'artifact')} received, ${artifactsSent} sent`
    const bytes = formatBytes(bytesReceived + underWayBytes)
    // Nobody knows how much there will be, so there is no bar.
    this.#line.show(undefined, `round ${this.#rounds + 1}: ${artifacts}, ${bytes}`)
  }
}
