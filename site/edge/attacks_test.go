package edge_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write ATTACKS.md anew")

// An attack is a request with what the network answers to it, and what became
// of it. R in path stands for the attack's own repository, D for a digest.
type attack struct {
	name   string
	method string // GET where ""
	path   string
	fields []string // of the request, "Name: value"
	body   string
	// network answers for the repository; nil is a registry with an empty image.
	network http.Handler
	// got is the status and a part of the body on both hosts; several words are
	// alternatives, since what stands before the Worker reads some paths itself.
	got []string
	// varies is what the table says where that depends on how fast the machine is.
	varies string
	// harm looks at what left the host, and says what must not have.
	harm func(requests []seen, res *answer) string
}

// answer is what a client got.
type answer struct {
	status int
	header http.Header
	body   string
	broken bool // ended before its announced end
}

func (a *answer) String() string {
	s := fmt.Sprint(a.status)
	if a.broken {
		s += " broken off"
	}
	if f := strings.TrimSpace(a.body); len(f) > 0 && len(f) < 300 {
		s += " " + f
	}
	return s
}

// raw sends a request as it is written, and reads the answer: no client
// library corrects it.
func (h host) raw(a attack, repository string) (*answer, error) {
	at, err := url.Parse(h.url)
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fill := strings.NewReplacer("{R}", repository, "{D}", digestOf([]byte(blobOf(repository))))
	method := a.method
	if method == "" {
		method = http.MethodGet
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", method, fill.Replace(a.path))
	fields := slices.Clone(a.fields)
	if !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, "Host:") }) {
		fields = append(fields, "Host: "+at.Host)
	}
	if a.body != "" && !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, "Transfer-Encoding:") }) {
		fields = append(fields, fmt.Sprintf("Content-Length: %d", len(a.body)))
	}
	fields = append(fields, "Accept-Encoding: identity", "Connection: close")
	b.WriteString(strings.Join(fields, "\r\n") + "\r\n\r\n" + a.body)
	go io.WriteString(conn, b.String())
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	return &answer{res.StatusCode, res.Header, string(body), err != nil}, nil
}

// blobOf is the blob that an attack asks for; each has its own, since what one
// left in a cache would answer the next.
func blobOf(repository string) string { return theBlob + fmt.Sprintf("%-30s", repository)[:30] }

const (
	theBlob  = "the blob that was asked for: "
	blobSize = len(theBlob) + 30
)

// The parts of answers that many attacks get.
const (
	notOffered = "403 does not pull from"
	badName    = "400 NAME_INVALID"
	badPath    = "400 must not be encoded"
	redirected = "502 redirects to where nothing is pulled from"
	notFound   = "404"
)

