package applet

import "layerlab.dev/core/message"

var (
	noteNothing = message.New("note.nothing", "%s: nothing to do here")
	noteShuf    = message.New("note.shuf", "shuf: the order is the same in every run here")
	noteLocked  = message.New("note.locked", "chpasswd: the password of %s is not hashed here; the entry is locked")

	whyXZ         = message.New("why.xz", "making xz files is not interpreted here")
	whyFilter     = message.New("why.xz-filter", "xz with a filter such as xz --x86 cannot be read here")
	insteadFilter = message.New("instead.xz-filter", "Compress it again without the filter, or build this step with Docker.")
	whyOption     = message.New("why.option", "its option %s is not interpreted here")
	insteadOption = message.New("instead.option", "Do without the option, or build this step with Docker.")
	whyPerl       = message.New("why.grep-perl", "this Perl expression is not interpreted here: %s")
	insteadPerl   = message.New("instead.grep-perl", "Write it as an extended expression (-E), or build this step with Docker.")
	whyLoop       = message.New("why.tsort-loop", "its input contains a loop, and where it is cut is not interpreted here")
	insteadLoop   = message.New("instead.tsort-loop", "Take the loop out of the input, or build this step with Docker.")
	insteadGzip   = message.New("instead.gzip", "Use gzip or bzip2.")
)
