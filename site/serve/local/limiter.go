package local

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"layerlab.dev/site/edge"
)

// Rates are requests a minute, of one client.
type Rates map[edge.Kind]int

// Usual is enough for a class behind one address, and too little for a crawler.
var Usual = Rates{edge.Pull: 600, edge.Share: 30, edge.Read: 300}

// Limiter counts the requests of each client in buckets that fill evenly.
type Limiter struct {
	rates Rates
	// Behind is set where a proxy of the keeper's own stands before this host:
	// the client is then the last address in X-Forwarded-For.
	behind  bool
	now     func() time.Time
	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	places  map[string]*places // of those who have answers under way, or wait
}

type bucketKey struct {
	client string
	kind   edge.Kind
}

type bucket struct {
	left float64
	at   time.Time
}

var (
	_ edge.Limiter = (*Limiter)(nil)
	_ edge.Places  = (*Limiter)(nil)
)

// mostBuckets bounds the memory that strangers can take.
const mostBuckets = 1 << 16

// NewLimiter counts by these rates. behind says that a proxy of the keeper's
// own tells the client's address in X-Forwarded-For.
func NewLimiter(rates Rates, behind bool) *Limiter {
	return &Limiter{rates: rates, behind: behind, now: time.Now,
		buckets: map[bucketKey]*bucket{}, places: map[string]*places{}}
}

// Allow takes one request out of the client's bucket.
func (l *Limiter) Allow(r *http.Request, kind edge.Kind) bool {
	rate := float64(l.rates[kind])
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	key := bucketKey{l.client(r), kind}
	b := l.buckets[key]
	if b == nil {
		l.sweep(now)
		if len(l.buckets) >= mostBuckets {
			return false
		}
		b = &bucket{left: rate}
		l.buckets[key] = b
	} else {
		b.left = min(rate, b.left+now.Sub(b.at).Minutes()*rate)
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// sweep forgets, when there are many, those that would be full again.
func (l *Limiter) sweep(now time.Time) {
	if len(l.buckets) < mostBuckets {
		return
	}
	for key, b := range l.buckets {
		if now.Sub(b.at) >= time.Minute {
			delete(l.buckets, key)
		}
	}
}

// client is an address, or the network of 64 bits that an IPv6 client has to
// itself.
func (l *Limiter) client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if l.behind {
		fields := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last := strings.TrimSpace(fields[len(fields)-1]); last != "" {
			host = last
		}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr().String()
		}
	}
	return a.String()
}
