/** The policy of a first start: who administers the gateway reaches everything, nobody else anything yet. */
export function defaultPolicy(): string {
  return DEFAULT_POLICY
}

const DEFAULT_POLICY = `// Who may open what through this gateway. What no rule allows is denied.
//
// The language is that of Tailscale's policy file: JSON with comments and trailing commas.
//   sallyport policy check FILE     reads it and runs its tests
//   sallyport policy apply FILE     takes it, unless a test fails
//   sallyport policy explain USER TARGET [PORT]     says which line decides, and what would change it
{
  // People, by login name: "alice@example.com", or "alice@" for a name without a domain.
  "groups": {
    // "group:dba": ["alice@example.com", "bob@"],
  },

  // Names for addresses. They can be dialled (ssh -J gateway db1) and stand in rules.
  "hosts": {
    // "db1": "10.0.0.5",
    // "office": "192.0.2.0/24",
  },

  // Every tag that a rule names, and who may give it. Targets of the inventory carry them: sallyport target add … --tag tag:db
  "tagOwners": {
    // "tag:db": ["autogroup:admin"],
  },

  "acls": [
    // Owners and admins reach every address and every TCP port. "*" leaves out what leads back into the gateway itself
    // or its cloud (127.0.0.1, 169.254.169.254 and their like): a rule has to name such an address.
    { "action": "accept", "proto": "tcp", "src": ["autogroup:owner", "autogroup:admin"], "dst": ["*:*"] },

    // Database people reach SSH and PostgreSQL on everything with tag:db.
    // { "action": "accept", "src": ["group:dba"], "dst": ["tag:db:22,5432"] },

    // Everyone with an account reaches one machine by SSH, but only from the office.
    // (src lists alternatives: an address in it admits everyone who signs in from there.)
    // { "action": "accept", "src": ["office"], "dst": ["db1:22"] },
  ],

  // What has to stay true. A policy that fails one of these is not taken, and the old one stays.
  "tests": [
    { "src": "autogroup:owner", "accept": ["192.0.2.10:22"], "deny": ["127.0.0.1:22", "169.254.169.254:80"] },
    { "src": "autogroup:admin", "accept": ["192.0.2.10:22"] },
    // { "src": "alice@example.com", "accept": ["tag:db:22"], "deny": ["192.0.2.10:22"] },
  ],
}
`
