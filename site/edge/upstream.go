package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// mostHops is how many redirects a pull may follow.
const mostHops = 3

// failure is an answer that is not the one asked for.
type failure struct {
	status  int
	code    string // of the OCI distribution specification
	message string
	wait    string // Retry-After
	cause   error  // for the log, not for the client
}

func (f *failure) Error() string {
	if f.cause != nil {
		return f.message + ": " + f.cause.Error()
	}
	return f.message
}

func badGateway(message string, cause error) *failure {
	return &failure{status: http.StatusBadGateway, code: "UNKNOWN", message: message, cause: cause}
}

// ask sends a request for t upstream, with a token where the registry wants
// one, and follows redirects within the registry's hosts. The answer's status
// is 200 or 206; its body is to be closed. ctx bounds the whole answer, the
// limit Answer its beginning.
func (h *Handler) ask(ctx context.Context, reg Registry, method string, t target, header http.Header) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(h.Limits.Answer, func() { cancel(errSlow) })
	res, err := h.authorized(ctx, reg, method, t, header)
	late := !timer.Stop()
	if err == nil && late {
		res.Body.Close()
		err = errSlow
	}
	if err != nil {
		cause := context.Cause(ctx)
		cancel(nil)
		var f *failure
		switch {
		case errors.Is(cause, errSlow):
			return nil, &failure{status: http.StatusGatewayTimeout, code: "UNKNOWN", message: "the registry does not answer", cause: err}
		case errors.As(err, &f):
			return nil, f
		}
		return nil, badGateway("the registry cannot be reached", err)
	}
	// The context ends with the request's own; cancelling it here would cut the
	// body off.
	return res, nil
}

var errSlow = errors.New("too slow")

func (h *Handler) authorized(ctx context.Context, reg Registry, method string, t target, header http.Header) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		token, err := h.token(ctx, reg, t.repository)
		if err != nil {
			return nil, err
		}
		res, err := h.follow(ctx, reg, method, reg.Endpoint+"/v2/"+t.repository+"/"+t.kind+"/"+t.reference, token, header)
		if err != nil {
			return nil, err
		}
		switch res.StatusCode {
		case http.StatusOK, http.StatusPartialContent:
			return res, nil
		}
		res.Body.Close()
		if res.StatusCode == http.StatusUnauthorized && token != "" && attempt == 0 {
			// The token may have run out early.
			h.Cache.Drop(ctx, tokenKey(reg, t.repository))
			continue
		}
		return nil, refusal(res, t)
	}
}

// refusal is what the client is told where the registry did not give what was
// asked for. Nothing of the registry's text is passed on.
func refusal(res *http.Response, t target) *failure {
	switch res.StatusCode {
	case http.StatusNotFound:
		if t.kind == "blobs" {
			return &failure{status: http.StatusNotFound, code: "BLOB_UNKNOWN", message: "the registry has no such blob"}
		}
		return &failure{status: http.StatusNotFound, code: "MANIFEST_UNKNOWN", message: "the registry has no such image"}
	case http.StatusUnauthorized, http.StatusForbidden:
		return &failure{status: http.StatusForbidden, code: "DENIED", message: "the registry does not give this to anonymous clients, or has no such image"}
	case http.StatusRequestedRangeNotSatisfiable:
		return &failure{status: http.StatusRequestedRangeNotSatisfiable, code: "SIZE_INVALID", message: "the blob has no such part"}
	case http.StatusTooManyRequests:
		wait := res.Header.Get("Retry-After")
		if n, err := strconv.Atoi(wait); err != nil || n < 0 || n > 86400 {
			wait = "60"
		}
		return &failure{status: http.StatusTooManyRequests, code: "TOOMANYREQUESTS", message: "the registry counts too many requests", wait: wait}
	}
	return badGateway(fmt.Sprintf("the registry answers with status %d", res.StatusCode), nil)
}

// follow makes a request and follows at most mostHops redirects, each to a host
// that the registry may send to. The token goes to the registry's own host
// only.
func (h *Handler) follow(ctx context.Context, reg Registry, method, address, token string, header http.Header) (*http.Response, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, badGateway("the address cannot be made", err)
	}
	for hop := 0; ; hop++ {
		if err := reg.permits(u); err != nil {
			return nil, badGateway("the registry redirects to where nothing is pulled from", err)
		}
		req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
		if err != nil {
			return nil, badGateway("the request cannot be made", err)
		}
		for key, values := range header {
			req.Header[key] = values
		}
		req.Header.Set("User-Agent", "layerlab")
		req.Header.Set("Accept-Encoding", "identity")
		if token != "" && u.Scheme+"://"+u.Host == reg.Endpoint {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := h.Upstream.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		switch res.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return res, nil
		}
		res.Body.Close()
		if hop == mostHops {
			return nil, badGateway("the registry redirects too often", nil)
		}
		next, err := url.Parse(field(res.Header, "Location"))
		if err != nil || next.String() == "" {
			return nil, badGateway("the registry redirects to no address", err)
		}
		u = u.ResolveReference(next)
		u.Fragment = ""
	}
}

// field gives a header's value whole: a host may have split it at commas.
func field(header http.Header, key string) string {
	return strings.Join(header.Values(key), ",")
}

func tokenKey(reg Registry, repository string) string {
	return "token/" + reg.Name + "/" + repository
}

var tokenText = regexp.MustCompile(`^[A-Za-z0-9._~+/=-]+$`)

// token gives the anonymous token for pulling from a repository, "" where the
// registry wants none. Realm, service and scope are those of the table and of
// the request; what a registry says about them is not read.
func (h *Handler) token(ctx context.Context, reg Registry, repository string) (string, error) {
	if reg.Realm == "" {
		return "", nil
	}
	key := tokenKey(reg, repository)
	if kept, ok := h.Cache.Get(ctx, key); ok {
		return string(kept), nil
	}
	query := url.Values{"service": {reg.Service}, "scope": {"repository:" + repository + ":pull"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, reg.Realm+"?"+query.Encode(), nil)
	if err != nil {
		return "", badGateway("the request for a token cannot be made", err)
	}
	req.Header.Set("User-Agent", "layerlab")
	req.Header.Set("Accept-Encoding", "identity")
	res, err := h.Upstream.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		switch res.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
			return "", refusal(res, target{kind: "manifests"})
		}
		return "", badGateway(fmt.Sprintf("the registry's token service answers with status %d", res.StatusCode), nil)
	}
	body, err := readUpTo(res.Body, 64<<10)
	if err != nil {
		return "", badGateway("the registry's token cannot be read", err)
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", badGateway("the registry's token cannot be read", err)
	}
	token := answer.Token
	if token == "" {
		token = answer.AccessToken
	}
	if len(token) > 8<<10 || !tokenText.MatchString(token) {
		return "", badGateway("the registry's token is not one", nil)
	}
	// By the specification a token lives 60 seconds unless it says otherwise.
	seconds := answer.ExpiresIn
	if seconds <= 0 {
		seconds = 60
	}
	h.Cache.Put(ctx, key, []byte(token), time.Duration(min(seconds, 3600))*time.Second*9/10)
	return token, nil
}
