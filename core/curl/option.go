package curl

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// options is a command line taken apart.
type options struct {
	urls      []string
	outputs   []string // one a URL; "" for -O, "-" for none given
	method    string
	headers   []string
	data      []datum
	upload    *string
	agent     string
	referer   string
	cookies   []string
	user      string
	bearer    string
	span      string
	dump      string
	dir       string
	format    string
	jsonBody  bool
	maxRedirs int

	silent, showError, include, head, location, fail, failBody bool
	verbose, get, globoff, bar, noMeter, createDirs, compress  bool
	pathAsIs, remoteAll                                        bool

	version, help bool
}

// datum is one piece of a body, with how it was given.
type datum struct {
	kind  string // "data", "data-binary", "data-raw", "data-urlencode"
	value string
}

// option is one that is understood.
type option struct {
	short byte
	long  string
	arg   string // the name of its argument; "" where it takes none
	help  string
	set   func(o *options, value string)
}

func flag(to func(*options) *bool) func(*options, string) {
	return func(o *options, _ string) { *to(o) = true }
}

func text(to func(*options) *string) func(*options, string) {
	return func(o *options, v string) { *to(o) = v }
}

func body(kind string) func(*options, string) {
	return func(o *options, v string) { o.data = append(o.data, datum{kind, v}) }
}

func ignore(*options, string) {}

// table holds the options in the order in which help shows them.
var table = []option{
	{0, "compressed", "", "Request compressed response", flag(func(o *options) *bool { return &o.compress })},
	{0, "connect-timeout", "fractional seconds", "Maximum time allowed for connection", ignore},
	{'b', "cookie", "data|filename", "Send cookies from string", func(o *options, v string) { o.cookies = append(o.cookies, v) }},
	{0, "create-dirs", "", "Create necessary local directory hierarchy", flag(func(o *options) *bool { return &o.createDirs })},
	{'d', "data", "data", "HTTP POST data", body("data")},
	{0, "data-ascii", "data", "HTTP POST ASCII data", body("data")},
	{0, "data-binary", "data", "HTTP POST binary data", body("data-binary")},
	{0, "data-raw", "data", "HTTP POST data, '@' allowed", body("data-raw")},
	{0, "data-urlencode", "data", "HTTP POST data URL encoded", body("data-urlencode")},
	{'q', "disable", "", "Disable .curlrc", ignore},
	{'D', "dump-header", "filename", "Write the received headers to <filename>", text(func(o *options) *string { return &o.dump })},
	{'f', "fail", "", "Fail fast with no output on HTTP errors", flag(func(o *options) *bool { return &o.fail })},
	{0, "fail-with-body", "", "Fail on HTTP errors but save the body", flag(func(o *options) *bool { return &o.failBody })},
	{'G', "get", "", "Put the post data in the URL and use GET", flag(func(o *options) *bool { return &o.get })},
	{'g', "globoff", "", "Disable URL sequences and ranges using {} and []", flag(func(o *options) *bool { return &o.globoff })},
	{'I', "head", "", "Show document info only", flag(func(o *options) *bool { return &o.head })},
	{'H', "header", "header/@file", "Pass custom header(s) to server", func(o *options, v string) { o.headers = append(o.headers, v) }},
	{'h', "help", "category", "Get help for commands", flag(func(o *options) *bool { return &o.help })},
	{'0', "http1.0", "", "Use HTTP 1.0", ignore},
	{0, "http1.1", "", "Use HTTP 1.1", ignore},
	{'i', "include", "", "Include protocol response headers in the output", flag(func(o *options) *bool { return &o.include })},
	{'k', "insecure", "", "Allow insecure server connections", ignore},
	{'4', "ipv4", "", "Resolve names to IPv4 addresses", ignore},
	{0, "json", "data", "HTTP POST JSON", func(o *options, v string) { o.jsonBody = true; o.data = append(o.data, datum{"json", v}) }},
	{'L', "location", "", "Follow redirects", flag(func(o *options) *bool { return &o.location })},
	{0, "location-trusted", "", "Like --location, and send auth to other hosts", flag(func(o *options) *bool { return &o.location })},
	{0, "max-redirs", "num", "Maximum number of redirects allowed", func(o *options, v string) { _, _ = fmt.Sscan(v, &o.maxRedirs) }},
	{'m', "max-time", "fractional seconds", "Maximum time allowed for transfer", ignore},
	{'N', "no-buffer", "", "Disable buffering of the output stream", ignore},
	{0, "no-progress-meter", "", "Do not show the progress meter", flag(func(o *options) *bool { return &o.noMeter })},
	{0, "oauth2-bearer", "token", "OAuth 2 Bearer Token", text(func(o *options) *string { return &o.bearer })},
	{'o', "output", "file", "Write to file instead of stdout", func(o *options, v string) { o.outputs = append(o.outputs, v) }},
	{0, "output-dir", "dir", "Directory to save files in", text(func(o *options) *string { return &o.dir })},
	{0, "path-as-is", "", "Do not squash .. sequences in URL path", flag(func(o *options) *bool { return &o.pathAsIs })},
	{'#', "progress-bar", "", "Display transfer progress as a bar", flag(func(o *options) *bool { return &o.bar })},
	{'r', "range", "range", "Retrieve only the bytes within RANGE", text(func(o *options) *string { return &o.span })},
	{'e', "referer", "URL", "Referrer URL", text(func(o *options) *string { return &o.referer })},
	{'O', "remote-name", "", "Write output to a file named as the remote file", func(o *options, _ string) { o.outputs = append(o.outputs, "") }},
	{0, "remote-name-all", "", "Use the remote file name for all URLs", flag(func(o *options) *bool { return &o.remoteAll })},
	{'X', "request", "method", "Specify request method to use", text(func(o *options) *string { return &o.method })},
	{0, "retry", "num", "Retry request if transient problems occur", ignore},
	{'S', "show-error", "", "Show error even when -s is used", flag(func(o *options) *bool { return &o.showError })},
	{'s', "silent", "", "Silent mode", flag(func(o *options) *bool { return &o.silent })},
	{'T', "upload-file", "file", "Transfer local FILE to destination", func(o *options, v string) { o.upload = &v }},
	{0, "url", "url", "URL to work with", func(o *options, v string) { o.urls = append(o.urls, v) }},
	{'u', "user", "user:password", "Server user and password", text(func(o *options) *string { return &o.user })},
	{'A', "user-agent", "name", "Send User-Agent <name> to server", text(func(o *options) *string { return &o.agent })},
	{'v', "verbose", "", "Make the operation more talkative", flag(func(o *options) *bool { return &o.verbose })},
	{'V', "version", "", "Show version number and quit", flag(func(o *options) *bool { return &o.version })},
	{'w', "write-out", "format", "Use output FORMAT after completion", text(func(o *options) *string { return &o.format })},
}

