/**
 * Conversations of go-libfossil 0.9.0 with itself about synced tables, unwrapped, byte for byte.
 *
 * Taken from its client and its HTTP server. Server codes and the proofs of logins differ from run
 * to run, and nothing else does.
 * @module
 */

/** One message, in text. */
function message(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

const thingsSchema = [
  'schema things 1 e29dd166e2d55c44f2384d7ebde57d10e49e5f77 1700000000 229',
  '{"columns":[{"name":"id","type":"text","pk":true},' +
    '{"name":"n","type":"integer","pk":true},{"name":"v","type":"text","pk":false},' +
    '{"name":"r","type":"real","pk":false},' +
    '{"name":"b","type":"blob","pk":false}],"conflict":"mtime-wins"}',
] as const

const ownerSchema = [
  'schema owner 1 eedfc487fa7554ca89817bd203ff298347310f1c 1700000000 114',
  '{"columns":[{"name":"id","type":"text","pk":true},' +
    '{"name":"v","type":"text","pk":false}],"conflict":"owner-write"}',
] as const

const selfSchema = [
  'schema self 1 aab7032d2919ecddeb7ca54a54e75176394d3fcc 1700000000 113',
  '{"columns":[{"name":"id","type":"text","pk":true},' +
    '{"name":"v","type":"text","pk":false}],"conflict":"self-write"}',
] as const

/** A request and its reply. */
export interface Round {
  readonly request: string
  readonly reply: string
}

/** The first push of a table: three rounds, each row sent twice. */
export const first: readonly Round[] = [
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...thingsSchema,
      'pragma xtable-hash things a69f0f1ab752f05df625ed88c341c3aab1cb66f8',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
    ),
    reply: message(
      'xgimme things 80d01bb1c72faa794641c5112f541cb2d2706cd7',
      'xgimme things 291378c43e879f015617edd698f715a9a975d103',
      'xgimme things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4',
      ...thingsSchema,
    ),
  },
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pragma req-clusters',
      ...thingsSchema,
      'pragma xtable-hash things a69f0f1ab752f05df625ed88c341c3aab1cb66f8',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xrow things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001 45',
      '{"b":"AP8Q","id":"a","n":1,"r":1.5,"v":"one"}',
      'xrow things 291378c43e879f015617edd698f715a9a975d103 1700000002 72',
      '{"b":null,"id":"b","n":9007199254740993,"r":0.1,"v":"two \\"quoted\\" ü"}',
      'xdelete things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003 17',
      '{"id":"c","n":-5}',
    ),
    reply: message(
      'xgimme things 80d01bb1c72faa794641c5112f541cb2d2706cd7',
      'xgimme things 291378c43e879f015617edd698f715a9a975d103',
      'xgimme things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4',
      ...thingsSchema,
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
    ),
  },
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...thingsSchema,
      'pragma xtable-hash things a69f0f1ab752f05df625ed88c341c3aab1cb66f8',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xrow things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001 45',
      '{"b":"AP8Q","id":"a","n":1,"r":1.5,"v":"one"}',
      'xrow things 291378c43e879f015617edd698f715a9a975d103 1700000002 72',
      '{"b":null,"id":"b","n":9007199254740993,"r":0.1,"v":"two \\"quoted\\" ü"}',
      'xdelete things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003 17',
      '{"id":"c","n":-5}',
    ),
    reply: message(
      ...thingsSchema,
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
    ),
  },
]

/** Nothing has changed. */
export const idle: readonly Round[] = [
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...thingsSchema,
      'pragma xtable-hash things a69f0f1ab752f05df625ed88c341c3aab1cb66f8',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
    ),
    reply: message(
      ...thingsSchema,
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
    ),
  },
]

/** Changes on both sides: an update and a new row there, a deletion here. */
export const changes: readonly Round[] = [
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...thingsSchema,
      'pragma xtable-hash things 9b02d2380d0e7c945bb7e827790583ae8d6a2382',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000001',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
    ),
    reply: message(
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102',
      'xrow things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100 52',
      '{"b":null,"id":"a","n":1,"r":1.5,"v":"server newer"}',
      ...thingsSchema,
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102',
    ),
  },
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pragma req-clusters',
      ...thingsSchema,
      'pragma xtable-hash things ba83c705bec66c835ef24986ec603158ea66e331',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xgimme things 6083b61d1a55f2821835956c0d74e83eb4770c3b',
      'xdelete things 291378c43e879f015617edd698f715a9a975d103 1700000101 31',
      '{"id":"b","n":9007199254740993}',
    ),
    reply: message(
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000002',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102',
      'xrow things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102 49',
      '{"b":null,"id":"d","n":4,"r":2,"v":"only server"}',
      ...thingsSchema,
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102',
    ),
  },
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...thingsSchema,
      'pragma xtable-hash things 6d2e9d6f18b8623d26d39e7f73fd317fb95bdd31',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102',
      'xdelete things 291378c43e879f015617edd698f715a9a975d103 1700000101 31',
      '{"id":"b","n":9007199254740993}',
    ),
    reply: message(
      ...thingsSchema,
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102',
    ),
  },
]

