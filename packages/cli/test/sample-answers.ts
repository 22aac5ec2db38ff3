import { type ApiClient, type RouteName, routes } from '@sallyport/api'
import { z } from 'zod'
import { answering } from './run-main.ts'

const SAMPLE_TIME = '2026-01-31T12:00:00.000Z'

/** A value of a schema in which every free text is the one given. */
export function sampleOf(schema: z.core.$ZodType, text: string): unknown {
  if (schema instanceof z.ZodISODateTime) return SAMPLE_TIME
  if (schema instanceof z.ZodString || schema instanceof z.ZodUnknown) return text
  if (schema instanceof z.ZodNumber) return 7
  if (schema instanceof z.ZodBoolean) return true
  if (schema instanceof z.ZodEnum) return schema.options[0]
  if (schema instanceof z.ZodLiteral) return schema.value
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return sampleOf(schema.unwrap(), text)
  if (schema instanceof z.ZodCustom) return new TextEncoder().encode(text) // bytes as they are
  if (schema instanceof z.ZodArray) return [sampleOf(schema.element, text)]
  if (schema instanceof z.ZodRecord) return { [text]: text }
  if (schema instanceof z.ZodObject)
    return Object.fromEntries(
      Object.entries(schema.shape).map(([name, field]) => [name, sampleOf(field as z.ZodType, text)]),
    )
  throw new Error(`no sample of ${schema.constructor.name}`)
}

/** A daemon whose every answer holds the text wherever one may stand. */
export function sayingEverywhere(text: string): ApiClient {
  const answers: Record<string, unknown> = {}
  for (const name of Object.keys(routes) as RouteName[]) {
    const sample = sampleOf(routes[name].output, text)
    answers[name] = routes[name].stream ? [sample] : sample
  }
  return answering(answers)
}
