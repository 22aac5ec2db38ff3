import { ApiError } from '@sallyport/api'
import {
  type AuthenticationResponseJSON,
  browserSupportsWebAuthn,
  type RegistrationResponseJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'

type Json = Record<string, unknown>

/** Whether this browser knows passkeys at all. */
export function knowsPasskeys(): boolean {
  return browserSupportsWebAuthn()
}

/** Lets the person choose a passkey and sign with it. Throws ApiError `passkey.refused` when they do not. */
export async function answerPasskey(options: Json): Promise<Json> {
  return asJson(() => startAuthentication({ optionsJSON: options as never }))
}

/** Lets the person make a passkey. Throws ApiError `passkey.refused` when they do not. */
export async function makePasskey(options: Json): Promise<Json> {
  return asJson(() => startRegistration({ optionsJSON: options as never }))
}

async function asJson(ask: () => Promise<AuthenticationResponseJSON | RegistrationResponseJSON>): Promise<Json> {
  try {
    return { ...(await ask()) }
  } catch (cause) {
    throw refusal(cause)
  }
}

function refusal(cause: unknown): ApiError {
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'InvalidStateError')
    return new ApiError('credential.exists', 'this device has a passkey for you already', {
      fix: 'use another device or security key',
      cause,
    })
  if (name === 'SecurityError')
    return new ApiError('passkey.refused', 'passkeys do not work at this address', {
      why: 'they belong to the name the gateway is known by',
      fix: 'open the console under its own name',
      cause,
    })
  return new ApiError('passkey.refused', 'no passkey was used', {
    why: 'it was cancelled, or took too long',
    fix: 'try again',
    cause,
  })
}
