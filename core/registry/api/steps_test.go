package api_test

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry/schema1"
	"layerlab.dev/core/registry/schema2"
)

// step is one request of the table. {location} in target is the path and query
// of the last Location that was answered.
type step struct {
	name, method, target string
	header               map[string]string
	body                 string
	// differs says why our answer is another.
	differs string
}

const (
	schema2Type = "application/vnd.docker.distribution.manifest.v2+json"
	listType    = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociType     = "application/vnd.oci.image.manifest.v1+json"
	indexType   = "application/vnd.oci.image.index.v1+json"
)

var (
	layer1 = "the first layer, which only claims to be a tar\n"
	layer2 = strings.Repeat("the second layer\n", 300)
	config = `{"architecture":"amd64","config":{"Cmd":["/bin/sh"]},"created":"2021-11-24T20:19:40.199700946Z","history":[` +
		`{"created":"2021-11-24T20:19:40.1Z","created_by":"/bin/sh -c #(nop) ADD file:9233f6f2237d79659a9521f7e390df217cec49f1a8aa3a12147bbca1956acdb9 in / ","comment":"a & b"},` +
		`{"created":"2021-11-24T20:19:40.2Z","created_by":"/bin/sh -c #(nop)  ENV A=<1>","author":"someone","empty_layer":true},` +
		`{"created":"2021-11-24T20:19:40.3Z","created_by":"/bin/sh -c touch x"},` +
		`{"created":"2021-11-24T20:19:40.4Z","created_by":"/bin/sh -c #(nop)  CMD [\"/bin/sh\"]","empty_layer":true}],` +
		`"os":"linux","rootfs":{"type":"layers","diff_ids":["` + zeros("a") + `","` + zeros("b") + `"]}}`
	manifest  = image(schema2Type, "application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip", config, layer1, layer2)
	oci       = image(ociType, "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip", config, layer1, layer2)
	bareOCI   = strings.Replace(oci, fmt.Sprintf("   \"mediaType\": %q,\n", ociType), "", 1)
	list      = index(listType, schema2Type, manifest)
	ociIndex  = index(indexType, ociType, oci)
	bareIndex = strings.Replace(index(indexType, ociType, oci), fmt.Sprintf("\"mediaType\": %q, ", indexType), "", 1)
	noHistory = `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`
	bare      = image(schema2Type, "application/vnd.docker.container.image.v1+json", "", noHistory)
	missing   = image(schema2Type, "application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip", config, layer1, "not there", "nor this")
)

// signed is a manifest of schema 1.
func signed() string {
	m, err := schema1.Convert("a", "x", []byte(config), []schema2.Descriptor{{Digest: digest.FromString(layer1)}, {Digest: digest.FromString(layer2)}})
	if err != nil {
		panic(err)
	}
	b, err := schema1.NewKey(1).Sign(m.JSON, 0)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func sum(s string) string { return digest.FromString(s).String() }

func zeros(s string) string { return "sha256:" + strings.Repeat(s, 64) }

func image(mediaType, configType, layerType, config string, layers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{\n   \"schemaVersion\": 2,\n   \"mediaType\": %q,\n   \"config\": {\"mediaType\": %q, \"size\": %d, \"digest\": %q},\n   \"layers\": [", mediaType, configType, len(config), sum(config))
	for i, l := range layers {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "{\"mediaType\": %q, \"size\": %d, \"digest\": %q}", layerType, len(l), sum(l))
	}
	b.WriteString("]\n}")
	return b.String()
}

func index(mediaType, of, manifest string) string {
	return fmt.Sprintf(`{"schemaVersion": 2, "mediaType": %q, "manifests": [{"mediaType": %q, "size": %d, "digest": %q, "platform": {"architecture": "arm64", "os": "linux"}},`+
		`{"mediaType": %q, "size": %d, "digest": %q, "platform": {"architecture": "amd64", "os": "linux"}}]}`,
		mediaType, of, len(manifest), sum(manifest), of, len(manifest), sum(manifest))
}

func get(target string, header ...string) step  { return ask("GET", target, "", header...) }
func head(target string, header ...string) step { return ask("HEAD", target, "", header...) }
func del(target string) step                    { return ask("DELETE", target, "") }

func ask(method, target, body string, header ...string) step {
	h := map[string]string{}
	for i := 0; i+1 < len(header); i += 2 {
		h[header[i]] = header[i+1]
	}
	return step{method: method, target: target, body: body, header: h}
}

