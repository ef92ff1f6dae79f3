package lab

import (
	"encoding/json"
	"strings"

	"layerlab.dev/wasm/ui/words"
	"layerlab.dev/wasm/wire"
)

// helps are the questions that the editor may ask, with what words the answer.
var helps = map[string]func(*words.Words, json.RawMessage) (any, error){
	wire.MethodComplete: wordCompletion,
	wire.MethodExplain:  wordNote,
	wire.MethodForm:     wordShape,
	wire.MethodStage:    wordStage,
	wire.MethodTidy:     nil, // nothing to word
	wire.MethodFolds:    nil,
}

// Help asks the engine a question of the editor's. The answer goes back to it in
// the page's language: null where there is none.
func (l *Lab) Help(id int, method string, params json.RawMessage) {
	word, known := helps[method]
	if !known || l.Phase != Running {
		l.host.Answer(id, "null")
		return
	}
	l.request(method, params, nil, func(result json.RawMessage, failure string) {
		answer := []byte("null")
		if failure == "" && word == nil {
			answer = result
		} else if failure == "" {
			if worded, err := word(l.W, result); err == nil {
				answer, err = json.Marshal(worded)
				if err != nil {
					answer = []byte("null")
				}
			}
		}
		l.host.Answer(id, string(answer))
	})
}

func wordCompletion(w *words.Words, result json.RawMessage) (any, error) {
	type option struct {
		Label  string `json:"label"`
		Insert string `json:"insert,omitempty"`
		Kind   string `json:"kind"`
		Detail string `json:"detail,omitempty"`
		Doc    string `json:"doc,omitempty"`
		More   bool   `json:"more,omitempty"`
	}
	var c wire.Completion
	if err := json.Unmarshal(result, &c); err != nil {
		return nil, err
	}
	out := struct {
		From    int      `json:"from"`
		Options []option `json:"options"`
	}{c.From, []option{}}
	for _, o := range c.Options {
		out.Options = append(out.Options, option{o.Label, o.Insert, o.Kind, w.Say(o.Detail), w.Say(o.Doc), o.More})
	}
	return out, nil
}

func wordNote(w *words.Words, result json.RawMessage) (any, error) {
	var n wire.Note
	if err := json.Unmarshal(result, &n); err != nil || n.Title == "" {
		return nil, err
	}
	lines := []string{}
	for _, m := range n.Lines {
		lines = append(lines, w.Say(m))
	}
	return map[string]any{"from": n.From, "to": n.To, "title": n.Title, "lines": lines, "url": n.URL}, nil
}

func wordShape(w *words.Words, result json.RawMessage) (any, error) {
	var s wire.Shape
	if err := json.Unmarshal(result, &s); err != nil || len(s.Parts) == 0 {
		return nil, err
	}
	return map[string]any{"parts": s.Parts, "active": s.Active, "doc": w.Say(s.Doc)}, nil
}

func wordStage(w *words.Words, result json.RawMessage) (any, error) {
	var s wire.StageName
	if err := json.Unmarshal(result, &s); err != nil || s.Name == "" {
		return nil, err
	}
	return map[string]any{"name": s.Name, "places": s.Places, "problem": w.Say(s.Problem)}, nil
}

// ReadOnly tells whether nothing may be changed here: the page is part of
// another one that wants it so.
func (l *Lab) ReadOnly() bool { return l.Embed != nil && l.Embed.ReadOnly }

// RenamedStage tells that a stage has another name in the file at path, so that
// the setting that names it follows.
func (l *Lab) RenamedStage(path, from, to string) {
	if path == l.Meta.Dockerfile && strings.EqualFold(l.Meta.Settings.Target, from) {
		l.Configure(func(s *wire.Settings) { s.Target = to })
	}
}

// Mend carries out a fix of a problem.
func (l *Lab) Mend(problem, fix int) {
	d := l.Diagnostics()
	if l.ReadOnly() || problem < 0 || problem >= len(d) || fix < 0 || fix >= len(d[problem].Fixes) {
		return
	}
	f := d[problem].Fixes[fix]
	if f.Create != "" {
		l.create(f.Create, f.Append)
		return
	}
	l.Open(d[problem].File)
	l.host.Edit(d[problem].File, f.Edits)
}

// create makes a file, or puts a line at the end of one that is there.
func (l *Lab) create(path, line string) {
	if f := l.File(path); f != nil {
		if Editable(f) && line != "" {
			text := *f.Text
			if text != "" && !strings.HasSuffix(text, "\n") {
				text += "\n"
			}
			l.rewrite(path, text+line+"\n")
		}
		return
	}
	if problem := l.Add(path); problem != "" {
		l.Notice = &Notice{Text: problem}
		return
	}
	if line != "" {
		l.rewrite(path, line+"\n")
	}
}
