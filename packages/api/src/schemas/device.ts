import { z } from 'zod'
import { signedIn } from './identity.ts'
import { count, time } from './primitives.ts'

/** Longest code, token, state or challenge that is looked at, in characters; the longest of ours has 47. */
const TEXT_MAX = 128
export const secretText = z.string().min(1).max(TEXT_MAX)
/** A SHA-256 in base64url: `code_challenge` of RFC 7636 §4.2 with S256, the only method there is. */
export const challenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a SHA-256 in base64url')
/** `code_verifier`, RFC 7636 §4.1. */
export const verifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, '43 to 128 unreserved characters')
/** What the command told its browser, and gets back: RFC 6749 §10.12. */
export const loopbackState = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/, '16 to 128 characters of base64url')

/** A sign-in that waits for somebody with a browser: RFC 8628 §3.2. */
export const deviceStart = z.object({
  /** What polls; a secret of whoever asked. */
  device_code: z.string(),
  /** What people compare and type: `BCDF-GHJK`. */
  user_code: z.string(),
  verification_uri: z.string(),
  /** The same with the code in it. */
  verification_uri_complete: z.string(),
  expires_at: time,
  /** Seconds to wait between two polls. */
  interval: count,
})
export type DeviceStart = z.infer<typeof deviceStart>

/** A session for the command, whose token is shown once. */
export const deviceSession = z.object({ token: z.string(), signed_in: signedIn })
export type DeviceSession = z.infer<typeof deviceSession>

/** RFC 8628 §3.5, with `approved` for the token. */
export const devicePoll = z.object({
  status: z.enum(['pending', 'slow-down', 'approved', 'denied', 'expired']),
  /** Seconds to wait before the next poll. */
  interval: count,
  session: deviceSession.nullable(),
})
export type DevicePoll = z.infer<typeof devicePoll>

/** A waiting sign-in as the person sees it who is asked to approve it. */
export const deviceRequest = z.object({
  user_code: z.string(),
  /** What asks calls itself: `sallyport/0.1.0 on laptop`; anybody may claim it. */
  agent: z.string(),
  /** Address it asks from. */
  source: z.string(),
  asked_at: time,
  expires_at: time,
})
export type DeviceRequest = z.infer<typeof deviceRequest>