/** A deletion at the server. */
export const serverDeletes: readonly Round[] = [
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 01e4dc959bab0bd84cdf0c3d3af5dfdbf250bafe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...thingsSchema,
      'pragma xtable-hash things 6d2e9d6f18b8623d26d39e7f73fd317fb95bdd31',
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000102',
    ),
    reply: message(
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000200',
      'xdelete things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000200 16',
      '{"id":"d","n":4}',
      ...thingsSchema,
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000200',
    ),
  },
]

/** A client that has no tables yet. */
export const fresh: readonly Round[] = [
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push cb4372e8f68800ed50d455ee6870f5794ddb38a6 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull cb4372e8f68800ed50d455ee6870f5794ddb38a6 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    ),
    reply: message(
      ...thingsSchema,
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000200',
    ),
  },
  {
    request: message(
      'pragma client-version 22800 20260315 120000',
      'push cb4372e8f68800ed50d455ee6870f5794ddb38a6 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull cb4372e8f68800ed50d455ee6870f5794ddb38a6 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pragma req-clusters',
      ...thingsSchema,
      'pragma xtable-hash things da39a3ee5e6b4b0d3255bfef95601890afd80709',
      'xgimme things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4',
      'xgimme things 80d01bb1c72faa794641c5112f541cb2d2706cd7',
      'xgimme things 291378c43e879f015617edd698f715a9a975d103',
      'xgimme things 6083b61d1a55f2821835956c0d74e83eb4770c3b',
    ),
    reply: message(
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000200',
      'xrow things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003 44',
      '{"b":null,"id":"c","n":-5,"r":null,"v":null}',
      'xrow things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100 52',
      '{"b":null,"id":"a","n":1,"r":1.5,"v":"server newer"}',
      'xrow things 291378c43e879f015617edd698f715a9a975d103 1700000101 58',
      '{"b":null,"id":"b","n":9007199254740993,"r":null,"v":null}',
      'xrow things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000200 43',
      '{"b":null,"id":"d","n":4,"r":null,"v":null}',
      ...thingsSchema,
      'xigot things 3b1a6bc49726ebe5cdcd530c99a13f5491c37ad4 1700000003',
      'xigot things 80d01bb1c72faa794641c5112f541cb2d2706cd7 1700000100',
      'xigot things 291378c43e879f015617edd698f715a9a975d103 1700000101',
      'xigot things 6083b61d1a55f2821835956c0d74e83eb4770c3b 1700000200',
    ),
  },
]

/** Amy brings a row under each rule that knows owners. */
export const ownerAmy: readonly Round[] = [
  {
    request: message(
      'login amy 011c0ddd8d8aaaa6a6394c41f1d074eb530027d7 c053b3aeb3f71d0d91a566ec6bba8645f61cdd16',
      'pragma client-version 22800 20260315 120000',
      'push ea66cc459f22e709ed893979b2f21c8b448f5b1e aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull ea66cc459f22e709ed893979b2f21c8b448f5b1e aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...ownerSchema,
      'pragma xtable-hash owner c9f4a5a5a39e9d4a49327b227581f5f592085c3d',
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...selfSchema,
      'pragma xtable-hash self c9f4a5a5a39e9d4a49327b227581f5f592085c3d',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      '# 3752E504BC70E3B8368489440D2088AC6029EC52',
    ),
    reply: message(
      'xgimme owner 3da02ee635313aedc81d4ae652cca0d3c28e4942',
      'xgimme self 3da02ee635313aedc81d4ae652cca0d3c28e4942',
      ...ownerSchema,
      ...selfSchema,
    ),
  },
  {
    request: message(
      'login amy 26fee5dba4b7d359d7f1d993bb83a84ea5879945 af8fcc9b5c9aa470a14759b2708aba87eb952e0c',
      'pragma client-version 22800 20260315 120000',
      'push ea66cc459f22e709ed893979b2f21c8b448f5b1e aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull ea66cc459f22e709ed893979b2f21c8b448f5b1e aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pragma req-clusters',
      ...ownerSchema,
      'pragma xtable-hash owner c9f4a5a5a39e9d4a49327b227581f5f592085c3d',
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      'xrow owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010 27',
      '{"id":"k","v":"amy writes"}',
      ...selfSchema,
      'pragma xtable-hash self c9f4a5a5a39e9d4a49327b227581f5f592085c3d',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      'xrow self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010 27',
      '{"id":"k","v":"amy writes"}',
      '# 1ED66961C184C347A36921B44733F9386B515D96',
    ),
    reply: message(
      'xgimme owner 3da02ee635313aedc81d4ae652cca0d3c28e4942',
      'xgimme self 3da02ee635313aedc81d4ae652cca0d3c28e4942',
      ...ownerSchema,
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...selfSchema,
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
    ),
  },
  {
    request: message(
      'login amy b728adf8af6aecbefcc1b2bbac090cb2faa7e69e da73f434c916e15c469d448cd17a747ae4e3d7c3',
      'pragma client-version 22800 20260315 120000',
      'push ea66cc459f22e709ed893979b2f21c8b448f5b1e aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull ea66cc459f22e709ed893979b2f21c8b448f5b1e aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...ownerSchema,
      'pragma xtable-hash owner c9f4a5a5a39e9d4a49327b227581f5f592085c3d',
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      'xrow owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010 27',
      '{"id":"k","v":"amy writes"}',
      ...selfSchema,
      'pragma xtable-hash self c9f4a5a5a39e9d4a49327b227581f5f592085c3d',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      'xrow self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010 27',
      '{"id":"k","v":"amy writes"}',
      '# C8DBEA8A85BACBADD3B9ADA144C674AAE2BE391A',
    ),
    reply: message(
      ...ownerSchema,
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...selfSchema,
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
    ),
  },
]

