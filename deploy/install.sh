#!/bin/sh
# A server for a group on Debian 12 or Ubuntu 24.04 and newer: sets it up, and later upgrades it.
#
#   sudo deploy/install.sh --name lab.example.org     on a fresh machine
#   sudo deploy/install.sh                            from a newer checkout: upgrades
#   sudo deploy/install.sh --back                     to the version before
#
# --name NAME      by which browsers know the server; later: another name
# --tls FOLDER     with fullchain.pem and privkey.pem; without it a certificate is made, which browsers
#                  warn of; what is not named later stays as it is
# --python PROGRAM another Python than the machine's python3
# --wheel FILE     install this instead of the checkout in which the script is
# --history URL    a PostgreSQL elsewhere (its password in /etc/ganglioside/secrets/database_password);
#                  without it one is set up here
# --no-proxy       set up no nginx: you have a proxy with TLS already
#
# An upgrade makes a copy of the database, lets the new version bring it up to date, and waits until
# the server is ready. If anything fails, the version and the database of before run again, and the
# exit code is 1. --back does the same later, by hand: where the version before cannot read the database
# any more, its copy is brought back, and the present one is kept beside it.
# shellcheck disable=SC1091,SC2016
set -eu

ETC=/etc/ganglioside
OPT=/opt/ganglioside
STATE=/var/lib/ganglioside
BACKUPS=/var/backups/ganglioside
UNITS=/etc/systemd/system
NGINX=/etc/nginx/conf.d/ganglioside.conf
PATIENCE=${GANGLIOSIDE_PATIENCE:-120}
HERE=$(cd "$(dirname "$0")" && pwd)
NOW=$(date +%Y%m%d-%H%M%S)

say() { echo "== $*"; }
die() { echo "$*" >&2; exit 1; }

# --- what is asked ----------------------------------------------------------------------------

NAME='' TLS='' WHEEL='' PROXY=nginx PYTHON=python3 BACK=
HISTORY='postgresql:///ganglioside?host=/var/run/postgresql'
while [ $# -gt 0 ]; do
    case $1 in
        --*=*) option=${1%%=*} value=${1#*=}; shift; set -- "$option" "$value" "$@"; continue ;;
        --name) NAME=$2; shift ;;
        --tls) TLS=$(cd "$2" && pwd); shift ;;
        --wheel) WHEEL=$(readlink -f "$2"); shift ;;
        --history) HISTORY=$2; shift ;;
        --no-proxy) PROXY= ;;
        --python) PYTHON=$2; shift ;;
        --back) BACK=yes ;;
        *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || die "Only root can set up a server: sudo $0"
command -v systemctl >/dev/null || die "There is no systemd here: deploy/README.md names other ways."
[ -z "$WHEEL" ] || [ -f "$WHEEL" ] || die "There is no file $WHEEL."
case $NAME in *[!A-Za-z0-9.-]*) die "$NAME is no name of a server." ;; esac

