import { countParam, oneOfParam, textParam } from '../search-param.ts'

export const POLICY_TABS = ['editor', 'reach', 'changes', 'simulate', 'history'] as const
export type PolicyTab = (typeof POLICY_TABS)[number]

export interface PolicySearch {
  readonly tab: PolicyTab | undefined
  /** Line to show, from 1. */
  readonly line: number | undefined
  /** A question for Explain that came from elsewhere. */
  readonly user: string | undefined
  readonly host: string | undefined
  readonly port: number | undefined
}

export function readPolicySearch({ tab, line, user, host, port }: Record<string, unknown>): PolicySearch {
  return {
    tab: oneOfParam(tab, POLICY_TABS),
    line: countParam(line),
    user: textParam(user),
    host: textParam(host),
    port: countParam(port),
  }
}
