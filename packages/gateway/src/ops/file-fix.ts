const OWN = 'give it to whoever runs the gateway, or name another directory: --state DIR'
const SPACE = 'free space on its disk'
const DISK = 'look at the disk and in the log of the system: it could not read or write'

/** What to do about an error of the file system, by its code. */
const BY_CODE: Readonly<Record<string, string>> = {
  ENOSPC: SPACE,
  EDQUOT: 'free space, or raise the quota',
  EROFS: 'mount it for writing, or name another directory: --state DIR',
  EACCES: OWN,
  EPERM: OWN,
  EIO: DISK,
  EMFILE: 'raise the limit of open files: LimitNOFILE=65536 in the unit, or ulimit -n 65536',
  ENFILE: 'close files elsewhere on this machine, or raise fs.file-max',
}
/** The same by SQLite's primary codes, https://www.sqlite.org/rescode.html: READONLY, IOERR, FULL, CANTOPEN. */
const BY_RESULT: Readonly<Record<number, string>> = { 8: OWN, 10: DISK, 13: SPACE, 14: OWN }

/** Undefined where it is no error of the file system, or none that is known. */
export function fileFix(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('errcode' in error) return BY_RESULT[Number(error.errcode) & 0xff]
  return 'code' in error ? BY_CODE[String(error.code)] : undefined
}
