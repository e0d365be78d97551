/**
 * Messages that stock Fossil 2.21 put on the wire, byte for byte (each character is one byte).
 *
 * Taken with `fossil clone|push|sync --httptrace` between two small repositories; the user is
 * `alice`, her password `secret`. The bodies were taken off the socket.
 * @module
 */

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function bytes(lines: readonly string[]): Uint8Array {
  return Uint8Array.from(lines.join(''), (character) => character.charCodeAt(0))
}

/** The first request of a clone, without a login. */
export const cloneRequest: Uint8Array = bytes([
  'pragma client-version 22100 20230226 192424\n',
  'clone 3 1\n',
  '# FDAA23FE3BAAB126475E1C15F302BF31EDEF7F25\n',
])

/** Its answer: every artifact as the database holds it. */
export const cloneReply: Uint8Array = bytes([
  'pragma server-version 22100 20230226 192424\n',
  'cfile 36792e3d7ddc722aa8ae3f33d0bfff8b2e0cbfe4fb4a830a828c095e7260e77d 164 149\n',
  "\x00\x00\x00\xa4x\x9c\x1d\xc8\xb1\x0e\x83 \x14\x05\xd0\x9d\xafx\xb3\x09\xcd\x15\x1e\x15\\\xdb/h\xec\xd2\xb8 `$*i\xd4\x0e\xfe}\xd3\x8e\xe7\xdc(\x97|d\xbf\xf4{Z\xdf\xc7\xd9\xefaJa\x96\xb9\x88;)(\x96\xa8%T\x07\xdd\x82[\x98\x0b\x00\xf1\xa0\xc8u\xb4!:;\x02\x83\x02'g\x01\xe7l\n",
  '\xa3e\xd5$\xd1Q5l\xbe\x84\x89*:\xb6O\x99\x7f\xb3\x9f\xab\xfc\x83*\xf1$\xbf\xe4\x90\xc4\x8b\\\xa3\x0c\x1a\x1d\x0c\xfb\xc4n\x88\xeckD\x1d\xafc\x1a4\x82\x89\xe2\x0bGP.\x95\n',
  'cfile 6432f3250313b0c7bd375e31b9625249bf1ae5806ed704aa66a50141e411d54c 10 22\n',
  '\x00\x00\x00\n',
  'x\x9cc`dJ\xca\xccK,\xaa\xe4\x02\x00\x0bC\x02\x93\n',
  'cfile f2bd4d034943d9c3b417987ac3ab7ea437c7e82a2977f5389d923b2134ad90a3 4833df884a9647fe718609c9b9f404209c592ad890c2617db1b7fc3f4a382a41 1311 71\n',
  '\x00\x00\x00Ox\x9c\xf3\x0e\xe3\xb2,t0\xd01\xb7\xca\xc9\xccKU06\xf0qpv\xd71\xb42\x84\xd2F`\xda\xc7\xc1#[\xc7\xc8\xca\xd8\x04\xcas\xad\x03\xf1\xcc\xc0<\x0bG\x07g7\x1d\xc3\x02\xc3\x94\xcc\x00k\x00#\\\x147\n',
  'cfile b314e28493eae9dab57ac4f0c6d887bddbbeb810e900d818395ace558e96516d 6 18\n',
  '\x00\x00\x00\x06x\x9c\xcbH\xcd\xc9\xc9\xe7\x02\x00\x08K\x02\x1f\n',
  'cfile 1c6b8a9b448a2f0bc2d340441cee88107fc66fca8dfd9252570b41b778174b79 f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89 425 193\n',
  '\x00\x00\x00\xfax\x9c\x05\xc1\xbbJ\x05A\x0c\x00\xd0~\xbfb?`\x8bL\x92\x99d\xd6fA\xb0\xb3\xb9"\x8a]&\x0f\xbc`!\xea\xff\xe39#79\x1f\xf7\xba\xff\xfc\xfe\xbd\\z\xb4\xb3\xb7\xb7\xcb\x8e\x06g\xe1\n',
  '\x0e \x9eL1\x9d\x167\x99*\xe6dK\xd2\x98\xc4%\x15\x0d\xa7Hu\xd2\x19\x13ia#\xb6\x98`\xd4\x9e/\xea\x07>\x9d4dbRH\x84\x0b\xa2\x99ZR\x11\x05\xac\xaa\xd2\x85\x09\xbe*\xb9\x16\x9b\x12\x98\xa2:\xcc\x9e\x82\x03R$\xb6\xdb\x0e\xdd+\xb1\xd8\x81K2tu\xac64yTX\x0e\xde^w\xfb\xba{n\x1f\xfbj\x85\x1d4R\xd3\xc1\xa9K\xb6\x19\xd1\x0bl\x18\xc8\x1c[\xfb|\xbf}\xc3\xc3?e\x9cD\xc4\n',
  'cfile 4833df884a9647fe718609c9b9f404209c592ad890c2617db1b7fc3f4a382a41 1305 183\n',
  '\x00\x00\x05\x19x\x9cm\xd4Kj\x02@\x10E\xd1yV\xd1K\xb0\xaa\xab4Y\x8e\xc4\xf6\x03FA\xb2\x7fD\x92\x91\x9c\xe9\x9d\x1d\xeau_/\xb75b\xdc\x8f\xe3\xf7\xbc\xc6c\xed\x0f?\xeb\xe3\xfa\x8a\xa98\x15K\xb1\x15\xb7\x8a;\xc5O\xc5/\xc5\xd8\xb0\xd2\x14D\x05UAV\xd0\x15\x84\x05eAZ\xd0\x96\xb4\xa5\xefE[\xd2\x96\xb4%mI[\xd2\x96\xb4\xe5\xbb\xed\xfb\xbc\xbf\x9d\xd6a\xfcMj\xf3?-\xaa\xa6gH\xd5\xa4jR5\xa9\x9aTM\xaa&/V\xbcX\xd1V\xb4\x95\xdf\x18mE[\xd1V\xb4\x15mE[\xd3\xd6\xb45mM[\xfb\x03\xa1\xadik\xda\x9a\xb6\xa6m\xfbn{\x02\xc4\xa6\xa78\n',
  'cfile f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89 426 303\n',
  '\x00\x00\x01\xaax\x9c%\x8f\xcb\x8aTA\x10D\xf7\xf7+\xee\x0fL\x93Y\x95\x95\x959[\xc5\xb5\x88nd6\xf9*\xa6\x19m\xc5n\xd0\xcf\xb7\xc4]@\x10\x87\x13\xef\xce{\xc5\x8f[\xbe\xdc\xe3\xb5\xe2\xed\xe9z;\xde\x9f\x0d\x1a=\x01>A\xfb\x0c\xfd\x19\xf8\x19\xe0\x02\x00\xc7\x87\xd3\xaf\xb7K\xda\xe3d\xeam\xf56\xa0cw\x88\xe9\xd9\xe7\xa8\x8e\xae\xdcF#\xf5\x85VC\x80+\'\x90\x19\xb3\x0d@\xc2"\xc4\x1c\x14\x1b\xf5\xab,\xbf\xd7\xe5\xf1\xe7q\x92\xf4\x9eK\x84L\x99\xe6\xaa\x89\xc2\xa0\xa1\xae\x8b\x80\xda\x8eC\x9b\xa5(Dc\x9c\xe9\xe8sE_d]\x9a\x11n\xda\xef\xeb\xe3\xf5\xe5~\xffi\xf1\x1f\xe9\x1d\xa9\x9a\x90\xf6\xb2\xd24\x1f\xd3\x82\x16\x04\xa7\xc8\xd6M\xf7rA(\x05HA\xe9:\xf6t\x0c)\xe5\x81\x9c\xc7\xc7\x13\x83]L\x9dH\xac-\xf0h\xd9\xb7\x0eaT\xc9\x9en\x05\xe6\x15&\xb9R\xf7\xeb1\xc1i\x9bM\xc1I>\xf5\xf8t\x1a\xc4\xe8%+p\xb5-B\x12S=\xc1\x9bq\xaf^x|9\xed\xdb5\xea\xf8z*\xeb\x82\xd9\x92\x97\xf3\xfe\x88\x01+\xbd\xd2\xdb\xc4\x7f\x95\x1e\x7f\x01Y\x10u\x0c\n',
  'clone_seqno 0\n',
  'push 3a920c041c54157d78acab93e776b821d459b4ab 20451c2231a2f47a37980d059cf77b745652381a\n',
  '# timestamp 2026-11-23T17:24:23 errors 0\n',
])

