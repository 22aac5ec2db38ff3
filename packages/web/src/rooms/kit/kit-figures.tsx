import { useState } from 'react'
import { CodeWord } from '../../parts/code-word.tsx'
import { Histogram } from '../../ui/histogram.tsx'
import { Meter } from '../../ui/meter.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { Verdict } from '../../ui/verdict.tsx'
import { KitPart } from './kit-part.tsx'

/** Events of a working day, some of them denied. */
const BARS = [2, 1, 1, 0, 0, 1, 2, 6, 14, 22, 19, 24, 12, 20, 23, 9, 0, 0].map((all, hour) => ({
  all,
  below: hour % 5 === 4 ? Math.min(all, 2) : 0,
}))
const AXIS = ['00:00', '06:00', '12:00', '18:00']

export function KitFigures() {
  const [span, setSpan] = useState('Nothing chosen yet')
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
      <div>
        <Histogram
          label="Events by the hour"
          bars={BARS}
          edgeText={(edge) => `${String(edge).padStart(2, '0')}:00`}
          legend={{ all: 'above the line: events in 1 h', below: 'below it: denied' }}
          axis={AXIS}
          onSelect={(from, until) => setSpan(`${from}:00 to ${until}:00 was chosen`)}
        />
        <p className="mt-1 text-xs text-ink-3" role="status">
          {span}
        </p>
      </div>
      <CodeWord code="7KQ-4MD" />
      <QrCode text="https://gw.example.com/approve/7KQ-4MD" label="An example of a QR code" />
    </KitPart>
  )
}
