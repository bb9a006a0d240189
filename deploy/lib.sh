# The steps that deploy/build, deploy/run and deploy/test are made of. Each step looks first whether its work is done.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DIWAN_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/diwan}
[[ $CACHE == /* ]] || CACHE=$PWD/$CACHE
TOOLS=$CACHE/tools
# What a first visit may download, WebAssembly, script, style and the fonts of one language; stricter than REQUIREMENTS Q02, so that
# what was won is not lost by and by.
BUDGET_KB=450
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
export CARGO_TARGET_DIR=$CACHE/target PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
# Flags from outside would replace those of .cargo/config.toml, without which nothing works.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET

# ---- telling what happens -------------------------------------------------------------------------------------------

# shellcheck disable=SC2034 # the scripts add up their steps
SETUP_STEPS=2 BUILD_STEPS=3
STEPS=0 STEP=0 STEP_TITLE=

say() { printf '%s\n' "$*"; }

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

elapsed() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# step TITLE COMMAND…: runs the command as one of $STEPS steps and tells the time it took.
step() {
    STEP=$((STEP + 1)) STEP_TITLE=$1
    local start=$SECONDS
    shift
    printf '\n[%d/%d] %s\n' "$STEP" "$STEPS" "$STEP_TITLE"
    "$@"
    printf '[%d/%d] done in %s (%s since the start)\n' "$STEP" "$STEPS" "$(elapsed $((SECONDS - start)))" "$(elapsed "$SECONDS")"
    STEP_TITLE=
}

tell_failed_step() {
    local status=$?
    if [[ $status -ne 0 && -n $STEP_TITLE ]]; then
        printf '\n[%d/%d] %s: FAILED after %s\n' "$STEP" "$STEPS" "$STEP_TITLE" "$(elapsed "$SECONDS")" >&2
    fi
}
trap tell_failed_step EXIT

# alone COMMAND…: one at a time among all checkouts that share the cache.
alone() {
    mkdir -p "$CACHE"
    (
        flock --nonblock 9 || { say "  waiting for another build on this machine" && flock 9; }
        "$@" 9>&-
    ) 9>"$CACHE/lock"
}

have() { command -v "$1" >/dev/null 2>&1; }

# ---- what the machine needs -----------------------------------------------------------------------------------------

have_postgres() {
    local bin major
    [[ -n ${DIWAN_PG_BIN:-} ]] && return 0
    for bin in /usr/lib/postgresql/*/bin; do
        major=$(basename "$(dirname "$bin")")
        [[ -x $bin/postgres && $major =~ ^[0-9]+$ && $major -ge 15 ]] && return 0
    done
    have pg_config && [[ -x $(pg_config --bindir)/postgres ]] &&
        [[ $(pg_config --version) =~ ([0-9]+) && ${BASH_REMATCH[1]} -ge 15 ]]
}

have_package() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# missing_packages PURPOSE…: the Debian packages not there yet for building, serving and testing.
missing_packages() {
    local purpose
    for purpose in "$@"; do
        case $purpose in
        build)
            have cc || say build-essential
            have pkg-config || say pkg-config
            ;;
        serve) have_postgres || say postgresql ;;
        test)
            # Chromium without its windows: the journeys take half the time.
            [[ -n ${DIWAN_CHROMIUM:-} ]] || have chromium-headless-shell || say chromium-headless-shell
            have_package fonts-noto-core || say fonts-noto-core
            python3 -c 'import venv, ensurepip' 2>/dev/null || say python3-venv
            ;;
        esac
    done
}

