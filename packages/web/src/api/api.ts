import { createClient } from '@sallyport/api'
import { fetchTransport } from './fetch-transport.ts'

/** The gateway's operations. */
export const api = createClient(fetchTransport)