# Said before anything is installed; where there is no Python yet, when there is one.
python_fits() {
    if ! command -v "$PYTHON" >/dev/null; then
        [ "$PYTHON" = python3 ] || die "There is no $PYTHON."
        return 0
    fi
    bounds=$(sed -n 's/^requires-python = ">=3[.]\([0-9]*\),<3[.]\([0-9]*\)"$/\1 \2/p' \
        "$HERE/../pyproject.toml")
    least=${bounds% *} newest=$((${bounds#* } - 1))
    minor=$("$PYTHON" -c 'import sys; print(sys.version_info[1])')
    if [ "$minor" -lt "$least" ] || [ "$minor" -gt "$newest" ]; then
        die "Ganglioside runs on Python 3.$least to 3.$newest, and $PYTHON is 3.$minor.
Name another with --python. Ubuntu has them in ppa:deadsnakes/ppa:
    sudo add-apt-repository -y ppa:deadsnakes/ppa
    sudo apt-get install -y python3.$newest-venv
    sudo $0 --python python3.$newest --name ...
Containers bring their own: deploy/README.md."
    fi
}
[ -n "$BACK" ] || python_fits

# --- parts ------------------------------------------------------------------------------------

packages() {
    say "Debian's packages"
    set -- python3 python3-venv openssl
    case $HISTORY in
        *host=/var/run/postgresql*) set -- "$@" postgresql ;;
        *) set -- "$@" postgresql-client ;;
    esac
    [ -z "$PROXY" ] || set -- "$@" nginx
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null
    python_fits
}

user_and_folders() {
    say "User and folders"
    id ganglioside >/dev/null 2>&1 ||
        useradd --system --user-group --home-dir $STATE --shell /usr/sbin/nologin ganglioside
    install -d -o ganglioside -g ganglioside -m 700 $STATE $BACKUPS
    install -d -m 755 $OPT $OPT/versions
    install -d -m 750 -g ganglioside $ETC
    install -d -m 700 $ETC/secrets $ETC/tls
}

settings() {
    if [ ! -e $ETC/secrets/pages_token ]; then
        (umask 077; od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > $ETC/secrets/pages_token)
    fi
    if [ -e $ETC/server.env ]; then
        keep_name
        return
    fi
    cat > $ETC/server.env <<EOF
# Settings of the server; after a change: systemctl restart ganglioside.target
GANGLIOSIDE_NAME="$NAME"
GANGLIOSIDE_HISTORY="$HISTORY"
# Pages open at once, 5 in reserve included; 0.1 GB each.
GANGLIOSIDE_KERNELS="20"
# Age at which sessions that nobody keeps are deleted every night: 2y; empty: never.
GANGLIOSIDE_CLEANUP=""
EOF
    if [ -e $ETC/secrets/database_password ]; then
        chgrp ganglioside $ETC/secrets/database_password
        chmod 711 $ETC/secrets && chmod 440 $ETC/secrets/database_password
        echo "PGPASSWORD_FILE=\"$ETC/secrets/database_password\"" >> $ETC/server.env
    fi
    chgrp ganglioside $ETC/server.env
    chmod 640 $ETC/server.env
}

database() {
    case $HISTORY in *host=/var/run/postgresql*) ;; *) return 0 ;; esac
    say "Database"
    systemctl start postgresql
    within "$PATIENCE" runuser -u postgres -- psql -qc 'SELECT 1' >/dev/null ||
        die "PostgreSQL does not answer."
    # The user of the system is that of the database: there is no password.
    runuser -u postgres -- psql -qtAc "SELECT 1 FROM pg_roles WHERE rolname = 'ganglioside'" |
        grep -q 1 || runuser -u postgres -- createuser ganglioside
    runuser -u postgres -- psql -qtAc "SELECT 1 FROM pg_database WHERE datname = 'ganglioside'" |
        grep -q 1 || runuser -u postgres -- createdb --owner=ganglioside ganglioside
}

# An environment of its own for each version; prints its folder.
version() {
    folder=$OPT/versions/$NOW
    source=$(dirname "$HERE")
    "$PYTHON" -m venv "$folder" >&2
    if [ -z "$WHEEL" ]; then
        "$folder/bin/pip" wheel --quiet --no-deps --wheel-dir "$folder/wheel" "$source" >&2
        WHEEL=$(ls "$folder"/wheel/ganglioside-*.whl)
    fi
    "$folder/bin/pip" install --quiet --constraint "$source/constraints.txt" "${WHEEL}[postgres]" >&2
    install -m 755 "$HERE/healthy" "$folder/bin/healthy"
    cp -r "$HERE/systemd" "$folder/systemd"
    "$folder/bin/ganglioside" --version >&2
    echo "$folder"
}

# Each version has the units that it understands.
units() {
    cp -r $OPT/current/systemd/ganglioside* $UNITS/
    for other in postgresql@ ${PROXY:+nginx}; do
        install -D -m 644 $OPT/current/systemd/restart.conf "$UNITS/$other.service.d/ganglioside.conf"
    done
    printf '%s\n' '#!/bin/sh' \
        '# The command of the server, as its user: sudo ganglioside-server tokens add ada' \
        "set -a; . $ETC/server.env; set +a" \
        'export GANGLIOSIDE_AUTHOR="${SUDO_USER:-$(id -un)}"' \
        "export HOME=$STATE XDG_DATA_HOME=$STATE; cd $STATE" \
        "exec runuser -u ganglioside -- $OPT/current/bin/ganglioside \"\$@\"" \
        > /usr/local/bin/ganglioside-server
    chmod 755 /usr/local/bin/ganglioside-server
    systemctl daemon-reload
    systemctl enable -q ganglioside.target ganglioside-api ganglioside-pages ganglioside-worker@1 \
        ganglioside-backup.timer ganglioside-verify.timer ganglioside-cleanup.timer
}

proxy() {
    [ -n "$PROXY" ] || return 0
    say "Proxy"
    if [ -z "$TLS" ]; then
        TLS=$ETC/tls
        made_certificate
    fi
    sed -e "/^#/d; s|\${GANGLIOSIDE_NAME}|$NAME|g; s|\${GANGLIOSIDE_TLS}|$TLS|g" \
        -e "s|\${GANGLIOSIDE_API}|127.0.0.1:8899|; s|\${GANGLIOSIDE_PAGES}|127.0.0.1:8866|" \
        -e "s|\${GANGLIOSIDE_HTTP}|80|; s|\${GANGLIOSIDE_HTTPS}|443|" \
        -e "s|\${GANGLIOSIDE_LOG}|/var/log/nginx/ganglioside.log|" \
        "$HERE/nginx/ganglioside.conf.template" > $NGINX
    nginx -q -t
    systemctl enable -q nginx
    systemctl restart nginx
}

