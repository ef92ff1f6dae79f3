package applet

import (
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/shell/strtod"
)

// duration reads sleep's argument in nanoseconds.
func duration(s string) (int64, bool) {
	unit := 1.0
	if s != "" {
		if u, ok := map[byte]float64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[s[len(s)-1]]; ok {
			unit = u
			s = s[:len(s)-1]
		}
	}
	if s == "infinity" || s == "inf" {
		return 1 << 60, true
	}
	v, rest := strtod.Read(s)
	if rest != "" || s == "" || v < 0 {
		return 0, false
	}
	return int64(v * unit * 1e9), true
}

func sleep(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	args := p.Args[1:]
	if len(args) == 0 {
		if p.GNU {
			p.Warn("missing operand")
		}
		return usage(p)
	}
	total := int64(0)
	for _, a := range args {
		n, ok := duration(a)
		if !ok {
			if p.GNU {
				p.Warn("invalid time interval ‘%s’", a)
				return usage(p)
			}
			p.Die("invalid number '%s'", a)
		}
		total += n
	}
	p.Sleep(total)
	return 0
}

func usleep(p *proc.Proc) int {
	if len(p.Args) < 2 {
		return usage(p)
	}
	p.Sleep(int64(mustInt(p, p.Args[1])) * 1000)
	return 0
}

func timeout(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "+s:k:p:fv", "signal=s", "kill-after=k", "foreground=f", "preserve-status=\x81", "verbose=v")
	if len(o.Rest) < 2 {
		return usage(p)
	}
	sig := proc.SIGTERM
	if o.Has('s') {
		if sig = proc.Signal(o.Arg('s')); sig < 0 {
			p.Die("unknown signal '%s'", o.Arg('s'))
		}
	}
	limit, ok := duration(o.Rest[0])
	if !ok {
		if p.GNU {
			return wrong(p, "invalid time interval ‘%s’", o.Rest[0])
		}
		p.Die("invalid number '%s'", o.Rest[0])
	}
	child := p.Child(append([]string{p.Args[0]}, o.Rest[1:]...))
	expired := false
	if limit > 0 {
		pid := child.PID
		p.Alarm(limit, func() {
			expired = true
			p.Kill(pid, sig)
		})
	}
	child.Go(func(c *proc.Proc) int { return c.Execvp(o.Rest[1:]) })
	p.Wait(func() bool { _, done := child.Ended(); return done })
	status, _ := child.Ended()
	if expired {
		if p.GNU && !o.Has(0x81) {
			return 124
		}
		// busybox's timeout is the command itself, and dies of the signal.
		p.Out().Flush()
		p.Kill(p.PID, sig)
		return 128 + sig
	}
	return status
}

func timeApplet(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "+vpaf:o:", "portability=p", "verbose=v")
	if len(o.Rest) == 0 {
		return usage(p)
	}
	start := p.Machine().Now()
	status := p.Spawn(o.Rest, nil)
	spent := float64((p.Machine().Now()-start)/1e8) / 10
	if o.Has('p') {
		p.Errorf("real %.2f\nuser 0.00\nsys 0.00\n", spent)
	} else {
		p.Errorf("real\t%dm %.2fs\nuser\t0m 0.00s\nsys\t0m 0.00s\n", int(spent)/60, spent-float64(int(spent)/60*60))
	}
	return status
}