/** The second request of a clone. */
export const configRequest: Uint8Array = bytes([
  'login alice 77baf95e5ed6de1928f0b82bcd448b9d84515363 ef402780b89e4158a93aedc42b942a1dc71365a8\n',
  'pragma client-version 22100 20230226 192424\n',
  'reqconfig /all\n',
  'pragma uv-hash da39a3ee5e6b4b0d3255bfef95601890afd80709\n',
  '# 6803A7BA7C2EF68E29A9861431D08A8CD661264A\n',
])

/** Its answer: settings, and the catalogue of unversioned files. */
export const configReply: Uint8Array = bytes([
  'pragma server-version 22100 20230226 192424\n',
  'config /user 88\n',
  "1795454644 'alice' pw '39d01bfd4ec891b653b1a5d8819f6818ae3c1efc' cap 's' info '' jx '{}'\n",
  'config /user 57\n',
  "1795454644 'nobody' pw '' cap 'gio' info 'Nobody' jx '{}'\n",
  'config /reportfmt 576\n',
  "2440587.5 'All Tickets' cols '#ffffff Key:\n",
  '#f2dcdc Active\n',
  '#e8e8e8 Review\n',
  '#cfe8bd Fixed\n',
  '#bde5d6 Tested\n',
  '#cacae5 Deferred\n',
  "#c8c8c8 Closed' sqlcode 'SELECT\n",
  "  CASE WHEN status IN (''Open'',''Verified'') THEN ''#f2dcdc''\n",
  "       WHEN status=''Review'' THEN ''#e8e8e8''\n",
  "       WHEN status=''Fixed'' THEN ''#cfe8bd''\n",
  "       WHEN status=''Tested'' THEN ''#bde5d6''\n",
  "       WHEN status=''Deferred'' THEN ''#cacae5''\n",
  "       ELSE ''#c8c8c8'' END AS ''bgcolor'',\n",
  "  substr(tkt_uuid,1,10) AS ''#'',\n",
  "  datetime(tkt_mtime) AS ''mtime'',\n",
  '  type,\n',
  '  status,\n',
  '  subsystem,\n',
  '  title\n',
  "FROM ticket' jx '{}'\n",
  'config /config 41\n',
  "1795454644 'timeline-plaintext' value '1'\n",
  'config /config 34\n',
  "1795454644 'hash-policy' value '2'\n",
  'pragma uv-pull-only\n',
  'uvigot u.txt 1795454644 bea18fb8e10793cc6e2f94c6e782458f379f1465d8b3fbf365b4c8b9ca971e6e 11\n',
  'uvigot v.txt 1795454644 - 0\n',
  '# timestamp 2026-11-23T17:24:23 errors 0\n',
])

