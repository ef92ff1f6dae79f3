module layerlab.dev/tests/record/overlay

go 1.26.8

require (
	github.com/containerd/containerd/v2 v2.4.2
	golang.org/x/sys v0.48.0
)

require (
	github.com/containerd/continuity v0.5.0 // indirect
	github.com/containerd/log v0.2.0 // indirect
	github.com/moby/sys/userns v0.2.1 // indirect
	github.com/sirupsen/logrus v1.10.2 // indirect
	golang.org/x/sync v0.23.0 // indirect
)
