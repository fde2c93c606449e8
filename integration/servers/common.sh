# Shared by the scripts in this folder. Sourced, not run.
#
# Env: ENTOCC_SERVERS_DIR   where all data live; short, because sockets do (/tmp/entocc-servers)
#      ENTOCC_SERVERS_PORT  the first of 60 ports on 127.0.0.1 (25430). It is below the range of ports that the kernel
#                           gives to clients, so that a server which was killed gets its port again.
set -euo pipefail
umask 022 # the servers' users must be able to enter the folder
BASE=${ENTOCC_SERVERS_DIR:-/tmp/entocc-servers}
PORT=${ENTOCC_SERVERS_PORT:-25430}
case $BASE in /*) ;; *) echo "ENTOCC_SERVERS_DIR is not an absolute path: $BASE" >&2; exit 2 ;; esac
PATH=$PATH:/usr/sbin:/sbin # Debian has mariadbd there
unset PGDATA PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGOPTIONS PGSERVICE PGSSLMODE MYSQL_HOST MYSQL_PWD MYSQL_TCP_PORT

die() { echo "$(basename "$0"): $*" >&2; exit 1; }

# owner USER: the user that a server runs as. Neither PostgreSQL nor MariaDB runs as root.
owner() { if [ "$(id -u)" = 0 ]; then echo "$1"; else id -un; fi; }

# give USER FILE...: lets the server's user write to the files.
give() { local user=$1; shift; [ "$(id -u)" != 0 ] || chown -R "$user:" "$@"; }

# arguments PID: the command line of a process, one argument a line.
arguments() { { tr '\0' '\n' <"/proc/$1/cmdline"; } 2>/dev/null || :; }

# within SECONDS COMMAND...: waits until the command succeeds, and fails if it does not in time.
within() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do [ "$SECONDS" -lt "$end" ] || return 1; sleep .1; done
}

# signal SIGNAL PID...: sends it to those that still run.
signal() { local name=$1; shift; [ $# = 0 ] || kill "-$name" "$@" 2>/dev/null || :; }