/** The third answer of a clone: an unversioned file. */
export const unversionedReply: Uint8Array = bytes([
  'pragma server-version 22100 20230226 192424\n',
  'uvfile u.txt 1795454644 bea18fb8e10793cc6e2f94c6e782458f379f1465d8b3fbf365b4c8b9ca971e6e 11 0\n',
  'uv content\n',
  '# timestamp 2026-11-23T17:24:23 errors 0\n',
])

/** A push of one check-in: deltas, a new file, and what else there is. */
export const pushRequest: Uint8Array = bytes([
  'login alice 739b28ee1f07ccb2fd9aab2085cc7955458e9f30 5875707e3731ae649ab2cba99b714b801171ab6d\n',
  'pragma client-version 22100 20230226 192424\n',
  'push be9cde7b9ebd059d4f81dfbef0dc0ecb3efdccf8 20451c2231a2f47a37980d059cf77b745652381a\n',
  'file 7dc4b35512e412e3e6dc29faa969c5aa11dbbb077e420eb83d7d57c9ad5e868e 4833df884a9647fe718609c9b9f404209c592ad890c2617db1b7fc3f4a382a41 37\n',
  'KJ\n',
  '6P@0,F:changed line 20Dg@6j,lI_Md;file 3f8f61874d957deb25b569000be6f5fa7289c2f555e7af42a3ce53d3f7b76d36 4\n',
  'new\n',
  'file 609ee4d82be7777c45bc09efd521af8dc218085188dc6532b2e4edc26a36d755 f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89 335\n',
  '7p\n',
  '6:C thirT@7,1:71L@a,2M:new.txt 3f8f61874d957deb25b569000be6f5fa7289c2f555e7af42a3ce53d3f7b76d36\n',
  'F readme.txt 7dc4b35512e412e3e6dc29faa969c5aa11dbbb077e420eb83d7d57c9ad5e868e1M@35,2F:f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89\n',
  'R 6939b8295e0ade0c9bb51507bc1027e4\n',
  'U alice\n',
  'Z 993d6a9f0d525aca8d96bdca72651b84\n',
  '2GSXq7;igot 1c6b8a9b448a2f0bc2d340441cee88107fc66fca8dfd9252570b41b778174b79\n',
  'igot 36792e3d7ddc722aa8ae3f33d0bfff8b2e0cbfe4fb4a830a828c095e7260e77d\n',
  'igot 4833df884a9647fe718609c9b9f404209c592ad890c2617db1b7fc3f4a382a41\n',
  'igot 6432f3250313b0c7bd375e31b9625249bf1ae5806ed704aa66a50141e411d54c\n',
  'igot b314e28493eae9dab57ac4f0c6d887bddbbeb810e900d818395ace558e96516d\n',
  'igot f2bd4d034943d9c3b417987ac3ab7ea437c7e82a2977f5389d923b2134ad90a3\n',
  'igot f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89\n',
  '# 5B0A067BEA3A9C0803EA17F9B9CD8BAEAD52A3EC\n',
])

