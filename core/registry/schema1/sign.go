package schema1

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Key signs manifests. The real registry makes a new one at each start.
type Key struct{ private *ecdsa.PrivateKey }

// NewKey returns the key that belongs to a seed, on the curve P-256.
func NewKey(seed uint64) Key {
	for n := uint64(0); ; n++ {
		var in [16]byte
		binary.BigEndian.PutUint64(in[:8], seed)
		binary.BigEndian.PutUint64(in[8:], n)
		d := sha256.Sum256(append([]byte("schema 1 "), in[:]...))
		// Only what is no number below the order of the curve is refused, which
		// happens to one in 2^32.
		if k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d[:]); err == nil {
			return Key{k}
		}
	}
}

// jwk is the public key as the signature names it.
type jwk struct {
	Curve string `json:"crv"`
	ID    string `json:"kid"`
	Type  string `json:"kty"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

// spki is all that comes before the point in the DER of a public key on P-256.
var spki = []byte{
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
}

func (k Key) public() (jwk, error) {
	point, err := k.private.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return jwk{}, err
	}
	sum := sha256.Sum256(append(bytes.Clone(spki), point...))
	text := base32.StdEncoding.EncodeToString(sum[:30])
	var groups []string
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:i+4])
	}
	return jwk{"P-256", strings.Join(groups, ":"), "EC", encode(point[1:33]), encode(point[33:])}, nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Sign puts a signature into a manifest, the way libtrust does: within the
// object, at its end, saying where it was put in. now is in nanoseconds since
// the Unix epoch.
func (k Key) Sign(manifest []byte, now int64) ([]byte, error) {
	public, err := k.public()
	if err != nil {
		return nil, fmt.Errorf("signing the manifest: %w", err)
	}
	head, err := open(manifest)
	if err != nil {
		return nil, fmt.Errorf("signing the manifest: %w", err)
	}
	protected, err := json.Marshal(struct {
		Length int    `json:"formatLength"`
		Tail   string `json:"formatTail"`
		Time   string `json:"time"`
	}{len(head), encode(manifest[len(head):]), time.Unix(0, now).UTC().Format(time.RFC3339)})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(encode(protected) + "." + encode(manifest)))
	// Without a source of random numbers the signature follows RFC 6979.
	der, err := k.private.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing the manifest: %w", err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		return nil, fmt.Errorf("signing the manifest: %w", err)
	}
	var raw [64]byte
	rs.R.FillBytes(raw[:32])
	rs.S.FillBytes(raw[32:])
	type header struct {
		JWK       jwk    `json:"jwk"`
		Algorithm string `json:"alg"`
	}
	type signature struct {
		Header    header `json:"header"`
		Signature string `json:"signature"`
		Protected string `json:"protected"`
	}
	block, err := json.MarshalIndent([]signature{{header{public, "ES256"}, encode(raw[:]), encode(protected)}}, "   ", "   ")
	if err != nil {
		return nil, err
	}
	out := append(bytes.Clone(head), ",\n   \"signatures\": "...)
	out = append(out, block...)
	return append(out, "\n}"...), nil
}
