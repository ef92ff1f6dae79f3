package arith

import "layerlab.dev/core/shell/dialect"

// Shell is where an expression stands.
type Shell interface {
	// Value gives the text of a variable, "" where it is not set; Element that
	// of an element, whose index is as it stands in the expression.
	Value(name string) string
	Element(name, index string) string
	Set(name, value string)
	SetElement(name, index, value string)

	// Fail says why the text of an expression cannot be evaluated, "" where an
	// operand is missing, and NotNumber that the value of a variable is no
	// number. Neither returns.
	Fail(text, why string)
	NotNumber(value string)
}

// Evaluator evaluates expressions in a shell. It keeps the trees of those it
// has met.
type Evaluator struct {
	shell   Shell
	dialect dialect.Dialect
	parsed  map[string]*node
	depth   int    // of variables whose values are expressions
	text    string // what is evaluated, for messages
}

// New returns an evaluator in a shell of the dialect.
func New(s Shell, d dialect.Dialect) Evaluator { return Evaluator{shell: s, dialect: d} }

// In returns an evaluator at the same place in another shell, which is a copy
// of this one.
func (e *Evaluator) In(s Shell) Evaluator {
	return Evaluator{shell: s, dialect: e.dialect, depth: e.depth, text: e.text}
}

// fail ends the evaluation.
func (e *Evaluator) fail(text, why string) {
	e.depth = 0
	e.shell.Fail(text, why)
}