/** A sync that brings an unversioned file. */
export const unversionedRequest: Uint8Array = bytes([
  'login alice 3bdc50de1cdcd51b342b7ad894c455101dd467dc 23bf9c2d255ce7fe4d949228cb9e35d0049fcb14\n',
  'pragma client-version 22100 20230226 192424\n',
  'pull be9cde7b9ebd059d4f81dfbef0dc0ecb3efdccf8 20451c2231a2f47a37980d059cf77b745652381a\n',
  'push be9cde7b9ebd059d4f81dfbef0dc0ecb3efdccf8 20451c2231a2f47a37980d059cf77b745652381a\n',
  'igot 1c6b8a9b448a2f0bc2d340441cee88107fc66fca8dfd9252570b41b778174b79\n',
  'igot 36792e3d7ddc722aa8ae3f33d0bfff8b2e0cbfe4fb4a830a828c095e7260e77d\n',
  'igot 3f8f61874d957deb25b569000be6f5fa7289c2f555e7af42a3ce53d3f7b76d36\n',
  'igot 4833df884a9647fe718609c9b9f404209c592ad890c2617db1b7fc3f4a382a41\n',
  'igot 609ee4d82be7777c45bc09efd521af8dc218085188dc6532b2e4edc26a36d755\n',
  'igot 6432f3250313b0c7bd375e31b9625249bf1ae5806ed704aa66a50141e411d54c\n',
  'igot 7dc4b35512e412e3e6dc29faa969c5aa11dbbb077e420eb83d7d57c9ad5e868e\n',
  'igot b314e28493eae9dab57ac4f0c6d887bddbbeb810e900d818395ace558e96516d\n',
  'igot f2bd4d034943d9c3b417987ac3ab7ea437c7e82a2977f5389d923b2134ad90a3\n',
  'igot f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89\n',
  'uvfile w.txt 1795454687 09d2918165d53231243bbdd31e69c1203a80e31b7ca9cd241dc62972037d9d59 7 0\n',
  'leafuv\n',
  '# 2E6C1F2762AE0926E42741BF448CB934C7971FA7\n',
])

