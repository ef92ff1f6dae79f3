package proc

// IsTerminal reports whether fd is the place where the run's own output goes, or
// its input where that was not given by a pipe or file of the machine.
func (p *Proc) IsTerminal(fd int) bool {
	f, err := p.file(fd)
	if err != nil {
		return false
	}
	switch f.src.(type) {
	case terminal, input:
		return true
	}
	return false
}
