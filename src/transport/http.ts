/**
 * Fossil over HTTP: a client for any Fossil server, and a server for any Fossil client.
 *
 *     await cloneRepo('https://fossil.example.org/project', 'project.fossil', { env: systemEnv })
 *     await sync(repo, httpTransport('https://fossil.example.org/project'))
 *     const server = await serve({ file: 'project.fossil', env: systemEnv, port: 8080 })
 *
 * @module trilobite/transport/http
 */

export { cloneRepo } from './clone-repo.ts'
export { httpTransport, type HttpTransport } from './http-client.ts'
export { fossilHandler } from './http-server.ts'
export type { HttpEvent } from './http-service.ts'
export { type FossilServer, serve } from './serve.ts'