/** A sync that brings a private check-in. */
export const privateRequest: Uint8Array = bytes([
  'login alice 8634f4ebd8bc72a870a3da8be95169cb61a241c0 f94cf7cd28845486aeed6e7a2b27e5c6723dd811\n',
  'pragma client-version 22100 20230226 192424\n',
  'pragma send-private\n',
  'pull be9cde7b9ebd059d4f81dfbef0dc0ecb3efdccf8 20451c2231a2f47a37980d059cf77b745652381a\n',
  'push be9cde7b9ebd059d4f81dfbef0dc0ecb3efdccf8 20451c2231a2f47a37980d059cf77b745652381a\n',
  'private\n',
  'file 164087b84015ef543151412fb950a000de9359789552bcef6b144d4c9ce4ec9d 609ee4d82be7777c45bc09efd521af8dc218085188dc6532b2e4edc26a36d755 230\n',
  '8k\n',
  'S:C private\n',
  'D 2024-01-02T03:0851@_,10:609ee4d82be7777c45bc09efd521af8dc218085188dc6532b2e4edc26a36d755_@6a,1j:T *bgcolor * #fec084\n',
  'T *branch * priv\n',
  'T *sym-priv *\n',
  'T -sym-trunk *\n',
  'U alice\n',
  'Z 8e2b4c02e6d4fb9dd4174f5418888680\n',
  '3NAaA2;igot 1c6b8a9b448a2f0bc2d340441cee88107fc66fca8dfd9252570b41b778174b79\n',
  'igot 36792e3d7ddc722aa8ae3f33d0bfff8b2e0cbfe4fb4a830a828c095e7260e77d\n',
  'igot 3f8f61874d957deb25b569000be6f5fa7289c2f555e7af42a3ce53d3f7b76d36\n',
  'igot 4833df884a9647fe718609c9b9f404209c592ad890c2617db1b7fc3f4a382a41\n',
  'igot 609ee4d82be7777c45bc09efd521af8dc218085188dc6532b2e4edc26a36d755\n',
  'igot 6432f3250313b0c7bd375e31b9625249bf1ae5806ed704aa66a50141e411d54c\n',
  'igot 7dc4b35512e412e3e6dc29faa969c5aa11dbbb077e420eb83d7d57c9ad5e868e\n',
  'igot b314e28493eae9dab57ac4f0c6d887bddbbeb810e900d818395ace558e96516d\n',
  'igot f2bd4d034943d9c3b417987ac3ab7ea437c7e82a2977f5389d923b2134ad90a3\n',
  'igot f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89\n',
  'igot 164087b84015ef543151412fb950a000de9359789552bcef6b144d4c9ce4ec9d 1\n',
  '# DD62BFD676C5F8175AB8F7A8C6F5C06A0B38F565\n',
])

/** The answer that asked for it. */
export const privateReply: Uint8Array = bytes([
  'pragma server-version 22100 20230226 192424\n',
  'gimme 164087b84015ef543151412fb950a000de9359789552bcef6b144d4c9ce4ec9d\n',
  'igot 164087b84015ef543151412fb950a000de9359789552bcef6b144d4c9ce4ec9d 1\n',
  '# timestamp 2026-11-23T17:24:47 errors 0\n',
])

/** The answer to a push without the right to push. */
export const pullOnlyReply: Uint8Array = bytes([
  'pragma server-version 22100 20230226 192424\n',
  'message pull\\sonly\\s-\\snot\\sauthorized\\sto\\spush\n',
  'igot 1c6b8a9b448a2f0bc2d340441cee88107fc66fca8dfd9252570b41b778174b79\n',
  '# timestamp 2026-11-23T17:45:06 errors 0\n',
])

/** The answer to a card that stock does not know. */
export const refusedReply: Uint8Array = bytes([
  'error bad\\scommand:\\sflorp\\sa\\sb\\sc\\n\n',
  '# timestamp 2026-11-23T17:45:06 errors 0\n',
])

/** The answer to a malformed card: url-encoded, where other errors are fossilized. */
export const malformedReply: Uint8Array = bytes([
  'error malformed+file+line\n',
  '# timestamp 2026-11-23T17:45:06 errors 1\n',
])

