// Package account finds users and groups in the /etc/passwd and /etc/group of a
// file tree, as container runtimes do (moby/sys/user, and before it
// opencontainers/runc/libcontainer/user).
package account
