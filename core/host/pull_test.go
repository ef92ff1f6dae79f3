package host_test

import (
	"strings"
	"testing"

	"github.com/docker/docker/api/types"

	"layerlab.dev/core/host"
)

// What is pulled here, and what dockerd 20.10.24 said of it.
const (
	alpine       = "aa90b2a79d14"
	alpineID     = "sha256:aa90b2a79d1450a93b1d4f0e7d641b95b697b5fccddb4da80c2a198edcea648b"
	alpineDigest = "sha256:156256465406f6ed6c2dfe92f38c94fc6a71fb6e15dd12d3ee47eb52193cf4bb"
	alpineChain  = "sha256:b067f83d867ba7457b6947a91984324c7e05034e3868d71cc05d3d72c71e06c9"
)

func TestPull(t *testing.T) {
	h, _ := newHost(t)
	same(t, "the first pull", pull(t, h, "alpine"), `
latest: Pulling from library/alpine
bd41c909d4f1: Pulling fs layer
bd41c909d4f1: Verifying Checksum
bd41c909d4f1: Download complete
bd41c909d4f1: Pull complete
Digest: `+alpineDigest+`
Status: Downloaded newer image for alpine:latest`)
	same(t, "the same again", pull(t, h, "alpine:latest"), `
latest: Pulling from library/alpine
Digest: `+alpineDigest+`
Status: Image is up to date for alpine:latest`)
	same(t, "small layers are there first", pull(t, h, "nginx"), `
latest: Pulling from library/nginx
3e75576745a5: Pulling fs layer
c5cf718ddb34: Pulling fs layer
8ba3e78fdac5: Pulling fs layer
8ba3e78fdac5: Verifying Checksum
8ba3e78fdac5: Download complete
c5cf718ddb34: Verifying Checksum
c5cf718ddb34: Download complete
3e75576745a5: Verifying Checksum
3e75576745a5: Download complete
3e75576745a5: Pull complete
c5cf718ddb34: Pull complete
8ba3e78fdac5: Pull complete
Digest: sha256:55a54aea59c66af030fb63d063c9e57d72a6b6d56fe4c27dd5ad04dea4045c1e
Status: Downloaded newer image for nginx:latest`)
	same(t, "a tag that was removed", rmi(h, "alpine", false)+pull(t, h, "alpine@"+alpineDigest), `
Untagged: alpine:latest
Untagged: alpine@`+alpineDigest+`
Deleted: `+alpineID+`
Deleted: `+alpineChain+`
docker.io/library/alpine@`+alpineDigest+`: Pulling from library/alpine
bd41c909d4f1: Pulling fs layer
bd41c909d4f1: Verifying Checksum
bd41c909d4f1: Download complete
bd41c909d4f1: Pull complete
Digest: `+alpineDigest+`
Status: Downloaded newer image for alpine@`+alpineDigest)
	out := pull(t, h, "httpd:2.4")
	if !strings.Contains(out, ": Waiting\n") {
		t.Errorf("a fourth layer waits:\n%s", out)
	}
	// The sizes are those of docker images: links count with what they name.
	same(t, "docker images", images(t, h, true), `
httpd:2.4 e9ac86bbdf6f 4382672
nginx:latest bfd797f8924d 3182605
 aa90b2a79d14 1982581`)
}

func TestPullErrors(t *testing.T) {
	for _, c := range []struct {
		ref, text string
		status    int
	}{
		{"localhost:5000/nosuch", "manifest for localhost:5000/nosuch:latest not found: manifest unknown: manifest unknown", 404},
		{"localhost:5000/library/alpine:nosuch", "manifest for localhost:5000/library/alpine:nosuch not found: manifest unknown: manifest unknown", 404},
		{"localhost:5003/nosuch", "pull access denied for localhost:5003/nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", 404},
		{"localhost:5009/x", `Get "http://localhost:5009/v2/": dial tcp 127.0.0.1:5009: connect: connection refused`, 500},
		{"UPPER", "invalid reference format: repository name must be lowercase", 400},
		{"a:b:c", "invalid reference format", 400},
		{"scratch", "'scratch' is a reserved name", 403},
	} {
		h, _ := newHost(t)
		before := h.State()
		err := h.ImagePull(ctx, c.ref, types.ImagePullOptions{}, func(m host.Message) { t.Errorf("%s: %+v came before the error", c.ref, m) })
		e, ok := err.(*host.Error)
		if !ok || e.Text != c.text || e.Status != c.status {
			t.Errorf("%s: %v, want %d %s", c.ref, err, c.status, c.text)
		}
		if !h.State().Same(before) {
			t.Errorf("%s: the State changed", c.ref)
		}
	}
}