# One that was made here, and was not replaced, is made anew for another name.
made_certificate() {
    if [ -e $TLS/fullchain.pem ] && ! fits "$NAME" $TLS; then
        is_made_here $TLS || die "The certificate in $TLS is not for $NAME: name another with --tls FOLDER."
        for file in fullchain privkey; do mv $TLS/$file.pem "$TLS/$file-$NOW.pem"; done
    fi
    [ -e $TLS/privkey.pem ] || (umask 077; openssl req -x509 -newkey rsa:2048 -nodes -days 825 \
        -subj "/CN=$NAME" -addext "subjectAltName=DNS:$NAME" \
        -keyout $TLS/privkey.pem -out $TLS/fullchain.pem 2>/dev/null)
}

fits() { openssl x509 -noout -checkhost "$1" -in "$2/fullchain.pem" | grep -q 'does match'; }

is_made_here() {
    subject=$(openssl x509 -noout -subject -in "$1/fullchain.pem")
    issuer=$(openssl x509 -noout -issuer -in "$1/fullchain.pem")
    [ "${subject#subject}" = "${issuer#issuer}" ]
}

name_of() { [ ! -e $ETC/server.env ] || ( . $ETC/server.env; echo "$GANGLIOSIDE_NAME" ); }

# Another name needs a certificate for it, before anything is changed.
name_can_change() {
    [ -n "$NAME" ] && [ -z "$TLS" ] && [ -e $NGINX ] || return 0
    folder=$(sed -n 's|^ *ssl_certificate  *\(/.*\)/fullchain.pem;|\1|p' $NGINX | head -n 1)
    fits "$NAME" "$folder" && TLS=$folder && return
    if [ "$folder" != $ETC/tls ] || ! is_made_here "$folder"; then
        die "The certificate in $folder is not for $NAME: name another with --tls FOLDER. Nothing has changed."
    fi
}

# Another name or certificate than before; what is not named stays.
rename() {
    [ -n "$NAME$TLS" ] || return 0
    NAME=${NAME:-$(name_of)}
    keep_name
    [ ! -e $NGINX ] || proxy
    systemctl restart ganglioside.target
    say "The server's address: https://$NAME"
}

keep_name() { sed -i "s|^GANGLIOSIDE_NAME=.*|GANGLIOSIDE_NAME=\"$NAME\"|" $ETC/server.env; }

# --- what an upgrade does and undoes ----------------------------------------------------------

# Repeat a command until it succeeds, for so many seconds.
within() {
    end=$(($(date +%s) + $1)); shift
    until "$@" 2>/dev/null; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 1
    done
}

# The command of a version, as the server's user on its history.
command_of() { folder=$1; shift; as_server "$folder/bin/ganglioside" "$@"; }

as_server() (
    set -a; . $ETC/server.env; set +a
    export HOME=$STATE XDG_DATA_HOME=$STATE GANGLIOSIDE_AUTHOR="${SUDO_USER:-root}"
    cd $STATE
    exec runuser -u ganglioside -- "$@"
)

# A program of PostgreSQL, as the server's user.
postgres_tool() (
    set -a; . $ETC/server.env; set +a
    [ -z "${PGPASSWORD_FILE:-}" ] || PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    export PGPASSWORD="${PGPASSWORD:-}"
    cd $STATE
    exec runuser -u ganglioside -- "$@"
)

url() { ( . $ETC/server.env; echo "$GANGLIOSIDE_HISTORY" ); }

start() {
    systemctl start ganglioside.target
    within "$PATIENCE" "$OPT/current/bin/healthy" 8899 ready &&
        within "$PATIENCE" "$OPT/current/bin/healthy" 8866
}

link() { ln -sfn "$1" $OPT/next && mv -T $OPT/next $OPT/current; }

# Whether a version can read the history, and finds it whole.
can_use() { command_of "$1" history verify --sample 0 >/dev/null 2>&1; }

upgrade() {
    new=$1 copy=$2
    say "Stopping; the new version takes over the database"
    systemctl stop ganglioside.target || return 1
    postgres_tool pg_dump --format=custom --schema=ganglioside --file="$copy" "$(url)" || return 1
    command_of "$new" history verify --sample 0 || return 1
    link "$new" && units && start
}

