-- For docker-compose.yml, when its database is made: the owner of the tables, and the role that serves.
-- The superuser of the image keeps no password: from then on it enters by `docker compose exec` alone.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password POSTGRES_PASSWORD

CREATE ROLE oauth10_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE oauth10 LOGIN PASSWORD :'service_password';
ALTER DATABASE oauth10 OWNER TO oauth10_owner;
ALTER SCHEMA public OWNER TO oauth10_owner;
ALTER ROLE postgres PASSWORD NULL;
