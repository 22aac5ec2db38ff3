/** Every message that names a channel × every state of that channel × both roles: handled, dropped, or the end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SshError } from '../errors.ts'
import { encodeMessage } from '../messages/codec.ts'
import {
  channelClose,
  channelData,
  channelEof,
  channelExtendedData,
  channelFailure,
  channelOpen,
  channelOpenConfirmation,
  channelOpenFailure,
  channelRequest,
  channelSuccess,
  channelWindowAdjust,
} from '../messages/connection.ts'
import { ChannelRecorder, ConnectionSide } from '../testing/connection-pair.ts'

const PEER_ID = 40

const messages = {
  confirmation: (recipientChannel: number) =>
    encodeMessage(channelOpenConfirmation, {
      type: 'channel-open-confirmation',
      recipientChannel,
      senderChannel: PEER_ID,
      initialWindowBytes: 100,
      maxPacketBytes: 32768,
    }),
  failure: (recipientChannel: number) =>
    encodeMessage(channelOpenFailure, {
      type: 'channel-open-failure',
      recipientChannel,
      reason: 2,
      description: new Uint8Array(0),
      languageTag: '',
    }),
  adjust: (recipientChannel: number) =>
    encodeMessage(channelWindowAdjust, { type: 'channel-window-adjust', recipientChannel, bytesToAdd: 10 }),
  data: (recipientChannel: number) =>
    encodeMessage(channelData, { type: 'channel-data', recipientChannel, data: new Uint8Array(3) }),
  extended: (recipientChannel: number) =>
    encodeMessage(channelExtendedData, {
      type: 'channel-extended-data',
      recipientChannel,
      dataType: 1,
      data: new Uint8Array(3),
    }),
  eof: (recipientChannel: number) => encodeMessage(channelEof, { type: 'channel-eof', recipientChannel }),
  close: (recipientChannel: number) => encodeMessage(channelClose, { type: 'channel-close', recipientChannel }),
  request: (recipientChannel: number) =>
    encodeMessage(channelRequest, {
      type: 'channel-request',
      recipientChannel,
      wantReply: true,
      request: { kind: 'shell' },
    }),
  success: (recipientChannel: number) => encodeMessage(channelSuccess, { type: 'channel-success', recipientChannel }),
  refusal: (recipientChannel: number) => encodeMessage(channelFailure, { type: 'channel-failure', recipientChannel }),
} as const
type MessageName = keyof typeof messages

interface Situation {
  readonly side: ConnectionSide
  readonly recorder: ChannelRecorder
  /** The number to send to. */
  readonly id: number
}

type Role = 'client' | 'server'

/** A channel that the peer opened and we were asked about. */
function asked(role: Role, decide: (side: ConnectionSide, recorder: ChannelRecorder) => void): Situation {
  const side = new ConnectionSide({ role })
  const recorder = new ChannelRecorder()
  side.connection.permitOpens('session')
  side.connection.receive(
    encodeMessage(channelOpen, {
      type: 'channel-open',
      channel: { kind: 'session' },
      senderChannel: PEER_ID,
      initialWindowBytes: 0,
      maxPacketBytes: 32768,
    }),
  )
  decide(side, recorder)
  side.outbox = []
  recorder.events.length = 0
  return { side, recorder, id: 0 }
}

/** A channel that we asked for. */
function asking(role: Role, then: (situation: Situation) => void): Situation {
  const side = new ConnectionSide({ role })
  const recorder = new ChannelRecorder()
  recorder.channel = side.connection.open({ kind: 'session' }, recorder)
  const situation = { side, recorder, id: 0 }
  then(situation)
  side.outbox = []
  recorder.events.length = 0
  return situation
}

const accept = (side: ConnectionSide, recorder: ChannelRecorder): void => {
  recorder.channel = side.opens[0]?.accept(recorder)
}
const send = ({ side, id }: Situation, name: MessageName): boolean => side.connection.receive(messages[name](id))

const situations: Record<string, (role: Role) => Situation> = {
  unknown: (role) => ({ ...asked(role, accept), id: 1 }),
  huge: (role) => ({ ...asked(role, accept), id: 0xffff_ffff }),
  'other side’s number': (role) => ({ ...asked(role, accept), id: PEER_ID }),
  undecided: (role) => asked(role, () => undefined),
  rejected: (role) => asked(role, (side) => side.opens[0]?.reject(1, '')),
  opening: (role) => asking(role, () => undefined),
  abandoned: (role) => asking(role, ({ recorder }) => recorder.channel?.close()),
  refused: (role) => asking(role, (situation) => send(situation, 'failure')),
  'opened by us': (role) => asking(role, (situation) => send(situation, 'confirmation')),
  'opened by peer': (role) => asked(role, accept),
  'after eof': (role) => {
    const situation = asked(role, accept)
    send(situation, 'eof')
    situation.recorder.events.length = 0
    return situation
  },
  closing: (role) =>
    asked(role, (side, recorder) => {
      accept(side, recorder)
      recorder.channel?.close()
    }),
  closed: (role) => {
    const situation = asked(role, accept)
    send(situation, 'close')
    situation.side.outbox = []
    situation.recorder.events.length = 0
    return situation
  },
}

/** What may happen: `handled` reaches the handler or the counters, `dropped` neither; anything not listed ends the connection. */
const allOpen = {
  adjust: 'dropped',
  data: 'handled',
  extended: 'handled',
  eof: 'handled',
  close: 'handled',
  request: 'handled',
  success: 'counted',
  refusal: 'counted',
} as const
const legal: Record<string, Partial<Record<MessageName, 'handled' | 'dropped' | 'counted'>>> = {
  opening: { confirmation: 'handled', failure: 'handled' },
  abandoned: { confirmation: 'dropped', failure: 'handled' },
  'opened by us': allOpen,
  'opened by peer': allOpen,
  'after eof': {
    adjust: 'dropped',
    eof: 'dropped',
    close: 'handled',
    request: 'handled',
    success: 'counted',
    refusal: 'counted',
  },
  closing: {
    adjust: 'dropped',
    data: 'dropped',
    extended: 'dropped',
    eof: 'dropped',
    close: 'handled',
    request: 'dropped',
    success: 'counted',
    refusal: 'counted',
  },
}

for (const role of ['client', 'server'] as const) {
  for (const [state, make] of Object.entries(situations)) {
    for (const name of Object.keys(messages) as MessageName[]) {
      const verdict = legal[state]?.[name] ?? 'refused'
      test(`V-D04 ${role}, channel ${state}: ${name} is ${verdict}`, () => {
        const situation = make(role)
        const { side, recorder } = situation
        const calls = (): number => recorder.events.length + recorder.chunks.length + recorder.errorChunks.length
        if (verdict === 'refused') {
          assert.throws(
            () => send(situation, name),
            (error) => error instanceof SshError && error.code === 'channel-protocol',
          )
          assert.deepEqual(side.outbox, [])
        } else assert.equal(send(situation, name), true)
        assert.equal(calls(), verdict === 'handled' ? 1 : 0)
        assert.equal(side.connection.counters.unsolicitedReplies, verdict === 'counted' ? 1 : 0)
      })
    }
  }
}
