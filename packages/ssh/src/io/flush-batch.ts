/**
 * When queued bytes leave. What is written while one callback of a pump runs waits for its end, so that a read of a megabyte
 * becomes one writev and not thirty; what is written elsewhere waits for the end of the tick.
 */

export interface Flushable {
  flush(): void
}

const waiting: Flushable[] = []
let depth = 0

/** Runs `call`, which must not throw, and then flushes whoever has asked for it meanwhile. */
export function batch(call: () => void): void {
  depth++
  call()
  depth--
  if (depth === 0) flushAll()
}

/** `writer.flush` is called soon, once for each call of this. */
export function flushSoon(writer: Flushable): void {
  waiting.push(writer)
  if (depth === 0 && waiting.length === 1) process.nextTick(flushAll)
}

function flushAll(): void {
  // A flush may end at once, and what then goes on may write again: the list grows behind the loop.
  depth++
  for (let i = 0; i < waiting.length; i++) waiting[i]?.flush()
  depth--
  waiting.length = 0
}
