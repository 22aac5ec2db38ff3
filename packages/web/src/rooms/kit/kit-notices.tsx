import { ApiError } from '@sallyport/api'
import { Banner } from '../../ui/banner.tsx'
import { Failure } from '../../ui/failure.tsx'
import { Mono } from '../../ui/mono.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { ToastBox } from '../../ui/toast-box.tsx'
import { toast } from '../../ui/toast-list.ts'
import { KitPart } from './kit-part.tsx'

const FAILED = new ApiError('policy.version-conflict', 'version 213 was not published', {
  why: 'Joy Okafor published 212 while you edited',
})

const UNKNOWN = new ApiError('device.unknown', 'no sign-in of a command waits for this code', {
  why: 'it was decided, or is older than ten minutes',
  fix: 'start again: sallyport login',
})

export function KitNotices() {
  return (
    <KitPart
      title="Toasts and banners"
      rule="A toast says what happened and offers the way back. Failures stay until read."
    >
      <ToastBox acts={<TextButton onPress={() => toast('Session on db-1 ended.')}>See event</TextButton>}>
        Session on <Mono>db-1</Mono> ended. Tomas was told why.
      </ToastBox>
      <ToastBox
        failed
        acts={
          <TextButton onPress={() => toast('Version 213 was not published.', { failed: true })}>Compare</TextButton>
        }
      >
        <b>Version 213 was not published.</b> Joy Okafor published 212 while you edited.
      </ToastBox>
      <Banner tone="caution">Connection lost at 14:32:40. What you see may be old.</Banner>
      <Banner mark="clock">You will be signed out in 5 minutes.</Banner>
      <Banner tone="accent">
        <Mono>px9-dwhitlock</Mono> asks to join.
      </Banner>
      <Failure error={FAILED} />
      <Failure error={UNKNOWN} />
    </KitPart>
  )
}
