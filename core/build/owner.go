package build

import (
	"errors"
	"strings"

	"layerlab.dev/core/account"
	"layerlab.dev/core/vfs"
)

// owner is a user and a group by number.
type owner struct{ uid, gid int }

// unchanged is the ID with which chown leaves what is there.
const unchanged = account.Unchanged

// splitOwner cuts USER[:GROUP]. As in BuildKit (client/llb WithUser) a group
// without a name is none.
func splitOwner(spec string) (user, group string) {
	user, group, _ = strings.Cut(spec, ":")
	return user, group
}

// namesOwner reports whether --chown or USER has a name in it, which needs the
// files of the stage to be looked up.
func namesOwner(spec string) bool {
	user, group := splitOwner(spec)
	for _, s := range []string{user, group} {
		if _, numeric := kernelID(s); s != "" && !numeric {
			return true
		}
	}
	return false
}

// kernelID reads an ID: -1 is unchanged, other negative ones wrap.
func kernelID(s string) (int, bool) {
	id, ok := account.ParseID(s)
	return account.WrapID(id), ok
}

// lookupOwner reads USER[:GROUP] of --chown, and of the USER that WORKDIR
// makes directories for: numbers as they are, names by /etc/passwd and
// /etc/group of t. As in BuildKit (solver/llbsolver/ops/user_linux.go) a name
// that is not there means 0, as does a user without a name, and without a group
// the user's own counts. An empty spec gives nil.
func lookupOwner(t vfs.Tree, spec string) (*owner, error) {
	if spec == "" {
		return nil, nil
	}
	var o owner
	user, group := splitOwner(spec)
	if id, ok := kernelID(user); ok {
		o.uid, o.gid = id, id
	} else if user != "" {
		lines, err := account.Read(t, account.Passwd)
		if err != nil {
			return nil, err
		}
		for _, f := range lines {
			if f[0] == user {
				o.uid, o.gid = account.WrapID(account.Number(f, 2)), account.WrapID(account.Number(f, 3))
				break
			}
		}
	}
	if group == "" {
		return &o, nil
	}
	if id, ok := kernelID(group); ok {
		o.gid = id
		return &o, nil
	}
	lines, err := account.Read(t, account.Group)
	if err != nil {
		return nil, err
	}
	for _, f := range lines {
		if f[0] == group {
			o.gid = account.WrapID(account.Number(f, 2))
			break
		}
	}
	return &o, nil
}

// over is the owner that chown leaves where uid:gid was.
func (o owner) over(uid, gid int) owner {
	if o.uid == unchanged {
		o.uid = uid
	}
	if o.gid == unchanged {
		o.gid = gid
	}
	return o
}

// lookupProcess finds who USER names for RUN: here a name that is not there is
// an error.
func lookupProcess(t vfs.Tree, spec string) (account.Process, error) {
	p, err := account.Lookup(t, spec)
	var unknown *account.UnknownError
	switch {
	case !errors.As(err, &unknown):
		return p, err
	case unknown.What == "group":
		return p, advise(adviseGroup.With(), "%w", unknown)
	}
	return p, advise(adviseUser.With(), "%w", unknown)
}

// reason takes the path off an error that names one, because the step's own
// message does.
func reason(err error) error { return vfs.Reason(err) }
