import type { TransportHandler } from '../transport/transport-handler.ts'
import type { TransportOptions } from '../transport/transport-options.ts'
import { RawPeer, type RawPeerOptions } from './raw-peer.ts'
import { PairSide, pairHostKey } from './session-pair.ts'

const MAX_PUMP_ROUNDS = 10_000

export interface RawPairOptions {
  /** Of the transport under test. */
  readonly role: 'client' | 'server'
  readonly transport?: Partial<TransportOptions>
  readonly handler?: Partial<TransportHandler>
  readonly peer?: Partial<RawPeerOptions>
}

/** A transport under test, and a peer that keeps no rules. */
export class RawPair {
  readonly side: PairSide
  readonly peer: RawPeer

  constructor(options: RawPairOptions) {
    const signers = [pairHostKey()]
    const { role } = options
    this.side = new PairSide(
      { now: 0, ...(role === 'server' ? { signers } : {}), ...options.transport, role },
      options.handler,
    )
    this.peer = new RawPeer({ signers, ...options.peer, role: role === 'server' ? 'client' : 'server' })
  }

  /** Both have sent their identifications, and nothing else has been answered. */
  identified(): this {
    this.side.transport.start()
    this.peer.identify()
    return this.deliver()
  }

  /** The raw peer's bytes to the transport. */
  deliver(): this {
    const pieces = this.peer.outbox
    this.peer.outbox = []
    for (const piece of pieces) this.side.transport.receive(piece)
    return this
  }

  /** Bytes both ways until nothing is on its way. */
  pump(): this {
    for (let round = 0; round < MAX_PUMP_ROUNDS; round++) {
      const pieces = this.side.outbox
      this.side.outbox = []
      for (const piece of pieces) this.peer.receive(piece)
      if (this.peer.outbox.length === 0 && pieces.length === 0) return this
      this.deliver()
    }
    throw new Error('the two sides do not come to rest')
  }

  /** First key exchange done in both directions; a client under test has asked for its service. */
  encrypted(): this {
    return this.identified().pump()
  }
}
