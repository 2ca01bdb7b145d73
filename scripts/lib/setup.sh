# shellcheck shell=bash
# Set-up for scripts/test and bench/run: everything lands in ignored folders and stops with the script.
# Sourced; expects ROOT.

CACHE="$ROOT/.cache"
POSTGRES_DIR=""
POSTGRES_PID=""

say() {
    printf -- '--- %s\n' "$*"
}

# Fetching a package can fail for a moment.
try_thrice() {
    local attempt
    for attempt in 1 2; do
        "$@" && return 0
        say "attempt $attempt failed: $*"
        sleep $((attempt * 5))
    done
    "$@"
}

set_up() {
    local part
    mkdir -p "$CACHE"
    for part in "$@"; do
        case $part in
            cargo) start_postgres fast ;;
            house) set_up_python ;;
            clients)
                set_up_python
                set_up_javascript
                ;;
            crash) set_up_python ;;
            web) set_up_browser ;;
        esac
    done
    if [[ -z ${PROCTOR_SHARED:-} && -d $ROOT/../shared ]]; then
        PROCTOR_SHARED=$(cd "$ROOT/../shared" && pwd)
        export PROCTOR_SHARED
    fi
}

# As root, the command runs as the user `postgres`, which PostgreSQL asks for.
as_postgres_user() {
    if [[ $(id -u) -eq 0 ]]; then
        setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
    else
        "$@"
    fi
}

postgres_bin() {
    local newest
    newest=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
    [[ -n $newest ]] && dirname "$newest"
}

install_postgres() {
    if [[ $(id -u) -eq 0 ]]; then
        # The packages' own cluster is of no use here: it would start on the standard port and stay.
        mkdir -p /etc/postgresql-common
        [[ -e /etc/postgresql-common/createcluster.conf ]] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    install_packages PostgreSQL postgresql
}

# What is missing, for people, and the packages that hold it.
install_packages() {
    local what=$1
    shift
    say "installing $what"
    if [[ $(id -u) -ne 0 ]]; then
        echo "scripts/test: $what is missing; install the packages '$*' or run as root" >&2
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    local install=(apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "$@")
    "${install[@]}" >"$CACHE/apt.log" 2>&1 \
        || { apt-get update -q >>"$CACHE/apt.log" 2>&1 && try_thrice "${install[@]}" >>"$CACHE/apt.log" 2>&1; } \
        || { tail -n 20 "$CACHE/apt.log" >&2; return 1; }
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# A private cluster on a free port: `fast` for tests, or `durable` as it is installed.
start_postgres() {
    [[ -z $POSTGRES_PID ]] || return 0
    local bin port settings=()
    bin=$(postgres_bin) || { install_postgres && bin=$(postgres_bin); }
    # Outside the checkout, whose parents the user `postgres` may not enter.
    POSTGRES_DIR=$(mktemp -d "${PROCTOR_POSTGRES_PARENT:-${TMPDIR:-/tmp}}/proctor-postgres.XXXXXX")
    if [[ $(id -u) -eq 0 ]]; then chown postgres:postgres "$POSTGRES_DIR"; fi
    (cd "$POSTGRES_DIR" && as_postgres_user "$bin/initdb" --pgdata="$POSTGRES_DIR/data" --username=proctor --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync) >"$CACHE/postgres-initdb.log" 2>&1 || { cat "$CACHE/postgres-initdb.log" >&2; return 1; }
    if [[ $1 == fast ]]; then
        settings=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
    fi
    port=$(free_port)
    # `exec` in a job of its own, so that the id is the server's and nothing else is ever stopped.
    (
        cd "$POSTGRES_DIR" || exit
        as_postgres_user "$bin/postgres" -D "$POSTGRES_DIR/data" -p "$port" -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories="$POSTGRES_DIR" -c max_connections=300 "${settings[@]}"
    ) >"$CACHE/postgres.log" 2>&1 </dev/null &
    wait_for_postgres "$bin" "$port"
    export PROCTOR_TEST_POSTGRES_URL="postgres://proctor@127.0.0.1:$port/postgres"
    say "PostgreSQL of this run listens on port $port"
}

wait_for_postgres() {
    local bin=$1 port=$2 _
    for _ in $(seq 1 300); do
        if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then
            POSTGRES_PID=$(head -n 1 "$POSTGRES_DIR/data/postmaster.pid")
            return 0
        fi
        sleep 0.1
    done
    cat "$CACHE/postgres.log" >&2
    return 1
}

stop_postgres() {
    if [[ -n $POSTGRES_PID ]]; then
        # SIGINT: the fast shutdown, which disconnects clients.
        kill -INT "$POSTGRES_PID" 2>/dev/null || true
        local _
        for _ in $(seq 1 100); do
            kill -0 "$POSTGRES_PID" 2>/dev/null || break
            sleep 0.1
        done
        kill -QUIT "$POSTGRES_PID" 2>/dev/null || true
        POSTGRES_PID=""
    fi
    if [[ -n $POSTGRES_DIR ]]; then
        rm -rf "$POSTGRES_DIR"
        POSTGRES_DIR=""
    fi
}

# A virtual environment with exactly the pinned packages; made anew when the pins change.
set_up_venv() {
    local folder=$1 requirements=$2 stamp
    stamp=$(python3 -c 'import sys; print(sys.version)' | cat - "$requirements" | sha256sum | cut -d ' ' -f 1)
    if [[ -f $folder/.stamp && $(<"$folder/.stamp") == "$stamp" ]]; then return 0; fi
    say "installing Python packages of ${requirements#"$ROOT"/}"
    rm -rf "$folder"
    python3 -m venv "$folder"
    try_thrice "$folder/bin/pip" install --quiet --disable-pip-version-check --no-input --no-deps -r "$requirements"
    echo "$stamp" >"$folder/.stamp"
}

set_up_python() {
    set_up_venv "$CACHE/test-venv" "$ROOT/tests/clients/requirements.txt"
}

# Debian's Chromium with fonts enough for what test names hold, and the library that drives it.
set_up_browser() {
    set_up_venv "$CACHE/web-venv" "$ROOT/tests/web/requirements.txt"
    if [[ -n ${PROCTOR_CHROMIUM:-} ]] || command -v chromium >/dev/null; then return 0; fi
    install_packages Chromium chromium fonts-noto-core
}

set_up_javascript() {
    local folder="$ROOT/tests/clients/js" stamp
    stamp=$(sha256sum <"$folder/package-lock.json" | cut -d ' ' -f 1)
    if [[ -f $folder/node_modules/.stamp && $(<"$folder/node_modules/.stamp") == "$stamp" ]]; then return 0; fi
    say "installing JavaScript packages of tests/clients/js"
    (cd "$folder" && try_thrice npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    echo "$stamp" >"$folder/node_modules/.stamp"
}

clean_up() {
    local status=$?
    stop_postgres
    return "$status"
}
