/**
 * Checks of the names of single nodes: nodes and their actions, events and their queue, the server.
 * @module
 */

import assert from 'node:assert/strict'
import { utf8 } from '../base/bytes.ts'
import { sha1 } from '../hash/hash.ts'
import { readArtifact } from '../repo/content.ts'
import { findUnversioned, type UnversionedEntry, writeUnversioned } from '../repo/unversioned.ts'
import { sync } from '../sync/sync.ts'
import { defineTable, listRows, putRow, tables } from '../tables/tables.ts'
import { accessOf } from '../sync/access.ts'
import {
  notes,
  type ApiChecks,
  onDemand,
  passMs,
  store,
  striking,
  succeeds,
  syncNow,
  Two,
  wanted,
} from './api-fixtures.suite.ts'
import {
  type Action,
  DefaultNode,
  type DefaultNodeOpts,
  type Event,
  EventQueue,
  type EventType,
  hasBlob,
  type LeafParts,
  MockFossil,
  type Node,
} from './index.ts'
import type { TickEvent } from '../runner/model.ts'

/** A tick of a node in a healthy world, or in one whose server fails. */
async function act({ fails = false } = {}): Promise<Action> {
  using two = new Two()
  const transport = { exchange: () => Promise.reject(new Error('no network')) }
  return await new DefaultNode(two.client, fails ? transport : two.server).tick(wanted)
}

/** Nothing comes of a timer where the node is told to skip its turn. */
async function skip(): Promise<Action> {
  using two = new Two()
  const { client, server } = two
  client.env = { ...client.env, buggify: striking('node.tick.earlyReturn') }
  return await new DefaultNode(client, server).tick({ ...wanted, type: 'timer' })
}

const actions: ApiChecks = {
  Action: async () => assert.deepEqual(await skip(), { type: 'none' }),

  'Action.Type': async () => {
    const types = [await skip(), await act(), await act({ fails: true })].map(({ type }) => type)
    assert.deepEqual(types, ['none', 'synced', 'synced'])
  },

  'Action.Result': async () => {
    const action = await act()
    assert.ok('result' in action)
    const { complete, artifactsSent, artifactsReceived } = action.result
    assert.deepEqual([complete, artifactsSent, artifactsReceived], [true, 1, 1])
    assert.ok(!('result' in (await act({ fails: true }))))
  },

  'Action.Err': async () => {
    const action = await act({ fails: true })
    assert.ok('error' in action)
    assert.equal(action.error.message, 'no network')
    assert.ok(!('error' in (await act())))
  },

  ActionType: async () => {
    const told: Action['type'][] = [(await act()).type, (await skip()).type]
    assert.deepEqual(told, ['synced', 'none'])
  },

  ActionNone: async () => assert.equal((await skip()).type, 'none'),

  ActionSynced: async () => assert.equal((await act()).type, 'synced'),
}

/** The cargo of a node with these options: artifacts there and back, a secret, a file. */
async function carried(options: DefaultNodeOpts): Promise<string> {
  using two = new Two()
  const { client, server, ofClient, ofServer } = two
  const secret = store(client, 'a secret', { isPrivate: true })
  writeUnversioned(client, { name: 'file', content: utf8('text'), mtimeSec: 1 })
  defineTable(client, notes)
  putRow(client, 'notes', { id: '1' })
  await new DefaultNode(client, server, options).tick(wanted)
  const arrivals = {
    push: hasBlob(server.repo, ofClient),
    pull: hasBlob(client, ofServer),
    private: hasBlob(server.repo, secret),
    uv: findUnversioned(server.repo, 'file') !== undefined,
    rows: tables(server.repo).length > 0 && listRows(server.repo, 'notes').length > 0,
  }
  return Object.entries(arrivals)
    .flatMap(([what, hasArrived]) => (hasArrived ? [what] : []))
    .join(' ')
}

