import type { JsonNode } from '../text/hujson.ts'
import { jsonValue } from '../text/json-value.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import type { NetworkSettings } from './policy.ts'

/** When macOS takes one route for all mesh addresses; the empty text leaves it to the client. */
const ONE_CGNAT_ROUTE: readonly string[] = ['', 'mac-always', 'mac-never']

/** Reads the switches of the whole mesh, which stand beside the sections. */
export function parseNetwork(sections: ReadonlyMap<string, JsonNode>, reader: NodeReader): NetworkSettings {
  const disableIPv4 = reader.boolean(sections.get('disableIPv4'), '"disableIPv4"')
  const randomizeClientPort = reader.boolean(sections.get('randomizeClientPort'), '"randomizeClientPort"')
  const oneCgnatRoute = parseOneCgnatRoute(sections.get('OneCGNATRoute'), reader)
  const derpMap = sections.get('derpMap')
  // The reader tells where it is no object.
  if (derpMap !== undefined) reader.entries(derpMap, '"derpMap"')
  return {
    ...(disableIPv4 === undefined ? {} : { disableIPv4 }),
    ...(oneCgnatRoute === undefined ? {} : { oneCgnatRoute }),
    ...(randomizeClientPort === undefined ? {} : { randomizeClientPort }),
    ...(derpMap?.kind === 'object' ? { derpMap: jsonValue(derpMap) } : {}),
  }
}

function parseOneCgnatRoute(node: JsonNode | undefined, reader: NodeReader): string | undefined {
  const route = reader.string(node, '"OneCGNATRoute"')
  if (route === undefined || ONE_CGNAT_ROUTE.includes(route.value)) return route?.value
  const message = `"OneCGNATRoute" is "mac-always", "mac-never" or "", not ${quote(route.value)}`
  reader.report('bad-name', route.offset, message, () => nearestName(route.value, ONE_CGNAT_ROUTE))
  return undefined
}
