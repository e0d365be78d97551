/**
 * Fossil over HTTP: a client for any Fossil server, and a server for any Fossil client.
 *
 *     await cloneRepo('https://fossil.example.org/project', 'project.fossil', { env: systemEnv })
 *     await sync(repo, httpTransport('https://fossil.example.org/project'))
 *     const server = await serve({ file: 'project.fossil', env: systemEnv, port: 8080 })
 *
 * @module
 */

export { cloneRepo, type CloneRepoOptions, type CloneRepoResult } from './clone-repo.ts'
export { httpTransport, type HttpTransport, type HttpTransportOptions } from './http-client.ts'
export { fossilHandler, type FossilHandler, type RequestOrigin } from './http-server.ts'
export type { Answerer, HttpEvent, HttpServiceOptions } from './http-service.ts'
export { parseRemote, type Remote as RemoteAddress } from './http-url.ts'
export { serve, type FossilServer, type ServeOptions } from './serve.ts'
export type { RepoSource } from './served-repos.ts'
