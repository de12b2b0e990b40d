# As the image postgres: makes a cluster with the user and password that it is told, then runs.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
if [ ! -e "$PGDATA/PG_VERSION" ]; then
    initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C >/dev/null
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    postgres --single "$@" postgres -j <<SQL
CREATE DATABASE $POSTGRES_USER OWNER $POSTGRES_USER;
SQL
fi
exec postgres -c listen_addresses='*'
