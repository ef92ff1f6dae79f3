package dockerfile

func (r *reader) check(Options) {
	if len(r.f.Stages) == 0 && !r.lost && r.f.Err() == nil {
		r.fail(r.lineRange(1, 1), "", "dockerfile contains no stages to build")
	}
}

var ruleAdvice = map[string]string{}