// known are the names of all long options of curl 7.88.1, and its short ones.
//
//go:embed data/options.txt
var known string

const shorts = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVXYZ0123460#:"

// usage is an error in the command line, without the program's name.
type usage struct{ message string }

func (u *usage) Error() string { return u.message }

func notHere(name string) error {
	return &usage{fmt.Sprintf("option %s: the installed libcurl version doesn't support this", name)}
}

// parse takes a command line apart.
func parse(args []string) (*options, error) {
	o := &options{agent: "curl/" + version, maxRedirs: 50}
	plain := false
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case plain || a == "-" || !strings.HasPrefix(a, "-"):
			o.urls = append(o.urls, a)
		case a == "--":
			plain = true
		case strings.HasPrefix(a, "--"):
			opt, off, err := long(a)
			if err != nil {
				return o, err
			}
			value := ""
			if opt.arg != "" && opt.long != "help" {
				if i++; i == len(args) {
					return o, &usage{fmt.Sprintf("option %s: requires parameter", a)}
				}
				value = args[i]
			}
			if !off {
				opt.set(o, value)
			}
		default:
			for k := 1; k < len(a); k++ {
				n := slices.IndexFunc(table, func(t option) bool { return t.short == a[k] })
				if n < 0 {
					if strings.IndexByte(shorts, a[k]) >= 0 {
						return o, notHere("-" + a[k:k+1])
					}
					return o, &usage{fmt.Sprintf("option %s: is unknown", a)}
				}
				opt := table[n]
				if opt.arg == "" || opt.long == "help" {
					opt.set(o, "")
					continue
				}
				value := a[k+1:]
				if value == "" {
					if i++; i == len(args) {
						return o, &usage{fmt.Sprintf("option %s: requires parameter", a)}
					}
					value = args[i]
				}
				opt.set(o, value)
				break
			}
		}
	}
	return o, nil
}

// long finds a long option by its name or a beginning of it that no other
// shares. off says that it was turned off, as --no-NAME.
func long(a string) (opt option, off bool, err error) {
	name := a[2:]
	all := strings.Fields(known)
	if !slices.Contains(all, name) {
		if rest, ok := strings.CutPrefix(name, "no-"); ok && slices.Contains(all, rest) {
			name, off = rest, true
		}
	}
	if !slices.Contains(all, name) {
		var found []string
		for _, n := range all {
			if strings.HasPrefix(n, name) {
				found = append(found, n)
			}
		}
		switch len(found) {
		case 0:
			return opt, false, &usage{fmt.Sprintf("option %s: is unknown", a)}
		case 1:
			name = found[0]
		default:
			return opt, false, &usage{fmt.Sprintf("option %s: is ambiguous", a)}
		}
	}
	n := slices.IndexFunc(table, func(t option) bool { return t.long == name })
	if n < 0 {
		return opt, false, notHere(a)
	}
	opt = table[n]
	if off && opt.arg != "" {
		return opt, false, &usage{fmt.Sprintf("option %s: used '--no-' for option that isn't a boolean", a)}
	}
	return opt, off, nil
}
