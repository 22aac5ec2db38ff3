import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What a gauge asks at each scrape. */
export interface Gauges {
  readonly sessions: () => number
  readonly passages: () => number
  readonly connections: () => number
  readonly starting: () => number
  readonly penalties: () => number
  readonly bans: () => number
  readonly policyVersion: () => number
  readonly webConnections: () => number
  readonly tlsExpiry: () => number
  readonly acmeFailures: () => number
}

/** How often the event loop's delay is looked at. Each look wakes the process, so the usual 10 ms would keep it from sleeping. */
const LAG_SAMPLE_MS = 1000

/** Numbers for Prometheus. Labels have few values, all of them ours: none comes from a peer. */
export function createMetrics(gauges: Gauges) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_SAMPLE_MS })
  const help: { readonly [K in keyof Gauges]: readonly [string, string] } = {
    sessions: ['sallyport_sessions', 'Live sessions'],
    passages: ['sallyport_passages', 'Passages granted and not over'],
    connections: ['sallyport_connections', 'Connections open, signed in or not'],
    starting: ['sallyport_connections_starting', 'Connections not signed in yet'],
    penalties: ['sallyport_penalised_sources', 'Sources remembered for what they did'],
    bans: ['sallyport_bans', 'Bans in force'],
    policyVersion: ['sallyport_policy_version', 'Version of the policy in force'],
    webConnections: ['sallyport_https_connections', 'Connections open at the HTTPS door'],
    tlsExpiry: [
      'sallyport_tls_certificate_expiry_timestamp_seconds',
      'When the certificate of the HTTPS door ends, in seconds since the epoch; 0 without that door',
    ],
    acmeFailures: ['sallyport_acme_failures', 'Tries for a certificate by ACME in a row that failed'],
  }
  for (const key of Object.keys(help) as (keyof Gauges)[]) {
    const [name, text] = help[key]
    const gauge: Gauge = new Gauge({
      name,
      help: text,
      registers: [],
      collect: () => gauge.set(gauges[key]()),
    })
    registry.registerMetric(gauge)
  }
  return {
    registry,
    connections: new Counter({
      name: 'sallyport_connections_total',
      help: 'Connections by what became of them at the gate: admitted, or the refusal',
      labelNames: ['verdict'],
      registers,
    }),
    logins: new Counter({
      name: 'sallyport_logins_total',
      help: 'Connections that tried to sign in, by result',
      labelNames: ['result'],
      registers,
    }),
    keyExchanges: new Counter({
      name: 'sallyport_key_exchanges_total',
      help: 'Key exchanges with clients that began, rekeys among them, by method',
      labelNames: ['kex'],
      registers,
    }),
    access: new Counter({
      name: 'sallyport_access_total',
      help: 'Ways asked for, by "granted" or the name of the refusal',
      labelNames: ['result'],
      registers,
    }),
    bytes: new Counter({
      name: 'sallyport_passage_bytes_total',
      help: 'Bytes of passages that are over, by direction',
      labelNames: ['direction'],
      registers,
    }),
    dialSeconds: new Histogram({
      name: 'sallyport_dial_seconds',
      help: 'Time until a target answered',
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    requests: new Counter({
      name: 'sallyport_api_requests_total',
      help: 'Requests to the API over HTTPS, by operation and status',
      labelNames: ['route', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'sallyport_api_request_seconds',
      help: 'Time until an answer of the API over HTTPS began',
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    failures: new Counter({
      name: 'sallyport_failures_total',
      help: 'Failures of the gateway itself; the log has each',
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