func TestAttacks(t *testing.T) {
	type result struct{ name, got string }
	table := map[string][]result{}
	onHosts(t, func(t *testing.T, h host) {
		var list [][]result
		for _, g := range attacks() {
			list = append(list, make([]result, len(g.list)))
		}
		t.Run("all", func(t *testing.T) {
			for i, g := range attacks() {
				for j, a := range g.list {
					t.Run(g.name+"/"+a.name, func(t *testing.T) {
						t.Parallel()
						list[i][j] = result{a.name, h.attacked(t, a, fmt.Sprintf("attack/%s-%d-%d", h.name, i, j))}
					})
				}
			}
		})
		table[h.name] = slices.Concat(list...)
	})
	if len(table["native"]) == 0 || len(table["worker"]) == 0 {
		t.Skip("the table is that of both hosts")
	}
	var b bytes.Buffer
	b.WriteString("# Attacks\n\nWhat strangers may try, and what they get. `go test ./site/edge -run TestAttacks -update`\nwrites this table; the test fails where it is no longer true.\n")
	n := 0
	for _, g := range attacks() {
		fmt.Fprintf(&b, "\n## %s\n\n| # | attack | at home (serve) | at Cloudflare (worker) |\n|---|---|---|---|\n", g.name)
		for range g.list {
			at, worker := table["native"][n], table["worker"][n]
			n++
			if worker.got == at.got {
				worker.got = "the same"
			}
			fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", n, strings.ReplaceAll(at.name, "|", `\|`), at.got, worker.got)
		}
	}
	if *update {
		if err := os.WriteFile("ATTACKS.md", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile("ATTACKS.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, b.Bytes()) {
		t.Errorf("ATTACKS.md is not what the attacks got (-update writes it anew):\n%s", b.Bytes())
	}
}

// attacked makes one attack and gives what the table says of it.
func (h host) attacked(t *testing.T, a attack, repository string) string {
	site := a.network
	if site == nil {
		site = manifestAnd([]byte(blobOf(repository)))
	}
	network.set(repository, site)
	res, err := h.raw(a, repository)
	if err != nil {
		// Cut off without an answer.
		res = &answer{broken: true}
	}
	ok := slices.ContainsFunc(a.got, func(want string) bool {
		status, part, _ := strings.Cut(want, " ")
		return strings.HasPrefix(fmt.Sprint(res.status), status) && strings.Contains(res.String(), part)
	})
	if !ok {
		t.Errorf("got %s (%v), want one of %q", res, err, a.got)
	}
	requests := network.requests(repository)
	if a.harm != nil {
		if what := a.harm(requests, res); what != "" {
			t.Errorf("%s; what left the host: %v; answer %s %v", what, requests, res, res.header)
		}
	}
	for _, r := range requests {
		if what := leaked(r, repository); what != "" {
			t.Errorf("%s: %v", what, r)
		}
	}
	if policy := res.header.Get("Content-Security-Policy"); strings.HasPrefix(a.path, "/v2") && res.status != 0 && res.header.Get("X-Content-Type-Options") == "nosniff" && !strings.Contains(policy, "sandbox") {
		t.Errorf("foreign bytes under the policy %q", policy)
	}
	if a.varies != "" {
		return a.varies
	}
	got := fmt.Sprint(res.status)
	switch {
	case err != nil:
		got = "cut off"
	case res.broken:
		got += ", broken off before the end"
	case res.status == 200 || res.status == 206 || res.status == 201:
		got += fmt.Sprintf(", %d asked upstream", len(requests))
	}
	if message := messageOf(res); message != "" {
		got += ": " + message
	}
	return got
}

// messageOf is the sentence of a refusal.
func messageOf(res *answer) string {
	if res.status < 400 || res.header.Get("X-Content-Type-Options") == "" {
		return ""
	}
	if _, after, ok := strings.Cut(res.body, `"message":"`); ok {
		message, _, _ := strings.Cut(after, `"`)
		return message
	}
	return strings.TrimSpace(res.body)
}

// leaked says what a request to the network must not hold.
func leaked(r seen, repository string) string {
	for key := range r.header {
		switch key {
		case "Accept", "Accept-Encoding", "Range", "User-Agent", "Authorization":
		case "Connection", "Content-Length", "Host", "Sec-Fetch-Mode", "Accept-Language", "Cf-Worker", "Mf-Loop", "Transfer-Encoding":
			// Of the client in the host and of the fake's own way.
		default:
			return "a header " + key + " left the host"
		}
	}
	if auth := r.header.Get("Authorization"); auth != "" {
		if auth != "Bearer "+token(repository) {
			return "a token that is not ours left the host"
		}
		if !slices.Contains(tokenHosts, r.origin) {
			return "the token went to " + r.origin
		}
	}
	if r.method != http.MethodGet && r.method != http.MethodHead {
		return "a request " + r.method + " left the host"
	}
	if u, err := url.Parse(r.origin); err != nil || u.Scheme != "https" || !slices.Contains(reachable, u.Host) {
		return "a request went to " + r.origin
	}
	return ""
}

// tokenHosts are the registries that the attacks use; reachable are all hosts
// that may be reached for them.
var (
	tokenHosts = []string{"https://registry-1.docker.io", "https://ghcr.io", "https://quay.io"}
	reachable  = []string{"registry-1.docker.io", "auth.docker.io", "production.cloudflare.docker.com",
		"ghcr.io", "pkg-containers.githubusercontent.com", "quay.io", "mcr.microsoft.com", "eastus.data.mcr.microsoft.com"}
)

// TestRateLimits asks more often than anybody may.
func TestRateLimits(t *testing.T) {
	onHosts(t, func(t *testing.T, h host) {
		statuses := map[int]int{}
		for range 40 {
			res := h.do(t, http.MethodPost, "/api/share", strings.NewReader("-- a --\n"), "Content-Type", "text/plain",
				"X-Forwarded-For", "203.0.113.7", "Cf-Connecting-Ip", "203.0.113.7")
			if res.StatusCode == http.StatusTooManyRequests && res.Header.Get("Retry-After") != "60" {
				t.Errorf("Retry-After is %q", res.Header.Get("Retry-After"))
			}
			statuses[res.StatusCode]++
		}
		// A new minute may begin in between.
		if statuses[http.StatusCreated] < 30 || statuses[http.StatusTooManyRequests] == 0 {
			t.Errorf("statuses %v", statuses)
		}
		if res := h.do(t, http.MethodPost, "/api/share", strings.NewReader("-- a --\n"), "Content-Type", "text/plain",
			"X-Forwarded-For", "203.0.113.8", "Cf-Connecting-Ip", "203.0.113.8"); res.StatusCode != http.StatusCreated {
			t.Errorf("another client: status %d", res.StatusCode)
		}
	})
}
