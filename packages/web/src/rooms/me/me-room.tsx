import type { Me } from '@sallyport/api'
import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { amountText } from '../../words/amounts.ts'
import { CertificatesSection } from './certificates-section.tsx'
import { KeysSection } from './keys-section.tsx'
import { PasskeysSection } from './passkeys-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { RecoverySection } from './recovery-section.tsx'
import { TotpSection } from './totp-section.tsx'

/** How somebody signs in, and what ssh knows them by. */
export function MeRoom() {
  const me = useCall('me.show')
  return (
    <Page title="Passkeys and keys" {...(me.data === undefined ? {} : { state: <State me={me.data} /> })}>
      <DataRegion query={me} failedTitle="Your credentials could not be read" reading="Reading your credentials">
        {(data) => (
          <div className="pb-12">
            <PasskeysSection me={data} />
            <PasswordSection me={data} />
            <TotpSection set={data.totp} />
            <RecoverySection left={data.recovery_codes_left} user={data.user} />
            <KeysSection keys={data.keys} />
            <CertificatesSection certificates={data.certificates} />
          </div>
        )}
      </DataRegion>
    </Page>
  )
}

function State({ me: { passkeys, recovery_codes_left: codes } }: { readonly me: Me }) {
  return (
    <>
      <strong>{amountText(passkeys.length, 'passkey')}</strong> {passkeys.length === 1 ? 'signs' : 'sign'} you in.{' '}
      <strong>{amountText(codes, 'recovery code')}</strong> {codes === 1 ? 'is' : 'are'} left.
      {passkeys.length === 1 && ' Lose the passkey, and only a recovery code lets you back in: add a second one.'}
    </>
  )
}