const defaultNodes: ApiChecks = {
  DefaultNode: async () => {
    using two = new Two()
    const node: Node = new DefaultNode(two.client, two.server)
    await node.tick(wanted)
    assert.ok(hasBlob(two.server.repo, two.ofClient))
  },

  NewDefaultNode: async () => {
    using two = new Two()
    const node = new DefaultNode(two.client, two.server, { pull: true })
    await node.tick(wanted)
    assert.ok(hasBlob(node.repo, two.ofServer) && !hasBlob(two.server.repo, two.ofClient))
  },

  'DefaultNode.Repo': () => {
    using two = new Two()
    assert.equal(new DefaultNode(two.client, two.server).repo, two.client)
  },

  'DefaultNode.Tick': async () => {
    using two = new Two()
    const node = new DefaultNode(two.client, two.server)
    for (const type of ['timer', 'syncNow'] as const) {
      const hash = store(two.client, type)
      await node.tick({ ...wanted, type })
      assert.ok(hasBlob(two.server.repo, hash), type)
    }
  },

  DefaultNodeOpts: async () => assert.equal(await carried({}), 'push pull'),

  'DefaultNodeOpts.Push': async () => assert.equal(await carried({ push: true }), 'push'),

  'DefaultNodeOpts.Pull': async () => assert.equal(await carried({ pull: true }), 'pull'),

  'DefaultNodeOpts.UV': async () => assert.equal(await carried({ uv: true }), 'push pull uv'),

  'DefaultNodeOpts.XTableSync': async () => {
    assert.equal(await carried({ xTableSync: true }), 'push pull rows')
  },

  'DefaultNodeOpts.Private': async () => {
    assert.equal(await carried({ private: true }), 'push pull private')
  },

  'DefaultNodeOpts.Buggify': async () => {
    using two = new Two()
    two.client.env = { ...two.client.env, buggify: striking('repo.commit.fail') }
    const action = await new DefaultNode(two.client, two.server).tick(wanted)
    assert.ok('error' in action)
    assert.ok(!hasBlob(two.client, two.ofServer))
  },
}

/** A node of a caller's own, which notes the events that reach it. */
class Diary implements Node {
  readonly repo: Node['repo']
  readonly events: TickEvent[] = []

  constructor(repo: Node['repo']) {
    this.repo = repo
  }

  tick(event: TickEvent): Action {
    this.events.push(event)
    return { type: 'none' }
  }
}

/** The events of leaf-1, which polls every 10 s and is asked once, after 25 s. */
async function eventsOfLeaf(): Promise<TickEvent[]> {
  const makeNode = ({ repo }: LeafParts): Diary => new Diary(repo)
  using simulator = onDemand({ pollIntervalMs: 10_000, makeNode })
  await passMs(simulator, 25_000)
  simulator.scheduleSyncNow('leaf-1')
  await passMs(simulator, 0)
  const diary = simulator.leaf('leaf-1')
  assert.ok(diary instanceof Diary)
  return diary.events
}

const nodes: ApiChecks = {
  Node: async () => {
    const ids = (await eventsOfLeaf()).map(({ nodeId }) => nodeId)
    assert.deepEqual(new Set(ids), new Set(['leaf-1']))
  },

  'Node.Tick': async () => {
    const types = (await eventsOfLeaf()).map(({ type }) => type)
    assert.deepEqual(new Set(types), new Set(['timer', 'syncNow']))
  },

  'Node.Repo': async () => {
    const repos: Node['repo'][] = []
    using simulator = onDemand({
      makeNode: ({ repo, transport }) => {
        repos.push(repo)
        return new DefaultNode(repo, transport)
      },
    })
    const held = simulator.leafIds().map((id) => simulator.leaf(id).repo)
    assert.deepEqual([held[0] === repos[0], held[1] === repos[1], held.length], [true, true, 2])
  },

  NodeID: async () => {
    using simulator = onDemand()
    await syncNow(simulator, 'leaf-1')
    assert.equal(simulator.leafStats('leaf-1').syncs, 1)
    assert.equal(simulator.leafStats('leaf-0').syncs, 0)
  },

  EvTimer: async () => {
    const timers = (await eventsOfLeaf()).filter(({ type }) => type === 'timer')
    const [first, second] = timers.map(({ timeMs }) => timeMs)
    assert.ok(first !== undefined && second === first + 10_000)
  },

  EvSyncNow: async () => {
    const asked = (await eventsOfLeaf()).filter(({ type }) => type === 'syncNow')
    assert.equal(asked.length, 1)
  },
}

const timer: Event = { type: 'timer', timeMs: 30, nodeId: 'leaf-0' }
const write = {
  type: 'uvWrite',
  timeMs: 10,
  nodeId: 'leaf-1',
  name: 'file',
  data: utf8('text'),
  mtimeSec: 7,
} as const satisfies Event
const removal: Event = { ...timer, type: 'uvDelete', timeMs: 20, name: 'file', mtimeSec: 8 }

/** Events in the order the queue gives them, pushed in the order of the list. */
function queued(...events: readonly Event[]): Event[] {
  const queue = new EventQueue()
  for (const event of events) queue.pushEvent(event)
  return events.map(() => queue.popEvent() ?? assert.fail('an event is lost'))
}

