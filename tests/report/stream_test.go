package main

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	tests := []struct {
		name   string
		stream string
		want   totals
		says   string // part of the report
		silent string // not part of it
	}{
		{
			name: "tests and subtests count once",
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"output","Package":"p","Test":"TestA/one","Output":"chatter\n"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"run","Package":"p","Test":"TestA/two"}
{"Action":"pass","Package":"p","Test":"TestA/two"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p","Elapsed":1.25}
`,
			want: totals{passed: 2, skipped: 1}, says: "ok   p  2 passed, 1 skipped  1.2 s\n", silent: "chatter",
		},
		{
			name: "how many of how many, and why not",
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: 5 of 6 cases are equal\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:4: chatter\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:9: no tool here\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p","Elapsed":1}
`,
			want: totals{passed: 1, skipped: 1}, says: "     5 of 6 cases are equal\n     skipped TestB: no tool here\n", silent: "chatter",
		},
		{
			name: "a failing subtest is one failure and shows its output",
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"output","Package":"p","Test":"TestA/one","Output":"a_test.go:3: harm\n"}
{"Action":"fail","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}
`,
			want: totals{failed: 1}, says: "harm",
		},
		{
			name: "a test that fails after its subtests passed",
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/one"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}
`,
			want: totals{passed: 1, failed: 1}, says: "FAIL p  1 passed, 1 failed",
		},
		{
			name: "a package that does not build",
			stream: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined: x\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`,
			want: totals{failed: 1}, says: "undefined: x",
		},
		{
			name: "a package that ends early",
			stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"exit status 3\n"}
{"Action":"fail","Package":"p"}
`,
			want: totals{passed: 1, failed: 1}, says: "exit status 3",
		},
		{
			name:   "a package without tests",
			stream: `{"Action":"skip","Package":"p"}` + "\n",
			want:   totals{}, silent: "p ",
		},
		{
			name:   "a stream that is cut off",
			stream: `{"Action":"run","Package":"p","Test":"TestA"}`,
			want:   totals{failed: 1}, says: "FAIL p: the stream ended",
		},
		{
			name:   "a message of the go command",
			stream: "go: cannot find main module\n",
			want:   totals{}, says: "go: cannot find main module",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			got, err := read(strings.NewReader(test.stream), &out)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("counts %+v, want %+v", got, test.want)
			}
			if test.says != "" && !strings.Contains(out.String(), test.says) {
				t.Errorf("the report lacks %q:\n%s", test.says, &out)
			}
			if test.silent != "" && strings.Contains(out.String(), test.silent) {
				t.Errorf("the report has %q:\n%s", test.silent, &out)
			}
		})
	}
}
