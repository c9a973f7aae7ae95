#!/bin/sh
# Makes the database at the first start, then becomes the server.
set -e
data=/var/lib/postgresql/data
bin=/usr/lib/postgresql/15/bin
as_postgres="setpriv --reuid=postgres --regid=postgres --clear-groups"
if [ ! -s $data/PG_VERSION ]; then
  chown postgres:postgres $data
  password=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" > "$password"
  chown postgres "$password"
  $as_postgres $bin/initdb -E UTF8 -D $data -U "$POSTGRES_USER" -A scram-sha-256 --pwfile="$password" > /dev/null
  rm "$password"
  echo "CREATE DATABASE \"$POSTGRES_DB\"" | $as_postgres $bin/postgres --single -D $data postgres > /dev/null
  echo "host all all all scram-sha-256" >> $data/pg_hba.conf
fi
install -d -o postgres /var/run/postgresql
exec $as_postgres $bin/postgres -D $data -c listen_addresses='*'
