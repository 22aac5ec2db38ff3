import { CodeWord } from '../../parts/code-word.tsx'
import { Meter } from '../../ui/meter.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { Verdict } from '../../ui/verdict.tsx'
import { KitPart } from './kit-part.tsx'

export function KitFigures() {
  return (
    <KitPart title="Verdicts and figures" rule="A state is a word and a shape; a meter has its number.">
      <Verdict verdict="allowed">
        <p>Line 77 opens it.</p>
      </Verdict>
      <Verdict verdict="denied">
        <p>No line opens it.</p>
      </Verdict>
      <Verdict verdict="on-request">
        <p>Line 103 opens it once somebody approves.</p>
      </Verdict>
      <div>
        <Meter label="Disk used" value={62} max={100} text="62 of 100 GB" />
        <p className="mt-1 text-xs text-ink-3">62 of 100 GB</p>
      </div>
      <CodeWord code="7KQ-4MD" />
      <QrCode text="https://gw.example.com/approve/7KQ-4MD" label="An example of a QR code" />
    </KitPart>
  )
}
