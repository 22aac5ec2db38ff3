/*
 * Where the two characters that join or part letters, and show nothing themselves, are part of how a word is written:
 * RFC 5892, appendices A.1 and A.2 (CONTEXTJ), and stricter than they at the end of a word: a letter has to follow. Elsewhere
 * they only make two names look like one. Tables: Unicode 14, of the scripts that are written today.
 */

/** Canonical_Combining_Class=Virama. */
const VIRAMA =
  '\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba\\u0f84\\u1039\\u103a' +
  '\\u1714\\u1715\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed'
/** Joining_Type=Dual_Joining of Arabic, Syriac, N'Ko and Mandaic. */
const DUAL =
  '\\u0620\\u0626\\u0628\\u062a-\\u062e\\u0633-\\u063f\\u0641-\\u0647\\u0649\\u064a\\u066e\\u066f\\u0678-\\u0687\\u069a-\\u06bf' +
  '\\u06c1\\u06c2\\u06cc\\u06ce\\u06d0\\u06d1\\u06fa-\\u06fc\\u06ff\\u0712-\\u0714\\u071a-\\u071d\\u071f-\\u0727\\u0729\\u072b' +
  '\\u072d\\u072e\\u074e-\\u0758\\u075c-\\u076a\\u076d-\\u0770\\u0772\\u0775-\\u0777\\u077a-\\u077f\\u07ca-\\u07ea\\u0841-\\u0845' +
  '\\u0848\\u084a-\\u0853\\u0855\\u0860\\u0862-\\u0865\\u0868\\u0886\\u0889-\\u088d\\u08a0-\\u08a9\\u08af\\u08b0\\u08b3-\\u08b8' +
  '\\u08ba-\\u08c8'
/** Joining_Type=Right_Joining of the same. */
const RIGHT =
  '\\u0622-\\u0625\\u0627\\u0629\\u062f-\\u0632\\u0648\\u0671-\\u0673\\u0675-\\u0677\\u0688-\\u0699\\u06c0\\u06c3-\\u06cb\\u06cd' +
  '\\u06cf\\u06d2\\u06d3\\u06d5\\u06ee\\u06ef\\u0710\\u0715-\\u0719\\u071e\\u0728\\u072a\\u072c\\u072f\\u074d\\u0759-\\u075b' +
  '\\u076b\\u076c\\u0771\\u0773\\u0774\\u0778\\u0779\\u0840\\u0846\\u0847\\u0849\\u0854\\u0856-\\u0858\\u0867\\u0869\\u086a' +
  '\\u0870-\\u0882\\u088e\\u08aa-\\u08ac\\u08ae\\u08b1\\u08b2\\u08b9'
/** Vowel signs that stand between letters, few of them: a look behind that is bounded. */
const MARKS = '\\p{M}{0,4}'

/** Source, for the flags `u` and `v`, of what matches one joiner where it belongs. */
export const JOINER_IN_PLACE = [
  // Between letters that would join: zero width non-joiner.
  `(?<=[${DUAL}]${MARKS})\\u200c(?=${MARKS}[${DUAL}${RIGHT}])`,
  // After a letter without its vowel: either one.
  `(?<=[\\p{L}\\p{M}][${VIRAMA}])[\\u200c\\u200d](?=\\p{L})`,
].join('|')
