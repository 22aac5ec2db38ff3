import { momentText } from './times.ts'

/** RFC 3339 in UTC, as the gateway writes times. */
const TIME = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z/g

/**
 * The gateway's messages are short and lower case, so that they fit anywhere; on a page they are sentences, and times in them
 * are the reader's, as everywhere here.
 */
export function sentence(message: string, now = new Date()): string {
  const text = message.trim().replaceAll(TIME, (time) => timeIn(time, now))
  if (text === '') return text
  const begun = text[0]?.toUpperCase() + text.slice(1)
  return /[.!?:]$/.test(begun) ? begun : `${begun}.`
}

function timeIn(time: string, now: Date): string {
  const at = new Date(time)
  return Number.isNaN(at.getTime()) ? time : momentText(at, now)
}
