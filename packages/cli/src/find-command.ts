import type { Command, Option } from 'commander'

/** Where the words of a command line lead. */
export interface FoundCommand {
  readonly command: Command
  /** Arguments of it that the words hold already. */
  readonly argumentsGiven: number
  /** The option whose value comes next. */
  readonly awaiting: Option | undefined
}

/** Walks down the tree along words, over options and their values, which may stand anywhere. */
export function findCommand(program: Command, words: readonly string[]): FoundCommand {
  let command = program
  let argumentsGiven = 0
  let awaiting: Option | undefined
  let literal = false
  for (const word of words) {
    if (awaiting !== undefined) awaiting = undefined
    else if (!literal && word === '--') literal = true
    else if (!literal && word.startsWith('-') && word !== '-') awaiting = optionOf(command, program, word)
    else {
      const child = argumentsGiven === 0 && !literal ? childOf(command, word) : undefined
      if (child === undefined) argumentsGiven++
      else command = child
    }
  }
  return { command, argumentsGiven, awaiting }
}

/** The option a word names, where its value is the word behind it: not with `=`, nor where the value is optional. */
function optionOf(command: Command, program: Command, word: string): Option | undefined {
  const option = [...command.options, ...program.options].find(({ long, short }) => long === word || short === word)
  return option?.required === true ? option : undefined
}

function childOf(command: Command, word: string): Command | undefined {
  return command.commands.find((candidate) => candidate.name() === word || candidate.aliases().includes(word))
}
