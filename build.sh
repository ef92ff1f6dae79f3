#!/usr/bin/env bash
# The one entry to everything: ./build.sh help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

stage=.cache/stage
site=dist/site

usage() {
  cat <<'TEXT'
Usage: ./build.sh COMMAND

  serve [--port N] [--addr A]  build what changed and serve it (http://localhost:8080)
  build                        build the site into dist/site, compressed as small as it gets
  test                         run every check and test, browsers included
  bench                        measure speed and sizes, print tables
  fuzz [TIME]                  run each fuzz target for TIME (30s)
  help                         this text

Needed: Go (the version in go.mod) and Node 20 or newer with npm. The tests also
need chromium, firefox-esr, skopeo and umoci; where apt-get may be used they are
installed.
TEXT
}

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# timed NAME COMMAND… says what it does and how long it took.
timed() {
  local name=$1 start=$EPOCHREALTIME
  shift
  say "$name"
  "$@"
  awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "    %.1f s\n", b - a }'
}

need_tools() {
  command -v go >/dev/null || die "Go is missing: https://go.dev/dl (version $(awk '$1 == "go" { print $2 }' go.mod))"
  command -v node >/dev/null || die "Node is missing: https://nodejs.org (20 or newer)"
  command -v npm >/dev/null || die "npm is missing: it comes with Node, or as the package npm"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  ((major >= 20)) || die "Node $(node --version) is too old: 20 or newer is needed"
}

# node_packages FOLDER installs exactly what FOLDER's lock file says, unless it
# is there already.
node_packages() {
  local folder=$1 stamp want
  stamp=$folder/node_modules/.layerlab
  want=$(cksum <"$folder/package-lock.json")
  if [[ -f $stamp && $(<"$stamp") == "$want" ]]; then return; fi
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  printf '%s\n' "$want" >"$stamp"
}

generate() { go generate ./wasm/ui; }

wasm() { # wasm NAME PACKAGE
  GOOS=js GOARCH=wasm go build -trimpath -ldflags='-s -w' -o "$stage/$1.wasm" "$2"
}

scripts() {
  cp "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$stage/wasm_exec.js"
  chmod u+w "$stage/wasm_exec.js"
  # Classic scripts: a Worker must be able to importScripts wasm_exec.js.
  go tool esbuild wasm/island/main.js wasm/island/worker.js --outdir="$stage" \
    --bundle --format=iife --target=es2022 --minify --legal-comments=none --log-level=warning
}

styles() {
  cp -R site/web/. "$stage/"
  go tool esbuild site/web/*.css --outdir="$stage" --allow-overwrite --bundle --minify \
    '--external:*.svg' '--external:*.png' --log-level=warning
}

# site QUALITY builds everything that is served into dist/site.
site() {
  need_tools
  mkdir -p "$stage"
  # The programs stay: the linker leaves them alone while they are up to date.
  find "$stage" -mindepth 1 ! -name '*.wasm' -delete
  timed "npm packages of the islands" node_packages wasm/island
  timed "components to Go" generate
  timed "ui.wasm" wasm ui ./wasm/ui
  timed "engine.wasm" wasm engine ./wasm/engine
  timed "scripts" scripts
  timed "styles and icons" styles
  timed "packing into $site (brotli $1)" \
    go run ./site/pack --stage "$stage" --vugu "$(go list -m -f '{{.Dir}}' github.com/vugu/vugu)" \
    --page index.html --out "$site" --cache .cache/packed --quality "$1"
}

serve() {
  site 5
  go build -o .cache/bin/serve ./site/serve
  say "serving $site, stop with Ctrl+C"
  exec .cache/bin/serve "$@" "$site"
}

command=${1:-help}
shift || true
case $command in
  serve) serve "$@" ;;
  build) site 11 ;;
  help | -h | --help) usage ;;
  *) usage >&2; die "unknown command: $command" ;;
esac