// push is an upload in two requests.
func push(repo, content string) []step {
	return []step{ask("POST", "/v2/"+repo+"/blobs/uploads/", ""), ask("PUT", "{location}?digest="+sum(content), content)}
}

func store(repo, reference, mediaType, manifest string) step {
	return ask("PUT", "/v2/"+repo+"/manifests/"+reference, manifest, "Content-Type", mediaType)
}

// steps is the table: one registry, empty at first, is asked all of it in this
// order.
var steps = numbered(
	// Routes.
	get("/"), head("/"), get("/foo"), head("/foo"), head("/v2"), ask("DELETE", "/v2", ""), get("/v2"), get("/v2/"), head("/v2/"), ask("POST", "/v2/", ""), get("/v2//a"), get("/v2/a/../b/tags/list?x=1"),
	get("/v2/a/tags/list/"), ask("OPTIONS", "/v2/a/tags/list", ""), ask("PUT", "/v2/_catalog", ""), ask("POST", "/v2/a/manifests/x", ""), ask("PUT", "/v2/a/blobs/"+zeros("0"), ""),
	head("/v2/_catalog"), head("/v2/a/tags/list"), get("/v2/UPPER/tags/list"), get("/v2/host.example:5000/a/tags/list"), get("/v2/Host/a/tags/list"), get("/v2/h:5/a/manifests/x"), get("/v2/h:5/a/manifests/"+zeros("0")), get("/v2/h:5/a/blobs/"+zeros("0")), ask("POST", "/v2/h:5/a/blobs/uploads/", ""), get("/v2/Host.x/a/tags/list"), get("/v2/a_/tags/list"), get("/v2/a__b/tags/list"),
	get("/v2/"+strings.Repeat("a", 256)+"/tags/list"), get("/v2/a/manifests/-x"), get("/v2/a/manifests"), get("/v2/a/blobs/uploads"), get("/v2/_catalog/"), get("/v2/a/referrers/"+zeros("0")),
	// What is not there.
	get("/v2/_catalog"), get("/v2/a/tags/list"), get("/v2/a/manifests/latest"), head("/v2/a/manifests/latest"), get("/v2/a/manifests/"+zeros("0")), get("/v2/a/manifests/sha256:12"),
	get("/v2/a/blobs/sha256:123"), get("/v2/a/blobs/"+zeros("0")), head("/v2/a/blobs/"+zeros("0")), get("/v2/a/blobs/sha256:"+strings.Repeat("A", 64)), get("/v2/a/blobs/md5:"+strings.Repeat("a", 32)),
	del("/v2/a/manifests/latest"), del("/v2/a/manifests/"+zeros("0")), del("/v2/a/blobs/"+zeros("0")),
	get("/v2/a/blobs/uploads/"), get("/v2/a/blobs/uploads/xyz"), ask("PUT", "/v2/a/blobs/uploads/", ""), ask("PATCH", "/v2/a/blobs/uploads/xyz?_state=abc", "x"),
	// Uploads.
	push("a", layer1), push("a", layer1), push("a", layer2), push("a", config),
	ask("POST", "/v2/a/blobs/uploads/", ""), get("{location}"), ask("PATCH", "{location}", "in "), head("{location}"), ask("PATCH", "{location}", "two parts", "Content-Type", "application/octet-stream"),
	ask("PUT", "{location}?digest="+sum("in two parts, and a third"), ", and a third"), get("/v2/a/blobs/"+sum("in two parts, and a third")), get("/v2/a/blobs/"+sum("in two parts, and a third"), "Range", "bytes=100-"),
	ask("POST", "/v2/a/blobs/uploads/", ""), ask("PATCH", "{location}", "text", "Content-Type", "text/plain"), ask("PUT", "{location}", "x"), ask("PUT", "{location}?digest=sha256:1", "x"), ask("PUT", "{location}?digest="+sum("else"), "x"), get("{location}"),
	ask("POST", "/v2/a/blobs/uploads/", ""), del("{location}"), del("{location}"),
	ask("POST", "/v2/a/blobs/uploads/", ""), ask("PUT", "{location}?digest="+digest.SHA512.FromString("long").String(), "long"), get("/v2/a/blobs/"+digest.SHA512.FromString("long").String()), get("/v2/a/blobs/"+sum("long")),
	ask("POST", "/v2/a/blobs/uploads/", ""), ask("PUT", "{location}?digest="+sum(""), ""), get("/v2/a/blobs/"+sum("")), get("/v2/a/blobs/"+sum(""), "Range", "bytes=0-1"),
	ask("POST", "/v2/a/blobs/uploads/?digest="+sum("single"), "single"), del("{location}"),
	ask("POST", "/v2/a/blobs/uploads/", ""), ask("PUT", "{location}?digest="+sum("a form"), "a form", "Content-Type", "application/x-www-form-urlencoded"), ask("POST", "/v2/a/blobs/uploads/", "mount="+sum(layer1)+"&from=a", "Content-Type", "application/x-www-form-urlencoded"),
	// Blobs.
	get("/v2/a/blobs/"+sum(layer1)), head("/v2/a/blobs/"+sum(layer1)), head("/v2/a/blobs/"+sum(layer2)), get("/v2/b/blobs/"+sum(layer1)),
	get("/v2/a/blobs/"+sum(layer1), "Range", "bytes=4-8"), get("/v2/a/blobs/"+sum(layer1), "Range", "bytes=-5"), get("/v2/a/blobs/"+sum(layer1), "Range", "bytes=40-"), head("/v2/a/blobs/"+sum(layer1), "Range", "bytes=4-8"),
	get("/v2/a/blobs/"+sum(layer1), "Range", "bytes=0-1000"), get("/v2/a/blobs/"+sum(layer1), "Range", "bytes=1000-"), get("/v2/a/blobs/"+sum(layer2), "Range", "bytes=10000-"), get("/v2/a/blobs/"+sum(layer1), "Range", "lines=1-2"), get("/v2/a/blobs/"+sum(layer1), "Range", "bytes=5-4"),
	get("/v2/a/blobs/"+sum(layer1), "Range", "bytes=0-2,4-6"), get("/v2/a/blobs/"+sum(layer1), "If-None-Match", `"`+sum(layer1)+`"`), get("/v2/a/blobs/"+sum(layer1), "If-Match", `"x"`), get("/v2/a/blobs/"+sum(layer1), "If-Range", `"x"`, "Range", "bytes=4-8"),
	// Mounts.
	ask("POST", "/v2/b/blobs/uploads/?mount="+sum(layer1)+"&from=a", ""), get("/v2/b/blobs/"+sum(layer1)), ask("POST", "/v2/b/blobs/uploads/?mount="+sum("nowhere")+"&from=a", ""), ask("POST", "/v2/b/blobs/uploads/?mount="+sum(layer1)+"&from=nowhere", ""), ask("POST", "/v2/b/blobs/uploads/?mount=x&from=a", ""), ask("POST", "/v2/b/blobs/uploads/?mount="+sum(layer1), ""),
	get("/v2/b/tags/list"), get("/v2/_catalog"),
	// Manifests that are refused.
	store("a", "x", "", "{}"), store("a", "x", "application/json", manifest), store("a", "x", schema2Type, "{}"), store("a", "x", schema2Type, "x"), store("a", "x", schema2Type, ""), store("a", "x", schema2Type, `{"schemaVersion": "2"}`),
	store("a", "x", schema2Type, `{"schemaVersion": 1, "mediaType": "`+schema2Type+`"}`), store("a", "x", schema2Type, oci), store("a", "x", ociType, manifest), store("a", "x", ociType, ociIndex), store("a", "x", indexType, oci), store("a", "x", listType, ociIndex), store("a", "x", indexType, list),
	store("a", "x", schema1.SignedType, signed()), store("a", "x", "", signed()), store("a", "x", schema1.SignedType, manifest), store("a", "x", schema1.SignedType, "x"), store("a", "x", schema2Type, signed()),
	store("a", "x", schema2Type, missing), store("b", "x", schema2Type, manifest), store("a", zeros("0"), schema2Type, manifest), store("a", "x", ";", manifest),
	store("a", "x", schema2Type, strings.Replace(manifest, sum(layer1), "sha256:12", 1)), store("a", "x", schema2Type, strings.Replace(manifest, sum(layer1), "md5:12", 1)), store("a", "x", schema2Type, strings.Replace(manifest, sum(layer1), "", 1)),
	store("a", "x", listType, list), store("a", "x", indexType, ociIndex),
	store("a", "x", schema2Type, strings.Replace(manifest, "rootfs.diff.tar", "rootfs.foreign.diff.tar", 1)),
	store("a", "x", schema2Type, strings.Replace(manifest, `rootfs.diff.tar.gzip", "size"`, `rootfs.foreign.diff.tar.gzip", "urls": ["ftp://x/"], "size"`, 1)),
	store("a", "foreign", schema2Type, strings.Replace(manifest, `rootfs.diff.tar.gzip", "size"`, `rootfs.foreign.diff.tar.gzip", "urls": ["https://x/"], "size"`, 1)),
	// Manifests.
	store("a", "1.0", schema2Type, manifest), store("a", "latest", schema2Type, manifest), store("a", "oci", ociType, oci), store("a", "bareoci", ociType+"; charset=utf-8", bareOCI), store("a", "list", listType, list), store("a", "index", indexType, ociIndex), store("a", "bareindex", indexType, bareIndex),
	store("a", sum(manifest), schema2Type, manifest), push("a", noHistory), store("a", "bare", schema2Type, bare),
	get("/v2/a/tags/list"), get("/v2/a/manifests/1.0", "Accept", schema2Type), head("/v2/a/manifests/1.0", "Accept", schema2Type), get("/v2/a/manifests/"+sum(manifest)), get("/v2/a/manifests/1.0", "Accept", "text/html, "+ociType+" , "+schema2Type+";q=0.5"), get("/v2/a/manifests/1.0", "Accept", "*/*"),
	get("/v2/a/manifests/1.0"), head("/v2/a/manifests/1.0"), get("/v2/a/blobs/sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"), get("/v2/a/manifests/bare"), get("/v2/a/manifests/foreign"),
	get("/v2/a/manifests/oci"), get("/v2/a/manifests/oci", "Accept", ociType), get("/v2/a/manifests/bareoci", "Accept", ociType), get("/v2/a/manifests/"+sum(oci)), get("/v2/a/manifests/index"), get("/v2/a/manifests/index", "Accept", indexType), get("/v2/a/manifests/bareindex", "Accept", indexType),
	get("/v2/a/manifests/list", "Accept", listType), get("/v2/a/manifests/list", "Accept", schema2Type), get("/v2/a/manifests/list"), get("/v2/a/manifests/"+sum(list)),
	get("/v2/a/manifests/1.0", "If-None-Match", `"`+sum(manifest)+`"`), get("/v2/a/manifests/1.0", "If-None-Match", sum(manifest)), get("/v2/a/manifests/1.0", "If-None-Match", `"x"`, "Accept", schema2Type),
	get("/v2/a/manifests/"+sum(config)), get("/v2/a/manifests/"+sum(layer1)), get("/v2/a/blobs/"+sum(manifest)),
	// The catalog, with names one below the other.
	push("a/0", layer1), push("a/b", layer1), push("a-b", layer1), push("c/d/e", layer1), push("z", layer1),
	get("/v2/_catalog"), get("/v2/_catalog?n=1"), get("/v2/_catalog?n=2"), get("/v2/_catalog?n=2&last=a"), get("/v2/_catalog?n=3&last=a%2Fb"), get("/v2/_catalog?n=7"), get("/v2/_catalog?n=8"), get("/v2/_catalog?n=0"), get("/v2/_catalog?n=-1"), get("/v2/_catalog?n=x"), get("/v2/_catalog?n=1001"), get("/v2/_catalog?n=1000"), get("/v2/_catalog?last=zz"), get("/v2/_catalog?n=1&last=c%2Fd%2Fe&x=y"),
	// Deletions.
	del("/v2/a/manifests/1.0"), del("/v2/a/manifests/"+sum(bare)), get("/v2/a/tags/list"), get("/v2/a/manifests/bare"), del("/v2/a/manifests/"+sum(manifest)), get("/v2/a/manifests/latest"), get("/v2/a/tags/list"), get("/v2/a/manifests/list", "Accept", schema2Type),
	del("/v2/a/blobs/"+sum(layer1)), get("/v2/a/blobs/"+sum(layer1)), del("/v2/a/blobs/"+sum(layer1)), get("/v2/b/blobs/"+sum(layer1)), store("a", "again", schema2Type, manifest),
	ask("POST", "/v2/a/blobs/uploads/?mount="+sum(layer1)+"&from=b", ""), store("a", "again", schema2Type, manifest), store("b", "only", listType, `{"schemaVersion": 2, "mediaType": "`+listType+`", "manifests": []}`), get("/v2/b/tags/list"), del("/v2/b/manifests/"+sum(`{"schemaVersion": 2, "mediaType": "`+listType+`", "manifests": []}`)), get("/v2/b/tags/list"), get("/v2/_catalog"),
)

// numbered gives every step a name by its place.
func numbered(all ...any) []step {
	var out []step
	add := func(s step) {
		s.name = fmt.Sprintf("%03d %s %.90s", len(out)+1, s.method, s.target)
		out = append(out, s)
	}
	for _, one := range all {
		switch s := one.(type) {
		case step:
			add(s)
		case []step:
			for _, s := range s {
				add(s)
			}
		}
	}
	return out
}
