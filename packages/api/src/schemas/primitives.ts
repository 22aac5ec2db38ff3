import { ROLES } from '@sallyport/model'
import { z } from 'zod'

/** RFC 3339 in UTC. */
export const time = z.iso.datetime()
export const role = z.enum(ROLES)
export const port = z.int().min(1).max(65535)
export const count = z.int().min(0)

/** Longest free text a person may attach to something (reasons, messages), in characters. */
export const NOTE_MAX = 500
export const note = z.string().max(NOTE_MAX)

/** Longest name, id or selector in a request, in characters: above every name the model allows, far below trouble. */
export const SELECTOR_MAX = 512
export const selector = z.string().min(1).max(SELECTOR_MAX)

/** Most rows one answer holds. */
export const PAGE_MAX = 1000
export const limit = z.int().min(1).max(PAGE_MAX).default(100)
export const nothing = z.strictObject({})