ensure_packages() {
    local missing admin=() no_cluster=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
    mapfile -t missing < <(missing_packages "$@")
    if [[ ${#missing[@]} -eq 0 ]]; then
        say "  all there"
        return
    fi
    say "  missing: ${missing[*]}"
    have apt-get || fail "Please install what corresponds to these Debian packages: ${missing[*]}"
    if [[ $(id -u) -ne 0 ]]; then
        say "  asking sudo for the right to install them"
        if ! { have sudo && sudo true; }; then
            fail "Please have an administrator install what is missing, then start this again:
    apt-get install --no-install-recommends ${missing[*]}"
        fi
        admin=(sudo)
    fi
    "${admin[@]}" apt-get update -qq
    # Only the programs of Postgres are used: the package need not create and start a cluster of its own.
    "${admin[@]}" mkdir -p "${no_cluster%/*}"
    say "create_main_cluster = false" | "${admin[@]}" tee "$no_cluster" >/dev/null
    "${admin[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >"$CACHE/packages.log" 2>&1 || fail "$(tail -n 20 "$CACHE/packages.log")"
    "${admin[@]}" rm "$no_cluster"
    mapfile -t missing < <(missing_packages "$@")
    [[ ${#missing[@]} -eq 0 ]] || fail "Installed, but still not usable: ${missing[*]} (Postgres has to be 15 or newer)"
}

# at_least WANTED HAVE: compares dotted versions.
at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

# ensure_toolchain PURPOSE…: Rust for the server and for the browser, and Node.
ensure_toolchain() {
    local wanted
    have cargo || fail "Rust is missing: please install it with rustup."
    have npm || fail "Node is missing: please install Node 20 or newer with npm."
    at_least 20 "$(node --version | tr -d v)" || fail "Node 20 or newer is needed, this is $(node --version)."
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
    at_least "$wanted" "$(rustc --version | cut -d' ' -f2)" ||
        fail "Rust $wanted or newer is needed, this is $(rustc --version): please run 'rustup update'."
    if [[ ! -d $(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown ]]; then
        have rustup || fail "The Rust target wasm32-unknown-unknown is missing, and there is no rustup to add it."
        rustup --quiet target add wasm32-unknown-unknown
    fi
    if [[ " $* " == *" test "* ]]; then
        cargo fmt --version >/dev/null 2>&1 || rustup --quiet component add rustfmt
        cargo clippy --version >/dev/null 2>&1 || rustup --quiet component add clippy
    fi
    say "  $(rustc --version), node $(node --version)"
}

# locked_version CRATE: its version in Cargo.lock.
locked_version() { awk -v crate="name = \"$1\"" '$0 == crate { getline; gsub(/"/, ""); print $3; exit }' "$ROOT/Cargo.lock"; }

ensure_wasm_bindgen() {
    local version
    version=$(locked_version wasm-bindgen)
    if [[ $("$TOOLS/bin/wasm-bindgen" --version 2>/dev/null) != "wasm-bindgen $version" ]]; then
        say "  compiling version $version, which takes some minutes, once"
        # Without --locked: the lock file inside that package does not resolve.
        env -u CARGO_TARGET_DIR cargo install --force --root "$TOOLS" --version "$version" wasm-bindgen-cli
    fi
    say "  $("$TOOLS/bin/wasm-bindgen" --version)"
}

# npm_ci FOLDER STAMP: installs what the lock file in the folder names, unless the stamp says that it was done.
npm_ci() {
    local folder=$1 stamp=$2 wanted
    wanted=$(node --version && sha256sum <"$folder/package-lock.json")
    if [[ ! -d $folder/node_modules || $(cat "$stamp" 2>/dev/null) != "$wanted" ]]; then
        (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
        say "$wanted" >"$stamp"
    fi
}

ensure_npm_tools() {
    mkdir -p "$TOOLS/npm"
    cp "$ROOT"/deploy/tools/package{,-lock}.json "$TOOLS/npm/"
    npm_ci "$TOOLS/npm" "$TOOLS/npm/.installed"
    say "  $("$TOOLS/npm/node_modules/.bin/wasm-opt" --version)"
}

# set_up PURPOSE…: what is needed to build, serve or test.
set_up() {
    mkdir -p "$CACHE"
    step "Debian packages" ensure_packages "$@"
    step "Rust and Node" ensure_toolchain "$@"
}

# ---- building -------------------------------------------------------------------------------------------------------

# A release is one folder: the program, hash.txt beside it, the served files in site/. Its name is the hash of all that
# it is made from, so it is made once, other checkouts can use it, and a build never disturbs a running server.
source_key() {
    (
        cd "$ROOT" || exit
        rustc --version
        find . \( -name .git -o -name node_modules -o -path ./target -o -path ./data -o -path ./end2end \) -prune \
            -o -type f ! -name '*.md' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    ) | sha256sum | cut -c1-24
}

build_server() {
    (cd "$ROOT" && cargo build --locked --release --features graphql --bin diwan)
    mkdir -p "$RELEASE.new"
    cp "$CARGO_TARGET_DIR/release/diwan" "$ROOT/Leptos.toml" "$RELEASE.new/"
}

build_browser() {
    (cd "$ROOT" && cargo build --locked --lib --profile wasm-release --target wasm32-unknown-unknown --features hydrate)
    mkdir -p "$RELEASE.new"
    cp "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/diwan.wasm" "$RELEASE.new/raw.wasm"
}

# The two have little to do with each other, and each leaves a core idle for minutes: together they take three quarters of the
# time. What the second says goes to a file, so that the first can be followed.
build_both() {
    local log=$CACHE/browser.log
    (
        ensure_wasm_bindgen
        build_browser
    ) >"$log" 2>&1 &
    BROWSER=$!
    trap 'kill "$BROWSER" 2>/dev/null' EXIT
    build_server
    trap - EXIT
    say "  the server is made; waiting for the browser side, see $log"
    wait "$BROWSER" || fail "$(tail -n 40 "$log")"
}

bundle() {
    rm -rf "$RELEASE.new/site"
    node "$ROOT/deploy/bundle.mjs" build --root "$ROOT" --tools "$TOOLS" --cache "$CACHE/bundle" \
        --wasm "$RELEASE.new/raw.wasm" --out "$RELEASE.new"
    rm "$RELEASE.new/raw.wasm"
    # What was edited meanwhile may be in it or not: such a release is used, but not taken for these sources later.
    [[ $(source_key) == "$KEY" ]] || say edited >"$RELEASE.new/edited"
    mv -T "$RELEASE.new" "$RELEASE"
}

# Removes all releases but the newest few and those that run.
prune_releases() {
    local old running
    running=$(readlink /proc/[0-9]*/exe 2>/dev/null) || true
    while read -r old; do
        [[ $running == *"$old/"* ]] || rm -rf "$old"
    done < <(find "$CACHE/releases" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' | sort -rn | tail -n +6 | cut -d' ' -f2-)
    find "$CACHE/bundle" -mindepth 1 -maxdepth 1 -mtime +14 -exec rm -rf {} +
}

# unless_released COMMAND: runs it unless the release of these sources is there.
unless_released() {
    if [[ -d $RELEASE ]]; then
        say "  already made from these sources"
    else
        "$@"
    fi
}

# Makes the release; afterwards $RELEASE is its folder.
build_release() {
    mkdir -p "$CACHE/releases"
    KEY=$(source_key) RELEASE=$CACHE/releases/$KEY
    [[ ! -e $RELEASE/edited ]] || mv -T "$RELEASE" "$(mktemp -d "$CACHE/releases/edited-XXXXXX")"
    step "tools from npm" alone ensure_npm_tools
    step "server and browser side (release)" alone unless_released build_both
    step "files to serve" alone unless_released bundle
    touch "$RELEASE"
    prune_releases
    export LEPTOS_SITE_ROOT=$RELEASE/site
}

# ---- a server of S3 -------------------------------------------------------------------------------------------------

# What tests take from PyPI: a server of S3, the library by which others check our webhooks, and a mail server.
PYTHON_PACKAGES=("moto[server]==5.2.1" "standardwebhooks==1.1.0" "aiosmtpd==1.4.6")
PYTHON=$TOOLS/python

ensure_python_tools() {
    if [[ $(cat "$PYTHON/.installed" 2>/dev/null) != "${PYTHON_PACKAGES[*]}" ]]; then
        python3 -c 'import venv, ensurepip' 2>/dev/null || fail "Python is missing: please install python3 and python3-venv."
        mkdir -p "$TOOLS"
        rm -rf "$PYTHON"
        python3 -m venv "$PYTHON"
        "$PYTHON/bin/pip" install --quiet --disable-pip-version-check "${PYTHON_PACKAGES[@]}"
        say "${PYTHON_PACKAGES[*]}" >"$PYTHON/.installed"
    fi
    say "  ${PYTHON_PACKAGES[*]}"
}

# with_s3 COMMAND…: runs it with S3_… set to a server of S3 on this machine, which has one empty bucket, and with
# DIWAN_TEST_PYTHON.
with_s3() (
    log=$CACHE/moto.log
    port=$("$PYTHON/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$PYTHON/bin/moto_server" -H 127.0.0.1 -p "$port" >"$log" 2>&1 9>&- &
    server=$!
    trap 'kill "$server"' EXIT
    export S3_ENDPOINT=http://127.0.0.1:$port S3_BUCKET=diwan S3_REGION=us-east-1
    export DIWAN_TEST_PYTHON=$PYTHON/bin/python
    export S3_ACCESS_KEY_ID=someone S3_SECRET_ACCESS_KEY=something
    "$PYTHON/bin/python" - <<'PYTHON' || fail "$(tail -n 20 "$log")"
import os, time
import boto3

client = boto3.client(
    "s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name=os.environ["S3_REGION"],
    aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"], aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"])
for attempt in range(120):
    try:
        client.create_bucket(Bucket=os.environ["S3_BUCKET"])
        break
    except Exception:
        if attempt == 119:
            raise
        time.sleep(0.5)
PYTHON
    "$@"
)

# ---- testing --------------------------------------------------------------------------------------------------------

in_root() { (cd "$ROOT" && "$@"); }

check_format() { in_root cargo fmt --check; }

lint_server() { in_root cargo clippy --locked --features graphql --all-targets -- -D warnings; }

lint_browser() {
    in_root cargo clippy --locked --lib --target wasm32-unknown-unknown --features hydrate -- -D warnings
}

check_dependencies() { in_root cargo deny check; }

# One dot for a test: what fails is told at the end, and a long list above it hides it.
test_server() { in_root env RUST_BACKTRACE=0 cargo test --locked --features graphql --lib -- --quiet; }

# What a first visit downloads.
tell_sizes() { node "$ROOT/deploy/bundle.mjs" sizes --out "$RELEASE"; }

check_sizes() { node "$ROOT/deploy/bundle.mjs" sizes --out "$RELEASE" --limit "$BUDGET_KB"; }

ensure_journey_tools() {
    npm_ci "$ROOT/end2end" "$ROOT/end2end/node_modules/.installed"
    (cd "$ROOT/end2end" && node_modules/.bin/tsc)
}

# wipe_data FOLDER: removes a server's data, with the Postgres that a killed server may have left running on it.
wipe_data() {
    local cluster pid
    for cluster in "$1"/pgdata "$1"/*/pgdata; do
        [[ -e $cluster ]] || continue
        cluster=$(readlink -f "$cluster")
        pid=$(head -n 1 "$cluster/postmaster.pid" 2>/dev/null) || continue
        if [[ $(readlink "/proc/$pid/cwd") == "$cluster" ]]; then
            kill -QUIT "$pid"
            while [[ -d /proc/$pid ]]; do sleep 0.1; done
        fi
        rm -rf "$cluster"
    done
    rm -rf "$1"
}

test_journeys() {
    local data=$CACHE/journeys
    wipe_data "$data"
    export DIWAN_BIN=$RELEASE/diwan DIWAN_JOURNEY_DATA=$data
    (cd "$ROOT/end2end" && node_modules/.bin/playwright test)
}