# What was stored after the copy is missing now: the log says why, else `verify` takes it for cut off, and
# the next upgrade does not begin.
note_restore() {
    as_server "$1/bin/python3" - "${2##*/}" <<'PYTHON'
import sys
from ganglioside.history import History, audit_log
from ganglioside.history.author import current_author
with History.open()._store.write() as connection:
    audit_log.append(connection, current_author(), "restored", backup=sys.argv[1])
PYTHON
}

# roll_back VERSION COPY [WHAT THE PRESENT DATABASE IS CALLED]
roll_back() {
    old=$1 copy=$2
    systemctl stop ganglioside.target
    link "$old"
    units
    if [ -s "$copy" ] && ! can_use "$old"; then
        aside=ganglioside_${3:-failed}_$(date +%s)
        say "Bringing back the database; the other one is kept as $aside"
        postgres_tool psql -qd "$(url)" -c "ALTER SCHEMA ganglioside RENAME TO $aside"
        postgres_tool pg_restore --exit-on-error --dbname="$(url)" "$copy"
        note_restore "$old" "$copy" ||
            say "The log could not note it: history verify will say that its end was cut off"
    fi
    start || die "The version of before does not start either: journalctl -u 'ganglioside-*'"
}

# The version before another: the one that it replaced; the next older one where that is not noted.
before() {
    found=
    if [ -e "$1/replaces" ]; then
        found=$(cat "$1/replaces")
    else
        for each in "$OPT"/versions/*; do # named by date and time, so in order
            [ "$each" != "$1" ] || break
            found=$each
        done
    fi
    if [ -n "$found" ] && [ -x "$found/bin/ganglioside" ]; then echo "$found"; fi
}

# The present version and the one before stay.
prune() {
    current=$(readlink -f $OPT/current)
    kept=$(before "$current")
    for each in "$OPT"/versions/*; do
        case $each in "$current" | "$kept") ;; *) rm -rf "$each" ;; esac
    done
}

# --- all of it --------------------------------------------------------------------------------

first() {
    NAME=${NAME:-$(name_of)} # of a first run that failed
    [ -n "$NAME" ] || die "By which name do browsers know the server? --name lab.example.org"
    packages
    user_and_folders
    settings
    database
    say "Ganglioside"
    trap 'rm -f $OPT/current' EXIT # a first run that fails is a first run again
    link "$(version)"
    command_of $OPT/current history list >/dev/null
    # Before the first start, which would write one into the journal.
    token=$(command_of $OPT/current tokens add "${SUDO_USER:-root}" --scope admin)
    units
    proxy
    say "Starting"
    start || die "The server does not become ready: journalctl -u 'ganglioside-*'"
    trap - EXIT
    cat <<EOF

The server runs: https://$NAME
Token of the pages (for all who may use them):  $(cat $ETC/secrets/pages_token)
Your token for the API, shown here only:        $token
More tokens: sudo ganglioside-server tokens add PERSON --scope write
EOF
}

again() {
    old=$(readlink -f $OPT/current)
    copy=$BACKUPS/before-$NOW.dump
    name_can_change
    can_use "$old" || die "The history is damaged (ganglioside-server history verify). Nothing has changed."
    say "Ganglioside"
    new=$(version) || { rm -rf "$OPT/versions/$NOW"; die "Nothing has changed."; }
    if upgrade "$new" "$copy"; then
        echo "$old" > "$new/replaces"
        prune
        say "Upgraded. The database of before: $copy"
        say "If it does not please: sudo $0 --back"
        rename
    else
        say "That did not succeed: going back"
        roll_back "$old" "$copy"
        rm -rf "$new"
        die "The version of before runs again. Nothing is lost."
    fi
}

# To the version before, by hand.
back() {
    [ -e $OPT/current ] || die "There is no server here, so there is nothing to go back to."
    new=$(readlink -f $OPT/current)
    old=$(before "$new")
    [ -n "$old" ] || die "There is no version before the one that runs (${new##*/}), so there is nothing \
to go back to. Nothing has changed."
    copy=$BACKUPS/before-${new##*/}.dump
    postgres_tool psql -qd "$(url)" -c 'SELECT 1' >/dev/null ||
        die "The database does not answer. Nothing has changed."
    if ! can_use "$old" && [ ! -s "$copy" ]; then
        die "The version before (${old##*/}) cannot read the database, and there is no copy of before \
($copy). Nothing has changed."
    fi
    say "Back from ${new##*/} to ${old##*/}"
    roll_back "$old" "$copy" left
    say "The version of before runs. Forward again: sudo deploy/install.sh, from the newer checkout"
}

if [ -n "$BACK" ]; then back; elif [ -e $OPT/current ]; then again; else first; fi
