-- What the service's role may do, and no more: it owns nothing, makes no table, and adds to the record of
-- staff without changing it. Run it as the owner, after each migration:
--
--   psql "$MIGRATION_DATABASE_URL" -v schema=public -v service=oauth10 -f deploy/postgresql/roles.sql
--
-- The role itself is made once, by whoever may: CREATE ROLE oauth10 LOGIN PASSWORD '...';
\set ON_ERROR_STOP on

BEGIN;

GRANT USAGE ON SCHEMA :"schema" TO :"service";
-- Up to PostgreSQL 14, and in databases that came from there, everybody may create in the schema public.
REVOKE CREATE ON SCHEMA :"schema" FROM PUBLIC, :"service";

-- Nor in public, where the tables are elsewhere: a search_path is left to the next user of a pooler's session.
DO $$ BEGIN
  IF to_regnamespace('public') IS NOT NULL THEN REVOKE CREATE ON SCHEMA public FROM PUBLIC; END IF;
END $$;
-- A temporary table would stand before the one of its name for all who share a pooler's session. Takes the owner of
-- the database; whoever is not is told by a warning, and asks them.
REVOKE TEMPORARY ON DATABASE :"DBNAME" FROM PUBLIC, :"service";

-- Partitions of nonces are reached through their table; they are made and dropped by functions of the owner.
REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM :"service";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"schema" TO :"service";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA :"schema" FROM :"service";
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA :"schema" TO :"service";

-- The record only grows.
REVOKE UPDATE, DELETE ON :"schema".audit_events FROM :"service";

-- Their rows are made by a migration.
REVOKE INSERT, DELETE ON
  :"schema".audit_head, :"schema".event_lanes, :"schema".nonce_horizon, :"schema".nonce_store
  FROM :"service";

-- What was migrated is the owner's to say.
REVOKE INSERT, UPDATE, DELETE ON :"schema".migrations FROM :"service";

COMMIT;
