-- Where the migrations arrive. Made by `node packages/store/test/schema-dump.ts --write`.

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

CREATE TABLE "bans" (
  "id" text not null primary key,
  "subject" text not null,
  "reason" text not null,
  "created_by" text not null,
  "created_at" integer not null,
  "until" integer
) strict;

CREATE TABLE "policy_versions" (
  "version" integer not null primary key,
  "text" text not null,
  "sha256" text not null,
  "author" text not null,
  "message" text not null,
  "applied_at" integer not null
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

CREATE TABLE "user_keys" (
  "id" text not null primary key,
  "user_id" text not null references "users" ("id") on delete cascade,
  "type" text not null,
  "blob" blob not null,
  "fingerprint" text not null unique,
  "comment" text not null,
  "added_at" integer not null
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
