#!/usr/bin/env bash
# Installs what a bare Debian or Ubuntu lacks for the stack profile: PostgreSQL, Redis, Java 17 or newer, Maven; with --browser also Chromium.
# Only what is missing is installed; a second run does nothing. Works as root or through sudo. With --dry-run it only says what it would do.
#
# 安装 stack 环境所缺的系统软件包：PostgreSQL、Redis、Java 17 以上、Maven；加 --browser 时还安装 Chromium。已有的不再安装。
set -euo pipefail

java_at_least=17
browser=no
dry_run=no
for option in "$@"; do
  case "$option" in
    --browser) browser=yes ;;
    --dry-run) dry_run=yes ;;
    *) echo "usage: $0 [--browser] [--dry-run]" >&2; exit 2 ;;
  esac
done

say() { printf '%s\n' "$*"; }

java_release() { # the release of the java on PATH, 0 when there is none
  command -v java >/dev/null || { echo 0; return; }
  java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = \(1\.\)\{0,1\}\([0-9]*\).*/\2/p'
}

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null; }
has_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }

java_package() { # the oldest packaged Java that Kafka accepts
  local release
  for release in 17 21 25; do
    if apt-cache show "openjdk-$release-jre-headless" >/dev/null 2>&1; then
      echo "openjdk-$release-jre-headless"
      return
    fi
  done
  echo default-jre-headless
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

missing=()
has_postgres || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v mvn >/dev/null || missing+=(maven)
command -v setpriv >/dev/null || missing+=(util-linux)
[ "$browser" = no ] || has_browser || missing+=(chromium)
need_java=no
[ "$(java_release)" -ge "$java_at_least" ] || need_java=yes

if [ "${#missing[@]}" -eq 0 ] && [ "$need_java" = no ]; then
  say "系统软件包齐全，无需安装 / nothing to install: PostgreSQL, Redis, Java and Maven are here"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  [ "$need_java" = no ] || missing+=("java>=$java_at_least")
  say "本机没有 apt-get，请自行安装 / no apt-get on this machine; please install: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
  say "需要 root 或 sudo / root or sudo is needed to install: ${missing[*]}" >&2
  exit 1
fi

if [ "$dry_run" = yes ]; then
  [ "$need_java" = no ] || missing+=("$(java_package)")
  say "将安装 / would install: ${missing[*]}"
  exit 0
fi

say "更新软件包索引 / reading the package lists"
as_root apt-get update -q
[ "$need_java" = no ] || missing+=("$(java_package)")
say "安装 / installing: ${missing[*]}"

# The platform starts its own servers; the packages must not start theirs while they install.
policy=/usr/sbin/policy-rc.d
made_policy=no
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  made_policy=yes
fi
clean_up() { [ "$made_policy" = no ] || as_root rm -f "$policy"; }
trap clean_up EXIT

as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
say "完成 / done"