/** Bob overwrites both. */
export const ownerBob: readonly Round[] = [
  {
    request: message(
      'login bob 8da127787314e481d618128b21ab6630bba2abda 64630fa35dceb10ac45ff3b5edf8f875c96225cb',
      'pragma client-version 22800 20260315 120000',
      'push 53c208fd05b25c80991e15805ab08f76c7f211ed aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 53c208fd05b25c80991e15805ab08f76c7f211ed aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...ownerSchema,
      'pragma xtable-hash owner c5301a66bc3ed7502dcf9286c773f3fb80abf3f9',
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
      ...selfSchema,
      'pragma xtable-hash self c5301a66bc3ed7502dcf9286c773f3fb80abf3f9',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
      '# 0B64E930920AE3044A07A972C784A0BA9F1AD0C4',
    ),
    reply: message(
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...ownerSchema,
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...selfSchema,
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
    ),
  },
  {
    request: message(
      'login bob ebe9ea979e034287d5daabc70a7fc5dfcb17d59d 6424ef4cbc7105be439dcfa33cdfb6e27531e102',
      'pragma client-version 22800 20260315 120000',
      'push 53c208fd05b25c80991e15805ab08f76c7f211ed aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 53c208fd05b25c80991e15805ab08f76c7f211ed aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pragma req-clusters',
      ...ownerSchema,
      'pragma xtable-hash owner c5301a66bc3ed7502dcf9286c773f3fb80abf3f9',
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
      'xrow owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020 31',
      '{"id":"k","v":"bob overwrites"}',
      ...selfSchema,
      'pragma xtable-hash self c5301a66bc3ed7502dcf9286c773f3fb80abf3f9',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
      'xrow self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020 31',
      '{"id":"k","v":"bob overwrites"}',
      '# 616F9F4FF9B1C14D11127FFA63CCE41F9CDB5322',
    ),
    reply: message(
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...ownerSchema,
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...selfSchema,
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
    ),
  },
  {
    request: message(
      'login bob bb6a77c954cd66cf178811d133e258f68f7caf2c 28b2b4f6ed55b1ee07c363857dddcb2ea2d6fd6e',
      'pragma client-version 22800 20260315 120000',
      'push 53c208fd05b25c80991e15805ab08f76c7f211ed aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'pull 53c208fd05b25c80991e15805ab08f76c7f211ed aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      ...ownerSchema,
      'pragma xtable-hash owner c5301a66bc3ed7502dcf9286c773f3fb80abf3f9',
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
      'xrow owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020 31',
      '{"id":"k","v":"bob overwrites"}',
      ...selfSchema,
      'pragma xtable-hash self c5301a66bc3ed7502dcf9286c773f3fb80abf3f9',
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
      'xrow self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020 31',
      '{"id":"k","v":"bob overwrites"}',
      '# 37BEA01A0FD58C86442D720FFB7AE4573F08194C',
    ),
    reply: message(
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...ownerSchema,
      'xigot owner 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000010',
      ...selfSchema,
      'xigot self 3da02ee635313aedc81d4ae652cca0d3c28e4942 1700000020',
    ),
  },
]