/** The body of a push as `application/x-fossil`, and the message in it. */
export const compressedRequest: { body: Uint8Array; message: Uint8Array } = {
  body: fromBase64(
    'AAADyHjaLZNLbh05DEXnXkUBPQ5AkZRIDZMXL4Tix3mA2w7y6fU3jedBAaoCeXgvdev1/eX+dtnr3fNKXgCKhbQ4zGg6i4kp1CEMgoPDB3hda+3AHdEVhEKkI2ipUhYESAj6NthWTz9/2cu/dvnrPd/+fPkvf/2+v79diAPgQkACxHWNjYz89PPv7x/Xye2RcnaegLmDq9l1PsAO6adHhHtpd/McjkjDsFomyVb4aPESOcJzTWxd9nR/ef9zDV9HbR9m7XI43nYYmIdnqg6Q8rXKTaNi48QpcHgcER3CR/aDQks2JoVEuCCaqSUVUcCpKj2Y4KeS67ApgSmqw54puCBF4pNSWmuocOwpkQfnmWsDwMlVs0xQt2PN2Y1WjEaek4Kqba3e84PC2nNLlW0vlkoZumD7PrvaGPZxbrTQDY5rSJx2U07FRorG40HplkwOxdP6RJznacW944nDSsNxKOgc2sc1CdsiZ39dRitkzk8KExbhBBp0wOUEyUwaZ6/eJe9Tw3IqrAwBNlvLJgweyWPEZH9QJJwPzTl6Rj+UqwftsjbYZsy69pwDItn28ujHPUzppMVMXZoPyqHBicqb0nKHnSnmXOArVFtZM7p3QPbGQ4fSntb7nZp7zbE+76jwBAcQb6bYTh2GzleTyI6kMYlL9h5xi9Qk3Z0a6t+D2GKD0SdFffUdalbl6vAhxhi+dbklE5ljFgXzXtChGKNAyM8kntS+dT/9c32jZ9Zx0+/6LLcb9yvRV36e8m19vfG+0Xxu1d/X0/9Uzgtj',
  ),
  message: bytes([
    'login alice e460082f2364daa35c47a7a80fb32d30b21c10cf 669d29dd35c3273381d36883ef0d07d72c9a09af\n',
    'pragma client-version 22100 20230226 192424\n',
    'push be9cde7b9ebd059d4f81dfbef0dc0ecb3efdccf8 20451c2231a2f47a37980d059cf77b745652381a\n',
    'igot 1c6b8a9b448a2f0bc2d340441cee88107fc66fca8dfd9252570b41b778174b79\n',
    'igot 36792e3d7ddc722aa8ae3f33d0bfff8b2e0cbfe4fb4a830a828c095e7260e77d\n',
    'igot 3f8f61874d957deb25b569000be6f5fa7289c2f555e7af42a3ce53d3f7b76d36\n',
    'igot 4833df884a9647fe718609c9b9f404209c592ad890c2617db1b7fc3f4a382a41\n',
    'igot 609ee4d82be7777c45bc09efd521af8dc218085188dc6532b2e4edc26a36d755\n',
    'igot 6432f3250313b0c7bd375e31b9625249bf1ae5806ed704aa66a50141e411d54c\n',
    'igot 7dc4b35512e412e3e6dc29faa969c5aa11dbbb077e420eb83d7d57c9ad5e868e\n',
    'igot b314e28493eae9dab57ac4f0c6d887bddbbeb810e900d818395ace558e96516d\n',
    'igot f2bd4d034943d9c3b417987ac3ab7ea437c7e82a2977f5389d923b2134ad90a3\n',
    'igot f8c6e7a8effe69b422d11c986cae433ac2ef3d449603f811f073cb534539fa89\n',
    '# B3E481C8D8E7CC4B3E33A4E57B6AC49C35E516D6\n',
  ]),
}

/** The body of the answer, and the message in it. */
export const compressedReply: { body: Uint8Array; message: Uint8Array } = {
  body: fromBase64(
    'AAAAVXicFckxDoAgDAXQ3VM0cSZpP4iRc3gBhsYwIKQQz68Ob3rd8lUzDbVHzX1GaTcBwkxgeAYiyYGAsKw0S9Uxc+3/RSfi4E/ZUwhpE1KzZoN4eQFFDhfA',
  ),
  message: bytes([
    'pragma server-version 22100 20230226 192424\n',
    '# timestamp 2026-11-23T17:44:51 errors 0\n',
  ]),
}

/** The raw messages above, by name. */
export const stockMessages: Readonly<Record<string, Uint8Array>> = {
  cloneRequest,
  cloneReply,
  configRequest,
  configReply,
  unversionedReply,
  pushRequest,
  unversionedRequest,
  privateRequest,
  privateReply,
  pullOnlyReply,
  refusedReply,
  malformedReply,
  compressedRequest: compressedRequest.message,
  compressedReply: compressedReply.message,
}
