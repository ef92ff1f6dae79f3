package curl

import (
	"fmt"
	"strings"
)

// writeOut prints what --write-out asks for.
func (c *command) writeOut(r *outcome) {
	f := c.o.format
	if name, ok := strings.CutPrefix(f, "@"); ok {
		b, err := c.p.ReadFile(inputName(name))
		if err != nil {
			c.err("curl: option -w: error encountered when reading a file\n")
			return
		}
		f = string(b)
	}
	toErr := false
	put := func(s string) {
		if toErr {
			c.err(s)
		} else {
			c.p.Puts(s)
		}
	}
	for i := 0; i < len(f); i++ {
		switch {
		case f[i] == '%' && i+1 < len(f) && f[i+1] == '%':
			put("%")
			i++
		case f[i] == '%' && i+1 < len(f) && f[i+1] == '{':
			end := strings.IndexByte(f[i:], '}')
			if end < 0 {
				put("%{")
				i++
				continue
			}
			name := f[i+2 : i+end]
			i += end
			switch name {
			case "stderr":
				toErr = true
			case "stdout":
				toErr = false
			case "onerror":
				if r.exit == exitOK {
					return
				}
			default:
				if v, ok := r.variable(name); ok {
					put(v)
				} else {
					c.err("curl: unknown --write-out variable: '" + name + "'\n")
				}
			}
		case f[i] == '\\' && i+1 < len(f):
			i++
			switch f[i] {
			case 'n':
				put("\n")
			case 'r':
				put("\r")
			case 't':
				put("\t")
			default:
				put(f[i-1 : i+1])
			}
		default:
			put(f[i : i+1])
		}
	}
}

// variable gives the value of a name in --write-out.
func (r *outcome) variable(name string) (string, bool) {
	seconds := fmt.Sprintf("%d.%06d", r.nanos/1e9, r.nanos%1e9/1e3)
	speed := int64(0)
	if r.nanos > 0 {
		speed = int64(float64(r.body) / (float64(r.nanos) / 1e9))
	}
	answered := r.code > 0
	switch name {
	case "http_code", "response_code":
		return fmt.Sprintf("%03d", r.code), true
	case "http_connect":
		return "000", true
	case "http_version":
		if !answered {
			return "0", true
		}
		return "1.1", true
	case "content_type":
		return r.contentType, true
	case "errormsg":
		return r.message, true
	case "exitcode":
		return fmt.Sprint(r.exit), true
	case "filename_effective":
		if r.file == "-" {
			return "", true
		}
		return r.file, true
	case "method":
		return r.method, true
	case "num_connects":
		if answered {
			return "1", true
		}
		return "0", true
	case "num_headers":
		return fmt.Sprint(r.headers), true
	case "num_redirects":
		return fmt.Sprint(r.redirects), true
	case "redirect_url":
		return r.location, true
	case "remote_ip":
		if answered {
			return ip(r.url.host), true
		}
		return "", true
	case "remote_port":
		if answered {
			return r.url.number(), true
		}
		return "0", true
	case "scheme":
		return strings.ToUpper(r.url.scheme), true
	case "size_download":
		return fmt.Sprint(r.body), true
	case "size_header":
		return fmt.Sprint(r.headerBytes), true
	case "size_upload":
		return fmt.Sprint(r.sent), true
	case "speed_download":
		return fmt.Sprint(speed), true
	case "speed_upload":
		return "0", true
	case "time_appconnect", "time_connect", "time_namelookup", "time_pretransfer", "time_redirect", "time_starttransfer":
		return "0.000000", true
	case "time_total":
		return seconds, true
	case "url", "url_effective":
		return r.url.String(), true
	case "urlnum":
		return "0", true
	}
	return "", false
}
