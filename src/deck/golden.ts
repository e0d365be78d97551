/**
 * Artifacts as stock Fossil 2.21 made them, one or more of each kind, for tests. They come from
 * scratch repositories: check-ins, tags, pages, tickets, technotes and attachments by its
 * commands, forum posts by its web interface, the cluster by `rebuild --cluster`, one check-in by
 * `import --git`, the signature by GnuPG. Each is whole: its hash is its name.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import type { DeckKind } from './deck.ts'

/** One artifact of stock Fossil. */
export interface Golden {
  readonly title: string
  readonly kind: DeckKind
  /** The name that stock gave it. */
  readonly hash: string
  readonly artifact: Uint8Array
}

/** The artifacts, by kind. */
export const goldens: readonly Golden[] = [
  {
    title: 'the empty first check-in',
    kind: 'checkin',
    hash: '46a9040e012409f84cb81ce20f6feadf4ffe9050',
    artifact: utf8(String.raw`C initial\sempty\scheck-in
D 2024-02-29T12:34:56.789
R d41d8cd98f00b204e9800998ecf8427e
T *branch * trunk
T *sym-trunk *
U ada
Z 6dd1fc307fd1595a996123a8ed28e599
`),
  },
  {
    title: 'a check-in with all escapes, an executable and a symlink',
    kind: 'checkin',
    hash: 'b91564d954f4169cd564f8d2314c520e8141df7a',
    artifact: utf8(String.raw`C Add\sfiles:\scafé\tand\s\\\sback\nsecond\sline
D 2024-03-01T00:00:00.000
F Icon\r 61bb8d29b5be7db307cb29005bff087ebe300454
F docs/café.txt 6faf166142e6fa460e85841f3986681f91bd0ac2
F link.c 3a576e09615c0e19842e5f3ac31e858c9ae7fe41 l
F run\sme.sh bd971bec88149956458a10fc9c5ecb3eb99dd452 x
F src/main.c a00700f4d05bc9de5a7d95428dea437f59faffa8
F tab\there.txt 6fcf9dfbd479ed82697fee719b9f8c610a11ff2a
P 46a9040e012409f84cb81ce20f6feadf4ffe9050
R ed352ab5757ea71422fbdf70fdbdb88e
U ada
Z acc87d315e1045762426d0a944c27109
`),
  },
  {
    title: 'a check-in with renames, a colour and two tags',
    kind: 'checkin',
    hash: '04a3c3596fd0908e6cdc25643313a7d5e6adc54f79159ace5818af93421a80b7',
    artifact: utf8(String.raw`C Rename\stwo
D 2024-03-02T10:00:00.500
F Icon\r 19a9688fcf40ca13fa2e60b15f51ff6895c13e8a455d6020ffd8c50277775a62
F docs/café.txt 6bbae73c80762d2db4c0dd86a9911ed4cde4d84977f824f32208a14720227909
F docs/run\sit.sh 398aa78e92eb4a1c9c84d887525f289c5a4a6216dffe6a76d96a590212e2041c x run\sme.sh
F link.c ee622ca8e8540d250d002286778bf2efb8b9926d7821fc48cfb37ed4e83a06da l
F src/start.c b3722c2209984b8510cf8ce5ba4cd70a66b047190b9df6af6f872c5bdd90591a w src/main.c
F tab\there.txt 107b68a31b421be8d4d92cb68e508137a711f2b27e83f14885d83822bf9dadcc
P fa05d82250c07638ab8766c0fc63f259e91ec209c950120fede06094fda6a003
R 7f0249cee5a060ad41f03cfaf8dfb6d0
T +bgcolor * #ffcc00
T +sym-beta *
T +sym-release\s1.0 *
U ada
Z 41641c45e3b827508d395520cd2747e8
`),
  },
  {
    title: 'a check-in that starts a branch',
    kind: 'checkin',
    hash: '49a81b14ddb28fb174420702399bc9956862ddff',
    artifact: utf8(String.raw`C Branch\soff
D 2024-03-03T10:00:00.000
F Icon\r 61bb8d29b5be7db307cb29005bff087ebe300454
F docs/café.txt 6faf166142e6fa460e85841f3986681f91bd0ac2
F docs/run\sit.sh bd971bec88149956458a10fc9c5ecb3eb99dd452 x
F link.c 3a576e09615c0e19842e5f3ac31e858c9ae7fe41 l
F src/start.c d26d26393a9c102ee2982a62717b417fa500c156
F tab\there.txt 6fcf9dfbd479ed82697fee719b9f8c610a11ff2a
P 1d93ff349d3f6b5ea9960f7f3408cd43ee46aefe
R 7f0249cee5a060ad41f03cfaf8dfb6d0
T *bgcolor * #abcdef
T *branch * feature\sx
T *sym-feature\sx *
T -sym-trunk *
U ada
Z 602391bffcec4a276747e8c7058d78da
`),
  },
  {
    title: 'a merge that closes a branch',
    kind: 'checkin',
    hash: '5aaa0bca942f17b093e487046084e1df8cb2c03d',
    artifact: utf8(String.raw`C Merge\sfeature
D 2024-03-06T10:00:00.000
F Icon\r 61bb8d29b5be7db307cb29005bff087ebe300454
F docs/café.txt 6faf166142e6fa460e85841f3986681f91bd0ac2
F docs/run\sit.sh bd971bec88149956458a10fc9c5ecb3eb99dd452 x
F feat.txt 2219e0f75e47130772572bd80bf486ed6b4b04a7
F src/start.c d26d26393a9c102ee2982a62717b417fa500c156
F tab\there.txt 6fcf9dfbd479ed82697fee719b9f8c610a11ff2a
F trunk.txt 7361d1685e5c86dfc523620cfaf598f196f86239
P 5b32fa7c006f1f428bd9171f20f8d033c858bf47 d58cc6335f3c91506367517fa0e77d6c2eb6e90e
R 7b3e280c5dc863dcab0f4999448edc0e
T +closed d58cc6335f3c91506367517fa0e77d6c2eb6e90e
U ada
Z c2e60c839288874ba0a0ffe691292710
`),
  },
  {
    title: 'a check-in with cherry-picks',
    kind: 'checkin',
    hash: '5ba927191ec561e9a9fc3dc506d064809c6397b4',
    artifact: utf8(String.raw`C Pick\sand\sback\sout
D 2024-03-10T10:00:00.000
F Icon\r 61bb8d29b5be7db307cb29005bff087ebe300454
F docs/café.txt 6faf166142e6fa460e85841f3986681f91bd0ac2
F docs/run\sit.sh bd971bec88149956458a10fc9c5ecb3eb99dd452 x
F link.c 3a576e09615c0e19842e5f3ac31e858c9ae7fe41 l
F s1.txt d0257f733e5e1c54fcf496857e2b4f0e4148c017
F s2.txt 630081a5992e722541bc1fc6f3dee804a22b6233
F src/start.c d26d26393a9c102ee2982a62717b417fa500c156
F tab\there.txt 6fcf9dfbd479ed82697fee719b9f8c610a11ff2a
F trunk.txt 7361d1685e5c86dfc523620cfaf598f196f86239
P 5aaa0bca942f17b093e487046084e1df8cb2c03d
Q +171439acc9f7337da0d706dcd188c94d88f61ca8
Q +5d4c813d9f94dc53597ff0568f6ee7e66e0a9c6e
Q -d58cc6335f3c91506367517fa0e77d6c2eb6e90e
R f7f562560a8db14855f526be8a57903f
U ada
Z 62334b5e03cf138b14b35be2d4f2f0c0
`),
  },
  {
    title: 'a delta manifest with a deletion and a rename',
    kind: 'checkin',
    hash: '2710bf39b5f1d9fbde0f38a89ccbe415ae0a4eef',
    artifact: utf8(String.raw`B cd32de686c4249b2dc20a0cb35c7e240e05c1fa1
C delta
D 2024-03-12T10:00:00.000
F many-7.txt 2f6933b5ee0f5fdd823d9717d8729f3c2523811b
F many-8.txt
F many-9.txt
F moved-8.txt 136571b41aa14adc10c5f3c987d43c02c8f5d498 w many-8.txt
P cd32de686c4249b2dc20a0cb35c7e240e05c1fa1
R e002db99bf276e05f5aa6906d4ea6ab8
U ada
Z e5e2239a5bd14f8d21426492fbc49868
`),
  },
  {
    title: 'a check-in imported from git',
    kind: 'checkin',
    hash: '51f0b8ec15f8952767e57861a41966a0b5579cb4f003efefd1f120a4e3bcba7b',
    artifact: utf8(String.raw`C first\nbody
D 2009-05-06T07:08:09
F d/a.txt a57d4ad9fb250f5a211a3ed89d378cd5aaa6fc8da2d626cac4868d9964840965
F e\sf.sh 107b68a31b421be8d4d92cb68e508137a711f2b27e83f14885d83822bf9dadcc x
F l 520ca32bb4ca1b4b526adab4b1d3bed24b9e925585e837148697c52d35963ad1 l
T *branch * master
T *sym-master *
T *sym-trunk *
U a@b
Z 74f0fd16f4c63a9d6d1dbc5dae75bc29
`),
  },
  {
    title: 'a check-in signed by GnuPG',
    kind: 'checkin',
    hash: '3257d8ed64183ffb90ca329a9aa664bd2801c3de',
    artifact: utf8(String.raw`-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

C Signed\scheck-in
D 2024-05-01T10:00:00.000
F signed.txt a4ccc88e397942684694a1353974c28c71ba2c19
P 950b26aab186295dc5eff460c3956f10ce019677
R 01716dd9aaa58ebaee5f5181bdf2cbed
U ada
Z d25237e4a7e5dfe6f649e7fe4e962fbf
-----BEGIN PGP SIGNATURE-----

iHUEARYIAB0WIQQs/k9Bf6a7ufeH2lhWt1uUtjqpaQUCawR7eAAKCRBWt1uUtjqp
aXOuAQCggH9bGXOuLqGVEwj5QyAxWeEFIZ/IAN03KUd8IZs7vgEAlbQMC0ipMpAP
8zr0TXeHE3pdXtGyBzB8yvJUrB7MBwc=
=FYDY
-----END PGP SIGNATURE-----
`),
  },
  {
    title: 'a cluster',
    kind: 'cluster',
    hash: '4419cde478624c9032f41d2014df9d615eb1f307',
    artifact: utf8(String.raw`M 02ede1eec131f84e860e69c181f01c93b2ff6d76
M 030514d80869744a4e2f60d2fd37d6081f5ed01a
M 05b8dbd7e7cba18acfd3c174051f7b67c3ca1a14
M 087a8845ac7e4916c74e4594e035040c76ae7d57
M 0c9d5f334d01947b68096a6d2c93c1bba9194fef
M 136571b41aa14adc10c5f3c987d43c02c8f5d498
M 143e4306d3c2412d723f2f700b65f00db962cc28
M 171439acc9f7337da0d706dcd188c94d88f61ca8
M 1d93ff349d3f6b5ea9960f7f3408cd43ee46aefe
M 2219e0f75e47130772572bd80bf486ed6b4b04a7
M 22980f6cd0807e719d7f1b7cf25edc9df659ba1f
M 24b9c1f3fddff79893e5304f998f2f95ebebd149
M 26445564661ebedd7ebfe949f8bcc1a6941c9697
M 2710bf39b5f1d9fbde0f38a89ccbe415ae0a4eef
M 29581e412c0981bffd7d0f4a9cdd9b114fb80947
M 2b3cfbc2e30702dfb8a47b47a864f4c814e821a0
M 2f6933b5ee0f5fdd823d9717d8729f3c2523811b
M 3138d023d5a50fbf2bd90e300470caf85bd38659
M 3596ea087bfdaf52380eae441077572ed289d657
M 37e3ecf5f468d8af8698ba15797184523a4b401c
M 3a576e09615c0e19842e5f3ac31e858c9ae7fe41
M 4143d3a341877154d6e95211464e1df1015b74bd
M 44a94be0f827aee54bfb0bcf4d2000148074e9c5
M 45c20f2147e030b02a9a42080890a9183c054eba
M 46a9040e012409f84cb81ce20f6feadf4ffe9050
M 49a81b14ddb28fb174420702399bc9956862ddff
M 5400e3582f5d5101a6ddf1b43f4c02500f7b27c5
M 587b596f04f7db9c2cad3d6b87dd2b3a05de4f35
M 5aaa0bca942f17b093e487046084e1df8cb2c03d
M 5b32fa7c006f1f428bd9171f20f8d033c858bf47
M 5ba927191ec561e9a9fc3dc506d064809c6397b4
M 5bd4177f0c1d35d9f267c0c3bb56d3312e39f626
M 5bf6e5357bd42a6b1d2a3a040e16a91490064d26
M 5c883bfa135e8ecd44ae199460d7f0aaa9cc7459
M 5d4c813d9f94dc53597ff0568f6ee7e66e0a9c6e
M 5d9474c0309b7ca09a182d888f73b37a8fe1362c
M 61bb8d29b5be7db307cb29005bff087ebe300454
M 630081a5992e722541bc1fc6f3dee804a22b6233
M 6643b1a6b884eb62c692cd817decfe29ed42ab58
M 69340613d824dc2a0f66fef2b97214550b6ae248
M 6f76700b8402e81fbaab6127226e8537dc0fdeed
M 6faf166142e6fa460e85841f3986681f91bd0ac2
M 6fcf9dfbd479ed82697fee719b9f8c610a11ff2a
M 70ecb64749f9cb2420cdaaf078b25d763e57ab7c
M 7361d1685e5c86dfc523620cfaf598f196f86239
M 7448d8798a4380162d4b56f9b452e2f6f9e24e7a
M 76bf46b1c9be75a4a9c985e36bba65e6a077d6da
M 826ddd40f9ee9bdda37a31a06c0f009ff1775c5e
M 83b9ab866fed358e2eb502ae184a2ed2a83c7a2c
M 88a9f53ba189e83d42e6b7f52d2b4417aec1d449
M 8cc255f0f4a4cbc01f3e4a1fd0be3ab2e845bf70
M 8eecbb71d418ef8c7d583dd506a994b1bc1c3f7b
M 911fdd5bb6fdffc7a5dab1e2db6f51c5ec5e4559
M 932664d0f8e66902060195be861b503e4ba26564
M 97ea7ec8a6bb8ab9049d86bc39b5be2b0800b14b
M 9c6b057a2b9d96a4067a749ee3b3b0158d390cf1
M 9c7ba4b1689f7c1fdc31399e11419302afe23085
M 9ef6859ca47c4a28ab939cfaf51beb96d649cf27
M a00700f4d05bc9de5a7d95428dea437f59faffa8
M a0361d509d714f50e954ffeb49ac18222609cf2a
M a3db5c13ff90a36963278c6a39e4ee3c22e2a436
M a66ca4290ebaf525721fc670ea53476a15957f9e
M ad48103e4fc71796e9708cafc43adeed0d1076b7
M ad552e6dc057d1d825bf49df79d6b98eba846ebe
M aec46dc0de48f39f98f9572b6560ca3f0916b715
M b0b1a6a44dc1e5f7dfbffa0421aba268cfb766d1
M b0ee9cc6bd7c6035daae75ef9bcfb27a4cdb58a3
M b31990eea1cee9f421c933461a2f3c3dd741a58b
M b6abd567fa79cbe0196d093a067271361dc6ca8b
M b91564d954f4169cd564f8d2314c520e8141df7a
M ba9f376fa71904ccde2a756a24a4e47ec014ee0a
M bbe31122f8fbb2921c42a7b19a46000ab637a96e
M bcbc84b72f20e980789e0b97a7eafdbcbea4a020
M bd971bec88149956458a10fc9c5ecb3eb99dd452
M c0fe289456d7506a398c77d9b43622d45dd8eba7
M c6112fc247276d82a57cc9b56a41999dbba4b169
M c61210f3f54f6698d733aa6af41f593589c9377d
M c6e4ffdb7e1f4c736fb7ab897162332b4619d9ca
M cc05ed3e4d9515178ac942de2f6ae786ccf17499
M ccf271b7830882da1791852baeca1737fcbe4b90
M cd32de686c4249b2dc20a0cb35c7e240e05c1fa1
M ced0297e53dae4af29fff34ea23ea7310e60e966
M cee4f181f7cc3fca1a42df14ed68f8a30e4a965c
M d0257f733e5e1c54fcf496857e2b4f0e4148c017
M d0758565fd06c37aa66b071160d156f5628cd518
M d26d26393a9c102ee2982a62717b417fa500c156
M d338af8dcc3a84716201f739854917d32bf1d331
M d3665dad22a8bcea243f5527263dce483ea219dd
M d3964f9dad9f60363c81b688324d95b4ec7c8038
M d3d31df15e5d755024e5f399aadba4a1ee452662
M d58cc6335f3c91506367517fa0e77d6c2eb6e90e
M dd71038f3463f511ee7403dbcbc87195302d891c
M e056f8c81764762f2fa6c4956ffff28fd0bc30dc
M e121fb3816de9d65d69d470a08d6af5e0ca84b6e
M e28757d97410b6f0b7da75f69979523b30e9c762
M e2b36dbb2d6568b4a4923ddcba6ae1bc023451d2
M e2cf9718dd17ea9e18bd7752c323703dd1da5e6c
M e353fd2b8f68afad60dfa828f5eca1d02dedea59
M e5fa44f2b31c1fb553b6021e7360d07d5d91ff5e
M e6fdd81a2e7aee78124defac836ec5357a310352
M eeec021898eec14f9c7c888c5899a81ad4dbf1ae
M feee44ad365b6b1ec75c5621a0ad067371102854
M fef06614b5214440f12314750b26d85218510f41
Z 49b51df965e53e3fe819745bbc2e8a9e
`),
  },
  {
    title: 'a tag',
    kind: 'control',
    hash: 'bcbc84b72f20e980789e0b97a7eafdbcbea4a020',
    artifact: utf8(String.raw`D 2024-03-13T01:02:03.000
T +sym-v\s1.0 2710bf39b5f1d9fbde0f38a89ccbe415ae0a4eef
U bob
Z 5d3ec6607670a1c70e2491fc8127995f
`),
  },
  {
    title: 'a cancelled tag',
    kind: 'control',
    hash: 'e28757d97410b6f0b7da75f69979523b30e9c762',
    artifact: utf8(String.raw`D 2024-03-13T01:02:05.000
T -sym-v\s1.0 2710bf39b5f1d9fbde0f38a89ccbe415ae0a4eef
U ada
Z 028467dacb3dffb34466cbe1bf445543
`),
  },
  {
    title: 'an amended check-in',
    kind: 'control',
    hash: 'b347e29d62169b7f06f72fc61b283edba381a2ca6ca5fd1cdffbb6e7f83345ec',
    artifact: utf8(String.raw`D 2024-03-13T02:00:00.000
T +bgcolor 76a0fa3fa3c8f4c9ded587b6689fe676bd83fa00771816e46807504beaeb4cb1 red
T +comment 76a0fa3fa3c8f4c9ded587b6689fe676bd83fa00771816e46807504beaeb4cb1 Better\scomment
T +sym-alpha 76a0fa3fa3c8f4c9ded587b6689fe676bd83fa00771816e46807504beaeb4cb1
T +sym-zeta 76a0fa3fa3c8f4c9ded587b6689fe676bd83fa00771816e46807504beaeb4cb1
T +user 76a0fa3fa3c8f4c9ded587b6689fe676bd83fa00771816e46807504beaeb4cb1 eve
U ada
Z 6263dfc98d45548c95d5a231b10d243f
`),
  },
  {
    title: 'the first version of a wiki page',
    kind: 'wiki',
    hash: 'cee4f181f7cc3fca1a42df14ed68f8a30e4a965c',
    artifact: utf8(String.raw`D 2026-11-23T17:44:55.760
L Main\sPage
N text/x-markdown
U ada
W 21
Hello *wiki*

second

Z d0a376e3f5b7ce45f04ace7e3029f6c2
`),
  },
  {
    title: 'a wiki page that is not UTF-8',
    kind: 'wiki',
    hash: 'd338af8dcc3a84716201f739854917d32bf1d331',
    artifact: Buffer.from(
      'RCAyMDI2LTExLTIzVDE3OjQ0OjU1Ljc3MwpMIE1haW5cc1BhZ2UKTiB0ZXh0L3gtbWFya2Rvd24KUCBjZWU0ZjE4MWY3Y2MzZmNhMWE0MmRmMTRlZDY4ZjhhMzBlNGE5NjVjClUgYWRhClcgMjQKSGVsbG8gYWdhaW4gY2Fm6SBsYXRpbjEKClogZDI1NGM0YzVhOGUxNTQxY2Y4ZjliYTQ0Y2M1NDdlNzEK',
      'base64',
    ),
  },
  {
    title: 'a new ticket',
    kind: 'ticket',
    hash: 'e2cf9718dd17ea9e18bd7752c323703dd1da5e6c',
    artifact: utf8(String.raw`D 2026-11-23T17:44:55.786
J comment It\sbroke\nbadly\s\\\shere
J status Open
J title A\sbug
J type Code_Defect
K 407fe11d727731694ab8623f8b6ed1730f9b8722
U ada
Z e13c815d1e0b4a1e95ac98f1c237f79d
`),
  },
  {
    title: 'a ticket change that appends',
    kind: 'ticket',
    hash: 'e2b36dbb2d6568b4a4923ddcba6ae1bc023451d2',
    artifact: utf8(String.raw`D 2026-11-23T17:44:55.819
J +comment Fixed\snow
J status Closed
K 407fe11d727731694ab8623f8b6ed1730f9b8722
U ada
Z 6bf1c2fc1e3d86e68c14a96570395e2d
`),
  },
  {
    title: 'a technote with tags',
    kind: 'technote',
    hash: '76bf46b1c9be75a4a9c985e36bba65e6a077d6da',
    artifact: utf8(String.raw`C Release\sparty
D 2026-11-23T17:44:55.833
E 2024-04-01T18:00:00 16554a5001033f4c06ac9d4355a2fa26cdbd9634
N text/plain
T +bgcolor * #123456
T +sym-alpha *
T +sym-party *
U ada
W 10
Note body

Z 8d55c10e0ad53e76885ae7817eeca61d
`),
  },
  {
    title: 'an edited technote',
    kind: 'technote',
    hash: '826ddd40f9ee9bdda37a31a06c0f009ff1775c5e',
    artifact: utf8(String.raw`C Release\sparty
D 2026-11-23T17:44:55.871
E 2026-11-23T17:44:55 16554a5001033f4c06ac9d4355a2fa26cdbd9634
N text/plain
P 76bf46b1c9be75a4a9c985e36bba65e6a077d6da
U ada
W 12
Note body 2

Z 955d7ae4139511f20f81701a72dc8b39
`),
  },
  {
    title: 'an attachment to a wiki page',
    kind: 'attachment',
    hash: '0c9d5f334d01947b68096a6d2c93c1bba9194fef',
    artifact: utf8(String.raw`A start.c Main\sPage d26d26393a9c102ee2982a62717b417fa500c156
D 2026-11-23T17:44:55.882
U ada
Z a1537daef6b1d5426530ecc1c747c598
`),
  },
  {
    title: 'an attachment taken away',
    kind: 'attachment',
    hash: 'bbe31122f8fbb2921c42a7b19a46000ab637a96e',
    artifact: utf8(String.raw`A start.c Main\sPage
D 2026-11-23T17:44:56.119
U ada
Z feef66015245ff2edf831094e6148ad9
`),
  },
  {
    title: 'a forum post that opens a thread',
    kind: 'forum',
    hash: '911fdd5bb6fdffc7a5dab1e2db6f51c5ec5e4559',
    artifact: utf8(String.raw`D 2026-11-23T17:44:55.937
H First\sthread
N text/x-markdown
U ada
W 11
Hello
forum
Z 041736cf4c19a3dad30b2160fad485d2
`),
  },
  {
    title: 'a forum post that answers',
    kind: 'forum',
    hash: '3138d023d5a50fbf2bd90e300470caf85bd38659',
    artifact: utf8(String.raw`D 2026-11-23T17:44:56.011
G 911fdd5bb6fdffc7a5dab1e2db6f51c5ec5e4559
I 911fdd5bb6fdffc7a5dab1e2db6f51c5ec5e4559
N text/plain
U ada
W 10
A reply é
Z d0946635759611a1d4637e0f7ffbdeb0
`),
  },
  {
    title: 'an edited forum post',
    kind: 'forum',
    hash: 'e056f8c81764762f2fa6c4956ffff28fd0bc30dc',
    artifact: utf8(String.raw`D 2026-11-23T17:44:56.051
G 911fdd5bb6fdffc7a5dab1e2db6f51c5ec5e4559
I 911fdd5bb6fdffc7a5dab1e2db6f51c5ec5e4559
N text/plain
P 3138d023d5a50fbf2bd90e300470caf85bd38659
U ada
W 14
A better reply
Z 07c3477051d7d535b6eb4f593e035322
`),
  },
]
