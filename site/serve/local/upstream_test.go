package local

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"layerlab.dev/site/edge"
)

func TestPublicOnly(t *testing.T) {
	tests := []struct {
		network, address string
		public           bool
	}{
		{"tcp4", "93.184.216.34:443", true},
		{"tcp6", "[2606:4700::6810:84e5]:443", true},
		{"tcp4", "93.184.216.34:80", false},
		{"tcp4", "93.184.216.34:22", false},
		{"udp4", "93.184.216.34:443", false},
		{"tcp4", "127.0.0.1:443", false},
		{"tcp4", "127.9.9.9:443", false},
		{"tcp4", "0.0.0.0:443", false},
		{"tcp4", "10.0.0.1:443", false},
		{"tcp4", "172.16.0.1:443", false},
		{"tcp4", "192.168.1.1:443", false},
		{"tcp4", "100.64.0.1:443", false},
		{"tcp4", "169.254.169.254:443", false},
		{"tcp4", "198.18.0.1:443", false},
		{"tcp4", "224.0.0.1:443", false},
		{"tcp4", "255.255.255.255:443", false},
		{"tcp6", "[::1]:443", false},
		{"tcp6", "[::]:443", false},
		{"tcp6", "[::ffff:127.0.0.1]:443", false},
		{"tcp6", "[::ffff:10.0.0.1]:443", false},
		{"tcp6", "[::127.0.0.1]:443", false},
		{"tcp6", "[64:ff9b::7f00:1]:443", false},
		{"tcp6", "[2002:7f00:1::]:443", false},
		{"tcp6", "[fe80::1%eth0]:443", false},
		{"tcp6", "[fd00::1]:443", false},
		{"tcp6", "[fec0::1]:443", false},
		{"tcp6", "[ff02::1]:443", false},
		{"tcp6", "[2001:db8::1]:443", false},
		{"tcp4", "registry.example:443", false},
	}
	for _, test := range tests {
		err := publicOnly(test.network, test.address, nil)
		if (err == nil) != test.public {
			t.Errorf("%s %s: %v", test.network, test.address, err)
		}
		if err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("%s %s: error %v is not ErrAddress", test.network, test.address, err)
		}
	}
}

// Only what the keeper named is reached at a private address, by its exact
// scheme, host and port.
func TestUpstreamReachesOwnRegistriesOnly(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	own, err := edge.Own("lab.example=" + server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for address, reached := range map[string]bool{server.URL: true, other.URL: false, "https" + server.URL[4:]: false} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/v2/", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := Upstream([]edge.Registry{own}).RoundTrip(r)
		if err == nil {
			res.Body.Close()
		}
		if (err == nil) != reached || err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
