import { useNavigate, useSearch } from '@tanstack/react-router'
import { paths } from '../../paths.ts'
import { CodeEntry } from './code-entry.tsx'
import { DeviceQuestion } from './device-question.tsx'

/** Lets a command in that has no browser: its code is typed here, or comes with the address. */
export function DeviceRoom() {
  const { code } = useSearch({ from: '/signed-in/device' })
  const navigate = useNavigate()
  const enter = (next: string | undefined) =>
    void navigate({ to: paths.device, search: next === undefined ? {} : { code: next } })
  return code === undefined ? (
    <CodeEntry onCode={enter} />
  ) : (
    <DeviceQuestion key={code} code={code} onOther={() => enter(undefined)} />
  )
}
