/**
 * A certificate for 127.0.0.1, signed by itself, for tests of TLS. Made anew each time: nothing
 * secret is kept, and nothing depends on its bytes.
 *
 * Source: RFC 5280 §4.1 (Certificate), §4.2.1.6 (subject alternative name); ITU-T X.690 (DER).
 * @module
 */

import { generateKeyPairSync, sign } from 'node:crypto'

/** A private key and its certificate, as PEM. */
export interface Identity {
  readonly key: string
  readonly cert: string
}

/** A tag, a length, and what it holds. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  const { length } = value
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), value])
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), value])
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const octets = (value: Buffer): Buffer => der(0x04, value)
const bits = (value: Buffer): Buffer => der(0x03, Buffer.of(0), value)
const time = (text: string): Buffer => der(0x17, Buffer.from(text))

/** ecdsa-with-SHA256, id-at-commonName, id-ce-subjectAltName. */
const oid = {
  signature: der(0x06, Buffer.from('2a8648ce3d040302', 'hex')),
  commonName: der(0x06, Buffer.from('550403', 'hex')),
  subjectAltName: der(0x06, Buffer.from('551d11', 'hex')),
}

/** Makes one that holds from 2020 to 2049. */
export function selfSigned(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(oid.commonName, der(0x0c, Buffer.from('127.0.0.1')))))
  const address = der(0x87, Buffer.of(127, 0, 0, 1))
  const extension = sequence(oid.subjectAltName, octets(sequence(address)))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    sequence(oid.signature),
    name,
    sequence(time('200101000000Z'), time('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  )
  const whole = sequence(body, sequence(oid.signature), bits(sign('sha256', body, privateKey)))
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
