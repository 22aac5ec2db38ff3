-- Where the migrations arrive. Made by `node packages/store/test/schema-dump.ts --write`.

CREATE TABLE "api_tokens" (
  "id" text not null primary key,
  "token_hash" text not null unique,
  "user_id" text not null references "users" ("id") on delete cascade,
  "name" text not null,
  "scopes" text not null,
  "created_at" integer not null,
  "last_used_at" integer,
  "expires_at" integer not null
) strict;

CREATE INDEX "api_tokens_user_id" on "api_tokens" ("user_id");

CREATE TABLE "audit_checkpoints" (
  "id" integer not null primary key,
  "seq" integer not null,
  "time" integer not null,
  "line" text not null
) strict;

CREATE INDEX "audit_checkpoints_seq" on "audit_checkpoints" ("seq");

CREATE TABLE "audit_entries" (
  "seq" integer not null primary key,
  "time" integer not null,
  "type" text not null,
  "actor" text not null,
  "session" text,
  "source" text,
  "target" text,
  "line" text not null,
  "hash" text not null
) strict;

CREATE INDEX "audit_entries_actor" on "audit_entries" ("actor", "seq");

CREATE INDEX "audit_entries_session" on "audit_entries" ("session", "seq");

CREATE INDEX "audit_entries_source" on "audit_entries" ("source", "seq");

CREATE INDEX "audit_entries_target" on "audit_entries" ("target", "seq");

CREATE INDEX "audit_entries_type" on "audit_entries" ("type", "seq");

CREATE TABLE "authorities" (
  "id" text not null primary key,
  "kind" text not null,
  "public_key" blob not null,
  "fingerprint" text not null unique,
  "state" text not null,
  "created_at" integer not null,
  "retired_at" integer
) strict;

CREATE TABLE "bans" (
  "id" text not null primary key,
  "subject" text not null,
  "reason" text not null,
  "created_by" text not null,
  "created_at" integer not null,
  "until" integer
) strict;

CREATE TABLE "certificates" (
  "serial" integer not null primary key,
  "kind" text not null,
  "authority_id" text not null references "authorities" ("id"),
  "user_id" text references "users" ("id") on delete set null,
  "subject" text not null,
  "key_id" text not null,
  "fingerprint" text not null,
  "principals" text not null,
  "valid_after" integer not null,
  "valid_before" integer not null,
  "factors" text not null,
  "issued_at" integer not null,
  "revoked_at" integer,
  "revoked_by" text,
  "reason" text
) strict;

CREATE INDEX "certificates_kind_subject" on "certificates" ("kind", "subject");

CREATE INDEX "certificates_user_id" on "certificates" ("user_id");

CREATE INDEX "certificates_valid_before" on "certificates" ("valid_before");

CREATE TABLE "external_identities" (
  "provider" text not null,
  "subject" text not null,
  "user_id" text not null references "users" ("id") on delete cascade,
  "groups" text not null,
  "linked_at" integer not null,
  "last_used_at" integer not null, constraint "external_identities_key" primary key ("provider",
  "subject")
) strict;

CREATE INDEX "external_identities_user_id" on "external_identities" ("user_id");

CREATE TABLE "invitations" (
  "id" text not null primary key,
  "token_hash" text not null unique,
  "purpose" text not null,
  "user_id" text references "users" ("id") on delete cascade,
  "created_by" text not null,
  "created_at" integer not null,
  "expires_at" integer not null,
  "used_at" integer
) strict;

CREATE TABLE "login_checks" (
  "user_id" text not null references "users" ("id") on delete cascade,
  "source" text not null,
  "target" text not null,
  "login" text not null,
  "method" text not null,
  "checked_at" integer not null,
  "counts_until" integer, constraint "login_checks_key" primary key ("user_id",
  "source",
  "target",
  "login")
) strict;

CREATE TABLE "passkeys" (
  "id" text not null primary key,
  "user_id" text not null references "users" ("id") on delete cascade,
  "credential_id" text not null unique,
  "public_key" blob not null,
  "counter" integer not null,
  "transports" text not null,
  "aaguid" text not null,
  "backed_up" integer not null,
  "name" text not null,
  "created_at" integer not null,
  "last_used_at" integer
) strict;

CREATE INDEX "passkeys_user_id" on "passkeys" ("user_id");

CREATE TABLE "passwords" (
  "user_id" text not null primary key references "users" ("id") on delete cascade,
  "phc" text not null,
  "changed_at" integer not null
) strict;

CREATE TABLE "pending_accounts" (
  "id" text not null primary key,
  "provider" text not null,
  "subject" text not null,
  "email" text not null,
  "display_name" text not null,
  "first_asked_at" integer not null,
  "last_asked_at" integer not null,
  "denied_at" integer,
  "denied_by" text, constraint "pending_accounts_who" unique ("provider",
  "subject")
) strict;

CREATE TABLE "policy_versions" (
  "version" integer not null primary key,
  "text" text not null,
  "sha256" text not null,
  "author" text not null,
  "message" text not null,
  "applied_at" integer not null
) strict;

CREATE TABLE "recovery_codes" (
  "user_id" text not null references "users" ("id") on delete cascade,
  "hash" text not null,
  "created_at" integer not null,
  "used_at" integer, constraint "recovery_codes_key" primary key ("user_id",
  "hash")
) strict;

CREATE TABLE "revoked_keys" (
  "fingerprint" text not null primary key,
  "blob" blob not null,
  "reason" text not null,
  "revoked_by" text not null,
  "revoked_at" integer not null
) strict;

CREATE TABLE "settings" (
  "key" text not null primary key,
  "value" text not null
) strict;

CREATE TABLE "targets" (
  "id" text not null primary key,
  "name" text not null unique,
  "address" text not null,
  "port" integer not null,
  "tags" text not null,
  "host_keys" text not null,
  "created_at" integer not null
) strict;

CREATE TABLE "totp_secrets" (
  "user_id" text not null primary key references "users" ("id") on delete cascade,
  "sealed_secret" blob not null,
  "confirmed_at" integer,
  "last_step" integer not null,
  "created_at" integer not null
) strict;

CREATE TABLE "user_keys" (
  "id" text not null primary key,
  "user_id" text not null references "users" ("id") on delete cascade,
  "type" text not null,
  "blob" blob not null,
  "fingerprint" text not null unique,
  "comment" text not null,
  "added_at" integer not null,
  "last_used_at" integer
) strict;

CREATE INDEX "user_keys_user_id" on "user_keys" ("user_id");

CREATE TABLE "users" (
  "id" text not null primary key,
  "name" text not null unique,
  "display_name" text not null,
  "role" text not null,
  "disabled" integer not null,
  "created_at" integer not null
) strict;

CREATE TABLE "web_sessions" (
  "id" text not null primary key,
  "token_hash" text not null unique,
  "user_id" text not null references "users" ("id") on delete cascade,
  "method" text not null,
  "factors" text not null,
  "source" text not null,
  "agent" text not null,
  "created_at" integer not null,
  "last_seen_at" integer not null,
  "expires_at" integer not null
) strict;

CREATE INDEX "web_sessions_user_id" on "web_sessions" ("user_id");
