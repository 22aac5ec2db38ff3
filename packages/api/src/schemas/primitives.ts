import { isShown, ROLES } from '@sallyport/model'
import { z } from 'zod'

/** RFC 3339 in UTC. */
export const time = z.iso.datetime()
export const role = z.enum(ROLES)
export const port = z.int().min(1).max(65535)
export const count = z.int().min(0)

/** Longest free text a person may attach to something (reasons, messages), in characters. */
export const NOTE_MAX = 500
export const note = z.string().max(NOTE_MAX)

/** What people call themselves and what is theirs: others read it in lists, and it can pretend to be nothing else. */
const shown = (text: z.ZodString) => text.refine(isShown, 'one line, and no character that is not shown')
/** What a person is called, in characters; empty: as their login. */
export const DISPLAY_NAME_MAX = 128
export const displayName = shown(z.string().max(DISPLAY_NAME_MAX))
/** Instead of the comment in a key's file; it is cut where it is kept. */
export const keyComment = shown(z.string().max(NOTE_MAX))
/** Longest name of a ceremony, passkey or token, in characters. */
export const LABEL_MAX = 64
export const label = shown(z.string().trim().min(1).max(LABEL_MAX))

/** Longest name, id or selector in a request, in characters: above every name the model allows, far below trouble. */
export const SELECTOR_MAX = 512
export const selector = z.string().min(1).max(SELECTOR_MAX)

/** Most rows one answer holds. */
export const PAGE_MAX = 1000
export const limit = z.int().min(1).max(PAGE_MAX).default(100)
export const nothing = z.strictObject({})
