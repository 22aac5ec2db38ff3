import { ROLES, type Role } from '@sallyport/model'
import { z } from 'zod'
import { route } from './route.ts'
import {
  challenge,
  devicePoll,
  deviceRequest,
  deviceSession,
  deviceStart,
  loopbackState,
  secretText,
  verifier,
} from './schemas/device.ts'
import { nothing, port } from './schemas/primitives.ts'

const EVERYBODY = ROLES as unknown as readonly [Role, ...Role[]]

/** Signing in with the command: on this machine through its browser, on another one with a code (RFC 8628). */
export const deviceRoutes = {
  'device.start': route({
    method: 'POST',
    path: '/v1/device/start',
    callers: 'anyone',
    summary: 'Begins to sign in where no browser is: gives a code that somebody approves elsewhere.',
    input: nothing,
    output: deviceStart,
  }),
  'device.poll': route({
    method: 'POST',
    path: '/v1/device/poll',
    callers: 'anyone',
    summary: 'Asks whether it was approved; if so gives the session, once.',
    input: z.strictObject({ device_code: secretText }),
    output: devicePoll,
  }),
  'device.show': route({
    method: 'GET',
    path: '/v1/device/codes/:code',
    callers: EVERYBODY,
    summary: 'Says what waits for this code.',
    input: z.strictObject({ code: secretText }),
    output: deviceRequest,
  }),
  'device.decide': route({
    method: 'POST',
    path: '/v1/device/codes/:code',
    callers: EVERYBODY,
    summary: 'Lets a command sign in as the caller, or not; only from a browser.',
    input: z.strictObject({ code: secretText, approve: z.boolean() }),
    output: deviceRequest,
  }),
  'device.loopback-approve': route({
    method: 'POST',
    path: '/v1/device/loopback',
    callers: EVERYBODY,
    summary: 'Lets the command of this machine sign in as the caller: says where the browser goes with the code.',
    input: z.strictObject({ port, state: loopbackState, challenge }),
    output: z.object({ redirect: z.string() }),
  }),
  'device.exchange': route({
    method: 'POST',
    path: '/v1/device/exchange',
    callers: 'anyone',
    summary: 'Gives the session for the code that the browser brought, once.',
    input: z.strictObject({ code: secretText, verifier }),
    output: deviceSession,
  }),
} as const
