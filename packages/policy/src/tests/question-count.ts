/**
 * Questions that one run asks at most, over all tests: several seconds of work. People whom the rules cannot tell apart
 * are asked for once, so that it takes a test of thousands of machines by hundreds of groups to get there.
 */
export const TEST_QUESTIONS_MAX = 1_000_000

/** Counts the questions of one run. */
export class QuestionCount {
  #asked = 0

  /** Whether one more may be asked. */
  ask(): boolean {
    return ++this.#asked <= TEST_QUESTIONS_MAX
  }
}

export const TOO_MANY_QUESTIONS = `the tests ask more than ${TEST_QUESTIONS_MAX} questions`
