/**
 * The armour of signed artifacts: where the deck starts and ends.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { unsignedSpan } from './signature.ts'

const pgp = '-----BEGIN PGP SIGNED MESSAGE-----\n'
const ssh = '-----BEGIN SSH SIGNED MESSAGE-----\n'
const pgpEnd = '-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n'
const sshEnd = '-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n'

function inside(artifact: string): string {
  const { start, end } = unsignedSpan(utf8(artifact))
  return artifact.slice(start, end)
}

test('the deck lies between the first blank line and the signature', () => {
  assert.equal(inside(`${pgp}Hash: SHA256\n\nA\nB\n${pgpEnd}`), 'A\nB\n')
  assert.equal(inside(`${ssh}\nA\nB\n${sshEnd}`), 'A\nB\n')
  assert.equal(inside(`${pgp}Hash: x\r\n\r\nA\n\nB\n${pgpEnd}`), 'A\n\nB\n')
})

test('the last signature counts, of either kind', () => {
  assert.equal(inside(`${pgp}\nA\n${pgpEnd}B\n${sshEnd}`), `A\n${pgpEnd}B\n`)
})

test('without a signature the deck goes on to the end', () => {
  assert.equal(inside(`${pgp}\nA\n`), 'A\n')
  assert.equal(inside(`${pgp}\nA\n ${pgpEnd}`), `A\n ${pgpEnd}`)
  assert.equal(
    inside(`${pgp}\nA\n-----BEGIN PGP SIGNATURE---\n`),
    'A\n-----BEGIN PGP SIGNATURE---\n',
  )
})

test('the last dash of the line that opens a signature does not count', () => {
  assert.equal(inside(`${pgp}\nA\n-----BEGIN PGP SIGNATURE----\n`), 'A\n')
})

test('what does not open like a signed message is taken whole', () => {
  for (const text of ['', 'A\n', ` ${pgp}\nA\n`, pgp, `${pgp}A\nB\n`, `${pgp}\n`, `A\n${pgpEnd}`]) {
    assert.equal(inside(text), text)
  }
})
