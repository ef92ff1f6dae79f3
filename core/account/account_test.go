package account_test

import (
	"errors"
	"fmt"
	"testing"

	"layerlab.dev/core/account"
	"layerlab.dev/core/vfs"
)

func TestLookup(t *testing.T) {
	e := vfs.New(0).Edit()
	e.Mkdir("/etc", 0o755, 0, 0)
	e.WriteFile("/etc/passwd", vfs.String("root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n# none\n"), 0o644, 0, 0)
	e.WriteFile("/etc/group", vfs.String("root:x:0:\nstaff:x:50:bob,alice\nalice:x:1000:\nwheel:x:10:alice\n"), 0o644, 0, 0)
	for _, c := range []struct{ spec, want string }{
		{"", "0:0 [] /root"},
		{"root", "0:0 [] /root"},
		{"alice", "1000:1000 [10 50] /home/alice"},
		{"1000", "1000:1000 [10 50] /home/alice"},
		{"alice:staff", "1000:50 [] /home/alice"},
		{"alice:7", "1000:7 [] /home/alice"},
		{"1234", "1234:0 [] /"},
		{"5:6", "5:6 [] /"},
		{"bob", "unable to find user bob: no matching entries in passwd file"},
		{"alice:no", "unable to find group no: no matching entries in group file"},
	} {
		p, err := account.Lookup(e.Tree(), c.spec)
		got := fmt.Sprintf("%d:%d %v %s", p.UID, p.GID, p.Groups, p.Home)
		if err != nil {
			got = err.Error()
			var unknown *account.UnknownError
			if !errors.As(err, &unknown) {
				t.Errorf("%q: %T", c.spec, err)
			}
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.spec, got, c.want)
		}
	}
}
