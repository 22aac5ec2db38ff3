import type { DirectoryIndex, MeshNode } from '../decide/directory.ts'

/** The machines of the mesh by whose they are and by tag, each by id. Made for one run: it takes a walk over all of them. */
export class MeshMachines {
  readonly #directory: DirectoryIndex
  #byOwner: ReadonlyMap<string, readonly MeshNode[]> | undefined
  #byTag: ReadonlyMap<string, readonly MeshNode[]> | undefined

  constructor(directory: DirectoryIndex) {
    this.#directory = directory
  }

  ownedBy(name: string): readonly MeshNode[] {
    this.#byOwner ??= this.#grouped((node) => {
      const owner = this.#directory.ownerOf(node)
      return owner === undefined ? [] : [owner.name]
    })
    return this.#byOwner.get(name) ?? []
  }

  tagged(tag: string): readonly MeshNode[] {
    this.#byTag ??= this.#grouped((node) => node.tags)
    return this.#byTag.get(tag) ?? []
  }

  #grouped(namesOf: (node: MeshNode) => readonly string[]): ReadonlyMap<string, readonly MeshNode[]> {
    const groups = new Map<string, MeshNode[]>()
    for (const node of this.#directory.nodes.toSorted((a, b) => a.id - b.id)) {
      for (const name of new Set(namesOf(node))) {
        const group = groups.get(name)
        if (group === undefined) groups.set(name, [node])
        else group.push(node)
      }
    }
    return groups
  }
}
