/**
 * Subjects of an explanation: an artifact, one version of an unversioned file, a row of a synced
 * table, a derived row; and how cards of messages and texts of holdings speak of each.
 * Cards: src/xfer/codec.ts. Texts of holdings: src/dst/holding-texts.ts.
 * @module
 */

/** A thing to explain, as somebody names it. */
export type Question =
  | { readonly artifact: string }
  | { readonly file: string }
  | { readonly row: { readonly table: string; readonly key: string } }

/** The place of a thing at a node: held, private there, known by name, announced, or banned. */
export type Standing = 'held' | 'private' | 'known' | 'announced' | 'banned'

/** The part of a message about a thing: it is announced, asked for, or sent. */
export type Mention = 'announced' | 'asked' | 'sent'

/** A thing that was found in a trace. */
export interface Subject {
  readonly kind: 'artifact' | 'file' | 'row' | 'derived'
  /** For people. */
  readonly name: string
  /** Some text that every line of a trace about it has. */
  readonly mark: string
  /** The standing that a text of a holding gives it. */
  standing(text: string): Standing | undefined
  /** The mention that a card makes of it. */
  mention(card: string): Mention | undefined
}

const mentionOf: Readonly<Record<string, Mention>> = {
  igot: 'announced',
  gimme: 'asked',
  file: 'sent',
  cfile: 'sent',
  uvigot: 'announced',
  uvgimme: 'asked',
  uvfile: 'sent',
  xigot: 'announced',
  xgimme: 'asked',
  xrow: 'sent',
  xdelete: 'sent',
}

const standings: Readonly<Record<string, Standing>> = {
  artifact: 'held',
  private: 'private',
  phantom: 'known',
  announces: 'announced',
  shunned: 'banned',
}

/** An artifact by its whole hash. */
export function artifactSubject(hash: string): Subject {
  return {
    kind: 'artifact',
    name: `artifact ${hash}`,
    mark: hash,
    standing: (text) => {
      const [word = '', of] = text.split(' ')
      return of === hash ? standings[word] : undefined
    },
    mention: (card) => {
      const [word = '', of] = card.split(' ')
      const isArtifact = ['igot', 'gimme', 'file', 'cfile'].includes(word)
      return isArtifact && of === hash ? mentionOf[word] : undefined
    },
  }
}

/** One version of a file: who holds another one lacks this. */
export function fileSubject(file: { name: string; mtimeSec: string; hash: string }): Subject {
  const { name, mtimeSec, hash } = file
  const version = `${name} ${mtimeSec} ${hash}`
  return {
    kind: 'file',
    name: `unversioned file ${name} of ${mtimeSec}${hash === '-' ? ', its deletion' : ''}`,
    mark: name,
    standing: (text) => (text === `file ${version}` ? 'held' : undefined),
    mention: (card) => {
      const [word = '', ofName, ofTime, ofHash] = card.split(' ')
      if (!word.startsWith('uv') || ofName !== name) return undefined
      const isThis = word === 'uvgimme' || (ofTime === mtimeSec && ofHash === hash)
      return isThis ? mentionOf[word] : undefined
    },
  }
}

/** One version of a row of a synced table; `key` is the hash of its key. */
export function rowSubject(row: { table: string; key: string; mtimeSec: string }): Subject {
  const { table, key, mtimeSec } = row
  const version = `row ${table} ${key} ${mtimeSec}`
  return {
    kind: 'row',
    name: `row ${table}:${key} of ${mtimeSec}`,
    mark: key,
    standing: (text) => (text === version || text === `${version} deleted` ? 'held' : undefined),
    mention: (card) => {
      const [word = '', ofTable, ofKey, ofTime] = card.split(' ')
      if (!word.startsWith('x') || ofTable !== table || ofKey !== key) return undefined
      return word === 'xgimme' || ofTime === mtimeSec ? mentionOf[word] : undefined
    },
  }
}

/** A row that follows from artifacts: no message has it. `text` is all that is told of it. */
export function derivedSubject(text: string): Subject {
  return {
    kind: 'derived',
    name: `derived row ${text.replace(/^derived /, '')}`,
    mark: 'derived ',
    standing: (of) => (of === text ? 'held' : undefined),
    mention: () => undefined,
  }
}
