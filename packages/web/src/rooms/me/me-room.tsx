import type { Me } from '@sallyport/api'
import { Fragment } from 'react'
import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { amountText } from '../../words/amounts.ts'
import { CertificatesSection } from './certificates-section.tsx'
import { ChecksSection } from './checks-section.tsx'
import { IdentitiesSection } from './identities-section.tsx'
import { KeysSection } from './keys-section.tsx'
import { PasskeysSection } from './passkeys-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { RecoverySection } from './recovery-section.tsx'
import { TotpSection } from './totp-section.tsx'
import { waysIn, waysInTexts } from './ways-in.ts'

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
            <IdentitiesSection me={data} />
            <TotpSection set={data.totp} />
            <RecoverySection left={data.recovery_codes_left} user={data.user} />
            <KeysSection keys={data.keys} />
            <CertificatesSection certificates={data.certificates} />
            <ChecksSection />
          </div>
        )}
      </DataRegion>
    </Page>
  )
}

function State({ me }: { readonly me: Me }) {
  const { data } = useCall('auth.state')
  const { passkeys, recovery_codes_left: codes } = me
  const ways = waysIn(me, data?.methods)
  const texts = waysInTexts(me, data?.methods)
  const alone = passkeys.length === 1 && data !== undefined && ways === 1
  return (
    <>
      {texts.map((text, at) => (
        <Fragment key={text}>
          {at === 0 ? '' : at === texts.length - 1 ? ' and ' : ', '}
          <strong>{at === 0 ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text}</strong>
        </Fragment>
      ))}
      {texts.length === 0
        ? 'Nothing signs you in but a recovery code. '
        : ways === 1
          ? ' signs you in. '
          : ' sign you in. '}
      <strong>{amountText(codes, 'recovery code')}</strong> {codes === 1 ? 'is' : 'are'} left.
      {alone && ' Lose the passkey, and only a recovery code lets you back in: add a second one.'}
    </>
  )
}
