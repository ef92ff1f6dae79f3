package oracle

// The world a line runs in.
const (
	Dir      = "/w"
	Hostname = "buildkitsandbox"
	User     = 1000
)

// Watched are the directories whose changes are recorded.
var Watched = []string{"/home", "/tmp", "/w"}

// Env is the environment of a line.
func Env() []string {
	return []string{"PATH=/usr/local/bin:/bin", "HOSTNAME=" + Hostname, "HOME=/root"}
}

// Entry is a directory or a file that is there before a line runs.
type Entry struct {
	Path    string
	Mode    uint32
	UID     int // and the group
	Content string
}

// Directories are there before, in order.
var Directories = []Entry{
	{"/", 0o755, 0, ""}, {"/bin", 0o755, 0, ""}, {"/usr", 0o755, 0, ""}, {"/usr/local", 0o755, 0, ""}, {"/usr/local/bin", 0o755, 0, ""},
	{"/dev", 0o755, 0, ""}, {"/proc", 0o755, 0, ""}, {"/sys", 0o755, 0, ""}, {"/etc", 0o755, 0, ""}, {"/root", 0o700, 0, ""},
	{"/opt", 0o755, 0, ""}, {"/tmp", 0o1777, 0, ""}, {"/home", 0o755, 0, ""}, {"/home/ann", 0o755, 1000, ""},
	{"/w", 0o777, 0, ""}, {"/w/sub", 0o755, 0, ""}, {"/w/sub/deep", 0o755, 0, ""}, {"/w/closed", 0o700, 0, ""},
}

// Files are there before.
var Files = []Entry{
	{"/etc/passwd", 0o644, 0, "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"},
	{"/etc/group", 0o644, 0, "root:x:0:\nann:x:1000:\nnogroup:x:65534:\n"},
	{"/w/a.txt", 0o644, 0, "alpha\nbeta gamma\n"},
	{"/w/b.txt", 0o644, 0, "one two  three\n  four\\five\tsix\nseven"},
	{"/w/c.log", 0o644, 0, "log\n"},
	{"/w/.hidden", 0o644, 0, "secret\n"},
	{"/w/secret", 0o600, 0, "top\n"},
	{"/w/-dash", 0o644, 0, "dash\n"},
	{"/w/sub/x.txt", 0o644, 0, "x\n"},
	{"/w/sub/y.log", 0o644, 0, "y\n"},
	{"/w/sub/deep/z.txt", 0o644, 0, "z\n"},
	{"/w/prog", 0o755, 0, "#!/bin/sh\necho prog \"$0\" \"$@\"\n"},
	{"/w/bare", 0o755, 0, "echo bare \"$0\" \"$@\"\n"},
	{"/w/noexec", 0o644, 0, "#!/bin/sh\necho never\n"},
	{"/w/badint", 0o755, 0, "#!/no/such\necho never\n"},
	{"/w/lib.sh", 0o644, 0, "libvar=loaded\nlibfn() { echo libfn \"$@\"; }\n"},
	{"/usr/local/bin/tool", 0o755, 0, "#!/bin/sh\necho tool \"$@\"\nexit 3\n"},
	{"/usr/local/bin/show", 0o755, 0, "#!/bin/sh\necho $#\nfor a; do echo \"<$a>\"; done\n"},
}

// Tools are the commands of the image beside the shell.
var Tools = []string{"basename", "cat", "chmod", "chown", "cp", "cut", "date", "dd", "dirname", "env", "expr", "false", "find", "grep", "head", "id", "ln", "ls",
	"mkdir", "mktemp", "mv", "od", "printf", "pwd", "readlink", "rm", "rmdir", "sed", "seq", "sleep", "sort", "stat", "tail", "tee", "test", "touch", "tr", "true",
	"uniq", "wc", "xargs", "echo", "kill", "mkfifo", "timeout"}
