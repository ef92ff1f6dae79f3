package schema1_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"layerlab.dev/core/registry/schema1"
	"layerlab.dev/core/registry/schema2"
)

const config = `{"architecture":"amd64","history":[{"created":"2021-11-24T20:19:40.1Z","created_by":"/bin/sh"},{"created":"2021-11-24T20:19:40.2Z","created_by":"true","empty_layer":true}],"rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000000"]}}`

func layers(n int) []schema2.Descriptor {
	return []schema2.Descriptor{{Digest: digest.FromString("one")}, {Digest: digest.FromString("two")}}[:n]
}

func decode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSign takes a signed manifest apart the way who checks it does: what it
// says was cut off gives the document back, and the signature is of that.
func TestSign(t *testing.T) {
	m, err := schema1.Convert("team/app", "1.0", []byte(config), layers(1))
	if err != nil {
		t.Fatal(err)
	}
	if !m.NeedsEmpty {
		t.Error("the empty layer is not asked for")
	}
	signed, err := schema1.NewKey(7).Sign(m.JSON, 1_600_000_000e9)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Signatures []struct {
			Header struct {
				JWK struct{ X, Y string }
				Alg string
			}
			Signature, Protected string
		}
	}
	if err := json.Unmarshal(signed, &doc); err != nil {
		t.Fatal(err)
	}
	s := doc.Signatures[0]
	var protected struct {
		FormatLength     int
		FormatTail, Time string
	}
	if err := json.Unmarshal(decode(t, s.Protected), &protected); err != nil {
		t.Fatal(err)
	}
	if back := string(signed[:protected.FormatLength]) + string(decode(t, protected.FormatTail)); back != string(m.JSON) {
		t.Errorf("without the signature it is %s", back)
	}
	if protected.Time != "2020-09-13T12:26:40Z" {
		t.Errorf("signed at %s", protected.Time)
	}
	point := append([]byte{4}, append(decode(t, s.Header.JWK.X), decode(t, s.Header.JWK.Y)...)...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(s.Protected + "." + base64.RawURLEncoding.EncodeToString(m.JSON)))
	raw := decode(t, s.Signature)
	if !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
		t.Error("the signature does not hold")
	}
	again, err := schema1.NewKey(7).Sign(m.JSON, 1_600_000_000e9)
	if err != nil || string(again) != string(signed) {
		t.Errorf("signing again gives other bytes, %v", err)
	}
}

func TestConvertRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, config string
		layers       []schema2.Descriptor
	}{
		{"no JSON", "x", layers(1)},
		{"no history", `{"rootfs":{"diff_ids":[]}}`, nil},
		{"layers that the config has not", config, layers(2)},
		{"a history with more layers", strings.ReplaceAll(config, `,"empty_layer":true`, ""), layers(1)},
		{"a layer without a digest", config, []schema2.Descriptor{{}}},
	} {
		if m, err := schema1.Convert("a", "b", []byte(tt.config), tt.layers); err == nil {
			t.Errorf("%s: converted to %s", tt.name, m.JSON)
		}
	}
	if _, err := schema1.NewKey(0).Sign([]byte("no object"), 0); err == nil {
		t.Error("signed what is no object")
	}
}

func TestEmpty(t *testing.T) {
	if got := digest.FromBytes(schema1.Empty.Data); got != schema1.Empty.Digest {
		t.Errorf("the empty layer is %s", got)
	}
}
