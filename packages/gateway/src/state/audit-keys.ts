import type { SettingKey } from '@sallyport/store'

/** Public keys that ever signed checkpoints, raw, in base64, oldest first. */
export const AUDIT_KEYS: SettingKey<readonly string[]> = {
  name: 'audit-public-keys',
  parse(json) {
    if (!Array.isArray(json) || !json.every((each) => typeof each === 'string'))
      throw new TypeError('not a list of texts')
    return json
  },
}
