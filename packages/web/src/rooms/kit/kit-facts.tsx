import { CodeBlock } from '../../ui/code-block.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { PersonName } from '../../ui/person-name.tsx'
import { Tags } from '../../ui/tags.tsx'
import { useNow } from '../../ui/use-now.ts'
import { KitPart } from './kit-part.tsx'

const COMMANDS = 'sudo tee -a /etc/ssh/sshd_config\nsudo systemctl reload ssh'

export function KitFacts() {
  const now = useNow().toISOString()
  return (
    <KitPart title="Machine facts">
      <Facts
        facts={[
          ['Address', <Mono key="address">10.20.4.11:22</Mono>],
          [
            'Host key',
            <span key="key">
              <Mono>SHA256:9pTq…Lx0E</Mono>, pinned 2 May 2025
            </span>,
          ],
          ['Tags', <Tags key="tags" tags={['tag:prod-db', 'tag:orders']} />],
          [
            'Added by',
            <span key="who">
              <PersonName name="دانيال الخطيب" login="daniel" />, <Moment at={now} as="both" />
            </span>,
          ],
        ]}
      />
      <CodeBlock text="ssh -J gw.example.com root@db-1" copyLabel="Copy ssh command" />
      <CodeBlock text={COMMANDS} copyLabel="Copy the two commands" />
    </KitPart>
  )
}