func push(h *host.Host, ref string) string {
	var out lines
	if err := h.ImagePush(ctx, ref, types.ImagePushOptions{}, out.take); err != nil {
		return err.Error()
	}
	return out.String()
}

func TestPush(t *testing.T) {
	h, net := newHost(t)
	pull(t, h, "httpd:2.4")
	if err := h.ImageTag("httpd:2.4", "localhost:5000/team/httpd:prod"); err != nil {
		t.Fatal(err)
	}
	out := push(h, "localhost:5000/team/httpd:prod")
	same(t, "the head", out[:strings.Index(out, "5e9c97084358: Preparing")], `
The push refers to repository [localhost:5000/team/httpd]
63b6da662760: Preparing
d95b9cf6e028: Preparing
77fba96034d4: Preparing
33abec8a9d03: Preparing`)
	if strings.Count(out, ": Pushed\n") != 5 || !strings.HasSuffix(out, "\nprod: digest: sha256:792f7d648e6f393ecf4e46f4652cfbfe7dcfda40817ab9af7427de888415107d size: 1362\n") {
		t.Error(out)
	}
	s := h.State()
	// The marks of a login that nobody made, as dockerd wrote them.
	for diff, mac := range map[string]string{
		"sha256:33abec8a9d0308a7f9200e90ec855ce1d68b75c7add67fd8546d07a89f3ee6c2": "eed9bb198894688be3eb9e5f3e52832a8c91d479ebbe96b68cfe8c6998266e79",
		"sha256:d95b9cf6e0287858140492a3f506331d32883c0876ec0effe6031056c4bbf248": "eeea2aa8fc158406e99b58225bd280e8a078589b84733273507b439f3e15f259",
	} {
		known := s.Store.Sources(digestOf(diff))
		if len(known) != 2 || known[0].HMAC != "" || known[1].HMAC != mac || known[1].SourceRepository != "localhost:5000/team/httpd" {
			t.Errorf("%s: %+v", diff, known)
		}
	}
	again := push(h, "localhost:5000/team/httpd:prod")
	if strings.Count(again, ": Layer already exists\n") != 5 {
		t.Error(again)
	}
	if err := h.ImageTag("httpd:2.4", "localhost:5000/other:1"); err != nil {
		t.Fatal(err)
	}
	if out := push(h, "localhost:5000/other:1"); strings.Count(out, ": Mounted from team/httpd\n") != 5 {
		t.Error(out)
	}
	// Another host pulls what this one pushed.
	two := host.New(host.NewState(2, now), net)
	if out := pull(t, two, "localhost:5000/other:1"); !strings.HasSuffix(out, "Status: Downloaded newer image for localhost:5000/other:1\n") {
		t.Error(out)
	}
	if err := h.ImageTag("httpd:2.4", "localhost:5003/x"); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{
		"nosuch":                       "The push refers to repository [docker.io/library/nosuch]\nERROR An image does not exist locally with the tag: nosuch\n",
		"localhost:5000/nosuch":        "The push refers to repository [localhost:5000/nosuch]\nERROR An image does not exist locally with the tag: localhost:5000/nosuch\n",
		"localhost:5000/team/httpd:no": "The push refers to repository [localhost:5000/team/httpd]\nERROR tag does not exist: localhost:5000/team/httpd:no\n",
		"localhost:5003/x": "The push refers to repository [localhost:5003/x]\n63b6da662760: Preparing\nd95b9cf6e028: Preparing\n77fba96034d4: Preparing\n33abec8a9d03: Preparing\n5e9c97084358: Preparing\n" +
			"ERROR denied: requested access to the resource is denied\n",
	} {
		same(t, ref, push(h, ref), want)
	}
}
