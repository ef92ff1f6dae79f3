#!/usr/bin/env bash
# The one entry to everything: ./build.sh help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Exactly the toolchain of go.mod: another one may compress to other bytes.
GOTOOLCHAIN=go$(awk '$1 == "go" { print $2 }' go.mod)
export GOTOOLCHAIN

# Programs are the same for the same sources, whatever the commit.
export GOFLAGS="${GOFLAGS:-} -buildvcs=false"

stage=.cache/stage
site=dist/site
single=dist/layerlab.html

usage() {
  cat <<'TEXT'
Usage: ./build.sh COMMAND

  serve [--port N] [--addr A]  build what changed and serve it (http://localhost:8080)
  build                        build the site into dist/site, compressed as small as it gets
  single                       build dist/layerlab.html: the whole page in one file
  test                         run every check and test, browsers included;
                               screenshots go to dist/screenshots
  bench                        measure speed and sizes, print tables; on a busy machine
                               it waits, and says how busy that was
  deploy [ARGUMENTS]           build the site and put it on Cloudflare, with wrangler's
                               arguments; needs CLOUDFLARE_API_TOKEN and
                               CLOUDFLARE_ACCOUNT_ID (see site/README.md)
  fuzz [TIME]                  run each fuzz target for TIME (30s)
  help                         this text

Needed: Go (the version in go.mod) and Node 20 or newer with npm. The tests also
need chromium, firefox-esr, skopeo and umoci, and use docker.io, python3-docker and
busybox-static; where apt-get may be used they are installed.
TEXT
}

bold='' plain=''
if [[ -t 1 ]]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
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

# What a component that is gone has left would not compile.
generate() { rm -f wasm/ui/*_gen.go && go generate ./wasm/ui/...; }

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
  rm -r "$stage/style"
  mkdir "$stage/docs"
  cp site/docs/*.{html,js,svg} "$stage/docs"
  go tool esbuild site/web/embed.js --outdir="$stage" --allow-overwrite --minify --target=es2022 --log-level=warning
  go tool esbuild site/web/*.css --outdir="$stage" --allow-overwrite --bundle --minify \
    '--external:*.svg' '--external:*.png' --log-level=warning
  go run ./site/icon "$stage"
}

# stage builds the parts of the page by their logical names.
stage() {
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
  go build -o .cache/bin/pack ./site/pack
}

pack() { # pack ARGUMENT…
  .cache/bin/pack --stage "$stage" --vugu "$(go list -m -f '{{.Dir}}' github.com/vugu/vugu)" --page index.html "$@"
}

# site QUALITY builds everything that is served into dist/site.
site() {
  stage
  timed "packing into $site (brotli $1)" pack --out "$site" --cache .cache/packed --quality "$1"
}

# single builds the page as one file, from the parts of the last stage.
single() { timed "packing into $single" pack --single "$single"; }

# worker builds the Worker of Cloudflare into dist/worker, over the built site.
worker() { go run ./site/worker/assemble "$site" dist/worker; }

# deploy puts the site on Cloudflare. It asks nothing: what it needs is in the
# environment, or it ends before anything is built.
deploy() {
  local missing=() name
  for name in CLOUDFLARE_API_TOKEN CLOUDFLARE_ACCOUNT_ID; do
    [[ -n ${!name:-} ]] || missing+=("$name")
  done
  if ((${#missing[@]})); then
    die "deploy needs ${missing[*]} in the environment, and a bucket layerlab-shares in R2: see site/README.md"
  fi
  site 11
  timed "npm packages of the Worker" node_packages site/worker
  timed "the Worker" worker
  (cd site/worker && WRANGLER_SEND_METRICS=false npx --no-install wrangler deploy "$@")
}

serve() {
  local arg
  for arg in "$@"; do if [[ $arg == -h || $arg == --help ]]; then usage; return; fi; done
  site 5
  go build -o .cache/bin/serve ./site/serve
  say "serving $site, stop with Ctrl+C"
  exec .cache/bin/serve --storage .cache/serve "$@" "$site"
}

# need_programs installs what the tests drive, or says what to install.
need_programs() {
  local missing=() optional=() as_root=() program
  for program in chromium firefox-esr skopeo umoci; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  # The program in the recorded base images: without it the one case that copies
  # it is skipped.
  [[ -x /bin/busybox || -x /usr/bin/busybox ]] || optional+=(busybox-static)
  # Real clients of the Engine API.
  [[ -x /usr/bin/docker ]] || optional+=(docker.io)
  /usr/bin/python3 -c "import docker" 2>/dev/null || optional+=(python3-docker)
  ((${#missing[@]} + ${#optional[@]})) || return 0
  if ((EUID != 0)); then as_root=(sudo -n); fi
  if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    say "installing ${missing[*]} ${optional[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" "${optional[@]}"
  elif ((${#missing[@]})); then
    die "the tests need ${missing[*]}: install them (Debian packages of these names) and run this again"
  fi
}

# Counts of the parts, in order: "name|passed|failed|skipped".
parts=()

# part NAME COMMAND… runs a part; COMMAND writes "PASSED FAILED SKIPPED" to
# .cache/count. A part that ends without counts is one failure.
part() {
  local name=$1 passed failed skipped status
  shift
  rm -f .cache/count
  # In a subshell outside any condition, so that a failing command ends the part.
  set +e
  (set -e; timed "$name" "$@")
  status=$?
  set -e
  if ! read -r passed failed skipped 2>/dev/null <.cache/count; then passed=0 failed=1 skipped=0; fi
  if ((status && !failed)); then failed=1; fi
  parts+=("$name|$passed|$failed|$skipped")
}

# check COMMAND… is a test that passes where COMMAND succeeds.
check() {
  if "$@"; then echo '1 0 0' >.cache/count; else echo '0 1 0' >.cache/count; fi
}

in_js() { GOOS=js GOARCH=wasm "$@"; }

go_files() { git ls-files --cached --others --exclude-standard '*.go'; }

formatted() {
  local files
  files=$(go_files | while IFS= read -r f; do [[ -f $f ]] && printf '%s\0' "$f"; done | xargs -0 gofmt -l)
  [[ -z $files ]] || { printf 'not formatted by gofmt:\n%s\n' "$files"; return 1; }
}

go_tests() { go test -json ./... 2>&1 | go run ./tests/report --count .cache/count | tee .cache/go-tests.txt; }

# What runs in the browser is tested where the browser's rules hold: one
# thread, 32-bit sizes in JavaScript's hands, no processes.
wasm_tests() {
  in_js go test -json -exec "$(go env GOROOT)/lib/wasm/go_js_wasm_exec" \
    $(in_js go list ./core/... ./wasm/... ./tests/conformance | grep -v -e '/core/cmd/' -e '/wasm/ui$' -e '/wasm/engine$') 2>&1 |
    go run ./tests/report --count .cache/count
}

# node_tests NAME CONCURRENCY FILE… runs browser tests; their results go to
# .cache/NAME.tap.
node_tests() {
  local name=$1 concurrency=$2
  shift 2
  node --test --test-concurrency="$concurrency" --test-timeout=900000 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination=".cache/$name.tap" "$@"
}

# None of them measures time, which depends on what else the machine does: that
# is for bench. They run two at a time, without the compiler that makes programs
# quick and the start of a page slow; those that take longest begin first.
browser_tests() {
  local status=0 files=() file
  for file in screens offline tabs; do files+=("tests/e2e/$file.test.mjs"); done
  for file in tests/e2e/*.test.mjs; do
    [[ " ${files[*]} " == *" $file "* ]] || files+=("$file")
  done
  LAYERLAB_COMPILER=baseline node_tests e2e 2 "${files[@]}" || status=$?
  awk '$1 == "#" && NF == 3 { n[$2] += $3 }
    END { print n["pass"] + 0, n["fail"] + n["cancelled"] + 0, n["skipped"] + n["todo"] + 0 }' .cache/e2e.tap >.cache/count
  return "$status"
}

servers() { go build -o .cache/bin/ ./site/serve ./core/cmd/layerlab ./tests/registry; }

run_tests() {
  need_tools
  need_programs
  site 5
  single
  timed "serve and layerlab" servers
  timed "npm packages of the browser tests" node_packages tests/e2e
  timed "npm packages of the Worker" node_packages site/worker
  timed "npm packages of the Engine API's test" node_packages tests/engine/dockerode
  part "gofmt" check formatted
  part "go vet" check go vet ./...
  part "go vet (js/wasm)" check in_js go vet ./core/... ./wasm/... ./site/worker
  # By its path: go tool would build it for js as well.
  local staticcheck
  staticcheck=$(go tool -n staticcheck)
  part "staticcheck" check "$staticcheck" ./...
  part "staticcheck (js/wasm)" check in_js "$staticcheck" ./core/... ./wasm/... ./site/worker
  part "Go tests" go_tests
  part "Go tests (js/wasm)" wasm_tests
  part "browser tests" browser_tests
  say "results after $((SECONDS / 60)) min $((SECONDS % 60)) s"
  local line name passed failed skipped all_passed=0 all_failed=0
  for line in "${parts[@]}"; do
    IFS='|' read -r name passed failed skipped <<<"$line"
    printf '    %-24s %6d passed %4d failed %4d skipped\n' "$name" "$passed" "$failed" "$skipped"
    all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed))
  done
  sed -n 's/^     \([0-9]* of [0-9]* \)/    \1/p' .cache/go-tests.txt
  printf '%d passed, %d failed\n' "$all_passed" "$all_failed"
  ((all_failed == 0))
}

bench() {
  need_tools
  need_programs
  site 11
  go build -o .cache/bin/ ./site/serve ./tests/bench
  timed "npm packages of the browser tests" node_packages tests/e2e
  say "trees (core/vfs)"
  go test -run '^$' -bench . -benchmem -timeout 0 ./core/vfs
  say "builds (core/build), natively"
  go test -run '^$' -bench . -benchtime 5x -timeout 0 ./core/build
  say "builds (core/build), as WebAssembly in node"
  in_js go test -exec "$(go env GOROOT)/lib/wasm/go_js_wasm_exec" -run '^$' -bench . -benchtime 5x -timeout 0 ./core/build
  say "the docker host (core/session), natively"
  go test -run '^$' -bench . -benchmem -benchtime 20x -timeout 0 ./core/session
  say "the docker host (core/session), as WebAssembly in node"
  in_js go test -exec "$(go env GOROOT)/lib/wasm/go_js_wasm_exec" -run '^$' -bench 'Images|CachedBuild' -benchtime 500x -timeout 0 ./core/session
  say "the same docker client against layerlab engine and against dockerd"
  go build -o .cache/bin/ ./core/cmd/layerlab
  tests/bench/engine.sh .cache/bin/layerlab
  say "the page"
  # On a busy machine all of it takes longer: it waits, and prints.
  LAYERLAB_PATIENCE=3600 node tests/bench/bench.mjs
}

fuzz() {
  local time=${1:-30s} package target
  for package in $(go list ./core/... ./wasm/... ./site/...); do
    for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
      timed "$package $target for $time" go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 20x "$package"
    done
  done
}

# All of it is read before any of it runs, so that a change of this file does
# not meet a running command.
main() {
  local command=${1:-help}
  shift || true
  case $command in
    serve) serve "$@" ;;
    build) site 11 ;;
    single)
      stage
      single
      ;;
    test) run_tests ;;
    bench) bench ;;
    deploy) deploy "$@" ;;
    fuzz) fuzz "$@" ;;
    help | -h | --help) usage ;;
    *) usage >&2; die "unknown command: $command" ;;
  esac
}

main "$@"
exit
