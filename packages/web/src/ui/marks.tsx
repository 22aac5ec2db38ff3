import type { ReactElement } from 'react'

/** Our marks, each drawn in a box of 16 with strokes of 1.5; a fill is part of the drawing. */
export const MARKS = {
  allow: (
    <>
      <path d="M3.75 14V6.25a4.25 4.25 0 0 1 8.5 0V14" />
      <path fill="currentColor" strokeWidth="1" d="M3.75 14V6.25A4.25 4.25 0 0 1 7 2.15V12.2z" />
    </>
  ),
  deny: (
    <path
      fill="currentColor"
      stroke="none"
      fillRule="evenodd"
      d="M3 14.5V6.25a5 5 0 0 1 10 0V14.5zM5.25 7.75h5.5v1.75h-5.5z"
    />
  ),
  ask: <path strokeDasharray="2.2 2.1" d="M3.75 14V6.25a4.25 4.25 0 0 1 8.5 0V14z" />,
  blind: <path d="M2 6.5c1.5 2.6 3.5 3.9 6 3.9s4.5-1.3 6-3.9M8 10.4v2.4M4.4 9.3l-1.3 2M11.6 9.3l1.3 2" />,
  eye: (
    <>
      <path d="M1.6 8C3.3 5.2 5.4 3.8 8 3.8S12.7 5.2 14.4 8c-1.7 2.8-3.8 4.2-6.4 4.2S3.3 10.8 1.6 8z" />
      <circle cx="8" cy="8" r="1.7" fill="currentColor" stroke="none" />
    </>
  ),
  rec: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <circle cx="8" cy="8" r="2.75" fill="currentColor" stroke="none" />
    </>
  ),
  live: (
    <>
      <circle cx="8" cy="8" r="2" fill="currentColor" stroke="none" />
      <path d="M4.6 4.6a4.8 4.8 0 0 0 0 6.8M11.4 4.6a4.8 4.8 0 0 1 0 6.8" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.75V8l2.25 1.5" />
    </>
  ),
  hex: (
    <>
      <path d="M8 1.9l5.25 3.05v6.1L8 14.1l-5.25-3.05v-6.1z" />
      <circle cx="8" cy="8" r="1.5" fill="currentColor" stroke="none" />
    </>
  ),
  'hex-off': <path strokeDasharray="2.2 2" d="M8 1.9l5.25 3.05v6.1L8 14.1l-5.25-3.05v-6.1z" />,
  shell: <path d="M2.75 4.5L6.25 8l-3.5 3.5M8 11.75h5.25" />,
  screen: <path d="M2 3.25h12v8H2zM5.5 13.5h5" />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  chev: <path d="M4.5 6.5L8 10l3.5-3.5" />,
  'chev-right': <path d="M6.5 4.5L10 8l-3.5 3.5" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="M10.25 10.25l3.25 3.25" />
    </>
  ),
  dots: <path strokeWidth="2" d="M3.5 8h.01M8 8h.01M12.5 8h.01" />,
  tick: <path d="M3 8.5l3.25 3.25L13 4.75" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" />,
  dash: <path d="M4 8h8" />,
  warn: <path d="M8 2.25l6.25 11.25H1.75zM8 6.5v3.25M8 11.6v.02" />,
  error: <path d="M5.4 2.25h5.2l3.15 3.15v5.2l-3.15 3.15H5.4L2.25 10.6V5.4zM6 6l4 4M10 6l-4 4" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 7.25v3.5M8 5.1v.02" />
    </>
  ),
  lock: <path d="M3.5 7.25h9v6.25h-9zM5.5 7.25V5a2.5 2.5 0 0 1 5 0v2.25" />,
  key: (
    <>
      <circle cx="5.25" cy="8" r="2.75" />
      <path d="M8 8h6v2.25M11.5 8v1.75" />
    </>
  ),
  play: <path fill="currentColor" d="M4.5 3l8 5-8 5z" />,
  pause: <path strokeWidth="2.5" d="M5.5 3.5v9M10.5 3.5v9" strokeLinecap="butt" />,
  prev: <path d="M3.5 3v10M12.5 3.5v9L6 8z" />,
  next: <path d="M12.5 3v10M3.5 3.5v9L10 8z" />,
  down: <path d="M8 2.5v8M4.5 7.25L8 10.75l3.5-3.5M3 13.5h10" />,
  up: <path d="M8 11V3M4.5 6.25L8 2.75l3.5 3.5M3 13.5h10" />,
  file: <path d="M3.5 1.75h5.75L12.5 5v9.25h-9zM9 2v3.25h3.25" />,
  plus: <path d="M8 3v10M3 8h10" />,
  direct: (
    <>
      <circle cx="3.5" cy="8" r="1.75" />
      <circle cx="12.5" cy="8" r="1.75" />
      <path d="M5.25 8h5.5" />
    </>
  ),
  relay: (
    <>
      <circle cx="3" cy="10.5" r="1.5" />
      <circle cx="13" cy="10.5" r="1.5" />
      <path d="M4.25 9.5L8 5.5l3.75 4" />
      <path d="M6.5 4h3" strokeWidth="2" />
    </>
  ),
  away: <circle cx="8" cy="8" r="4.5" strokeDasharray="2.2 2" />,
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  print: <path d="M4.5 5.5v-3h7v3M4.5 11.5h-2v-6h11v6h-2M4.5 9.5h7v4h-7z" />,
  seal: <path d="M8 1.75l5 2v4c0 3-2 5.25-5 6.5-3-1.25-5-3.5-5-6.5v-4zM5.5 8l1.9 1.9L10.75 6.5" />,
  wait: <circle cx="8" cy="8" r="5.75" strokeDasharray="9 3" />,
  expand: <path d="M2.5 6v-3.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />,
  end: <path d="M4 4h8v8H4z" fill="currentColor" />,
  message: <path d="M2.5 3.5h11v7h-6L5 13v-2.5H2.5z" />,
  skip: <path d="M2.5 8h2M6 8h2M9.5 5.25L12.5 8l-3 2.75M13.5 5v6" />,
  edit: <path d="M3 13l.75-3L10.5 3.25l2.25 2.25L6 12.25z" />,
} as const satisfies Readonly<Record<string, ReactElement>>

export type MarkName = keyof typeof MARKS
