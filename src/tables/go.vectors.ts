/**
 * Key hashes and catalogue hashes that go-libfossil 0.9.0 computed, and the JSON of its rows. Each
 * row was put at second 10.
 * @module
 */

/** A table with one key column `z` of the type, and a text column `v` that is `x` everywhere. */
export interface GoTable {
  readonly type: 'text' | 'integer' | 'real' | 'blob'
  readonly catalogue: string
  /** Key hashes by the JSON of their rows. */
  readonly rows: Readonly<Record<string, string>>
}

export const goTables: readonly GoTable[] = [
  {
    type: 'blob',
    catalogue: '08663434771fb750ce73f4835638e5d74bed451f',
    rows: { '{"v":"x","z":"AP8Q"}': '5fe4bc3251e409ee4a9d4044b2525414b51cfb41' },
  },
  {
    type: 'integer',
    catalogue: 'b97ea530882c1b51e9bcb65d23f7af55c0efec96',
    rows: {
      '{"v":"x","z":9007199254740993}': '3d00c507a1e6dabb27cd28216ff9ed2dd820ce3f',
      '{"v":"x","z":-1}': '6252c8986e64cfa87c02fa7aa5d84429606aee9f',
      '{"v":"x","z":9223372036854775807}': 'c1e0f9a797c2c404f15de758c357ae32e387a007',
      '{"v":"x","z":-9223372036854775808}': 'de5287a2a902340bfe75e688f7ca0af853d1d1ed',
      '{"v":"x","z":0}': 'f44367dd295fad0767e7cdf7174fec85da66458c',
    },
  },
  {
    type: 'real',
    catalogue: '12b3ab1530eaa59bdade7585c87ad858ce4f0e30',
    rows: {
      '{"v":"x","z":1.5}': '1ec412b33e9daf3d1fd1cf6e86c6369ec21dad36',
      '{"v":"x","z":3}': '54d36ac9a799a15d572c3621548355e26e5620c0',
      '{"v":"x","z":1.7976931348623157e+308}': '82dd9d91a6eee48dc0ae005a1c62618b157b0b09',
      '{"v":"x","z":100}': 'aaea3d68a36669772746a2e7fff763d27601a801',
      '{"v":"x","z":1e-7}': 'db408c42cd5d687a229f50bd3282bfd9774b5607',
      '{"v":"x","z":5e-324}': 'dc1f4cecea00a5c29ea2e342fb651eb59fdc241e',
      '{"v":"x","z":0.1}': 'f1f66486f47f4a6b2fe9cf39962479b1d0797166',
      '{"v":"x","z":0}': 'f44367dd295fad0767e7cdf7174fec85da66458c',
      '{"v":"x","z":1e+21}': 'fef319125b227da2ed4fa5b0ae460d84ee9c5adc',
    },
  },
  {
    type: 'text',
    catalogue: '7a2623adf0ad59bf83122b8a6b6b678805572d29',
    rows: {
      '{"v":"x","z":"ü☃"}': '400d5d94b56fca0f402d6ab24c13346500f182c3',
      '{"v":"x","z":""}': '5c60288b799131f551b90c75ef73ea55509de9eb',
      '{"v":"x","z":"plain"}': '97a69aa04293972977e07c884d22a25d18770d5d',
      '{"v":"x","z":"a\\u0000b"}': '98feca75f38da48f93bae824f0bdc6114e0b1cfb',
      '{"v":"x","z":"a=b"}': 'dd95b3ac28cc0292aaf88205e7d0edd8d92630cd',
    },
  },
]

/** A key of two columns: text `z` is `k`, integer `a` is 7. */
export const goPair = {
  key: 'c5f273ea59917a39ec3a822d5d0a2600736fcf20',
  catalogue: '62187842bbe6ef5673d5fa29ae561b9348ba70c3',
}

/** A table of one key column and nothing else: text `z` is `k`. */
export const goKeyOnly = {
  key: '5523724281d9068c1f838de9202b6b0a1ddfa672',
  catalogue: '66dfc57f1656f25b142880aa7df21eefa8f869b4',
}