/** The file that events leave at leaf-0, as a simulation makes them happen. */
async function fileAfter(...events: readonly Event[]): Promise<UnversionedEntry> {
  using simulator = onDemand()
  const { startMs } = simulator.clock()
  for (const event of events) {
    const atMs = startMs + event.timeMs
    if (event.type === 'uvWrite') {
      const { name, data, mtimeSec = 0 } = event
      simulator.scheduleUvWrite('leaf-0', atMs, { name, data, mtimeSec })
    } else if (event.type === 'uvDelete') {
      const { name, mtimeSec = 0 } = event
      simulator.scheduleUvDelete('leaf-0', atMs, { name, mtimeSec })
    }
  }
  await simulator.runUntil(startMs + 100)
  return findUnversioned(simulator.repo('leaf-0'), 'file') ?? assert.fail('no file')
}

const events: ApiChecks = {
  Event: () => assert.deepEqual(queued(write), [write]),

  'Event.Time': () => {
    assert.deepEqual(
      queued(timer, write, removal).map(({ timeMs }) => timeMs),
      [10, 20, 30],
    )
  },

  'Event.Type': () => {
    const types = queued(timer, write, removal).map(({ type }) => type)
    assert.deepEqual(types, ['uvWrite', 'uvDelete', 'timer'])
  },

  'Event.NodeID': () => {
    assert.deepEqual(
      queued(timer, write).map(({ nodeId }) => nodeId),
      ['leaf-1', 'leaf-0'],
    )
  },

  'Event.UVName': async () => assert.equal((await fileAfter(write)).name, write.name),

  'Event.UVData': async () => {
    assert.equal((await fileAfter(write)).hash, sha1(write.data))
  },

  'Event.UVMTime': async () => assert.equal((await fileAfter(write)).mtimeSec, write.mtimeSec),

  EventType: () => {
    const types: EventType[] = queued(timer, wanted, write, removal).map(({ type }) => type)
    assert.deepEqual(types, ['syncNow', 'uvWrite', 'uvDelete', 'timer'])
  },

  EvUVWrite: async () => assert.notEqual((await fileAfter(write)).hash, undefined),

  EvUVDelete: async () => assert.equal((await fileAfter(write, removal)).hash, undefined),

  EventQueue: () => {
    const same = ['a', 'b', 'c'].map((nodeId) => ({ ...timer, nodeId }))
    assert.deepEqual(queued(...same, write), [write, ...same])
  },

  'EventQueue.Len': () => {
    const queue = new EventQueue()
    const lengths = [queue.len]
    for (const event of [timer, write]) lengths.push((queue.pushEvent(event), queue.len))
    queue.popEvent()
    assert.deepEqual([...lengths, queue.len], [0, 1, 2, 1])
  },

  'EventQueue.PopEvent': () => {
    const queue = new EventQueue()
    queue.pushEvent(timer)
    queue.pushEvent(write)
    const popped = [queue.popEvent(), queue.popEvent(), queue.popEvent()]
    assert.deepEqual(popped, [write, timer, undefined])
  },

  'EventQueue.PushEvent': () => {
    const queue = new EventQueue()
    queue.pushEvent(timer)
    assert.equal(queue.peekEvent(), timer)
  },
}

const servers: ApiChecks = {
  MockFossil: async () => {
    using two = new Two()
    assert.ok(await succeeds(two.client, two.server))
    assert.ok(hasBlob(two.server.repo, two.ofClient) && hasBlob(two.client, two.ofServer))
  },

  NewMockFossil: async () => {
    using two = new Two()
    const readOnly = new MockFossil(two.server.repo, { access: accessOf('o') })
    assert.equal((await sync(two.client, readOnly)).pushRefused, true)
    assert.ok(hasBlob(two.client, two.ofServer) && !hasBlob(two.server.repo, two.ofClient))
  },

  'MockFossil.Exchange': async () => {
    using two = new Two()
    const exchanged: Uint8Array[] = []
    const exchange = async (request: Uint8Array): Promise<Uint8Array> => {
      const reply = await two.server.exchange(request)
      exchanged.push(reply)
      return reply
    }
    assert.ok(await succeeds(two.client, { exchange }))
    assert.ok(exchanged.length > 0 && exchanged.every(({ length }) => length > 0))
  },

  'MockFossil.Repo': () => {
    using two = new Two()
    assert.equal(new MockFossil(two.client).repo, two.client)
  },

  'MockFossil.SetBuggify': async () => {
    using two = new Two()
    two.server.setBuggify(striking('repo.commit.fail'))
    assert.ok(!(await succeeds(two.client, two.server)))
    two.server.setBuggify(striking())
    assert.ok(await succeeds(two.client, two.server))
  },

  'MockFossil.StoreArtifact': () => {
    using two = new Two()
    const hash = two.server.storeArtifact(utf8('hello'))
    assert.equal(hash, 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d')
    assert.deepEqual(readArtifact(two.server.repo, hash), utf8('hello'))
  },
}

export const nodeChecks: ApiChecks = {
  ...actions,
  ...defaultNodes,
  ...nodes,
  ...events,
  ...servers,
}
